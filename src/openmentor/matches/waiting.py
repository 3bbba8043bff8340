"""Where somebody stands who was in a round of matching and has nobody yet: on their first page, in their own words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment, Role
from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import home
from openmentor.matches.models import MatchingRun, UnmatchedEnrollment
from openmentor.mentorships.models import Membership


def sentence(kind: str, role: str) -> str:
    """Why somebody has nobody, as they read it themselves: never anybody's veto, never another person.

    kind   the engine's; empty for who was left over when the managers changed pairs by hand, or whose pair no longer held.
    """
    if kind == "gate":
        return _("Something is still open on your side: your application says what.")
    if role == Role.MENTOR:
        return _("The mentees of this round found other mentors. Your places stay open for the next.")
    if not kind:
        return _("The places of this round went to others.")
    if kind == "outcompeted":
        return _("There were more mentees than places in this round.")
    return _("No mentor of this round could take you on.")


def panel(actor: Actor) -> dict[str, Any] | None:
    """One's enrollments that were in the last published round of their cohort and have nobody. At most four queries."""
    if actor.person_id is None:
        return None
    mine = Enrollment.objects.approved().filter(
        person=actor.person_id, places_taken=0, role__in=(Role.MENTOR, Role.MENTEE)
    )
    mine = mine.filter(places__gt=0)
    open_ones = list(mine.select_related("cohort__program"))
    if not open_ones:
        return None
    runs = MatchingRun.objects.filter(
        status=MatchingRun.Status.PUBLISHED,
        cohort__in=[each.cohort_id for each in open_ones],
        inputs__enrollment__in=open_ones,
    )
    newest = dict(runs.order_by("published_at").values_list("cohort", "pk"))
    kinds = {
        (run, enrollment): kind
        for run, enrollment, kind in UnmatchedEnrollment.objects.filter(
            run__in=newest.values(), enrollment__in=open_ones
        ).values_list("run", "enrollment", "kind")
    }
    # Whose match came to nothing was not passed over, and is told nothing of who said no.
    came_to_nothing = set(
        Membership.objects.filter(enrollment__in=open_ones, mentorship__run_id__in=newest.values()).values_list(
            "mentorship__run_id", "enrollment"
        )
    )
    waiting = [
        {
            "enrollment": each, "program": each.cohort.program,
            "had_one": (newest[each.cohort_id], each.pk) in came_to_nothing,
            "why": sentence(kinds.get((newest[each.cohort_id], each.pk), ""), each.role),
        }
        for each in open_ones
        if each.cohort_id in newest
    ]  # fmt: skip
    return {"waiting": waiting} if waiting else None


home.add(home.Panel(order=20, template="matches/_waiting.html", context=panel))
