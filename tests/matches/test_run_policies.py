"""Who may look, set, start, end, compare and take along, and when: each rule over everybody and every state."""

from __future__ import annotations

import pytest
from tests.factories import make_cohort

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.matches import policies
from openmentor.matches.models import ComparedList, MatchingRun
from openmentor.programs.models import Cohort, Program

pytestmark = pytest.mark.django_db
RUN_STATES = list(MatchingRun.Status)
COHORT_STATES = list(Cohort.Status)


def make_run(cohort: Cohort, status: str, number: int = 1) -> MatchingRun:
    return MatchingRun.objects.create(cohort=cohort, number=number, status=status, created_at=clock.now())


@pytest.mark.parametrize(
    ("rule", "states"),
    [
        ("look", set(COHORT_STATES)),
        ("compare", set(COHORT_STATES)),
        ("configure", {"draft", "recruiting", "matching", "active", "closing"}),
        ("start", {"matching", "active", "closing"}),
    ],
)
def test_of_a_cohort(cohort: Cohort, cast: dict[str, Actor], rule: str, states: set[str]) -> None:
    allowed = set()
    for status in COHORT_STATES:
        fresh = make_cohort(cohort.program, status=status)
        allowed |= {(who, str(status)) for who, actor in cast.items() if getattr(policies, rule)(actor, fresh)}
    assert allowed == {("manager", str(status)) for status in states}


@pytest.mark.parametrize(
    ("rule", "states"),
    [
        ("cancel", {"queued", "solving"}),
        ("discard", {"ready"}),
        ("export", {"ready", "publishing", "published", "discarded"}),
    ],
)
def test_of_a_run(cohort: Cohort, cast: dict[str, Actor], rule: str, states: set[str]) -> None:
    allowed = set()
    for status in RUN_STATES:
        run = make_run(make_cohort(cohort.program, status="matching"), status)
        allowed |= {(who, str(status)) for who, actor in cast.items() if getattr(policies, rule)(actor, run)}
    assert allowed == {("manager", status) for status in states}


@pytest.mark.parametrize("status", RUN_STATES)
def test_one_run_at_a_time(cohort: Cohort, cast: dict[str, Actor], status: str) -> None:
    make_run(cohort, status)
    assert policies.start(cast["manager"], cohort) is (status not in ("queued", "solving", "publishing"))


def test_of_a_list(cohort: Cohort, cast: dict[str, Actor]) -> None:
    compared = ComparedList.objects.create(cohort=cohort, name="x", created_at=clock.now())
    assert {who for who, actor in cast.items() if policies.remove_list(actor, compared)} == {"manager"}


def test_an_archived_program_is_looked_at_and_not_changed(cohort: Cohort, cast: dict[str, Actor]) -> None:
    Program.objects.filter(pk=cohort.program_id).update(archived_at=clock.now())
    fresh = Cohort.objects.get(pk=cohort.pk)
    assert {
        rule for rule in ("look", "compare", "configure", "start") if getattr(policies, rule)(cast["manager"], fresh)
    } == {"look", "compare"}
