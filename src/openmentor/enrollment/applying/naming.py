"""Whom somebody means by a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openmentor.enrollment.applying.candidates import candidates
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.enrollment.models.wishes import keys_of, veto_key
from openmentor.foundation.ids import number
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, ProgramRole

MOST_PLACES = 300


@dataclass(frozen=True)
class Meant:
    """Who may be meant; nobody where the words are kept as they are. ``typed``: whether the words stay beside the person."""

    people: tuple[Person, ...] = ()
    typed: bool = True


def resolve(kind: str, text: str, *, cohort: Cohort, by: Person, chosen: str = "") -> Meant:
    """A person by address anywhere, by name among those whom ``by`` can wish for anyway; ``chosen`` is the id picked of several, or 'name'.

    A form that told who works here would be a directory: an address is kept as typed, known or not, and so is every other name.
    """
    if kind != Veto.Kind.PERSON:
        return Meant()
    if "@" in text:
        known = Person.objects.present().filter(email=text.strip().lower()).first()
        return Meant((known,) if known else ())
    if chosen == "name":
        return Meant()
    key = veto_key(kind, text)
    mine = Enrollment.objects.live().filter(cohort=cohort, person=by)
    shown = {wished.person for enrollment in mine for wished in candidates(enrollment)}
    found = tuple(person for person in sorted(shown, key=_order) if key and key in keys_of(person)[Veto.Kind.PERSON])
    return Meant(tuple(person for person in found if person.pk == number(chosen)) or found, typed=False)


def _order(person: Person) -> tuple[str, int]:
    return person.name, person.pk


def known_places(field: Literal["team", "site"]) -> list[str]:
    """The teams or sites of the organization, for suggestions. Names of places, not of people."""
    found = Person.objects.present().exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()
    return list(found[:MOST_PLACES])


def managers_of(cohort: Cohort) -> list[str]:
    """Who runs the program, by name: they see vetoes, so it is said who they are."""
    roles = ProgramRole.objects.filter(program=cohort.program_id, role=ProgramRole.Role.MANAGER)
    return list(roles.order_by("person__name").values_list("person__name", flat=True))
