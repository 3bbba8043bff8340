"""What is wrong with a file, said so that its owner finds the place and knows what to do.

A *fault* stops the import: nothing of the file is taken. A *doubt* does not: the row is taken without what is doubtful,
and the importer sees which and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openmentor.people.importing.wording import _

SHOWN_CHARACTERS = 60
DOUBTS_KEPT = 20_000


def shorten(value: str, length: int = SHOWN_CHARACTERS) -> str:
    """One line of at most ``length`` characters, so that a cell of a megabyte can be named."""
    line = " ".join(value[: length * 4].split())
    return line if len(line) <= length and len(value) <= length * 4 else line[: length - 1] + "…"


@dataclass(frozen=True, slots=True)
class Remark:
    """One place of a file and what is to be said of it.

    kind      a stable word for grouping and for tests, such as ``email.invalid``.
    row       as a spreadsheet counts: the first line is 1; None for the file as a whole.
    column    the header of the column, or None for the whole row.
    value     what stands there, shortened.
    """

    kind: str
    sentence: str
    advice: str = ""
    row: int | None = None
    column: str | None = None
    value: str = ""

    @property
    def place(self) -> str:
        """'row 2, column Email', as far as it is known."""
        parts = []
        if self.row is not None:
            parts.append(_("row %(row)d") % {"row": self.row})
        if self.column is not None:
            parts.append(_("column %(column)s") % {"column": shorten(self.column)})
        return ", ".join(parts)

    def __str__(self) -> str:
        said = f"{self.place}: {self.sentence}" if self.place else self.sentence
        return f"{said} {self.advice}" if self.advice else said

    def as_dict(self) -> dict[str, str | int | None]:
        """For JSON."""
        return {
            "kind": self.kind,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "sentence": self.sentence,
            "advice": self.advice,
        }


class Fault(Remark):
    """Stops the import."""

    __slots__ = ()


class Doubt(Remark):
    """Is named, and the import goes on without what is doubtful."""

    __slots__ = ()


class InvalidFile(Exception):
    """The file can't be imported as it is; ``faults`` says where and why, at least one."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class Doubts:
    """The doubts of a file: all of them counted, the first ``DOUBTS_KEPT`` kept."""

    def __init__(self, doubts: Iterable[Doubt] = ()) -> None:
        self.kept: list[Doubt] = []
        self.counts: Counter[str] = Counter()
        for doubt in doubts:
            self.add(doubt)

    def add(self, doubt: Doubt) -> None:
        """Keep ``doubt``, or count it where the list is long enough for anybody."""
        self.counts[doubt.kind] += 1
        if len(self.kept) < DOUBTS_KEPT:
            self.kept.append(doubt)

    @property
    def total(self) -> int:
        """How many there are, kept or not."""
        return self.counts.total()

    def in_order(self) -> list[Doubt]:
        """By row; what concerns the whole file first."""
        return sorted(self.kept, key=lambda doubt: doubt.row or 0)

    def __iter__(self) -> Iterator[Doubt]:
        return iter(self.in_order())

    def __len__(self) -> int:
        return self.total
