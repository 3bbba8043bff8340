"""Reading a list of pairs made by hand: who is meant by a name, an address or a personnel number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment, Role
from openmentor.people.importing.applications import Directory, Entry
from openmentor.people.importing.faults import Fault, InvalidFile, Remark, shorten
from openmentor.people.importing.names import plain
from openmentor.people.importing.table import Table, open_table
from openmentor.people.models import Identity
from openmentor.programs.models import Cohort

LIMIT_MB = 5
ROWS = 20_000
#: places that could not be read are kept up to here
FAULTS = 500
#: how a column of each side may be called, in the order in which they are looked for
_MENTOR = ("mentor", "mentorin", "coach", "mentora", "parrain")
_MENTEE = ("mentee", "protege", "protegee", "mentoree", "mentorado", "mentorada", "filleul")
_NUMBERS = frozenset({"number", "nummer", "nr", "no", "id", "numero"})
_OTHER = 3


@dataclass
class Found:
    """Pairs of enrollments, mentor first, and what could not be read, each with its place."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def doubt(self, row: int, column: str, value: str, sentence: str, advice: str = "") -> None:
        if len(self.faults) < FAULTS:
            self.faults.append(Remark("pair", sentence, advice, row, column, shorten(value)).as_dict())


def read(cohort: Cohort, data: bytes, name: str) -> Found:
    """The pairs of a CSV or XLSX. Raises InvalidFile if it holds none, or can't be read."""
    with open_table(data, name=name) as table:
        if table.facts.rows > ROWS:
            raise InvalidFile(Fault("list.too_long", _("The file has %(rows)d rows; a list of pairs has at most %(most)d.") % {"rows": table.facts.rows, "most": ROWS}))  # fmt: skip
        columns = _columns(table)
        directories = _directories(cohort)
        found, seen = Found(), set()
        for row, cells in table.rows():
            for pair in _pairs(row, cells, table, columns, directories, found):
                if pair in seen:
                    found.doubt(
                        row,
                        table.header[columns["mentor"][0]],
                        "",
                        _("This pair stands in the file already; it counts once."),
                    )
                else:
                    seen.add(pair)
                    found.pairs.append(pair)
        if not found.pairs:
            first = found.faults[0] if found.faults else {}
            raise InvalidFile(
                Fault(
                    "list.nobody", _("No row names a mentor and a mentee of this cohort. The first that was not found:") + " " + str(first.get("sentence", "")),
                    str(first.get("advice", "")), first.get("row"), first.get("column"), str(first.get("value", "")),
                )
            )  # fmt: skip
        return found


def _columns(table: Table) -> dict[str, list[int]]:
    """The columns of each side, what names somebody most surely first: address, number, name."""
    found: dict[str, list[int]] = {}
    for side in ("mentor", "mentee"):
        ranked = sorted(
            (rank, at) for at, header in enumerate(table.header) if (rank := _rank(header, side)) is not None
        )
        fitting = [at for rank, at in ranked if rank < _OTHER] or [at for _rank, at in ranked]
        if not fitting:
            raise InvalidFile(
                Fault(
                    "list.no_column", _("No column is called “%(side)s”. The columns are: %(columns)s.") % {"side": side, "columns": shorten(", ".join(table.header), 200)},
                    _("Name one column “mentor” and one “mentee”, and put a name, an address or a personnel number in each."), table.facts.header_row,
                )
            )  # fmt: skip
        found[side] = fitting
    return found


def _rank(header: str, side: str) -> int | None:
    """How surely a column names somebody of a side: 0 by an address, 1 by a number, 2 by a name; None if it is about somebody else."""
    words = plain(header).split()
    if not words:
        return None
    is_mentee = any(word.startswith(_MENTEE) for word in words)
    if is_mentee != (side == "mentee") or not (is_mentee or any(word.startswith(_MENTOR) for word in words)):
        return None
    if any("mail" in word for word in words):
        return 0
    if _NUMBERS & set(words):
        return 1
    return 2 if len(words) == 1 or "name" in words or "full" in words else _OTHER


def _directories(cohort: Cohort) -> dict[str, Directory]:
    """The mentors and the mentees of a cohort, each to be found by what a list says of them. Two queries."""
    inside = Enrollment.objects.filter(
        cohort=cohort, status__in=(Enrollment.Status.APPROVED, Enrollment.Status.COMPLETED)
    )
    numbers = dict(
        Identity.objects.filter(person__in=inside.values("person")).order_by("pk").values_list("person", "external_id")
    )
    entries: dict[str, list[Entry]] = {Role.MENTOR: [], Role.MENTEE: []}
    for pk, role, person, name, email in inside.values_list("pk", "role", "person", "person__name", "person__email"):
        if role in entries:
            entries[role].append(Entry(pk, name, email or "", numbers.get(person, "")))
    return {side: Directory(some) for side, some in entries.items()}


def _pairs(row: int, cells: list[str], table: Table, columns: dict[str, list[int]], directories: dict[str, Directory], found: Found) -> Iterator[tuple[int, int]]:  # fmt: skip
    sides = {
        side: _people(row, cells, table, columns[side], side, directories[side], found) for side in ("mentor", "mentee")
    }
    for mentor in sides["mentor"]:
        for mentee in sides["mentee"]:
            yield mentor, mentee


def _people(
    row: int, cells: list[str], table: Table, columns: list[int], side: str, directory: Directory, found: Found
) -> list[int]:
    """Who is named on one side of a row: by the first column that says somebody known."""
    said = [(at, text) for at in columns for text in [cells[at]] if text]
    if not said:
        found.doubt(row, table.header[columns[0]], "", _("Nobody is named here."), _("The row is left out."))
        return []
    for _at, text in said:
        people = [directory.find(each).entry for each in directory.split(text)]
        if people and all(people):
            return [int(str(entry.id)) for entry in people if entry is not None]
    at, text = said[-1]
    known: list[int] = []
    for each in directory.split(text) or [text]:
        looked = directory.find(each)
        if looked.entry is not None:
            known.append(int(str(looked.entry.id)))
            continue
        role = _("mentor") if side == "mentor" else _("mentee")
        if looked.why == "ambiguous":
            sentence = _("“%(text)s” fits several people.") % {"text": shorten(each)}
            advice = _("Write the e-mail address or the personnel number.")
        else:
            sentence = _("“%(text)s” is no %(role)s of this cohort.") % {"text": shorten(each), "role": role}
            advice = _("The nearest is %(name)s.") % {"name": looked.nearest} if looked.nearest else ""
        found.doubt(row, table.header[at], each, sentence, advice)
    return known
