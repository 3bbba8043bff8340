"""Runs as a script, in a process of its own with limits: one sheet of a workbook becomes CSV.

Reads an order as JSON from standard input, answers with JSON. Imports nothing of the product, so that it starts fast.
Dates come out as ISO, so that no date of a workbook can be read two ways; whole numbers without a decimal point.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine


def _limit(memory: int, seconds: int, output: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system; the size was measured before
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        try:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            continue  # a system that knows the limit by name alone


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


def _write(sheet: python_calamine.CalamineSheet, target: str) -> None:
    with open(target, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for row in sheet.iter_rows():
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            writer.writerow(cells)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    _limit(**order["limits"])
    try:
        book = python_calamine.CalamineWorkbook.from_path(order["source"])
    except python_calamine.PasswordError:
        return {"error": "password"}
    visible = python_calamine.SheetVisibleEnum.Visible
    names = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
    wanted = order["sheet"]
    if wanted is not None and wanted not in names:
        return {"error": "no_sheet", "sheets": names}
    filled: list[str] = []
    chosen = None
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if not sheet.height:
            continue
        filled.append(name)
        if chosen is None and wanted in (None, name):
            _write(sheet, order["target"])
            chosen = name
        del sheet
    return {"error": "empty"} if chosen is None else {"sheet": chosen, "sheets": filled}


def main() -> None:
    """Do what standard input says; a workbook that can't be read is an answer, running out of memory an exit."""
    try:
        answer = _answer(json.load(sys.stdin))
    except MemoryError:
        sys.exit(3)
    except OSError:
        sys.exit(4)
    except Exception:  # whatever the reader meets in a damaged file; it is said to the person, not traced
        answer = {"error": "broken"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
