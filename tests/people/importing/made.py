"""A made HR export with the defects that real ones have: everything here is invented."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from openmentor.people.importing.table import Table, open_table

_FAMILIES = ("Adler", "Ait Brahim", "Baker", "Castillo", "D'Arcy", "Eriksen", "Fontaine", "García", "Holm", "Ivanov")
_GIVEN = ("Wil  K", "Karima   ", "Sara", "Ter'ya ", "Carol ", "Li  ", "Col", "Sam", "Jo  R", "Ned", "Ana Maria", "Bo")
_DEPARTMENTS = (("Production       ", "5"), ("IT/IS", "3"), ("Sales", "6"))
_MANAGERS = ("Wil Adler", "Jo R. D'Arcy", "Absent Boss", "Board of Directors", "Sara Adler")


def hr_row(i: int) -> dict[str, str]:
    """The person of this number (0..119); every third has left. Of the managers three are rows, one of them his own."""
    department, code = _DEPARTMENTS[i % 3]
    has_left = i % 3 == 2
    comma = "," if i % 7 == 3 else ", "
    return {
        "Employee_Name": f"{_FAMILIES[i % 10]}{comma}{_GIVEN[i // 10]}",
        "EmpID": str(10_000 + i),
        "MarriedID": "0",
        "GenderID": str(i % 2),
        "EmpStatusID": "5" if has_left else "1",
        "DeptID": code,
        "Salary": str(50_000 + i),
        "Termd": str(int(has_left)),
        "PositionID": str(i % 4),
        "Position": f"Technician {'I' * (i % 3 + 1)}",
        "State": "MA" if i % 9 else "CT",
        "Zip": str(1_800 + i),
        "DOB": f"{i % 12 + 1:02d}/{i % 28 + 1:02d}/{60 + i % 35}",
        "Sex": "FM"[i % 2],
        "RaceDesc": "White" if i % 2 else "Asian",
        "DateofHire": f"{i % 12 + 1:02d}/{i % 28 + 1:02d}/{8 + i % 10:02d}",
        "DateofTermination": "09/24/18" if has_left else "",
        "TermReason": "career change" if has_left else "N/A-StillEmployed",
        "NumYearsWorked": str(i % 9),
        "EmploymentStatus": "Voluntarily Terminated" if has_left else "Active",
        "Department": department,
        "ManagerName": _MANAGERS[i % 5],
        "ManagerID": str(i % 5 + 1),
        "RecruitmentSource": "Indeed",
        "PerformanceScore": "Fully Meets" if i % 4 else "PIP",
        "EmpSatisfaction": str(i % 5),
        "Absences": str(i % 20),
    }


HEADER = list(hr_row(0))


def hr_rows(people: int = 120) -> list[list[str]]:
    """The rows of that many people."""
    return [list(hr_row(i).values()) for i in range(people)]


def as_csv(
    rows: list[list[str]], header: list[str] = HEADER, separator: str = ",", encoding: str = "utf-8-sig"
) -> bytes:
    """The bytes that a spreadsheet would write."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator)
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def opened(text: str | bytes, **options: str) -> Table:
    """A table of ``text``, which is UTF-8 if it is not yet bytes."""
    return open_table(text.encode() if isinstance(text, str) else text, **options)


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """An XLSX file with these sheets."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def bomb(rows: list[list[object]], tmp_path: Path) -> bytes:
    """A workbook of a few kilobytes with one more cell in the last corner, so that it unfolds to 17 billion cells."""
    small = workbook(tmp_path / "small.xlsx", {"List": rows})
    out = io.BytesIO()
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", corner))
    return out.getvalue()
