"""What happens to matches by the clock."""

from __future__ import annotations

from datetime import timedelta

from openmentor.foundation import clock
from openmentor.foundation.actors import rule
from openmentor.foundation.jobs import periodic
from openmentor.mentorships import actions
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.programs.models import Cohort

REMIND_BEFORE = timedelta(days=3)


@periodic(every=timedelta(hours=1))
def settle_overdue() -> int:
    """Settle what was not answered in time. Returns how many."""
    overdue = list(Mentorship.objects.overdue(clock.now()).order_by("pk").values_list("pk", flat=True))
    return sum(actions.settle(pk, by=rule("answers are due")) is not None for pk in overdue)


@periodic(every=timedelta(hours=6))
def remind_before_lapse() -> int:
    """Ask once more, some days before the time is over. Returns how many people."""
    soon = clock.now() + REMIND_BEFORE
    due = Membership.objects.unanswered().filter(
        reminded_at=None, mentorship__status=Mentorship.Status.PROPOSED, mentorship__answer_by__lte=soon
    )
    cohorts = Cohort.objects.filter(pk__in=due.values("mentorship__cohort"))
    return sum(actions.remind(cohort, by=rule("answers are due soon"), due_before=soon) for cohort in cohorts)
