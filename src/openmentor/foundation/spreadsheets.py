"""Rows for a spreadsheet: CSV as it streams, or a workbook; no cell of which a spreadsheet would run."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

Cell = str | int | float | None
Row = Sequence[Cell]
#: what makes a spreadsheet read a cell as a formula
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: more than a cell of a workbook holds is cut
_MOST = 32_000


def harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would run, as text: people write their names and answers themselves. Numbers stay."""
    if not isinstance(cell, str):
        return cell
    # Control characters have no place in a workbook, and some programs skip them before they look for a formula.
    text = "".join(sign for sign in cell[:_MOST] if sign >= " " or sign in "\t\r\n")
    return f"'{text}" if text.startswith(_RUNS) else text


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a CSV, marked as UTF-8, since spreadsheets take it for something else otherwise."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([harmless(cell) for cell in header])
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def workbook(sheets: Mapping[str, tuple[Row, Iterable[Row]]]) -> IO[Any]:
    """An XLSX in a temporary file, at its beginning; title of the sheet -> header and rows. Rows are written as they come."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for title, (header, rows) in sheets.items():
        sheet = book.create_sheet(title[:31])
        sheet.freeze_panes = "A2"
        for at in range(len(header)):
            sheet.column_dimensions[chr(ord("A") + at)].width = 24
        titles = [WriteOnlyCell(sheet, value=harmless(cell)) for cell in header]
        for cell in titles:
            cell.font = Font(bold=True)
        sheet.append(titles)
        for row in rows:
            sheet.append([harmless(cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file
