"""XLSX to plain CSV, without letting a workbook harm the process that serves the site.

A workbook is a ZIP of XML: a few kilobytes can unfold to gigabytes, and one cell in the last corner of a sheet makes
a reader reserve memory for all cells before it. So its size is measured before it is opened, and it is opened in a
process of its own (``workbook_child``) with limits on memory, time and output: if that ends badly, the site goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openmentor.people.importing import workbook_child
from openmentor.people.importing.faults import Fault, InvalidFile
from openmentor.people.importing.wording import _

#: What a workbook may hold: 100,000 people in 60 columns stay below a half of each.
MEMBERS = 2_000
UNPACKED_BYTES = 600 * 2**20
MEMORY_BYTES = 3 * 2**30
SECONDS = 180
OUTPUT_BYTES = 400 * 2**20
_CHUNK = 2**20
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCAL_HEADER = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, as CSV in UTF-8 at ``path``."""

    name: str
    path: Path
    others: tuple[str, ...]


def looks_like_workbook(start: bytes) -> bool:
    """Whether the first bytes are those of an Excel file, new or old."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLD_EXCEL))


def unfold(path: Path, *, folder: Path, sheet: str | None = None) -> Sheet:
    """Write one sheet of the workbook at ``path`` into ``folder`` as CSV: the named one, else the first not empty.

    Raises InvalidFile if it is none, has a password, is too large when unpacked, or has no such sheet.
    """
    measure(path)
    target = folder / "sheet.csv"
    answer = _ask_child(path, target, sheet)
    if "error" in answer:
        raise InvalidFile(_fault(answer["error"], answer.get("sheets", []), sheet))
    return Sheet(answer["sheet"], target, tuple(name for name in answer["sheets"] if name != answer["sheet"]))


def _ask_child(path: Path, target: Path, sheet: str | None) -> dict[str, Any]:
    limits = {"memory": MEMORY_BYTES, "seconds": SECONDS, "output": OUTPUT_BYTES}
    order = json.dumps({"source": str(path), "target": str(target), "sheet": sheet, "limits": limits})
    # -P: the folder of the script must not shadow modules of the standard library.
    command = [sys.executable, "-P", str(Path(workbook_child.__file__))]
    try:
        done = subprocess.run(command, input=order.encode(), capture_output=True, timeout=SECONDS * 2, check=False)
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"error": "ended"}
    except (subprocess.TimeoutExpired, ValueError):
        return {"error": "ended"}
    return answer


def _fault(error: str, sheets: list[str], sheet: str | None) -> Fault:
    save_anew = _("Open it in a spreadsheet, copy the table into a new workbook or save it as CSV, and take that.")
    match error:
        case "password":
            return Fault("workbook.password", _("This workbook has a password."), _("Save it without one."))
        case "no_sheet":
            return Fault(
                "workbook.no_sheet",
                _("There is no sheet “%(sheet)s”.") % {"sheet": sheet},
                _("The sheets are: %(sheets)s.") % {"sheets": ", ".join(sheets)},
            )
        case "empty":
            return Fault("file.empty", _("The file is empty."), _("Choose a file with one row for each person."))
        case "ended":
            return Fault(
                "workbook.too_large", _("This workbook needs more memory or time than is given to it."), save_anew
            )
        case _:
            return Fault("workbook.broken", _("This workbook can't be opened; it seems to be damaged."), save_anew)


def measure(path: Path) -> int:
    """The bytes that the members of the workbook really unfold to. Raises InvalidFile beyond the limits.

    What the ZIP's directory declares is not believed: each member is unpacked and counted, up to the limit.
    """
    with path.open("rb") as stream:
        if stream.read(8) == _OLD_EXCEL:
            raise InvalidFile(
                Fault(
                    "workbook.old",
                    _("This is an old Excel file, or one with a password."),
                    _("Save it as XLSX or CSV, without a password, and choose that file."),
                )
            )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise InvalidFile(
                    Fault(
                        "workbook.none",
                        _("This file is packed, but it is no XLSX workbook."),
                        _("Save the table as XLSX or CSV and choose that file."),
                    )
                )
            _refuse_if(len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED_BYTES)
            return _unpacked_size(path, members)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise InvalidFile(_fault("broken", [], None)) from error


def _refuse_if(is_too_large: bool) -> None:
    if is_too_large:
        raise InvalidFile(
            Fault(
                "workbook.too_large",
                _("This workbook unfolds to more than %(megabytes)d MB.") % {"megabytes": UNPACKED_BYTES // 2**20},
                _("Save the one sheet that has the people as CSV, and choose that file."),
            )
        )


def _unpacked_size(path: Path, members: list[zipfile.ZipInfo]) -> int:
    total = 0
    with path.open("rb") as stream:
        for member in members:
            stream.seek(member.header_offset)
            header = stream.read(_LOCAL_HEADER)
            if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
                raise zipfile.BadZipFile
            stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
            if member.compress_type == zipfile.ZIP_STORED:
                total += member.compress_size
            elif member.compress_type == zipfile.ZIP_DEFLATED:
                unpack = zlib.decompressobj(-zlib.MAX_WBITS)
                while not unpack.eof and (packed := unpack.unconsumed_tail or stream.read(_CHUNK)):
                    total += len(unpack.decompress(packed, _CHUNK))
                    _refuse_if(total > UNPACKED_BYTES)
            else:
                raise zipfile.BadZipFile
            _refuse_if(total > UNPACKED_BYTES)
    return total
