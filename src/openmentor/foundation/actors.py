"""Who acts: a person, or a named rule, import, key or the system, so that 'approved by rule' is told truly."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openmentor.people.models import Person


class ActorKind(StrEnum):
    PERSON = "person"
    VISITOR = "visitor"
    RULE = "rule"
    IMPORT = "import"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """One who may or may not do something. ``name`` says which rule, import or key; ``memo`` keeps what policies looked up."""

    kind: ActorKind
    person: Person | None = None
    name: str = ""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_person(self) -> bool:
        return self.kind is ActorKind.PERSON

    @property
    def is_system(self) -> bool:
        """The product itself, or a rule that a manager set up: acts where no person's rights are asked."""
        return self.kind in (ActorKind.SYSTEM, ActorKind.RULE)

    @property
    def is_administrator(self) -> bool:
        return self.person is not None and self.person.is_administrator

    @property
    def person_id(self) -> int | None:
        return None if self.person is None else self.person.pk

    @classmethod
    def of(cls, person: Person) -> Actor:
        return cls(ActorKind.PERSON, person)


VISITOR = Actor(ActorKind.VISITOR)


def system(name: str = "") -> Actor:
    return Actor(ActorKind.SYSTEM, name=name)


def rule(name: str) -> Actor:
    return Actor(ActorKind.RULE, name=name)


def importer(name: str, person: Person | None = None) -> Actor:
    return Actor(ActorKind.IMPORT, person, name)
