from openmentor.foundation.events import Audience, declare

declare(
    Audience.MEMBERS,
    "mentorship.accepted", "mentorship.confirmed_for", "mentorship.activated", "mentorship.paused", "mentorship.lapsed",
    "mentorship.withdrawn", "mentorship.completed", "mentorship.ended",
)  # fmt: skip
# Many at once: each member is told in a notice of their own.
declare(Audience.MANAGERS, "mentorship.many_proposed", "mentorship.many_reminded")
# That it was declined is told to the other in a notice; by whom and why stays with the managers. So does a wish to try again.
declare(Audience.MANAGERS, "mentorship.declined", "mentorship.asked_again")
