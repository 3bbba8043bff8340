"""Who is told what of a match. Each person reads the reasons meant for them, and never who said no or why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from openmentor.foundation import clock
from openmentor.foundation.links import Personal
from openmentor.foundation.models import Event
from openmentor.foundation.notices import Notice, category, notice
from openmentor.mentorships.models import Membership, Mentorship, MentorshipQuerySet

MATCHES = category("mentorships", _("Your matches"))
#: what the link in a mail is for
ANSWER = "mentorships.answer"
#: how long it serves after the last day to answer
LINK_LASTS = timedelta(days=14)


def _told(mentorships: MentorshipQuerySet) -> MentorshipQuerySet:
    members = Prefetch("members", Membership.objects.select_related("person"))
    return mentorships.select_related("cohort__program__coordinator").prefetch_related(members)


def _find(event: Event) -> Mentorship | None:
    return _told(Mentorship.objects.filter(pk=event.subject_id)).first()


def _facts(mentorship: Mentorship, member: Membership) -> dict[str, Any]:
    return {
        "program": mentorship.cohort.program.name,
        "other": ", ".join(other.person.name for other in mentorship.others_than(member.person)),
        "role": member.role,
        "reasons": mentorship.reasons.get(member.role, []),
        "message": mentorship.messages.get(member.role, ""),
        "answer_by": mentorship.answer_by,
    }


def _asking(mentorships: Iterable[Mentorship], template: str, *, unanswered: bool) -> list[Notice]:
    """One notice to each person, of all their matches among these: who takes three mentees reads one mail."""
    theirs: dict[int, list[tuple[Mentorship, Membership]]] = defaultdict(list)
    for mentorship in mentorships:
        for member in mentorship.members.all():
            if not (unanswered and member.has_answered):
                theirs[member.person_id].append((mentorship, member))
    return [_ask(found, template) for found in theirs.values()]


def _ask(found: list[tuple[Mentorship, Membership]], template: str) -> Notice:
    count = len(found)
    reader = found[0][1].person
    now = clock.now()
    last = max(mentorship.answer_by or now for mentorship, _member in found)
    subject: Any = ngettext_lazy("You have a match", "You have %(count)d matches", count)
    if template.endswith("reminded"):
        subject = ngettext_lazy("Your match waits for your answer", "%(count)d matches wait for your answer", count)
    return Notice(
        to=reader,
        subject=subject % {"count": count},
        template=template,
        link=Personal(
            "mentorships:answer", ANSWER, facts={"mentorships": [mentorship.pk for mentorship, _member in found]},
            lasts=max(last - now, timedelta()) + LINK_LASTS,
        ),
        link_label=_("See your match and answer"),
        context={"matches": [_facts(mentorship, member) for mentorship, member in found], "program": found[0][0].cohort.program.name},
    )  # fmt: skip


@notice("mentorship.many_proposed", category=MATCHES)
def offer(event: Event) -> list[Notice]:
    """Each member: whom they are matched with and why, with a link to answer from the mail."""
    found = _told(Mentorship.objects.filter(pk__in=event.facts["mentorships"])).order_by("pk")
    return _asking(found, "mentorships/mail/proposed", unanswered=False)


@notice("mentorship.many_reminded", category=MATCHES)
def remind(event: Event) -> list[Notice]:
    """Those who have not answered yet, and only they."""
    due = Membership.objects.filter(pk__in=event.facts["members"]).values("mentorship")
    found = _told(Mentorship.objects.proposed().filter(pk__in=due)).order_by("pk")
    return _asking(found, "mentorships/mail/reminded", unanswered=True)


@notice("mentorship.activated", category=MATCHES)
def begin(event: Event) -> list[Notice] | None:
    """Each member: it is on, and how to reach the other."""
    mentorship = _find(event)
    if mentorship is None:
        return None
    return [
        Notice(
            to=member.person, subject=_("Your mentorship is on"), template="mentorships/mail/activated", link=mentorship,
            link_label=_("Open your mentorship"),
            context={
                **_facts(mentorship, member),
                "silence": bool(event.facts.get("silence")),
                "addresses": [other.person.email for other in mentorship.others_than(member.person) if other.person.email],
            },
        )
        for member in mentorship.members.all()
    ]  # fmt: skip


@notice("mentorship.declined", "mentorship.lapsed", "mentorship.withdrawn", category=MATCHES)
def come_to_nothing(event: Event) -> Notice | None:
    """In the same words whatever happened: who said no, and why, is nobody's to read. Who said no is not told their own word."""
    mentorship = _find(event)
    if mentorship is None:
        return None
    return Notice(
        to=[member.person for member in mentorship.members.all() if member.declined_at is None],
        subject=_("Your match will not go ahead"), template="mentorships/mail/over", link=mentorship, link_label=_("Open"),
        context=_program(mentorship),
    )  # fmt: skip


@notice("mentorship.ended", category=MATCHES)
def ended(event: Event) -> Notice | None:
    mentorship = _find(event)
    if mentorship is None:
        return None
    return Notice(
        to=mentorship.people, subject=_("Your mentorship has ended"), template="mentorships/mail/ended", link=mentorship,
        link_label=_("Open"), context=_program(mentorship),
    )  # fmt: skip


def _program(mentorship: Mentorship) -> dict[str, Any]:
    program = mentorship.cohort.program
    return {"program": program.name, "coordinator": program.coordinator.name if program.coordinator else ""}
