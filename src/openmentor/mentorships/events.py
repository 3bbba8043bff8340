from openmentor.foundation.events import Audience, declare

declare(
    Audience.MEMBERS,
    "mentorship.proposed", "mentorship.accepted", "mentorship.confirmed_for", "mentorship.activated", "mentorship.paused",
    "mentorship.lapsed", "mentorship.withdrawn", "mentorship.completed", "mentorship.ended",
)
# That it was declined is told to the other in a notice; by whom and why stays with the managers.
declare(Audience.MANAGERS, "mentorship.declined")
