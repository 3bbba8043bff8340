"""PEOPLE.csv as it comes: separators, encodings, headers in any case; faults and warnings with row and column.

Nothing here knows what a column means: that is ``people``. A file is read whole or refused whole.
"""

from __future__ import annotations

import csv
import difflib
import errno
import io
import os
import tempfile
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from .errors import InvalidProblem

LONGEST_CELL = 100_000  # characters; a longer one is a quote that never closes, or an attack
MOST_BYTES = 1_000_000_000
_SEPARATORS = ",;\t"
_VETO_NAMES = {"veto", "vetos", "vetoes", "never_with", "not_with", "nevers"}


@dataclass(frozen=True, order=True)
class Note:
    """A fault or a warning, at its place: ``row 2, column role: …`` (the header is row 1)."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"row {self.row}, column {shown(self.column)}: {self.text}"


class InvalidFile(InvalidProblem):
    """A file of people that can't be read. ``notes``: every fault with its place, in the order of rows."""

    def __init__(self, notes: Iterable[Note]) -> None:
        self.notes = tuple(notes)
        super().__init__([str(note) for note in self.notes])


@dataclass
class Table:
    """Columns of text, each cell trimmed; ``rows`` holds each person's row number in the file."""

    columns: dict[str, list[str]]
    rows: list[int]
    warnings: list[Note] = field(default_factory=list)


def shown(text: object, most: int = 40) -> str:
    """Foreign text made fit for one line of a message: no control characters, and not longer than needed."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[: most + 1])
    return line if len(line) <= most else line[:most] + "…"


def heading(text: str) -> str:
    """A header's cell as the name of a column: 'Helps with' is helps_with."""
    words = unicodedata.normalize("NFKC", text).strip().casefold().replace("-", " ").replace("_", " ").split()
    return "_".join(words)


def nearest(word: str, known: Collection[str]) -> str:
    """The known word most like this one; always one, unless nothing is known."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.0)
    return found[0] if found else ""


def reads_like_veto(name: str) -> bool:
    """Whether an unknown heading was probably meant as ``never``; to leave such a column out would break vetoes."""
    return name in _VETO_NAMES or difflib.SequenceMatcher(None, name, "never").ratio() >= 0.75


_NEEDED = "missing; everybody needs an id and a role (mentor, mentee, both or peer)"
PEOPLE: Mapping[str, str] = MappingProxyType({"id": _NEEDED, "role": _NEEDED})
"""The columns that a file of people can't do without, and what is said where one is missing."""


def read(
    path: str | os.PathLike[str],
    known: Collection[str] | None,
    needed: Mapping[str, str] = PEOPLE,
    *,
    may_be_empty: bool = False,
) -> Table:
    """Read a file of people, or of other rows.

    known    names of columns that mean something; others are left out with a warning that names the nearest. None: all do.
    needed   columns that must be there, with what is said where one isn't. may_be_empty: a header alone will do.
    Returns  the known columns that the file has.
    Raises   InvalidFile with every fault found; OSError if the file can't be opened.
    """
    if Path(path).is_fifo() and not str(path).startswith("/dev/"):
        raise OSError(errno.EINVAL, "this is a pipe, not a file; nobody may be writing to it", str(path))
    with Path(path).open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InvalidFile([Note(1, "id", f"the file is larger than {MOST_BYTES // 1_000_000} MB")])
    return parse(data, known, needed, may_be_empty=may_be_empty)


