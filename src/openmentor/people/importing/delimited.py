"""Text with separators (CSV, TSV, semicolons): which separator, and records of cells with the row they stand in."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from openmentor.people.importing.faults import Fault, InvalidFile, shorten
from openmentor.people.importing.wording import _

SEPARATORS = (",", ";", "\t", "|")
#: Longer cells are no facts about a person (a spreadsheet holds 32,767 characters in one).
CELL_CHARACTERS = 50_000
_SAMPLE_LINES = 300
_NO_LIMIT = 2**31 - 1
# The module's own limit (131,072) is one for the process and can't say which column it was met in; ours can.
csv.field_size_limit(_NO_LIMIT)


def sniff(lines: Iterable[str]) -> str:
    """The separator that makes the most even table of the first lines; a comma where there is but one column."""
    sample = list(islice(lines, _SAMPLE_LINES))
    if sample and sample[0].lower().startswith("sep=") and len(sample[0].strip("\r\n")) == 5:
        return sample[0][4]
    scores = {separator: _evenness(sample, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: scores[separator])
    return best if scores[best] > 0 else ","


def _evenness(sample: list[str], separator: str) -> float:
    """Share of the records with the usual width, times the logarithm of it; less where the first record differs."""
    try:
        widths = [len(record) for record in csv.reader(sample, delimiter=separator, skipinitialspace=True) if record]
    except csv.Error:
        return 0.0
    if len(sample) == _SAMPLE_LINES and len(widths) > 1:
        widths.pop()  # it may have been cut
    if not widths:
        return 0.0
    usual, count = Counter(widths).most_common(1)[0]
    first = min(widths[0], usual) / max(widths[0], usual)
    return count / len(widths) * math.log2(usual) * first


def records(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with its row (the first is 1; blank lines count, as in a spreadsheet).

    Raises InvalidFile for a quotation mark that is never closed, and for a cell beyond ``CELL_CHARACTERS``.
    """
    raw: list[str] = []

    def remembered() -> Iterator[str]:
        for line in lines:
            raw.append(line)
            yield line

    reader = csv.reader(remembered(), delimiter=separator, skipinitialspace=True)
    row = 0
    try:
        for record in reader:
            row += 1
            if row == 1 and record and record[0].lower() == "sep=" and len(raw[0].strip("\r\n")) == 5:
                raw.clear()
                continue  # a line for Excel, not of the table
            if len(raw) > 1:
                _refuse_open_quote(row, record, raw, separator)
            raw.clear()
            if any(record):
                _refuse_long_cell(row, record)
                yield row, record
    except csv.Error as error:
        raise InvalidFile(
            Fault(
                "row.unreadable",
                _("This row can't be read (%(error)s).") % {"error": error},
                _("Open the file in a spreadsheet, look at this row, and save it as CSV again."),
                row=row + 1,
            )
        ) from error


def _refuse_long_cell(row: int, record: list[str]) -> None:
    longest = max(record, key=len)
    if len(longest) > CELL_CHARACTERS:
        raise InvalidFile(too_long(row, str(record.index(longest) + 1), longest))


def too_long(row: int, column: str, value: str) -> Fault:
    """The fault for a cell beyond ``CELL_CHARACTERS``."""
    return Fault(
        "cell.too_long",
        _("This cell has %(count)d characters; at most %(most)d are read.")
        % {"count": len(value), "most": CELL_CHARACTERS},
        _("Shorten the cell, or take the column out of the file."),
        row=row,
        column=column,
        value=shorten(value),
    )


def _refuse_open_quote(row: int, record: list[str], raw: list[str], separator: str) -> None:
    """A record of several lines whose quotation mark is not closed, or was closed by another row's."""
    is_open = False
    try:
        list(csv.reader(raw, delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error as error:
        is_open = "unexpected end of data" in str(error)
    if not is_open:
        is_open = _swallowed_rows(record, separator)
    if is_open:
        at, cell = next(((i, cell) for i, cell in enumerate(record) if "\n" in cell or "\r" in cell), (0, ""))
        raise InvalidFile(
            Fault(
                "quote.open",
                _("A quotation mark is opened in this cell and not closed before the next rows."),
                _("Close it, or write it twice if it belongs to the text."),
                row=row,
                column=str(at + 1),
                value=shorten(cell),
            )
        )


def _swallowed_rows(record: list[str], separator: str) -> bool:
    """Whether a cell holds whole lines that look like rows of this table: as wide as the record itself or wider."""
    for cell in record:
        inner = cell.splitlines()[1:-1]
        if len(inner) and sum(line.count(separator) >= max(3, len(record) - 1) for line in inner) > len(inner) / 2:
            return True
    return False
