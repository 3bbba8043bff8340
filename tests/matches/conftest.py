"""A small cohort that can be matched, and everybody who stands around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.factories import make_cohort, make_enrollment, make_person, make_program
from tests.matches.world import Enroll, answer

from openmentor.engine.matching import process as engine
from openmentor.engine.matching.errors import InvalidProblem
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import VISITOR, Actor, rule, system
from openmentor.foundation.jobs.worker import run_all
from openmentor.matches import actions, process
from openmentor.matches.models import MatchingRun
from openmentor.people.models import Person
from openmentor.programs.models import Cohort
from openmentor.surveys import standard


def _solve_here(problem: Mapping[str, Any], *, memory_mb: int, tell: process.Tell, goes_on: Callable[[], bool]) -> Any:
    try:
        run = engine.from_mapping(json.loads(json.dumps(problem)))
        return json.loads(json.dumps(engine.solve(run, progress=tell, memory_mb=memory_mb)))
    except InvalidProblem as error:
        raise process.EngineError("invalid", error.faults) from error


@pytest.fixture(autouse=True)
def _engine_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same engine, without a start of Python for every run. That it works in a process of its own is held by ``test_running``
    and by all tests in the browser."""
    if not request.module.__name__.endswith("test_running"):
        monkeypatch.setattr(process, "solve", _solve_here)


@pytest.fixture
def manager() -> Person:
    return make_person("Mona Manager")


@pytest.fixture
def cohort(manager: Person) -> Cohort:
    program = make_program(
        managers=[manager], sponsors=[make_person("Sam Sponsor")], coordinator=manager, name="Growing together"
    )
    return make_cohort(
        program, status=Cohort.Status.MATCHING, gate_survey=False, gate_expectations=False,
        questionnaire=standard.make_questionnaire("Survey"),
    )  # fmt: skip


@pytest.fixture
def enroll(cohort: Cohort) -> Enroll:
    """``enroll("Ada", "mentor", places=2, answers={"goals": ["lead"]}, position="Architect")``: somebody who is in, with answers."""

    def enroll(
        name: str, role: str, *, answers: dict[str, Any] | None = None, places: int = 1, person: Person | None = None,
        enrollment: dict[str, Any] | None = None, **facts: Any,
    ) -> Enrollment:  # fmt: skip
        person = person or make_person(name, **facts)
        made = make_enrollment(cohort, person, role, places=places, **(enrollment or {}))
        if answers is not None:
            answer(made, answers)
        return made

    return enroll


@pytest.fixture
def pool(enroll: Enroll) -> dict[str, Enrollment]:
    """Three mentors with four places, four mentees: who helps with whose goals decides, and one is left over."""
    return {
        "Ada": enroll("Ada Lead", "mentor", places=2, answers={"helps_with": ["lead", "speaking"], "values": ["honesty"]}, department="Sales"),
        "Bo": enroll("Bo Tech", "mentor", answers={"helps_with": ["technical"], "values": ["learning"]}, department="IT"),
        "Cy": enroll("Cy Net", "mentor", answers={"helps_with": ["network"], "values": ["learning"]}, department="HR"),
        "Uma": enroll("Uma One", "mentee", answers={"goals": ["lead", "speaking"], "values": ["honesty"]}, department="IT"),
        "Vic": enroll("Vic Two", "mentee", answers={"goals": ["technical"], "values": ["learning"]}, department="HR"),
        "Wes": enroll("Wes Three", "mentee", answers={"goals": ["network"], "values": ["learning"]}, department="IT"),
        "Xia": enroll("Xia Four", "mentee", answers={"goals": ["speaking"], "values": ["honesty"]}, department="Sales"),
        "Yan": enroll("Yan Five", "mentee", answers={"goals": ["balance"], "values": ["family"]}, department="IT"),
    }  # fmt: skip


@pytest.fixture
def matched(cohort: Cohort, manager: Person) -> Callable[[], MatchingRun]:
    """Start a run and let the real engine finish it."""

    def matched() -> MatchingRun:
        run = actions.start(Cohort.objects.get(pk=cohort.pk), by=Actor.of(manager))
        run_all()
        run.refresh_from_db()
        assert run.status == MatchingRun.Status.READY, (run.message, run.report)
        return run

    return matched


@pytest.fixture
def run(pool: dict[str, Enrollment], matched: Callable[[], MatchingRun]) -> MatchingRun:
    """A run of the small pool, with its result."""
    return matched()


@pytest.fixture
def cast(cohort: Cohort, manager: Person) -> dict[str, Actor]:
    """Actors by part. ``other_manager`` runs another program; ``member`` is in the cohort."""
    other_manager = make_person("Otto Other")
    make_program(managers=[other_manager])
    member = make_enrollment(cohort, make_person("Mia Member"), "mentor", places=0).person
    return {
        "visitor": VISITOR, "stranger": Actor.of(make_person("Sten Stranger")), "member": Actor.of(member), "manager": Actor.of(manager),
        "other_manager": Actor.of(other_manager), "sponsor": Actor.of(cohort.program.roles.get(role="sponsor").person),
        "administrator": Actor.of(make_person("Ada Admin", is_administrator=True)), "rule": rule("x"), "system": system(),
    }  # fmt: skip