def parse(
    data: bytes, known: Collection[str] | None, needed: Mapping[str, str] = PEOPLE, *, may_be_empty: bool = False
) -> Table:
    """``read`` for bytes at hand."""
    rows = _records(_text(data), needed if known is None else known)
    header_at = next((k for k, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if header_at is None:
        raise InvalidFile([Note(1, "id", "the file is empty; its first row must name the columns")])
    header = rows[header_at]
    names = [heading(_repaired(cell)) for cell in header]
    warnings: list[Note] = []
    if known is None:
        known = {name for name in names if name}
    faults = _check_header(names, header, known, needed, rows[header_at + 1 :], header_at + 1, warnings)
    if not faults and not may_be_empty and len(rows) == header_at + 1:
        faults.append(
            Note(header_at + 2, next(iter(needed)), "nobody in the file; below the header each row is a person")
        )
    body = [
        (k + 1, row) for k, row in enumerate(rows) if k > header_at and any(cell and not cell.isspace() for cell in row)
    ]
    faults += _check_cells(names, body)
    if faults:
        raise InvalidFile(sorted(faults))
    columns: dict[str, list[str]] = {}
    for k, name in enumerate(names):
        if name in known:
            columns[name] = [row[k].strip() if k < len(row) else "" for _, row in body]
    _decode_cells(columns, [number for number, _ in body])
    return Table(columns, [number for number, _ in body], warnings)


def _text(data: bytes) -> str:
    """Decoded; a byte that is no UTF-8 stays behind as a lone surrogate until its cell is known."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "surrogateescape")
    elif _every_other_is_zero(data, 1):
        encoding = "utf-16-le"
    elif _every_other_is_zero(data, 0):
        encoding = "utf-16-be"
    else:
        return data.decode("utf-8", "surrogateescape")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].decode(encoding, "replace").count("\n") + 1
        raise InvalidFile(
            [Note(row, "id", "the file starts as UTF-16 but breaks off or goes on as something else")]
        ) from error


def _every_other_is_zero(data: bytes, first: int) -> bool:
    """Whether it looks like UTF-16 without a mark: letters of a header, each beside a zero byte."""
    sample = data[:64]
    return len(sample) >= 8 and len(sample) % 2 == 0 and not any(sample[first::2]) and all(sample[1 - first :: 2])


def _records(text: str, known: Collection[str]) -> list[list[str]]:
    first = text.split("\n", 1)[0].rstrip("\r")
    separator = ""
    if first[:4].casefold() == "sep=" and len(first) == 5:  # what Excel writes for itself
        separator = first[4]
        text = text.split("\n", 1)[1] if "\n" in text else ""
    if not separator:
        separator = _separator(text, known)
    before = csv.field_size_limit(max(len(text) + 1, 131_072))  # a long cell is ours to name, with its place
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows: list[list[str]] = []
        try:
            rows.extend(reader)  # what came before an error stays, and gives its row
        except csv.Error as error:
            place = Note(len(rows) + 1, "id", "the quotes do not close, or text stands behind a closing quote")
            raise InvalidFile([place]) from error
        return rows
    finally:
        csv.field_size_limit(before)


def _separator(text: str, known: Collection[str]) -> str:
    line = next((each for each in text.splitlines() if each.strip(_SEPARATORS + " \t\r")), "")

    def columns(separator: str) -> tuple[int, int]:
        cells = line.split(separator)
        return sum(heading(cell.strip(' "')) in known for cell in cells), len(cells)

    return max(_SEPARATORS, key=columns)


def _check_header(
    names: Sequence[str],
    header: Sequence[str],
    known: Collection[str],
    needed: Mapping[str, str],
    body: Sequence[Sequence[str]],
    row: int,
    warnings: list[Note],
) -> list[Note]:
    faults: list[Note] = []
    seen: dict[str, int] = {}
    for k, name in enumerate(names):
        filled = any(k < len(each) and each[k].strip() for each in body)
        if not name:
            if filled:
                faults.append(Note(row, str(k + 1), "the column has cells but no name"))
        elif len(header[k]) > LONGEST_CELL or "\0" in header[k]:
            faults.append(Note(row, name, "no readable name of a column"))
        elif name in seen:
            faults.append(Note(row, name, f"names two columns, the {_nth(seen[name])} and the {_nth(k + 1)}"))
        elif name not in known and filled and reads_like_veto(name):
            faults.append(Note(row, name, "not a known column; vetoes stand in the column never, and none may be lost"))
        elif name not in known:
            warnings.append(Note(row, name, f"not a known column, left out; the nearest is {nearest(name, known)}"))
        seen.setdefault(name, k + 1)
    faults += [Note(row, name, text) for name, text in needed.items() if name not in seen]
    return faults


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _check_cells(names: Sequence[str], body: Sequence[tuple[int, Sequence[str]]]) -> list[Note]:
    faults: list[Note] = []
    for number, row in body:
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            faults.append(
                Note(number, str(len(row)), f"{len(row)} cells under {len(names)} headings; is a separator unquoted?")
            )
        for name, cell in zip(names, row):
            if len(cell) > LONGEST_CELL:
                most = f"{LONGEST_CELL:,}"
                faults.append(
                    Note(number, name, f"{len(cell):,} characters; at most {most} fit a cell (a quote left open?)")
                )
            elif "\0" in cell:
                faults.append(Note(number, name, "holds a NUL byte; the file is damaged, or no text file"))
    return faults


def _is_escaped(cell: str) -> bool:
    return any("\udc80" <= c <= "\udcff" for c in cell)


def _repaired(cell: str) -> str:
    """A heading with foreign bytes read as CP1252."""
    if not _is_escaped(cell):
        return cell
    return cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _decode_cells(columns: dict[str, list[str]], rows: Sequence[int]) -> None:
    """Read the cells that are no UTF-8 as CP1252, unless others are UTF-8: such a file was put together from two."""
    odd = [
        (row, name, k)
        for name, cells in columns.items()
        for k, (row, cell) in enumerate(zip(rows, cells))
        if not cell.isascii() and _is_escaped(cell)
    ]
    if not odd:
        return
    odd_places = {(name, k) for _, name, k in odd}
    mixed = any(
        not cell.isascii()
        and ((name, k) not in odd_places or any(c > "\x7f" and not "\udc80" <= c <= "\udcff" for c in cell))
        for name, cells in columns.items()
        for k, cell in enumerate(cells)
    )
    faults: list[Note] = []
    for row, name, k in odd:
        if mixed:
            faults.append(Note(row, name, "not UTF-8, while other cells are: two encodings are mixed in this file"))
            continue
        try:
            columns[name][k] = columns[name][k].encode("utf-8", "surrogateescape").decode("cp1252").strip()
        except UnicodeDecodeError:
            faults.append(Note(row, name, "neither UTF-8 nor UTF-16 nor CP1252; save the file as UTF-8"))
    if faults:
        raise InvalidFile(sorted(faults))


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a leading = + - @ tab or return gets a ' in front."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def write_all(files: Sequence[tuple[str | os.PathLike[str], str]]) -> None:
    """Write texts to their paths, all or none: each beside its place first, renamed once all are whole on disk.

    Raises OSError; nothing new stays behind then, unless a rename itself fails half-way.
    """
    waiting: list[tuple[str, Path]] = []
    try:
        for path, text in files:
            target = Path(path)
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            waiting.append((name, target))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
            if target.is_dir():
                raise IsADirectoryError(21, "Is a directory", str(target))
        while waiting:
            name, target = waiting[0]
            os.replace(name, target)
            waiting.pop(0)
    finally:
        for name, _ in waiting:
            Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
