"""Files as they come: separators, encodings, broken rows; a fault names row and column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people.importing.made import opened

from openmentor.people.importing import delimited, table
from openmentor.people.importing.faults import InvalidFile

PEOPLE = 'Name;E-mail\n"Müller, Zoë";zoe@example.org\n"Straße, Ann";ann@example.org\n'
READ = [(2, ["Müller, Zoë", "zoe@example.org"]), (3, ["Straße, Ann", "ann@example.org"])]


def fault(text, **options):
    with pytest.raises(InvalidFile) as caught, opened(text, **options):
        pass
    (only,) = caught.value.faults
    return only


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_a_file_in_any_usual_encoding_reads_the_same(encoding):
    with opened(PEOPLE.encode(encoding)) as read:
        assert list(read.rows()) == READ
        assert read.doubts == []


def test_a_file_of_two_encodings_is_read_and_each_foreign_cell_named():
    head, first, second = PEOPLE.splitlines(keepends=True)
    with opened((head + first).encode() + second.encode("cp1252")) as read:
        assert list(read.rows()) == READ
        assert [(d.kind, d.row, d.column, d.value) for d in read.doubts] == [("text.foreign", 3, "Name", "Straße, Ann")]
        assert read.facts.encoding == "UTF-8 and Windows-1252 mixed"


def test_zero_bytes_and_unseen_characters_are_dropped():
    with opened(b"Name,Team\nAn\0n,\xe2\x80\x8bBlue\n") as read:
        assert list(read.rows()) == [(2, ["Ann", "Blue"])]


def test_bytes_that_are_no_text_are_refused():
    assert fault(bytes(range(32)) * 50).kind == "file.not_text"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_although_cells_hold_others(separator):
    rows = [["Name", "Skills", "Pay"], ["Lee, Ann", "a;b|c", "1,5"], ["Roe, Bo", "d;e|f", "2,5"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    with opened(text) as read:
        assert [cells for _row, cells in read.rows()] == rows[1:]


def test_unquoted_commas_do_not_hide_the_semicolon():
    with opened("Name;Pay\nLee, Ann;1,5\nRoe, Bo;2,5\n") as read:
        assert [cells for _row, cells in read.rows()] == [["Lee, Ann", "1,5"], ["Roe, Bo", "2,5"]]


def test_excels_line_about_the_separator_is_obeyed_and_left_out():
    with opened("sep=;\nName;Team\nAnn;Blue\n") as read:
        assert (read.header, list(read.rows())) == (("Name", "Team"), [(3, ["Ann", "Blue"])])


def test_one_column_alone_is_a_table():
    with opened("Name\nAnn\nBo\n") as read:
        assert list(read.rows()) == [(2, ["Ann"]), (3, ["Bo"])]


def test_rows_are_counted_as_a_spreadsheet_does():
    with opened('Name,About\n"Ann","one\ntwo"\n\n ,\nBo,three\n') as read:
        assert list(read.rows()) == [(2, ["Ann", "one\ntwo"]), (5, ["Bo", "three"])]


def test_cells_are_trimmed():
    with opened("Name,Department\n Ann ,Production       \n") as read:
        assert list(read.rows()) == [(2, ["Ann", "Production"])]


def test_a_table_can_be_read_again_and_in_chunks():
    with opened("Name\n" + "Ann\n" * 5) as read:
        assert [len(chunk) for chunk in read.chunks(2)] == [2, 2, 1]
        assert [len(chunk) for chunk in read.chunks(2)] == [2, 2, 1]


def test_old_macintosh_line_ends_are_lines():
    with opened("Name,Team\rAnn,Blue\rBo,Red\r") as read:
        assert [cells for _row, cells in read.rows()] == [["Ann", "Blue"], ["Bo", "Red"]]


def test_headers_without_a_name_or_with_another_ones_name_get_their_own():
    with opened("Name,Team,Team,,\nAnn,Blue,Red,x,\n") as read:
        assert read.header == ("Name", "Team", "Team (2)", "Column 4")
        assert [(d.kind, d.column) for d in read.doubts] == [("header.twice", "Team (2)"), ("header.empty", "Column 4")]
        assert list(read.rows()) == [(2, ["Ann", "Blue", "Red", "x"])]


def test_a_title_above_the_header_is_left_out_and_said():
    with opened("People of May,,\n,,\nName,Team,Site\nAnn,Blue,Bonn\n") as read:
        assert (read.header, read.facts.header_row) == (("Name", "Team", "Site"), 3)
        assert [(d.kind, d.row) for d in read.doubts] == [("header.below", 3)]
        assert list(read.rows()) == [(4, ["Ann", "Blue", "Bonn"])]


def test_a_short_row_is_filled_up_and_said():
    with opened("Name,Team,Site,Country\nAnn,Blue,Bonn,DE\nBo\n") as read:
        assert list(read.rows()) == [(2, ["Ann", "Blue", "Bonn", "DE"]), (3, ["Bo", "", "", ""])]
        assert [(d.kind, d.row) for d in read.doubts] == [("row.short", 3)]


def test_a_row_with_a_cell_too_many_stops_since_its_cells_may_have_slipped():
    found = fault("Name,Team\nLee, Ann,Blue\nBo,Red\nCy,Red\n")
    assert (found.kind, found.row, found.column, found.value) == ("row.too_wide", 2, "3", "Blue")
    assert str(found).startswith("row 2, column 3: This row has 3 cells, but there are 2 columns")


def test_a_cell_of_a_megabyte_stops_and_is_named():
    found = fault("Name,About\nAnn,short\nBo," + "x" * 1_000_000 + "\n")
    assert (found.kind, found.row, found.column) == ("cell.too_long", 3, "2")
    assert len(str(found)) < 300


def test_a_quotation_mark_left_open_is_named_where_it_opens():
    rows = "".join(f"P{i},Blue,Bonn\n" for i in range(50))
    found = fault('Name,Team,Site\nAnn,"Blue,Bonn\n' + rows)
    assert (found.kind, found.row, found.column) == ("quote.open", 2, "2")


def test_a_quotation_mark_closed_by_another_row_is_named_too():
    rows = "".join(f"P{i},Blue,Bonn,DE\n" for i in range(5))
    found = fault('Name,Team,Site,Country\nAnn,"Blue,Bonn,DE\n' + rows + 'Cy,Red",Bonn,DE\n')
    assert (found.kind, found.row, found.column) == ("quote.open", 2, "2")


@pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
def test_an_empty_file_is_said_to_be_empty(text):
    assert fault(text).kind == "file.empty"


def test_a_header_without_rows_is_said():
    assert fault("Name,Team\n").kind == "file.no_rows"


def test_a_file_without_a_header_is_said():
    found = fault("Ann,ann@example.org\nBo,bo@example.org\n")
    assert (found.kind, found.row, found.column) == ("header.missing", 1, "2")


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(table, "ROWS", 3)
    assert fault("Name\n" + "Ann\n" * 4).row == 5


def test_too_large_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(table, "FILE_BYTES", 10)
    assert fault("Name,Team\nAnn,Blue\n").kind == "file.too_large"


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_whatever_the_bytes_the_answer_is_a_table_or_a_fault(data):
    try:
        read = opened(data)
    except InvalidFile as invalid:
        faults = invalid.faults
    else:
        faults = ()
    if faults:
        assert all(str(found) for found in faults)
        return
    with read:
        rows = list(read.rows())
        assert len(rows) == read.facts.rows > 0
        assert {len(cells) for _row, cells in rows} == {len(read.header)}


_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"], exclude_characters="\ufdd0"), max_size=12)
_ROW = st.tuples(st.from_regex(r"[A-Za-z]{2,8}", fullmatch=True), _CELL, _CELL)


@settings(max_examples=100, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=20), st.sampled_from(delimited.SEPARATORS))
def test_what_a_spreadsheet_writes_comes_back(rows, separator):
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    text = "\n".join(separator.join(row) for row in [["Name", "Team", "About me"], *quoted])
    with opened(text) as read:
        assert [cells for _row, cells in read.rows()] == [[cell.strip() for cell in row] for row in rows]
