"""Importing people in the browser: what each page says, what a form that comes back keeps, who may, how many queries."""

from __future__ import annotations

import errno
import html
import os
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import make_person
from tests.people.importing.made import HEADER, as_csv, hr_rows, workbook

from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Event, JobRecord
from openmentor.people.importing import faults
from openmentor.people.merging import showing
from openmentor.people.models import Import, Person, SensitiveFact

pytestmark = pytest.mark.django_db(transaction=True)
KIM = "1,Kim Lee,kim@example.org,Nurse,Care"
HEAD = "No,Name,Mail,Title,Department"


@pytest.fixture
def boss(sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(make_person("First Administrator", is_administrator=True))


def upload(client: Client, data: bytes | str, *, name: str = "people.csv", **fields: str) -> Any:
    data = data.encode() if isinstance(data, str) else data
    given = {"source": "HR", "extent": "partial", "valid_on": "2019-03-01", **fields}
    answer = client.post("/people/imports/", {"file": SimpleUploadedFile(name, data), **given})
    run_all()
    return answer


def newest() -> Import:
    return Import.objects.select_related("source")[0]


def words(answer: Any) -> str:
    """The page as its reader sees it: no tags, single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def form(batch: Import, verb: str, **fields: str) -> dict[str, str]:
    return {"reading": str(batch.reading), "verb": verb, **fields}


def test_from_the_upload_to_the_people(boss) -> None:
    assert upload(boss, as_csv(hr_rows()))["Location"] == newest().get_absolute_url()
    page = words(boss.get(newest().get_absolute_url()))
    for sentence in (
        "New 120 40 of them have left",
        "120 have no address: give a rule like first.last@example.org, or match them and print claim codes.",
        "Years have two digits in DateofHire, DateofTermination. Which is the latest that can be meant? (20 is 2020.)",
        "10 columns tell of private things and are left out",
        "Absent Boss : is not among the people (24 people, rows 4, 9, 14, 19, 24, 29, 34, 39, …)",
        "Bring in 120 people",
    ):
        assert sentence in page
    batch = newest()
    assert boss.post(batch.get_absolute_url(), form(batch, "import"))["Location"] == batch.get_absolute_url()
    run_all()
    done = words(boss.get(batch.get_absolute_url()))
    assert "The people are here." in done
    assert "80 people have no address: a code on paper opens their account." in done
    assert Person.objects.count() == 121
    upload(boss, as_csv(hr_rows()), extent="full")
    again = words(boss.get(newest().get_absolute_url()))
    assert "As before 120" in again
    assert "Confirm: nothing changes" in again


def test_a_private_column_comes_in_with_a_reason_and_not_without(boss) -> None:
    upload(boss, as_csv(hr_rows(3)))
    batch, salary = newest(), HEADER.index("Salary")
    answer = boss.post(
        batch.get_absolute_url(), form(batch, "read", **{f"column-{salary}": "custom", "answer-latest_year": "2018"})
    )
    assert answer.status_code == 422
    assert "This tells of pay. Say what you need it for, or leave it out." in words(answer)
    # What was chosen is still chosen on the page that comes back, and the import is as it was.
    told = answer.content.decode()
    assert re.search(rf'name="column-{salary}".*?value="custom" selected', told, re.DOTALL)
    assert 'name="answer-latest_year" value="2018"' in told
    batch.refresh_from_db()
    assert (batch.status, batch.reading) == ("checked", 1)
    boss.post(
        batch.get_absolute_url(), form(batch, "read", **{f"column-{salary}": "custom", f"reason-{salary}": "Pay gap"})
    )
    run_all()
    batch.refresh_from_db()
    boss.post(batch.get_absolute_url(), form(batch, "import"))
    run_all()
    assert sorted(SensitiveFact.objects.values_list("value", flat=True)) == ["50000", "50001", "50002"]
    assert (
        "50001" not in boss.get(f"/people/{Person.objects.get(identities__external_id='10001').pk}/").content.decode()
    )


def test_a_wrong_guess_is_corrected_and_the_file_checked_again(boss) -> None:
    upload(boss, "No,Name,Blah\n1,Kim Lee,Nurse\n")
    batch = newest()
    answer = boss.post(batch.get_absolute_url(), form(batch, "import", **{"column-2": "position"}), follow=True)
    assert "You changed something, so the file is checked again." in words(answer)
    assert Person.objects.count() == 1
    run_all()
    batch.refresh_from_db()
    assert [(column["to"], column["why"]) for column in batch.findings["columns"]][2] == ("position", "Chosen by you.")
    boss.post(batch.get_absolute_url(), form(batch, "import"))
    run_all()
    assert Person.objects.get(name="Kim Lee").position == "Nurse"


def test_a_file_without_a_column_of_names_asks_which_it_is(boss) -> None:
    upload(boss, "Wer,Was\nKim Lee,Nurse\nLou Hill,Clerk\n")
    batch = newest()
    page = words(boss.get(batch.get_absolute_url()))
    assert "Nobody was brought in. Nothing was changed. row 1: No column holds names or e-mail addresses." in page
    assert "Kim Lee · Lou Hill" in page
    boss.post(batch.get_absolute_url(), form(batch, "read", **{"column-0": "name"}))
    run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.counts["new"]) == ("checked", 2)


def test_one_field_is_taken_from_one_column(boss) -> None:
    upload(boss, "No,Name,A,B\n1,Kim Lee,x,y\n")
    batch = newest()
    answer = boss.post(batch.get_absolute_url(), form(batch, "read", **{"column-2": "team", "column-3": "team"}))
    assert (answer.status_code, "Only one column can be “Team”." in words(answer)) == (422, True)
    # Taken from another column, the guess gives way by itself.
    boss.post(batch.get_absolute_url(), form(batch, "read", **{"column-2": "name", "column-1": "name"}))
    run_all()
    batch.refresh_from_db()
    assert [column["to"] for column in batch.findings["columns"]] == ["external_id", "leave_out", "name", "custom"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"answer-email": "rule", "rule": ""}, "Write the rule, such as first.last@example.org."),
        ({"answer-email": "rule", "rule": "somebody@example.org"}, "A rule has first or last before the @"),
        ({"answer-latest_year": "20"}, "Write a year with four digits, such as 2026."),
        ({"valid_on": "2999-01-01"}, "This day is still to come. A file is true for a day that has been."),
        ({"valid_on": "yesterday"}, "Write the day as year-month-day."),
        ({"column-0": "password"}, "Choose one of the list."),
    ],
)
def test_an_answer_that_is_none_is_said_and_changes_nothing(boss, fields, sentence) -> None:
    upload(boss, as_csv(hr_rows(3)))
    batch = newest()
    answer = boss.post(batch.get_absolute_url(), form(batch, "read", **fields))
    assert (answer.status_code, sentence in words(answer)) == (422, True)
    batch.refresh_from_db()
    assert (batch.status, batch.reading, batch.answers) == ("checked", 1, {})


def test_addresses_by_a_rule_are_chosen_on_the_page(boss) -> None:
    upload(boss, "No,Name\n1,Kim Lee\n2,Lou Hill\n")
    batch = newest()
    boss.post(
        batch.get_absolute_url(), form(batch, "read", **{"answer-email": "rule", "rule": "First.Last@Example.org"})
    )
    run_all()
    batch.refresh_from_db()
    boss.post(batch.get_absolute_url(), form(batch, "import"))
    run_all()
    assert set(Person.objects.filter(is_administrator=False).values_list("email", flat=True)) == {
        "kim.lee@example.org", "lou.hill@example.org",
    }  # fmt: skip


def test_a_date_that_reads_two_ways_must_be_answered_before_the_yes(boss) -> None:
    upload(boss, "No,Name,Mail,Hired\n1,Kim Lee,kim@example.org,01/02/2011\n")
    batch = newest()
    page = boss.get(batch.get_absolute_url())
    assert "row 2, column Hired: 01/02/2011" in words(page)
    assert 'value="import"' not in page.content.decode()  # no button that could not work
    assert boss.post(batch.get_absolute_url(), form(batch, "import")).status_code == 409
    boss.post(batch.get_absolute_url(), form(batch, "read", **{"answer-date_order": "mdy"}))
    run_all()
    batch.refresh_from_db()
    boss.post(batch.get_absolute_url(), form(batch, "import"))
    run_all()
    assert Person.objects.get(name="Kim Lee").hired_on.isoformat() == "2011-01-02"


def test_is_this_the_same_as(boss) -> None:
    known = make_person("Kim Lee", department="Night shift")
    upload(boss, f"{HEAD}\n{KIM}\n")
    batch = newest()
    page = words(boss.get(batch.get_absolute_url()))
    assert "1 person may be known already" in page
    assert "Row 2: is Kim Lee the same as …? In the file: Nurse, Care" in page
    assert "Night shift" in page
    boss.post(batch.get_absolute_url(), form(batch, "read", **{"same-2": str(known.pk)}))
    run_all()
    batch.refresh_from_db()
    boss.post(batch.get_absolute_url(), form(batch, "import"))
    run_all()
    known.refresh_from_db()
    assert (known.department, Person.objects.filter(name="Kim Lee").count()) == ("Care", 1)


def test_have_these_left(boss) -> None:
    upload(boss, f"{HEAD}\n{KIM}\n2,Lou Hill,lou@example.org,Clerk,Admin\n3,Mo Ray,mo@example.org,Clerk,Admin\n")
    boss.post(newest().get_absolute_url(), form(newest(), "import"))
    run_all()
    upload(boss, f"{HEAD}\n{KIM}\n", extent="full", valid_on="2019-04-01")
    batch, mo = newest(), Person.objects.get(name="Mo Ray")
    page = words(boss.get(batch.get_absolute_url()))
    assert "Have these 2 left? They came from HR before and are not in this file of everybody." in page
    assert "These are more than half of all who came from there. Is this really a file of everybody?" in page
    refused = boss.post(batch.get_absolute_url(), form(batch, "import"))
    assert (refused.status_code, "Say whether they have left." in words(refused)) == (422, True)
    boss.post(
        batch.get_absolute_url(),
        {**form(batch, "import", absent="left"), "absent-shown": [mo.pk, Person.objects.get(name="Lou Hill").pk], "still-here": [mo.pk]},
    )  # fmt: skip
    run_all()
    assert list(Person.objects.exclude(left_on=None).values_list("name", flat=True)) == ["Lou Hill"]
    assert "Absent, noted as left 1" in words(boss.get(batch.get_absolute_url()))


def test_two_clicks_bring_them_in_once(boss) -> None:
    upload(boss, f"{HEAD}\n{KIM}\n")
    batch = newest()
    answers = [boss.post(batch.get_absolute_url(), form(batch, "import")).status_code for _click in range(2)]
    run_all()
    answers.append(boss.post(batch.get_absolute_url(), form(batch, "import")).status_code)
    assert answers == [302, 302, 302]
    assert JobRecord.objects.filter(task__endswith="merge_import").count() == 1
    assert Event.objects.filter(verb="import.done").count() == 1


def test_a_page_that_is_no_longer_the_newest_brings_nobody_in(boss) -> None:
    upload(boss, f"{HEAD}\n{KIM}\n")
    batch = newest()
    old = form(batch, "import")
    boss.post(batch.get_absolute_url(), form(batch, "read", **{"column-3": "leave_out"}))
    run_all()
    assert boss.post(batch.get_absolute_url(), old).status_code == 409
    assert Person.objects.count() == 1


def test_it_is_given_up_after_a_question(boss) -> None:
    upload(boss, f"{HEAD}\n{KIM}\n")
    batch = newest()
    assert "Nobody of people.csv is brought in" in words(boss.get(f"{batch.get_absolute_url()}cancellation/"))
    for _click in range(2):
        answer = boss.post(f"{batch.get_absolute_url()}cancellation/", follow=True)
        assert answer.status_code == 200
    batch.refresh_from_db()
    assert (batch.status, Person.objects.count()) == ("cancelled", 1)
    assert "Nobody of this file was brought in." in words(boss.get(batch.get_absolute_url()))


def test_the_progress_moves_and_ends(boss) -> None:
    answer = boss.post(
        "/people/imports/",
        {"file": SimpleUploadedFile("p.csv", f"{HEAD}\n{KIM}\n".encode()), "source": "HR", "extent": "partial", "valid_on": "2019-03-01"},
    )  # fmt: skip
    address = f"{answer['Location']}progress/"
    running = boss.get(address)
    assert ("Reading the file" in words(running), "hx-get" in running.content.decode()) == (True, True)
    Import.objects.update(progress=3_000, total=10_000)
    assert "3000 of 10000 rows" in words(boss.get(address)).replace(",", "")
    run_all()
    ended = boss.get(address)
    assert (ended["HX-Refresh"], "hx-get" in ended.content.decode()) == ("true", False)


def test_rows_are_shown_by_what_becomes_of_them_and_by_kind_of_doubt(boss) -> None:
    rows = [f"{i},P{i} Q{i},p{i}@example.org,N,C" for i in range(10, 50)]
    rows += ["7,Bad Mail,bad@@x,N,C", "8,Old Zone,z@example.org,N,C", ",,,N,C"]
    upload(boss, "\n".join([HEAD, *rows]))
    address = newest().get_absolute_url()
    doubtful = words(boss.get(address))
    assert "42 Bad Mail New Mail : “bad@@x” is no e-mail address; it is left out. Correct it in the file." in doubtful
    assert "44 nobody Left out Name : This row has neither a name nor an address; it is left out." in doubtful
    one = words(boss.get(address, {"show": "doubtful", "kind": "name.missing"}))
    assert ("bad@@x" in one.split("What is doubtful")[1], "44 nobody" in one) == (False, True)
    second = words(boss.get(address, {"show": "new", "page": "2"}))
    assert ("P40 Q40" in second, "P20 Q20" in second) == (True, False)
    for query in ({"show": "nonsense"}, {"kind": "nonsense"}, {"page": "x"}, {"page": "-4"}):
        assert boss.get(address, query).status_code == 200


def test_every_kind_of_doubt_has_its_words() -> None:
    said = set()
    for path in Path(faults.__file__).parents[1].rglob("*.py"):
        if "applications" not in path.parts:
            said |= set(re.findall(r'Doubt\(\s*"([a-z_.]+)"|_doubt\(\s*"([a-z_.]+)"', path.read_text()))
    assert {one or two for one, two in said} == set(showing.KINDS)


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_as_many_queries_for_three_as_for_one(boss, queries, count) -> None:
    header = "No,Name,Mail"
    for name in ("Kim Lee", "Lou Hill", "Mo Ray")[:count]:
        make_person(name)
    rows = ["1,Kim Lee,", "2,Lou Hill,", "3,Mo Ray,"][:count] + [f"{i},A B{i},bad" for i in range(10, 10 + count)]
    for _time in range(count):
        upload(boss, "\n".join([header, *rows]), extent="full")
    boss.get("/people/imports/")
    with queries() as listed:
        assert boss.get("/people/imports/").status_code == 200
    with queries() as shown:
        assert boss.get(newest().get_absolute_url()).status_code == 200
    assert (len(listed), len(shown)) == (7, 11)


def test_who_is_no_administrator_finds_nothing(boss, sign_in, client) -> None:
    upload(boss, f"{HEAD}\n{KIM}\n")
    address = newest().get_absolute_url()
    kim = sign_in(make_person())
    assert boss.get(address).status_code == 200
    assert [kim.get(path).status_code for path in ("/people/imports/", address, f"{address}progress/")] == [
        403,
        404,
        404,
    ]
    assert kim.post(address, form(newest(), "import")).status_code == 404
    assert kim.post(f"{address}cancellation/").status_code == 404
    assert upload(kim, f"{HEAD}\n{KIM}\n").status_code == 403
    assert client.get(address).status_code == 302
    assert boss.get("/people/imports/999999/").status_code == 404
    assert newest().status == "checked"


def bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _time in range(700):
                sheet.write(b" " * 2**20)
    return out.getvalue()


BAD = {
    "binary": (bytes(range(1, 32)) * 40, "This is no table: it holds bytes that no text has. Save the table as CSV or XLSX and choose that file."),
    "no rows": (b"No,Name\n", "There is no row below the names of the columns. Add a row for each person."),
    "blank": (b"\n \n", "The file is empty. Choose a file with one row for each person."),
    "no header": (b"1,Kim Lee,kim@example.org\n2,Lou Hill,lou@example.org\n", "row 1, column 1: The first row looks like a person, not like the names of the columns."),
    "a separator in a cell": (b"Name,Team\nLee, Kim,Care\nLou,Admin\nMo,Admin\n", "row 2, column 3: This row has 3 cells, but there are 2 columns"),
    "a cell of a megabyte": (b"No,Name,About\n1,Kim Lee,x\n2,Lou Hill," + b"y" * 2**20 + b"\n", "row 3, column 3: This cell has 1048576 characters; at most 50000 are read."),
    "an open quotation mark": (b'No,Name,Team,Site\n1,Kim,"Care,Bonn\n2,Lou,Admin,Bonn\n3,Mo,Admin,Bonn\n4,Al,Admin,Bonn\n', "row 2, column 3: A quotation mark is opened in this cell and not closed before the next rows."),
    "packed, but no workbook": (b"PK\x03\x04" + b"0" * 100, "This workbook can't be opened; it seems to be damaged."),
    "an old workbook": (bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 100, "This is an old Excel file, or one with a password."),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_said_with_row_and_column_and_nothing_is_lost(boss, what) -> None:
    data, sentence = BAD[what]
    upload(boss, f"{HEAD}\n{KIM}\n")
    boss.post(newest().get_absolute_url(), form(newest(), "import"))
    run_all()
    upload(boss, data, extent="full", name="bad.csv")
    batch = newest()
    page = boss.get(batch.get_absolute_url())
    assert (batch.status, page.status_code) == ("failed", 200)
    assert "Nobody was brought in. Nothing was changed. " + sentence in words(page)
    assert "Choose a corrected file" in words(page)
    assert list(Person.objects.filter(is_administrator=False, left_on=None).values_list("name", flat=True)) == [
        "Kim Lee"
    ]


def test_a_workbook_that_unfolds_to_gigabytes_is_refused(boss) -> None:
    upload(boss, bomb(), name="bomb.xlsx")
    assert "This workbook unfolds to more than 600 MB. Save the one sheet that has the people as CSV" in words(
        boss.get(newest().get_absolute_url())
    )


def test_an_empty_file_and_none_at_all_are_said_at_once(boss) -> None:
    empty = upload(boss, b"")
    assert (empty.status_code, "This file is empty. Choose one with a row for each person." in words(empty)) == (
        422,
        True,
    )
    none = boss.post("/people/imports/", {"source": "HR", "extent": "partial", "valid_on": "2999-01-01"})
    assert (none.status_code, "Choose a file." in words(none), "This day is still to come." in words(none)) == (
        422,
        True,
        True,
    )
    assert not Import.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_found_out(boss, encoding, separator) -> None:
    upload(boss, as_csv([["1", "Jörg Müßig"], ["2", "José Ñuñez"]], ["No", "Name"], separator, encoding))
    assert set(newest().rows.values_list("name", flat=True)) == {"Jörg Müßig", "José Ñuñez"}


def test_headers_that_stand_twice_and_mixed_encodings_are_told(boss) -> None:
    upload(boss, "No,Name,Team,Team\n1,Jörg Abel,A,B\n".encode() + "2,Zoë Bär,A,B\n".encode("cp1252"))
    page = words(boss.get(newest().get_absolute_url()))
    assert "Two columns have the name “Team”; this one is called “Team (2)”." in page
    assert "This cell is written in another encoding than the rest; it was read as Windows-1252." in page


def test_a_workbook_says_its_sheets_and_another_can_be_chosen(boss, tmp_path) -> None:
    book = workbook(
        tmp_path / "p.xlsx", {"Old": [["No", "Name"], [1, "Kim Lee"]], "New": [["No", "Name"], [2, "Lou Hill"]]}
    )
    upload(boss, book.read_bytes(), name="p.xlsx")
    batch = newest()
    assert [row.name for row in batch.rows.all()] == ["Kim Lee"]
    boss.post(batch.get_absolute_url(), form(batch, "read", sheet="New"))
    run_all()
    assert [row.name for row in batch.rows.all()] == ["Lou Hill"]


def test_a_cell_that_is_markup_is_shown_as_text(boss) -> None:
    upload(boss, 'No,Name,"<b>x</b>"\n1,<script>alert(1)</script> Lee,<i>y</i>\n')
    page = boss.get(newest().get_absolute_url()).content.decode()
    assert ("<script>alert(1)" in page, "<b>x</b>" in page, "&lt;script&gt;alert(1)" in page) == (False, False, True)


def test_the_ways_in(boss) -> None:
    assert 'href="/people/imports/"' in boss.get("/").content.decode()
    assert boss.get("/people/").content.decode().count('href="/people/imports/"') == 2


def test_a_full_disk_is_said_and_leaves_nothing_behind(boss, settings, monkeypatch) -> None:
    real = os.fdopen

    class Full:
        """A file on a disk that has room for a thousand bytes."""

        def __init__(self, *given: Any) -> None:
            self.file = real(*given)
            self.close = self.file.close

        def write(self, data: bytes) -> None:
            self.file.write(data[:1_000])
            raise OSError(errno.ENOSPC, "No space left on device")

    rows = [[f"Given{at} Family{at}", f"p{at}@example.org"] for at in range(6_000)]
    with monkeypatch.context() as patch:
        patch.setattr("django.core.files.storage.filesystem.os.fdopen", Full)
        answer = upload(boss, as_csv(rows, ["Name", "Mail"]))
    assert answer.status_code == 422
    assert "its disk is full or can&#x27;t be written. Nothing was changed." in answer.content.decode()
    assert Import.objects.count() == 0
    # The half that was written would only keep the disk full.
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
