"""Small worlds for tests: plain functions with sensible defaults, each row as the product itself would leave it."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Program, ProgramRole

_numbers = count(1)


def make_person(name: str = "", **fields: Any) -> Person:
    number = next(_numbers)
    name = name or f"Person {number}"
    given, _, family = name.rpartition(" ")
    fields.setdefault("email", f"person{number}@example.org")
    fields.setdefault("given_name", given)
    fields.setdefault("family_name", family)
    return Person.objects.create_person(name, **fields)


def make_program(
    *, managers: list[Person] | None = None, sponsors: list[Person] | None = None, **fields: Any
) -> Program:
    number = next(_numbers)
    fields.setdefault("name", f"Program {number}")
    fields.setdefault("slug", f"program-{number}")
    fields.setdefault("purpose", "People learn from one another.")
    fields.setdefault("created_at", clock.now())
    program = Program.objects.create(**fields)
    for role, people in ((ProgramRole.Role.MANAGER, managers), (ProgramRole.Role.SPONSOR, sponsors)):
        for person in people or []:
            ProgramRole.objects.create(program=program, person=person, role=role)
    return program


def make_cohort(program: Program | None = None, **fields: Any) -> Cohort:
    fields.setdefault("name", f"Cohort {next(_numbers)}")
    fields.setdefault("status", Cohort.Status.RECRUITING)
    fields.setdefault("starts_on", date(2027, 1, 11))
    fields.setdefault("ends_on", date(2027, 7, 9))
    fields.setdefault("created_at", clock.now())
    return Cohort.objects.create(program=program or make_program(), **fields)


def make_enrollment(cohort: Cohort, person: Person | None = None, role: str = "mentee", **fields: Any) -> Enrollment:
    fields.setdefault("status", Enrollment.Status.APPROVED)
    fields.setdefault("created_at", clock.now())
    fields.setdefault("applied_at", None if fields["status"] == Enrollment.Status.INVITED else clock.now())
    return Enrollment.objects.create(cohort=cohort, person=person or make_person(), role=role, **fields)


def make_mentorship(
    cohort: Cohort | None = None,
    *,
    mentor: Person | None = None,
    mentee: Person | None = None,
    status: str = "proposed",
    **fields: Any,
) -> Mentorship:
    """A pair with its enrollments; both hold their place while the mentorship does."""
    cohort = cohort or make_cohort(status=Cohort.Status.ACTIVE)
    fields.setdefault("proposed_at", clock.now())
    mentorship = Mentorship.objects.create(cohort=cohort, status=status, **fields)
    for role, person in (("mentor", mentor), ("mentee", mentee)):
        person = person or make_person()
        enrollment = Enrollment.objects.filter(cohort=cohort, person=person, role=role).first() or make_enrollment(
            cohort, person, role
        )
        if status in Mentorship.HOLDING:
            Enrollment.objects.filter(pk=enrollment.pk).update(
                places_taken=enrollment.places_taken + 1, places=max(enrollment.places, enrollment.places_taken + 1)
            )
        Membership.objects.create(mentorship=mentorship, person=person, enrollment=enrollment, role=role)
    return mentorship
