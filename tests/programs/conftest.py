"""A program with everybody who may look at it."""

from __future__ import annotations

import pytest
from tests.factories import make_cohort, make_enrollment, make_person, make_program

from openmentor.foundation.actors import VISITOR, Actor
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Expectation, Program


@pytest.fixture
def people(db) -> dict[str, Person]:  # type: ignore[no-untyped-def]
    return {
        "manager": make_person("Mara Lind"),
        "sponsor": make_person("Sol Reyes"),
        "participant": make_person("Pim Ode"),
        "foreign_manager": make_person("Fia Moss"),
        "administrator": make_person("Ada Bose", is_administrator=True),
        "stranger": make_person("Stan Vale"),
    }


@pytest.fixture
def program(people: dict[str, Person]) -> Program:
    make_program(managers=[people["foreign_manager"]])
    return make_program(
        managers=[people["manager"]], sponsors=[people["sponsor"]], coordinator=people["manager"], name="Growing"
    )


@pytest.fixture
def cohort(program: Program, people: dict[str, Person]) -> Cohort:
    cohort = make_cohort(program, status=Cohort.Status.DRAFT, name="Spring")
    for role in ("mentor", "mentee"):
        Expectation.objects.create(cohort=cohort, role=role, text=f"I am a good {role}.")
    make_enrollment(cohort, people["participant"], "mentee")
    return cohort


@pytest.fixture
def cast(people: dict[str, Person]) -> dict[str, Actor]:
    return {"visitor": VISITOR, **{name: Actor.of(person) for name, person in people.items()}}


CAST = ("visitor", "manager", "sponsor", "participant", "foreign_manager", "administrator", "stranger")
