"""What becomes of an application, told to whoever sent it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from openmentor.enrollment import gates
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.models import Event
from openmentor.foundation.notices import Notice, notice
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

Status = Enrollment.Status


def _cohort(event: Event) -> Cohort:
    assert event.cohort_id is not None  # all our events are about a cohort
    return Cohort.objects.select_related("program__coordinator").get(pk=event.cohort_id)


def _tell(event: Event, enrollments: Iterable[int], status: str, subject: Any, template: str) -> Notice | None:
    """One message each to those whose enrollment still is what the event made it: the world may have moved on."""
    cohort = _cohort(event)
    people = Person.objects.filter(
        enrollments__in=Enrollment.objects.filter(pk__in=list(enrollments), cohort=cohort, status=status)
    ).distinct()
    return Notice(
        to=people.order_by("pk"), subject=format_lazy(subject, program=cohort.program.name), template=f"enrollment/mail/{template}",
        link=f"/apply/{cohort.pk}/mine/", link_label=_("Open my application"), context=_about(cohort),
    )  # fmt: skip


def _about(cohort: Cohort) -> dict[str, Any]:
    return {"cohort": cohort, "program": cohort.program, "coordinator": cohort.program.coordinator}


@notice("enrollment.applied")
def thank_for_applying(event: Event) -> Notice | None:
    """Not where they are in, or wait, at once: then that is the news."""
    return _tell(event, [event.subject_id], Status.APPLIED, _("Your application to “{program}” has arrived"), "applied")


@notice("enrollment.approved", "enrollment.many_approved")
def tell_who_is_in(event: Event) -> Notice | None:
    return _tell(event, _which(event), Status.APPROVED, _("You're in: “{program}”"), "approved")


@notice("enrollment.waitlisted", "enrollment.many_waitlisted")
def tell_who_waits(event: Event) -> Notice | None:
    return _tell(event, _which(event), Status.WAITLISTED, _("You are on the waitlist of “{program}”"), "waitlisted")


@notice("enrollment.declined", "enrollment.many_declined")
def tell_who_was_declined(event: Event) -> Notice | None:
    """Who declined an invitation themselves knows already."""
    if (
        event.actor_id is not None
        and Enrollment.objects.filter(pk=event.subject_id, person=event.actor_id, cohort=event.cohort_id).exists()
    ):
        return None
    return _tell(event, _which(event), Status.DECLINED, _("Your application to “{program}”"), "declined")


def _which(event: Event) -> list[int]:
    """The enrollments of a single verb, or of a batch."""
    listed = event.facts.get("enrollments")
    return [int(pk) for pk in listed] if listed is not None else [event.subject_id]


@notice("enrollment.reminded")
def remind_of_what_is_missing(event: Event) -> list[Notice]:
    """One message for each gate, or for both, to those who are still held by it."""
    cohort = _cohort(event)
    asked = set(_which(event))
    by_gates: dict[tuple[gates.Gate, ...], list[int]] = {}
    for found in gates.held_by(cohort):
        if found.enrollment.pk in asked:
            by_gates.setdefault(found.gates, []).append(found.enrollment.person_id)
    # In a fixed order, so that a message that is written again keeps its number.
    every = [(gates.Gate.SURVEY,), (gates.Gate.EXPECTATIONS,), (gates.Gate.SURVEY, gates.Gate.EXPECTATIONS)]
    return [
        Notice(
            to=Person.objects.filter(pk__in=by_gates.get(kind, [])).order_by("pk"),
            subject=format_lazy(_("One thing is missing before your match in “{program}”"), program=cohort.program.name),
            template="enrollment/mail/reminder", link=f"/apply/{cohort.pk}/mine/", link_label=_("Do it now"),
            context={**_about(cohort), "survey": gates.Gate.SURVEY in kind, "expectations": gates.Gate.EXPECTATIONS in kind},
        )
        for kind in every
    ]  # fmt: skip
