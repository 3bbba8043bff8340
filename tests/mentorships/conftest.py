"""A match and everybody who stands around it."""

from __future__ import annotations

import pytest
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

from openmentor.foundation.actors import VISITOR, Actor, rule, system
from openmentor.mentorships.models import Mentorship
from openmentor.people.models import Person
from openmentor.programs.models import Cohort


@pytest.fixture
def manager() -> Person:
    return make_person("Mona Manager")


@pytest.fixture
def cohort(manager: Person) -> Cohort:
    return make_cohort(
        make_program(managers=[manager], sponsors=[make_person("Sam Sponsor")], coordinator=manager, name="Growing together"),
        status=Cohort.Status.ACTIVE, gate_survey=False, gate_expectations=False,
    )  # fmt: skip


@pytest.fixture
def mentorship(cohort: Cohort) -> Mentorship:
    return make_mentorship(cohort, mentor=make_person("Mara Mentor"), mentee=make_person("Emil Mentee"))


@pytest.fixture
def cast(mentorship: Mentorship, manager: Person) -> dict[str, Actor]:
    """Actors by part. ``other_manager`` runs another program, ``member`` is in the cohort and not in the match."""
    mentor, mentee = mentorship.people
    other_manager = make_person("Otto Other")
    make_program(managers=[other_manager])
    member = make_enrollment(mentorship.cohort, make_person("Mia Member"), "mentor").person
    return {
        "visitor": VISITOR, "stranger": Actor.of(make_person("Sten Stranger")), "mentor": Actor.of(mentor), "mentee": Actor.of(mentee),
        "member": Actor.of(member), "manager": Actor.of(manager), "other_manager": Actor.of(other_manager),
        "sponsor": Actor.of(mentorship.cohort.program.roles.get(role="sponsor").person),
        "administrator": Actor.of(make_person("Ada Admin", is_administrator=True)), "rule": rule("x"), "system": system(),
    }  # fmt: skip
