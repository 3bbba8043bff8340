"""What the impact engine raises for histories that contradict themselves. Other input that can't be read is a ValueError."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_FAULTS = 1000


@dataclass(frozen=True)
class Fault:
    """One contradiction at its place.

    table   people, events or starts (or as_of, eligible).
    row     position in the table, from 0; None where it is the whole column.
    column  its name.
    other   another row that the text speaks of.
    """

    table: str
    row: int | None
    column: str
    text: str
    other: int | None = None

    def __str__(self) -> str:
        place = self.table if self.row is None else f"{self.table}, row {self.row}"
        return f"{place}, column {self.column}: {self.text}"


class InvalidHistory(ValueError):
    """People, events and starts that can't all be true.

    faults              every fault found (the first thousand), as ``Fault``; the message is all of them, one a line.
    table, row, column  of the first.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)[:MOST_FAULTS]
        self.table, self.row, self.column = self.faults[0].table, self.faults[0].row, self.faults[0].column
        super().__init__("\n".join(str(each) for each in self.faults))
