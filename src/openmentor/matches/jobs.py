"""What runs later: the engine, and publishing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.jobs import job
from openmentor.matches import looking, publishing, questions, solving
from openmentor.matches.models import MatchingRun
from openmentor.programs.models import Cohort


def given_up(run_id: int) -> None:
    """The process that worked on a run is gone."""
    solving.fail(run_id, _("The server was restarted during this run. Nothing is lost: start it again."))


@job(queue="matching", max_attempts=1, unique=True, on_parked=given_up)
def solve(run_id: int) -> None:
    """Once, and never again by itself: what killed the engine would kill it again."""
    solving.solve(run_id)


def stopped(run_id: int, person_id: int | None = None) -> None:
    """Say on the run that its publication came to a stop; what was proposed stands, and a manager can go on."""
    sentence = _(
        "Publishing came to a stop. What was proposed stays, and nobody is asked twice: go on when you are ready."
    )
    MatchingRun.objects.filter(pk=run_id, status=MatchingRun.Status.PUBLISHING).update(message=sentence)


@job(unique=lambda run_id, person_id=None: run_id, on_parked=stopped)
def publish(run_id: int, person_id: int | None = None) -> None:
    """As often as it takes: what is proposed is not proposed again."""
    publishing.publish(run_id, person_id)


@job(queue="matching", max_attempts=1, unique=True, on_parked=questions.forget)
def ask_why_not(run_id: int, mentor: int, mentee: int) -> None:
    """Let the engine say what the whole would lose by one pair. Asked again it answers the same."""
    questions.work_out(run_id, mentor, mentee)


@job(max_attempts=3, unique=True, on_parked=looking.give_up)
def look_through(cohort_id: int) -> None:
    """Look through a pool for whoever waits for its figures. Nothing to do where somebody has looked meanwhile."""
    cohort = Cohort.objects.filter(pk=cohort_id).first()
    if cohort is not None:
        looking.look(cohort)
