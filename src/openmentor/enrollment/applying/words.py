"""Where an application stands, in clear words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openmentor.enrollment.models import Enrollment, Role

Status = Enrollment.Status
TONES = {
    Status.INVITED: "info", Status.APPLIED: "info", Status.APPROVED: "success", Status.WAITLISTED: "warning", Status.DECLINED: "neutral",
    Status.WITHDRAWN: "neutral", Status.COMPLETED: "success",
}  # fmt: skip
#: one's own part, as one says it
AS = {
    Role.MENTOR: gettext_lazy("As a mentor"),
    Role.MENTEE: gettext_lazy("As a mentee"),
    Role.PEER: gettext_lazy("As a peer"),
}


@dataclass(frozen=True)
class Standing:
    """Where one's application stands: a word with a tone, and what comes next."""

    word: str
    tone: str
    sentence: str


def standing(enrollment: Enrollment) -> Standing:
    status = Status(enrollment.status)
    word = str(status.label).capitalize()
    if status == Status.APPROVED and enrollment.places_taken:
        return Standing(_("Matched"), "success", _("You have a match."))
    return Standing(word, TONES[status], _SENTENCES[status](enrollment))


def _sent(enrollment: Enrollment) -> str:
    if enrollment.applied_at is None:
        return _("A manager of the program decides, and you hear from us.")
    day = date_format(enrollment.applied_at, "DATE_FORMAT")
    return _("Sent on %(day)s. A manager of the program decides, and you hear from us.") % {"day": day}


_SENTENCES: dict[Status, Callable[[Enrollment], str]] = {
    Status.INVITED: lambda _enrollment: _("You are invited. Say whether you'd like to take part."),
    Status.APPLIED: _sent,
    Status.APPROVED: lambda _enrollment: _("You're in. Next, you get a match, and we write to you."),
    Status.WAITLISTED: lambda _enrollment: _(
        "The cohort is full for now. You move up by yourself when a place comes free."
    ),
    Status.DECLINED: lambda _enrollment: _(
        "It did not work out this time. The coordinator of the program tells you more."
    ),
    Status.WITHDRAWN: lambda enrollment: (
        _("You stepped back. Your answers are kept, so you can come back.")
        if enrollment.applied_at or enrollment.response_id
        else _("You were invited, and that is over.")
    ),
    Status.COMPLETED: lambda _enrollment: _("You took part to the end."),
}
