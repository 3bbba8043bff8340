"""PEOPLE.csv as it comes: separators, encodings, headers, and files that are no such thing."""

from __future__ import annotations

import csv
import io

import pytest

from openmentor.engine.matching import files
from openmentor.engine.matching.files import InvalidFile, parse

KNOWN = {"id", "role", "goals", "never", "about", "helps_with", "name"}


def table(rows, separator=","):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


ROWS = [
    ["id", "role", "goals", "name"],
    ["m1", "mentor", "a;b,c\td", "Zoë Müller €"],
    ["e1", "mentee", 'say "x"\nnew', ""],
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_separators_and_encodings_are_met_as_they_come(separator, encoding):
    found = parse(table(ROWS, separator).encode(encoding), KNOWN)
    assert found.columns == {name: [row[k] for row in ROWS[1:]] for k, name in enumerate(ROWS[0])}
    assert (found.rows, found.warnings) == ([2, 3], [])


def test_headers_in_any_case_and_blank_rows_and_columns():
    found = parse(b"sep=;\n ID ;ROLE;Helps-With;;\n\n;;;;\nm1; mentor ; a ;;\n", KNOWN)
    assert found.columns == {"id": ["m1"], "role": ["mentor"], "helps_with": ["a"]}
    assert found.rows == [4]


def test_an_unknown_column_is_named_with_the_nearest_and_left_out():
    found = parse(b"id,role,gaols\nm1,mentor,x\n", KNOWN)
    assert [str(each) for each in found.warnings] == [
        "row 1, column gaols: not a known column, left out; the nearest is goals"
    ]
    assert set(found.columns) == {"id", "role"}


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"", ["row 1, column id: the file is empty; its first row must name the columns"]),
        (b"\n ,\n\t\n", ["row 1, column id: the file is empty; its first row must name the columns"]),
        (b"id,role\n", ["row 2, column id: nobody in the file; below the header each row is a person"]),
        (
            b"name\nm1\n",
            [
                "row 1, column id: missing; everybody needs an id and a role (mentor, mentee, both or peer)",
                "row 1, column role: missing; everybody needs an id and a role (mentor, mentee, both or peer)",
            ],
        ),
        (b"id,role,Goals,goals\nm1,mentor,a,b\n", ["row 1, column goals: names two columns, the 3rd and the 4th"]),
        (b"id,role,\nm1,mentor,x\n", ["row 1, column 3: the column has cells but no name"]),
        (
            b"id,role,nevr\nm1,mentor,e1\n",
            ["row 1, column nevr: not a known column; vetoes stand in the column never, and none may be lost"],
        ),
        (b"id,role\nm1,mentor\nm2,mentor,x\n", ["row 3, column 3: 3 cells under 2 headings; is a separator unquoted?"]),
        (b"id,role\nm1,men\0tor\n", ["row 2, column role: holds a NUL byte; the file is damaged, or no text file"]),
        (b'id,role\nm1,mentor\nm2,"mentor\n', ["row 3, column id: the quotes do not close, or text stands behind a closing quote"]),
        (b'id,role\nm1,"men"tor\n', ["row 2, column id: the quotes do not close, or text stands behind a closing quote"]),
        (
            "id,role,name\nm1,mentor,Zoë\nm2,mentor,".encode() + b"Zo\xeb\n",
            ["row 3, column name: not UTF-8, while other cells are: two encodings are mixed in this file"],
        ),
        (
            "id,role,name\nm1,mentor,ä".encode() + b"\xeb\n",
            ["row 2, column name: not UTF-8, while other cells are: two encodings are mixed in this file"],
        ),
        (b"id,role,name\nm1,mentor,\x81\n", ["row 2, column name: neither UTF-8 nor UTF-16 nor CP1252; save the file as UTF-8"]),
        (
            "id,role\nm1,mentor\n".encode("utf-16") + b"x",
            ["row 3, column id: the file starts as UTF-16 but breaks off or goes on as something else"],
        ),
        (
            b"id,role,about\nm1,mentor," + b"x" * 1_000_000 + b"\n",
            ["row 2, column about: 1,000,000 characters; at most 100,000 fit a cell (a quote left open?)"],
        ),
    ],
)  # fmt: skip
def test_files_that_can_not_be_read_say_where_and_why(data, faults):
    with pytest.raises(InvalidFile) as raised:
        parse(data, KNOWN)
    assert list(raised.value.faults) == faults


def test_binary_rubbish_is_a_fault_and_no_crash():
    for seed in range(40):
        noise = bytes((seed * 7919 + k * k * 31) % 256 for k in range(500))
        with pytest.raises(InvalidFile):
            parse(noise, KNOWN)


def test_a_fault_can_not_write_to_the_terminal():
    assert files.shown("a\x1b[31m\n\x00b") == "a�[31m��b"
    with pytest.raises(InvalidFile) as raised:
        parse(b"id,role,\x1b[2Jid,\x1b[2Jid\na,mentor,b,c\n", KNOWN)
    assert not any("\x1b" in each for each in raised.value.faults)


def test_cells_that_a_spreadsheet_would_run_are_made_harmless():
    for cell in ("=1+1", "+49", "-1", "@x", "\tx", "\rx"):
        assert files.harmless(cell) == "'" + cell
    for cell in ("m1", "", "0.5", "a=b", "'x"):
        assert files.harmless(cell) == cell


def test_files_are_written_all_or_none(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("old")
    with pytest.raises(OSError, match="two"):
        files.write_all([(one, "new"), (two / "no" / "such", "x")])
    two.mkdir()
    with pytest.raises(OSError, match="two"):
        files.write_all([(one, "new"), (two, "x")])
    assert one.read_text() == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one", "two"]
    files.write_all([(one, "new"), (two / "x", "x")])
    assert (one.read_text(), (two / "x").read_text()) == ("new", "x")
