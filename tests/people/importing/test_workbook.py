"""XLSX: the right sheet, dates without doubt, and workbooks made to do harm."""

import zipfile
from datetime import date, datetime

import pytest
from tests.people.importing.made import workbook

from openmentor.people.importing import workbook as workbooks
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.importing.table import open_table

PEOPLE = [["Name", "Hired", "Id"], ["Ann", date(2011, 7, 5), 7], ["Bo", datetime(2012, 1, 2, 3, 4), 8.5]]  # noqa: DTZ001 - sheets know no zones


def fault(path, **options):
    with pytest.raises(InvalidFile) as caught, open_table(path, **options):
        pass
    return caught.value.faults[0]


def test_dates_and_numbers_come_out_plain(tmp_path):
    with open_table(workbook(tmp_path / "a.xlsx", {"People": PEOPLE})) as read:
        assert list(read.rows()) == [(2, ["Ann", "2011-07-05", "7"]), (3, ["Bo", "2012-01-02 03:04:00", "8.5"])]
        assert (read.facts.sheet, read.facts.encoding) == ("People", "XLSX")


def test_the_first_sheet_that_is_not_empty_is_read_and_the_others_are_named(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"Cover": [], "People": PEOPLE, "More": [["Name"], ["Cy"]]})
    with open_table(path.read_bytes()) as read:
        assert (read.facts.sheet, read.facts.other_sheets, read.facts.rows) == ("People", ("More",), 2)
    with open_table(path, sheet="More") as read:
        assert list(read.rows()) == [(2, ["Cy"])]


def test_a_sheet_that_is_not_there_is_said_with_those_that_are(tmp_path):
    found = fault(workbook(tmp_path / "a.xlsx", {"People": PEOPLE}), sheet="Peple")
    assert found.kind == "workbook.no_sheet"
    assert "People" in found.advice


def test_a_title_above_and_a_column_without_a_name(tmp_path):
    rows = [["Our people"], [], [None, "Name", "Team"], [None, "Ann", "Blue", "late"], [None, "Bo", "Red"]]
    with open_table(workbook(tmp_path / "a.xlsx", {"S": rows})) as read:
        assert read.facts.header_row == 3
        assert list(read.rows()) == [(4, ["Ann", "Blue", "late"]), (5, ["Bo", "Red", ""])]
        assert {doubt.kind for doubt in read.doubts} == {"header.below", "header.empty"}


def test_what_was_unpacked_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = workbook(tmp_path / "a.xlsx", {"People": PEOPLE})
    with open_table(path):
        assert [item for item in tmp_path.iterdir() if item != path]
    assert list(tmp_path.iterdir()) == [path]


def _repacked(path, target, change):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


def test_a_workbook_that_unfolds_too_far_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "UNPACKED_BYTES", 2**20)
    path = workbook(tmp_path / "a.xlsx", {"People": PEOPLE})
    bomb = _repacked(
        path, tmp_path / "b.xlsx", lambda name, data: data + b" " * 2**22 if name.endswith("sheet1.xml") else data
    )
    assert bomb.stat().st_size < 2**16
    assert fault(bomb).kind == "workbook.too_large"


def test_a_size_that_the_directory_lies_about_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "UNPACKED_BYTES", 2**20)
    path = workbook(tmp_path / "a.xlsx", {"People": PEOPLE})
    bomb = _repacked(
        path, tmp_path / "b.xlsx", lambda name, data: data + b" " * 2**22 if name.endswith("sheet1.xml") else data
    )
    with zipfile.ZipFile(bomb) as archive:
        size = next(item.file_size for item in archive.infolist() if item.filename.endswith("sheet1.xml"))
    lying = tmp_path / "c.xlsx"
    lying.write_bytes(bomb.read_bytes().replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    with zipfile.ZipFile(lying) as archive:
        assert sum(item.file_size for item in archive.infolist()) < 2**20
    assert fault(lying).kind == "workbook.too_large"


def test_one_cell_in_the_last_corner_ends_the_reader_and_not_the_site(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"People": PEOPLE})
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    bomb = _repacked(path, tmp_path / "b.xlsx", lambda name, data: data.replace(b"</sheetData>", corner))
    assert fault(bomb).kind == "workbook.too_large"


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MEMBERS", 3)
    assert fault(workbook(tmp_path / "a.xlsx", {"People": PEOPLE})).kind == "workbook.too_large"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "workbook.old"),
        (b"PK\x03\x04 and nothing else", "workbook.broken"),
    ],
)
def test_what_is_no_workbook_is_said(data, kind, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(data)
    assert fault(tmp_path / "a.xlsx").kind == kind


def test_another_packed_file_is_said(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert fault(tmp_path / "a.xlsx").kind == "workbook.none"


def test_a_damaged_workbook_is_said(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"People": PEOPLE})
    broken = _repacked(path, tmp_path / "b.xlsx", lambda name, data: data[: len(data) // 2])
    assert fault(broken).kind == "workbook.broken"
