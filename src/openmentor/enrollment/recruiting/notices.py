"""Invitations, by mail and in the app."""

from __future__ import annotations

from datetime import timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from openmentor.enrollment.models import Enrollment, Role
from openmentor.enrollment.recruiting.entrance import PURPOSE
from openmentor.foundation.links import Personal
from openmentor.foundation.models import Event
from openmentor.foundation.notices import Notice, notice
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

INVITATION_LASTS = timedelta(days=60)


@notice("enrollment.many_invited")
def invite(event: Event) -> Notice:
    """Each gets a link of their own: bound to them, good for sixty days or until they act."""
    cohort = Cohort.objects.select_related("program").get(pk=event.subject_id)
    return _asking(event, cohort, event.facts["role"], issue=1)


@notice("enrollment.invited")
def invite_again(event: Event) -> Notice:
    """The link of this mail alone opens the invitation; earlier ones do not any more."""
    enrollment = Enrollment.objects.select_related("cohort__program").get(pk=event.subject_id)
    return _asking(event, enrollment.cohort, enrollment.role, issue=event.facts["issue"])


def _asking(event: Event, cohort: Cohort, role: str, *, issue: int) -> Notice:
    asked = (
        _("Would you like to be a mentor in “{program}”?")
        if role == Role.MENTOR
        else _("Would you like to have a mentor in “{program}”?")
    )
    return Notice(
        to=Person.objects.filter(
            enrollments__invitation__event_id=event.pk, enrollments__invitation__taken_back_at=None
        ).order_by("pk"),
        subject=format_lazy(asked, program=cohort.program.name),
        template="enrollment/mail/invitation",
        link=Personal(
            "enrollment:invitation",
            PURPOSE,
            facts={"cohort": cohort.pk, "role": role, "issue": issue},
            lasts=INVITATION_LASTS,
        ),
        link_label=_("Look at it"),
        context={"cohort": cohort, "program": cohort.program, "role": role},
    )
