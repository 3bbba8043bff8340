"""Who manages whom: by number if the numbers are those of the file, else by address, else by name; never by a guess.

What is ambiguous, absent, no person, or would close a loop is listed and left empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from openmentor.people.importing import names
from openmentor.people.importing.wording import _, ngettext, words

Why = Literal["absent", "ambiguous", "no_person", "loop", "self"]
_NO_PERSON_WORDS = words(
    "board directors committee council trustees vacant vacancy vacante vakant open tbd tba tbc team department office "
    "shareholders owner owners vorstand aufsichtsrat geschaftsfuhrung verwaltungsrat direction conseil consejo junta "
    "unknown external various self group management hr"
)
#: Share of the different numbers in a manager column that must be numbers of people for the column to be believed.
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Someone:
    """A person who can be somebody's manager: of the file (``row``), or known before (``known``, an opaque key)."""

    external_id: str = ""
    email: str = ""
    name: names.Name | None = None
    row: int = 0
    known: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a row says of the manager; '' for what it does not."""

    external_id: str = ""
    email: str = ""
    name: str = ""

    @property
    def is_empty(self) -> bool:
        """It says nothing."""
        return not (self.external_id or self.email or self.name)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A manager who is left empty, and for which rows."""

    reference: str
    why: Why
    rows: tuple[int, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who manages whom.

    manager     for each person of the file the manager, None where there is none or none that is certain.
    given       how many rows name a manager.
    unresolved  grouped by what the file says; the most frequent first.
    differing   rows whose number and name point to two people: the number counts.
    notes       which columns were believed and which not, for the importer.
    """

    manager: list[Someone | None]
    given: int
    unresolved: tuple[Unresolved, ...]
    differing: tuple[tuple[int, str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def resolved(self) -> int:
        """How many people have a manager after all."""
        return sum(1 for someone in self.manager if someone is not None)


class _Index:
    """Finds people by number, by address and by name; several of one name are all kept, so that none is guessed."""

    def __init__(self, people: Sequence[Someone]) -> None:
        self.by_id: dict[str, Someone] = {}
        self.by_email: dict[str, Someone] = {}
        self.by_core: dict[str, list[tuple[str, str, Someone]]] = {}
        for someone in people:
            is_again = someone.known and (someone.external_id in self.by_id or someone.email in self.by_email)
            if someone.external_id:
                self.by_id.setdefault(someone.external_id, someone)
            if someone.email:
                self.by_email.setdefault(someone.email, someone)
            if someone.name is not None and not is_again:
                initials, core = names.initials_and_core(someone.name)
                self.by_core.setdefault(core, []).append((initials, names.key(someone.name), someone))
        self._by_name: dict[str, Someone | Why] = {}

    def find_name(self, text: str) -> Someone | Why:
        """The one person of this name: spelled the same, or the same but for middle initials that one of both lacks."""
        if text not in self._by_name:
            self._by_name[text] = self._look_up(text)
        return self._by_name[text]

    def _look_up(self, text: str) -> Someone | Why:
        name = names.split(text)
        if name is None:
            return "no_person"
        initials, core = names.initials_and_core(name)
        candidates = self.by_core.get(core, [])
        same = [someone for _initials, key, someone in candidates if key == names.key(name)]
        fitting = same or [
            someone for theirs, _key, someone in candidates if not theirs or not initials or theirs == initials
        ]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return "ambiguous"
        return "no_person" if set(names.plain(text).split()) & _NO_PERSON_WORDS else "absent"


@dataclass(slots=True)
class _Missing:
    rows: list[int] = field(default_factory=list)
    text: str = ""


def resolve(people: Sequence[Someone], references: Sequence[Reference], known: Sequence[Someone] = ()) -> Resolution:
    """Find the manager of each of ``people`` (of the file, in its order) among them and those ``known`` before."""
    index = _Index([*people, *known])
    believes_ids, notes = _believes_ids(references, index)
    manager: list[Someone | None] = []
    missing: dict[tuple[Why, str], _Missing] = {}
    differing: list[tuple[int, str, str]] = []
    given = 0

    def miss(why: Why, text: str, row: int) -> None:
        entry = missing.setdefault((why, names.plain(text)), _Missing(text=text))
        entry.rows.append(row)

    for someone, reference in zip(people, references, strict=True):
        if reference.is_empty or (not believes_ids and not reference.email and not reference.name):
            if reference.external_id:
                given += 1
                miss("absent", reference.external_id, someone.row)
            manager.append(None)
            continue
        given += 1
        found = _find(reference, index, believes_ids=believes_ids)
        if isinstance(found, str):
            miss(found, reference.name or reference.email or reference.external_id, someone.row)
            manager.append(None)
        elif found is someone:
            miss("self", reference.name or reference.email or reference.external_id, someone.row)
            manager.append(None)
        else:
            manager.append(found)
            if believes_ids and reference.external_id in index.by_id and reference.name:
                by_name = index.find_name(reference.name)
                if isinstance(by_name, Someone) and by_name is not found:
                    differing.append((someone.row, reference.external_id, reference.name))
    unresolved = [_unresolved(why, entry) for (why, _key), entry in missing.items()]
    unresolved += _cut_loops(people, manager)
    unresolved.sort(key=lambda entry: (-len(entry.rows), entry.rows))
    return Resolution(manager, given, tuple(unresolved), tuple(differing), notes)


def _find(reference: Reference, index: _Index, *, believes_ids: bool) -> Someone | Why:
    if believes_ids and reference.external_id in index.by_id:
        return index.by_id[reference.external_id]
    if reference.email in index.by_email:
        return index.by_email[reference.email]
    return index.find_name(reference.name) if reference.name else "absent"


def _believes_ids(references: Sequence[Reference], index: _Index) -> tuple[bool, tuple[str, ...]]:
    """Whether the numbers of managers are those of people: half of them occur, and the names beside them agree."""
    given = {reference.external_id for reference in references if reference.external_id}
    if not given:
        return False, ()
    occurring = given & index.by_id.keys()
    if len(occurring) < _ENOUGH * len(given):
        note = ngettext(
            "The managers' numbers are not used: %(some)d of %(count)d number occurs among the people.",
            "The managers' numbers are not used: %(some)d of %(count)d numbers occur among the people.",
            len(given),
        )
        return False, (note % {"some": len(occurring), "count": len(given)},)
    agree = disagree = 0
    for reference in references:
        if reference.external_id in occurring and reference.name:
            by_name = index.find_name(reference.name)
            if isinstance(by_name, Someone):
                is_same = by_name is index.by_id[reference.external_id]
                agree, disagree = agree + is_same, disagree + (not is_same)
    if disagree > agree:
        return False, (_("The managers' numbers are not used: they point to other people than the names beside them."),)
    return True, ()


_SENTENCES: dict[Why, Callable[[], str]] = {
    "absent": lambda: _("is not among the people"),
    "ambiguous": lambda: _("several people have this name"),
    "no_person": lambda: _("is no person"),
    "self": lambda: _("would be their own manager"),
    "loop": lambda: _("would close a loop"),
}


def _unresolved(why: Why, entry: _Missing) -> Unresolved:
    return Unresolved(" ".join(entry.text.split()), why, tuple(entry.rows), _SENTENCES[why]())


def _cut_loops(people: Sequence[Someone], manager: list[Someone | None]) -> list[Unresolved]:
    """Empty every step of each loop; what leads into a loop stays."""
    at = {someone.row: i for i, someone in enumerate(people)}
    settled = bytearray(len(people))
    loops = []
    for start in range(len(people)):
        path: list[int] = []
        here: int | None = start
        while here is not None and not settled[here]:
            settled[here] = 1
            path.append(here)
            above = manager[here]
            here = at.get(above.row) if above is not None and not above.known else None
        if here is not None and here in path:
            loop = path[path.index(here) :]
            for i in loop:
                manager[i] = None
            called = [_called(people[i]) for i in loop]
            shown = called if len(called) <= 6 else [*called[:5], "…"]
            rows = tuple(sorted(people[i].row for i in loop))
            loops.append(Unresolved(" → ".join([*shown, called[0]]), "loop", rows, _SENTENCES["loop"]()))
    return loops


def _called(someone: Someone) -> str:
    return someone.name.full if someone.name else someone.email or someone.external_id
