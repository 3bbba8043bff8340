"""Who may run a matching and work on its board: the managers of the program, and nobody else, administrators and sponsors included."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.policies import rule
from openmentor.matches.models import ComparedList, Hold, MatchingRun
from openmentor.programs.models import Cohort
from openmentor.programs.roles import manages

Status = MatchingRun.Status


def _not_a_manager(actor: Actor, cohort: Cohort) -> str | None:
    return None if manages(actor, cohort.program_id) else _("Only the managers of this program see its matching.")


def _not_open(actor: Actor, cohort: Cohort) -> str | None:
    if sentence := _not_a_manager(actor, cohort):
        return sentence
    if cohort.program.archived_at is not None:
        return _("This program is archived. Restore it first.")
    return _("This cohort is closed.") if cohort.status == Cohort.Status.CLOSED else None


@rule
def look(actor: Actor, cohort: Cohort) -> str | None:
    """See readiness, runs, boards, and who got nobody."""
    return _not_a_manager(actor, cohort)


@rule
def configure(actor: Actor, cohort: Cohort) -> str | None:
    """Change what counts and what must hold. A run keeps the settings that it was made with."""
    return _not_open(actor, cohort)


@rule
def start(actor: Actor, cohort: Cohort) -> str | None:
    """Start a run: while the cohort is matching, active or closing, and none is under way."""
    if sentence := _not_open(actor, cohort):
        return sentence
    if not cohort.takes_runs:
        return _("Begin matching first: that is the cohort's next step.")
    if cohort.runs.live().exists():
        return _("A run is under way. Wait for it, or cancel it.")
    return None


@rule
def cancel(actor: Actor, run: MatchingRun) -> str | None:
    if sentence := _not_a_manager(actor, run.cohort):
        return sentence
    return None if run.status in (Status.QUEUED, Status.SOLVING) else _("This run is over.")


@rule
def discard(actor: Actor, run: MatchingRun) -> str | None:
    """Put a result away that won't be published."""
    if sentence := _not_a_manager(actor, run.cohort):
        return sentence
    return None if run.status == Status.READY else _("Only a result that waits to be published can be put away.")


@rule
def draft(actor: Actor, run: MatchingRun) -> str | None:
    """Change the pairs of a run by hand, until it is published."""
    if sentence := _not_open(actor, run.cohort):
        return sentence
    return None if run.status == Status.READY else _("The pairs of this run can't be changed any more.")


@rule
def publish(actor: Actor, run: MatchingRun) -> str | None:
    """Offer the pairs on the board to their people."""
    if sentence := draft.why_not(actor, run):
        return sentence
    if not run.cohort.takes_runs:
        return _("Matches are published while a cohort is matching, active or closing.")
    if run.cohort.runs.live().exists():
        return _("A run is under way. Wait for it, or cancel it.")
    return None if run.matches.in_draft().exists() else _("There is no pair on the board.")


@rule
def go_on_publishing(actor: Actor, run: MatchingRun) -> str | None:
    """Take up a publication that came to a stop."""
    if sentence := _not_a_manager(actor, run.cohort):
        return sentence
    return None if run.status == Status.PUBLISHING else _("This run is not being published.")


@rule
def hold(actor: Actor, cohort: Cohort) -> str | None:
    """Lock or ban pairs for all runs of a cohort."""
    return _not_open(actor, cohort)


@rule
def release(actor: Actor, hold: Hold) -> str | None:
    return _not_open(actor, hold.cohort)


@rule
def compare(actor: Actor, cohort: Cohort) -> str | None:
    """Bring in a list made by hand and set it beside ours."""
    return _not_a_manager(actor, cohort)


@rule
def remove_list(actor: Actor, compared: ComparedList) -> str | None:
    return _not_a_manager(actor, compared.cohort)


@rule
def export(actor: Actor, run: MatchingRun) -> str | None:
    if sentence := _not_a_manager(actor, run.cohort):
        return sentence
    return None if run.has_result else _("This run has no result.")
