"""What holds somebody back from being matched: no survey answered, expectations not accepted. Where the cohort says so."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from openmentor.enrollment.models import Enrollment, EnrollmentQuerySet
from openmentor.programs.models import Cohort, Expectation


class Gate(models.TextChoices):
    SURVEY = "survey", _("survey not answered")
    EXPECTATIONS = "expectations", _("expectations not accepted")


@dataclass(frozen=True)
class Held:
    """Somebody who is in but can't be matched yet, and why."""

    enrollment: Enrollment
    gates: tuple[Gate, ...]


def conditions(cohort: Cohort) -> dict[Gate, Q]:
    """For each gate, the condition on enrollments of ``cohort`` that it holds them. At most one query."""
    survey = Q(response=None) | Q(response__submitted_at=None) if cohort.gate_survey else Q(pk__in=[])
    accepted = Q(expectations_accepted_at=None)
    if cohort.expectations_changed_at is not None:
        accepted |= Q(expectations_accepted_at__lt=cohort.expectations_changed_at)
    expecting = (
        list(Expectation.objects.filter(cohort=cohort).values_list("role", flat=True).distinct())
        if cohort.gate_expectations
        else []
    )
    return {Gate.SURVEY: survey, Gate.EXPECTATIONS: Q(role__in=expecting) & accepted}


def with_gates(enrollments: EnrollmentQuerySet, cohort: Cohort) -> EnrollmentQuerySet:
    """The same enrollments, each with ``held_survey`` and ``held_expectations``; read them by ``gates_of``."""
    return enrollments.annotate(
        **{
            f"held_{gate.value}": models.Case(
                models.When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField()
            )
            for gate, condition in conditions(cohort).items()
        }
    )


def gates_of(enrollment: Enrollment) -> tuple[Gate, ...]:
    """The gates that hold an enrollment of ``with_gates``."""
    return tuple(gate for gate in Gate if getattr(enrollment, f"held_{gate.value}"))


def held(cohort: Cohort) -> EnrollmentQuerySet:
    """Those who are in and held back by any gate."""
    either = Q()
    for condition in conditions(cohort).values():
        either |= condition
    return Enrollment.objects.approved().filter(cohort=cohort).filter(either)


def held_by(cohort: Cohort) -> list[Held]:
    """Who is held back, with their gates and person. Two queries, however many they are."""
    found = with_gates(Enrollment.objects.approved().filter(cohort=cohort), cohort).select_related("person")
    return [Held(enrollment, gates) for enrollment in found if (gates := gates_of(enrollment))]
