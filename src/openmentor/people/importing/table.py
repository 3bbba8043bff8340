"""A file of rows, opened and checked: its header, and rows of trimmed text that can be read again and again.

Nothing but a sample is held in memory: each reading goes through the file, so many rows cost time and no room.
"""

from __future__ import annotations

import errno
import io
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from openmentor.people.importing import delimited, encoding, workbook
from openmentor.people.importing.faults import Doubt, Fault, InvalidFile, shorten
from openmentor.people.importing.wording import _, ngettext

FILE_BYTES = 200 * 2**20
ROWS = 1_000_000
COLUMNS = 1_000
SAMPLE_ROWS = 1_000
_HEADER_WITHIN = 25
_LOOKS_LIKE_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[-+]?\d+([.,]\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_SEPARATOR_LABELS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "|"}


@dataclass(frozen=True, slots=True)
class Facts:
    """How the file was read, for the importer to see."""

    name: str
    encoding: str
    separator: str
    header_row: int
    rows: int
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """A checked table. Open it with ``with open_table(...) as table``.

    header    one name for each column, all different, none empty.
    sample    the first ``SAMPLE_ROWS`` rows, from which columns are guessed.
    doubts    what was met while reading: short rows, foreign characters, headers without a name.
    """

    facts: Facts
    header: tuple[str, ...]
    sample: list[list[str]]
    doubts: list[Doubt]
    _source: _Source
    _columns: tuple[int, ...]
    _stack: ExitStack = field(default_factory=ExitStack)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not blank: its number (as in a spreadsheet) and one trimmed cell for each column."""
        width = len(self._columns)
        wanted = None if self._columns == tuple(range(width)) else self._columns
        is_mixed = self._source.encoding.is_mixed
        for row, record in self._source.records():
            if row <= self.facts.header_row:
                continue
            cells = [cell.strip() for cell in record]
            if not any(cells):
                continue
            if wanted is None:
                if len(cells) != width:
                    cells = cells[:width] + [""] * (width - len(cells))
            else:
                cells = [cells[i] if i < len(cells) else "" for i in wanted]
            if is_mixed:
                cells = [cell.replace(encoding.FOREIGN, "") for cell in cells]
            yield row, cells

    def chunks(self, size: int = 1_000) -> Iterator[list[tuple[int, list[str]]]]:
        """The rows in lists of at most ``size``."""
        rows = self.rows()
        while chunk := list(islice(rows, size)):
            yield chunk

    def close(self) -> None:
        """Remove what was unpacked."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the text is, and how it is written."""

    data: bytes | Path
    encoding: encoding.Encoding
    separator: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        return delimited.records(encoding.lines(_stream(self.data), self.encoding), self.separator)


def _stream(data: bytes | Path) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else data.open("rb")


