"""Whom somebody means by a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from openmentor.enrollment.models import Enrollment, Veto
from openmentor.enrollment.models.wishes import keys_of, veto_key
from openmentor.foundation.ids import number
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, ProgramRole

MOST_PLACES = 300


@dataclass(frozen=True)
class Meant:
    """Who may be meant. ``as_text``: keep the words, nobody in particular. ``is_known``: somebody, a team or a site of this name is here."""

    people: tuple[Person, ...] = ()
    as_text: bool = False
    is_known: bool = True


def resolve(kind: str, text: str, *, cohort: Cohort, chosen: str = "") -> Meant:
    """A person by address anywhere, by name among those of the cohort; ``chosen`` is the id that was picked of several, or 'name'.

    Names are looked for in the cohort alone: a form that answers for the whole organization would be a directory.
    """
    if kind != Veto.Kind.PERSON:
        field: Literal["team", "site"] = "team" if kind == Veto.Kind.TEAM else "site"
        key = veto_key(kind, text)
        return Meant(as_text=True, is_known=any(veto_key(kind, place) == key for place in known_places(field)))
    if "@" in text:
        person = Person.objects.present().filter(email=text.strip().lower()).first()
        return Meant((person,)) if person else Meant(as_text=True, is_known=False)
    key = veto_key(kind, text)
    members = Person.objects.present().filter(pk__in=Enrollment.objects.filter(cohort=cohort).values("person"))
    found = tuple(person for person in members if key and key in keys_of(person)[Veto.Kind.PERSON])
    if chosen == "name":
        return Meant(found, as_text=True)
    found = tuple(person for person in found if person.pk == number(chosen)) or found
    return Meant(found, as_text=not found, is_known=bool(found))


def known_places(field: Literal["team", "site"]) -> list[str]:
    """The teams or sites of the organization, for suggestions. Names of places, not of people."""
    found = Person.objects.present().exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()
    return list(found[:MOST_PLACES])


def managers_of(cohort: Cohort) -> list[str]:
    """Who runs the program, by name: they see vetoes, so it is said who they are."""
    roles = ProgramRole.objects.filter(program=cohort.program_id, role=ProgramRole.Role.MANAGER)
    return list(roles.order_by("person__name").values_list("person__name", flat=True))
