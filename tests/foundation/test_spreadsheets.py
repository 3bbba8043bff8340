"""Files for spreadsheets: what people wrote stays text, whatever it looks like."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from openmentor.foundation.spreadsheets import csv_lines, harmless, workbook

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "\x00=1", "\x1f=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    found = harmless(text)
    assert isinstance(found, str)
    assert found.startswith("'")


@pytest.mark.parametrize("cell", ["Ada Lee", "a=b", "'quoted", "", 3, -2.5, None])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert harmless(cell) == cell  # type: ignore[arg-type]


def test_a_csv_reads_back_and_is_marked_as_utf_8() -> None:
    text = "".join(csv_lines(["Name", "Fit"], [["Zoë, the “first”", 83.2], ["=1+1", None]]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [
        ["Name", "Fit"],
        ["Zoë, the “first”", "83.2"],
        ["'=1+1", ""],
    ]


def test_a_workbook_reads_back_with_text_as_text() -> None:
    file = workbook(
        {
            "Pairs": (["Name", "Fit"], [[text, -1] for text in EVIL]),
            "A title that is much too long for a sheet": (["x"], []),
        }
    )
    book = load_workbook(file)
    assert book.sheetnames == ["Pairs", "A title that is much too long f"]
    cells = list(book["Pairs"].iter_rows(min_row=2))
    assert len(cells) == len(EVIL)
    assert {(row[0].data_type, row[1].value) for row in cells} == {("s", -1)}


def test_a_cell_that_no_workbook_holds_is_cut() -> None:
    assert len(str(harmless("x" * 1_000_000))) == 32_000