def open_table(data: bytes | Path, *, name: str = "", sheet: str | None = None) -> Table:
    """Open CSV, TSV, semicolon-separated text or XLSX, whichever ``data`` is, and read it through once.

    sheet     the sheet of a workbook; without it, the first with anything in it.
    Raises    InvalidFile, whose faults name row and column; a file that can't be opened at all raises OSError.
    """
    if isinstance(data, Path) and data.exists() and not data.is_file() and not data.is_dir():
        # A pipe would be waited for without end, and is read only once.
        raise OSError(errno.EINVAL, _("This is a pipe or a device, not a file. Write it to a file first."), str(data))
    with ExitStack() as stack:
        with _stream(data) as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            start = stream.read(8)
        if size > FILE_BYTES:
            raise InvalidFile(
                Fault(
                    "file.too_large",
                    _("The file has %(size)d MB; at most %(most)d are read.")
                    % {"size": size // 2**20, "most": FILE_BYTES // 2**20},
                    _("Take out columns that are not about people here, or split it."),
                )
            )
        name = name or (data.name if isinstance(data, Path) else "")
        chosen: workbook.Sheet | None = None
        if workbook.looks_like_workbook(start):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openmentor-import-")))
            if isinstance(data, bytes):
                (folder / "book.xlsx").write_bytes(data)
                data = folder / "book.xlsx"
            chosen = workbook.unfold(data, folder=folder, sheet=sheet)
            source = _Source(chosen.path, encoding.Encoding("utf-8", "UTF-8"), ",")
        else:
            with _stream(data) as stream:
                written = encoding.detect(stream)
            source = _Source(data, written, delimited.sniff(encoding.lines(_stream(data), written)))
        table = _check(source, name, chosen)
        table._stack = stack.pop_all()
        return table


def _check(source: _Source, name: str, chosen: workbook.Sheet | None) -> Table:
    """Read everything once: find the header, name what is ragged or foreign, see which columns hold anything."""
    records = source.records()
    top = [(row, [cell.strip() for cell in record]) for row, record in islice(records, _HEADER_WITHIN)]
    header_row, header = _find_header([(row, cells) for row, cells in top if any(cells)])
    if chosen:  # cells of a sheet can't slip into a wrong column: one beyond the header is a column without a name
        widest = max(len(record) for _row, record in source.records())
        header += [""] * (min(widest, COLUMNS) - len(header))
    doubts: list[Doubt] = []
    if header_row > 1 and any(row < header_row for row, _cells in top):
        doubts.append(
            Doubt(
                "header.below",
                _("The names of the columns are taken from row %(row)d; what stands above is left out.")
                % {"row": header_row},
                row=header_row,
            )
        )
    names = _distinct_names(header, header_row, doubts)
    filled = bytearray(len(names))
    count = 0
    for row, record in source.records():
        if row <= header_row or not any(map(str.strip, record)):
            continue
        count += 1
        if count > ROWS:
            raise InvalidFile(
                Fault(
                    "file.too_many_rows",
                    _("The file has more than %(most)d rows.") % {"most": ROWS},
                    _("Split it."),
                    row=row,
                )
            )
        _check_row(row, record, names, filled, None if chosen else doubts)
        _check_characters(row, record, names, source.encoding.is_mixed, doubts)
    if not count:
        raise InvalidFile(
            Fault("file.no_rows", _("There is no row below the names of the columns."), _("Add a row for each person."))
        )
    kept = tuple(i for i, text in enumerate(header) if text or filled[i])
    for i in kept:
        if not header[i]:
            doubts.append(
                Doubt(
                    "header.empty",
                    _("This column has no name; it is called “%(name)s”.") % {"name": names[i]},
                    _("Give it a name in the file if it matters."),
                    row=header_row,
                    column=names[i],
                )
            )
    label = {encoding.MIXED: _("UTF-8 and Windows-1252 mixed")}.get(source.encoding.label, source.encoding.label)
    facts = Facts(
        name=name,
        encoding="XLSX" if chosen else label,
        separator="" if chosen else _SEPARATOR_LABELS.get(source.separator, source.separator),
        header_row=header_row,
        rows=count,
        sheet=chosen.name if chosen else None,
        other_sheets=chosen.others if chosen else (),
    )
    table = Table(facts, tuple(names[i] for i in kept), [], doubts, source, kept)
    table.sample = [cells for _row, cells in islice(table.rows(), SAMPLE_ROWS)]
    return table


def _find_header(top: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The first row that is nearly as full as the usual one; a title or a note above it is emptier."""
    if not top:
        raise InvalidFile(
            Fault("file.empty", _("The file is empty."), _("Choose a file with one row for each person."))
        )
    filled = [sum(1 for cell in cells if cell) for _row, cells in top]
    enough = 0.6 * statistics.median_high(filled)
    row, cells = next(line for line, count in zip(top, filled, strict=True) if count >= enough)
    if sum(map(bool, cells)) > COLUMNS:
        raise InvalidFile(
            Fault(
                "file.too_many_columns",
                _("There are more than %(most)d columns.") % {"most": COLUMNS},
                _("Take out those that are not about people."),
                row=row,
            )
        )
    data_like = [cell for cell in cells if cell and _LOOKS_LIKE_DATA.fullmatch(cell)]
    if any("@" in cell for cell in data_like) or len(data_like) > 0.5 * sum(1 for cell in cells if cell):
        at = cells.index(data_like[0])
        raise InvalidFile(
            Fault(
                "header.missing",
                _("The first row looks like a person, not like the names of the columns."),
                _("Put a row above it that says what each column holds."),
                row=row,
                column=str(at + 1),
                value=shorten(data_like[0]),
            )
        )
    return row, [cell.replace(encoding.FOREIGN, "") for cell in cells]


def _distinct_names(header: list[str], row: int, doubts: list[Doubt]) -> list[str]:
    names: list[str] = []
    seen: set[str] = set()
    for i, text in enumerate(header):
        base = " ".join(text.split()) or _("Column %(number)d") % {"number": i + 1}
        name, number = base, 1
        while name in seen:
            number += 1
            name = f"{base} ({number})"
        if number > 1 and text:
            doubts.append(
                Doubt(
                    "header.twice",
                    _("Two columns have the name “%(name)s”; this one is called “%(new)s”.")
                    % {"name": shorten(base), "new": shorten(name)},
                    _("Give them different names in the file if both matter."),
                    row=row,
                    column=name,
                )
            )
        seen.add(name)
        names.append(name)
    return names


def _check_row(row: int, record: list[str], names: list[str], filled: bytearray, doubts: list[Doubt] | None) -> None:
    """A short row is a doubt where ``doubts`` are given; a workbook drops the empty cells at the end by itself."""
    width = len(names)
    if len(record) > width and any(cell.strip() for cell in record[width:]):
        extra = next(cell for cell in record[width:] if cell.strip())
        raise InvalidFile(
            Fault(
                "row.too_wide",
                _("This row has %(count)d cells, but there are %(width)d columns; some may stand in wrong ones.")
                % {"count": len(record), "width": width},
                _("Put text that holds the separator between quotation marks, or correct the row."),
                row=row,
                column=str(width + 1),
                value=shorten(extra),
            )
        )
    if doubts is not None and len(record) < width - 1:
        doubts.append(
            Doubt(
                "row.short",
                ngettext(
                    "This row has %(count)d cell of %(width)d; the rest is taken as empty.",
                    "This row has %(count)d cells of %(width)d; the rest is taken as empty.",
                    len(record),
                )
                % {"count": len(record), "width": width},
                row=row,
            )
        )
    for i, cell in enumerate(record):
        if cell and i < width:
            filled[i] = 1


def _check_characters(row: int, record: list[str], names: list[str], is_mixed: bool, doubts: list[Doubt]) -> None:
    for i, cell in enumerate(record):
        if cell.isascii() or i >= len(names):
            continue
        if is_mixed and encoding.FOREIGN in cell:
            doubts.append(
                Doubt(
                    "text.foreign",
                    _("This cell is written in another encoding than the rest; it was read as Windows-1252."),
                    _("Look whether its letters are right."),
                    row=row,
                    column=names[i],
                    value=shorten(cell.replace(encoding.FOREIGN, "")),
                )
            )
        elif encoding.LOST in cell:
            doubts.append(
                Doubt(
                    "text.lost",
                    _("A letter of this cell was lost before the file came here."),
                    _("Correct it in the file."),
                    row=row,
                    column=names[i],
                    value=shorten(cell),
                )
            )
