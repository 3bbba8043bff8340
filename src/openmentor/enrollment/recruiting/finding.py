"""Finding people for a cohort among all who work here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import QueryDict

from openmentor.enrollment.eligibility import criteria
from openmentor.enrollment.models import Enrollment, Invitation
from openmentor.enrollment.recruiting.forms import FindForm
from openmentor.people.models import Person
from openmentor.people.models.person import PersonQuerySet
from openmentor.programs.models import Cohort


@dataclass
class Found:
    """What a filter finds: the form as it was filled in, and the people (nobody if it is not valid)."""

    form: FindForm
    people: PersonQuerySet


def find(cohort: Cohort, role: str, chosen: QueryDict) -> Found:
    """People who work here and meet a filter, each with ``asked``: the status of their enrollment in this role, None without one.

    Without a filter it is the cohort's own rule, of those who were not asked yet.
    """
    form = FindForm(chosen if _says_something(chosen) else as_query(criteria(cohort).stored()))
    mine = Enrollment.objects.filter(cohort=cohort, role=role, person=OuterRef("pk"))
    people: PersonQuerySet = Person.objects.present().filter(is_active=True)
    if not form.is_valid():
        return Found(form, people.none())
    people = form.criteria.people(people)
    for word in form.cleaned_data["q"].split()[:5]:
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    match form.cleaned_data["asked"]:
        case "":
            people = people.filter(~Exists(mine))
        case "asked":
            people = people.filter(Exists(mine))
    return Found(form, people.annotate(asked=Subquery(mine.values("status")[:1])))


def _says_something(chosen: QueryDict) -> bool:
    return any(name in FindForm.base_fields or name in FindForm.field_order for name in chosen)


def as_query(stored: dict[str, Any]) -> QueryDict:
    """Criteria as the query string of the form."""
    query = QueryDict(mutable=True)
    for name, value in stored.items():
        if name == "skill":
            query[name] = ", ".join(value)
        elif isinstance(value, list):
            query.setlist(name, value)
        else:
            query[name] = str(value)
    return query


@dataclass(frozen=True)
class Figures:
    """What became of the invitations of a cohort."""

    invited: int
    #: handed over to be sent; the others have no address
    sent: int
    #: went on from the mail to the application
    opened: int
    applied: int
    approved: int
    said_no: int


def figures(cohort: Cohort) -> Figures:
    """One query."""
    came = Q(enrollment__applied_at__isnull=False)
    counts = Invitation.objects.filter(enrollment__cohort=cohort).aggregate(
        invited=Count("pk"),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        opened=Count("pk", filter=Q(opened_at__isnull=False)),
        applied=Count("pk", filter=came),
        approved=Count(
            "pk", filter=Q(enrollment__status__in=(Enrollment.Status.APPROVED, Enrollment.Status.COMPLETED))
        ),
        said_no=Count("pk", filter=Q(enrollment__status=Enrollment.Status.WITHDRAWN, taken_back_at=None) & ~came),
    )
    return Figures(**counts)
