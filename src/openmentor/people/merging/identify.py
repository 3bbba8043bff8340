"""Whom of a file the database knows: by the source's number, then by address, else by asking. Never by the name alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openmentor.people.importing import names
from openmentor.people.importing.faults import Doubt, shorten
from openmentor.people.importing.wording import _

#: What stands in an identity for people whom a source gave no number: their address, or, without one, our own id.
STAND_IN = "person:"


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says of who it is."""

    number: int
    external_id: str
    email: str
    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows. Each maps to ids of people; nobody erased is among them.

    numbers   external ids of this source.
    emails    addresses, in lower case.
    names     ``names.key`` of a name -> everybody who is called so.
    """

    numbers: Mapping[str, int]
    emails: Mapping[str, int]
    names: Mapping[str, list[int]]


@dataclass(slots=True)
class Identified:
    """Who is who.

    person      row -> id of the person known; rows of new people are not in it.
    identity    row -> external id to be written, where the source does not know them by it yet; '' for new people without one.
    no_address  rows whose address is somebody else's.
    undecided   row -> ids of people who may be this one.
    left_out    rows of people who stand in an earlier row already.
    """

    person: dict[int, int] = field(default_factory=dict)
    identity: dict[int, str] = field(default_factory=dict)
    no_address: set[int] = field(default_factory=set)
    undecided: dict[int, list[int]] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)


def identify(rows: list[Row], known: Known, decided: Mapping[int, int]) -> Identified:
    """Say of each row whom it means.

    decided   the importer's answers: row -> id of the person it is, or 0 for somebody new.
    """
    found = Identified()
    number_of = {person: number for number, person in known.numbers.items()}
    in_file = {row.external_id for row in rows if row.external_id}
    row_of: dict[int, int] = {}
    open_rows = []

    def take(row: Row, person: int) -> None:
        if person in row_of:
            sentence = _("Row %(row)d is the same person, as known from before; this one is left out.")
            advice = _("Take one of the two rows out of the file.")
            said = sentence % {"row": row_of[person]}
            found.doubts.append(Doubt("person.twice", said, advice, row.number, None, shorten(_called(row))))
            found.left_out.add(row.number)
            return
        row_of[person] = row.number
        found.person[row.number] = person
        identity = row.external_id or ("" if person in number_of else row.email or f"{STAND_IN}{person}")
        if identity and number_of.get(person) != identity:
            found.identity[row.number] = identity

    # By number first, for all: somebody's number counts more than somebody else's address.
    for row in rows:
        person = known.numbers.get(row.external_id or row.email) if row.external_id or row.email else None
        if person is None:
            open_rows.append(row)
        else:
            take(row, person)
    for row in open_rows:
        owner = known.emails.get(row.email) if row.email else None
        if row.number in decided:
            if decided[row.number]:
                take(row, decided[row.number])
            else:
                _add(row, found)
        elif owner is None:
            _ask_or_add(row, known, row_of, number_of, found)
        elif not row.external_id or not _is_number(number_of.get(owner, "")):
            take(row, owner)
        elif number_of[owner] in in_file:
            _add(row, found)  # the address has moved on to somebody who has another number
        else:
            found.undecided[row.number] = [owner]
    for row in rows:
        owner = known.emails.get(row.email) if row.email else None
        if owner is not None and found.person.get(row.number) != owner and row.number not in found.undecided:
            found.no_address.add(row.number)
            if found.identity.get(row.number) == row.email:
                found.identity[row.number] = ""
            sentence = _("This address belongs to somebody else here; it is not taken over.")
            advice = _("Import again once the other person has another address.")
            found.doubts.append(Doubt("email.taken", sentence, advice, row.number, None, shorten(row.email)))
    return found


def _ask_or_add(
    row: Row, known: Known, row_of: Mapping[int, int], number_of: Mapping[int, str], found: Identified
) -> None:
    """Somebody of the same name whom this source does not know by a number may be this one: only the importer can say."""
    called = known.names.get(_key(row), []) if row.given_name or row.family_name else []
    candidates = [person for person in called if person not in row_of and not _is_number(number_of.get(person, ""))]
    if not row.external_id and not row.email:
        candidates = [person for person in called if person not in row_of]
    if candidates:
        found.undecided[row.number] = candidates
    else:
        _add(row, found)


def _add(row: Row, found: Identified) -> None:
    found.identity[row.number] = row.external_id or row.email


def _is_number(identity: str) -> bool:
    """Whether the source gave it: a stand-in gives way to a real number."""
    return bool(identity) and "@" not in identity and not identity.startswith(STAND_IN)


def _key(row: Row) -> str:
    return names.key(names.Name(row.given_name, row.family_name))


def _called(row: Row) -> str:
    return f"{row.given_name} {row.family_name}".strip() or row.email or row.external_id


def by_name(people: Iterable[tuple[int, str, str]]) -> dict[str, list[int]]:
    """``Known.names`` from (id, given name, family name)."""
    found: dict[str, list[int]] = {}
    for person, given, family in people:
        found.setdefault(names.key(names.Name(given, family)), []).append(person)
    return found
