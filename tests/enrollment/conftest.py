"""A cast: who plays which part around one application."""

from __future__ import annotations

import pytest
from tests.factories import make_cohort, make_enrollment, make_person, make_program

from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import VISITOR, Actor, rule, system
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Program


@pytest.fixture
def manager() -> Person:
    return make_person("Mona Manager")


@pytest.fixture
def program(manager: Person) -> Program:
    from openmentor.foundation import clock

    return make_program(managers=[manager], sponsors=[make_person("Sam Sponsor")], published_at=clock.now())


@pytest.fixture
def cohort(program: Program) -> Cohort:
    return make_cohort(program)


@pytest.fixture
def enrollment(cohort: Cohort) -> Enrollment:
    return make_enrollment(cohort, make_person("Ana Applicant"), "mentee", status="applied")


@pytest.fixture
def cast(enrollment: Enrollment, manager: Person) -> dict[str, Actor]:
    """Actors by part. ``other_manager`` runs another program."""
    program = enrollment.cohort.program
    sponsor = program.roles.get(role="sponsor").person
    stranger = make_person("Sten Stranger")
    other_manager = make_person("Otto Other")
    make_program(managers=[other_manager])
    member = make_person("Mia Member")
    make_enrollment(enrollment.cohort, member, "mentor")
    return {
        "visitor": VISITOR, "stranger": Actor.of(stranger), "applicant": Actor.of(enrollment.person), "member": Actor.of(member),
        "manager": Actor.of(manager), "sponsor": Actor.of(sponsor), "other_manager": Actor.of(other_manager),
        "administrator": Actor.of(make_person("Ada Admin", is_administrator=True)), "rule": rule("x"), "system": system(),
    }  # fmt: skip
