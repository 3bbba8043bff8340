"""Who is told what. An app says who, what and where to; here is decided when and how, and each message has a row of its own.

In an app's ``notices.py``:

    @notice("mentorship.activated")
    def tell_the_members(event: Event) -> Notice:
        mentorship = Mentorship.objects.get(pk=event.subject_id)
        return Notice(to=mentorship.people, subject=_("Your mentorship is on"), template="mentorships/mail/activated", link=mentorship)

(``_`` is ``gettext_lazy``: subject and body are written in the reader's language.) What is not about an event is sent from an action:

    notices.send(ada, subject=…, template="enrollment/mail/invitation", link=links.Personal("enrollment:invitation", …), once="invitation:7")

``template`` names ``….txt`` with the paragraphs of the mail alone; frame, button and footer come by themselves, and so does the HTML part. It is
given ``reader``, ``link``, what ``context`` says, and nothing else. A mail with a layout of its own has ``….mjml`` beside it.
"""

from openmentor.foundation.notices.delivery import deliver, recall, send
from openmentor.foundation.notices.preferences import mute, quiet_until, unmute
from openmentor.foundation.notices.registry import Notice, category, category_label, notice

__all__ = [
    "Notice",
    "category",
    "category_label",
    "deliver",
    "mute",
    "notice",
    "quiet_until",
    "recall",
    "send",
    "unmute",
    "unread_count",
]


def unread_count(person_id: int) -> int:
    """How many messages in the app somebody has not opened: the number at the bell."""
    from openmentor.foundation.models import Delivery

    return Delivery.objects.in_app_of(person_id).unread().count()
