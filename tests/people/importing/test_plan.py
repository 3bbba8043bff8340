"""A dry run: who would come in, what is doubtful, what must be asked, and the people themselves."""

import time
from datetime import date

import pytest
from tests.people.importing.made import HEADER, as_csv, hr_row, hr_rows, opened

from openmentor.people.importing import mapping
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.importing.plan import dry_run
from openmentor.people.importing.questions import Answers

TODAY = date(2019, 3, 1)


def run(text, *, at=TODAY, **answers):
    with opened(text) as table:
        found = dry_run(table, at=at, answers=Answers.parse(answers))
        return found, list(found.people())


def kinds(found):
    return [(doubt.kind, doubt.row, doubt.column) for doubt in found.doubts]


def test_an_hr_export_goes_through_unedited():
    found, people = run(as_csv(hr_rows()))
    assert (found.counts.people, found.counts.leavers, found.counts.without_address) == (120, 40, 120)
    assert len(people) == 120
    assert kinds(found) == []
    assert [question.key for question in found.questions] == ["latest_year", "email", "extent", "sensitive"]
    asked = {question.key: question for question in found.questions}
    assert asked["email"].sentence.startswith("120 have no address: give a rule like first.last@example.org, or")
    assert asked["latest_year"].examples == (
        "row 2, column DateofHire: 01/01/08",
        "row 4, column DateofTermination: 09/24/18",
    )
    wil = people[0]
    assert (wil.name, wil.given_name, wil.family_name, wil.department) == (
        "Wil K Adler",
        "Wil K",
        "Adler",
        "Production",
    )
    assert (wil.hired_on, wil.left_on, wil.has_left, wil.external_id) == (date(2008, 1, 1), None, False, "10000")
    assert (people[2].left_on, people[2].has_left) == (date(2018, 9, 24), True)
    assert all(person.sensitive == {} and person.custom == {"RecruitmentSource": "Indeed"} for person in people)


def test_managers_are_found_where_they_can_be_and_listed_where_not():
    found, people = run(as_csv(hr_rows()))
    assert (found.managers.given, found.managers.resolved) == (120, 71)
    assert {entry.reference: (entry.why, len(entry.rows)) for entry in found.managers.unresolved} == {
        "Absent Boss": ("absent", 24),
        "Board of Directors": ("no_person", 24),
        "Wil Adler": ("self", 1),
    }
    assert found.managers.notes == ("The managers' numbers are not used: 0 of 5 numbers occur among the people.",)
    assert people[5].manager_row == people[0].row


def test_every_person_keeps_the_manager_of_their_own_row():
    text = "ID,Name,Manager\n1,Ann Lee,\n1,Ann Lee,\n2,Bo Roe,Cy Sun\n3,Cy Sun,Ann Lee\n"
    _found, people = run(text)
    assert [(person.row, person.name, person.manager_row) for person in people] == [
        (3, "Ann Lee", None),
        (4, "Bo Roe", 5),
        (5, "Cy Sun", 3),
    ]


def test_a_rule_makes_addresses_and_never_one_twice():
    text = "ID,Name,Email\n1,Ann Lee,\n2,Ann Lee,\n3,Zoë D'Arcy,\n4,Sukarno,\n5,Bo Roe,b@example.org\n6,B Roe,\n7,Bo Roe,\n"
    found, people = run(text, email="first.last@example.org")
    assert [person.email for person in people] == [
        "", "", "zoe.darcy@example.org", "", "b@example.org", "b.roe@example.org", "bo.roe@example.org",
    ]  # fmt: skip
    assert kinds(found) == [("email.rule", 2, None), ("email.rule", 3, None), ("email.rule", 5, None)]
    assert found.counts.without_address == 3


def test_the_rule_that_an_organization_follows_is_proposed():
    rows = "\n".join(f"P{n} Lee,plee{n}@other.org" for n in "abc")
    more = "\n".join(f"{first} Sun,{first.lower()}.sun@example.org" for first in ("Ann", "Bo", "Cy", "Di", "Ed", "Flo"))
    found, _people = run(f"Name,Email\n{rows}\n{more}\nGil Sun,\n")
    (question,) = [question for question in found.questions if question.key == "email"]
    assert question.proposal == "first.last@example.org"


@pytest.mark.parametrize(
    "rule", ["first.last", "@example.org", "ann@example.org", "first last@example.org", "f.l@example.org"]
)
def test_what_is_no_rule_for_addresses_is_refused(rule):
    with pytest.raises(InvalidFile):
        Answers.parse({"email": rule})


def test_answers_survive_being_saved():
    given = {
        "date_order": "mdy", "latest_year": 2019, "email": "flast@example.org", "duplicates": "first",
        "unidentified": "leave_out", "extent": "full", "valid_on": "2019-01-31",
    }  # fmt: skip
    assert Answers.parse(given).as_dict() == given
    assert Answers.parse({}).as_dict() == {}


@pytest.mark.parametrize("given", [{"date_order": "ymd"}, {"latest_year": "99"}, {"extent": "all"}, {"colour": "blue"}])
def test_an_answer_to_nothing_or_of_another_kind_is_refused(given):
    with pytest.raises(InvalidFile):
        Answers.parse(given)


AMBIGUOUS = "ID,Name,Hired,Left on\n1,Ann,01/02/2011,\n2,Bo,03/04/2012,05/06/2015\n"


def test_dates_that_can_be_read_two_ways_are_asked_about_once():
    found, _people = run(AMBIGUOUS)
    (question,) = [question for question in found.questions if question.key == "date_order"]
    assert (question.proposal, question.answer) == (None, None)
    assert question.examples == ("row 2, column Hired: 01/02/2011", "row 3, column Left on: 05/06/2015")
    assert found.unanswerable == (question,)


@pytest.mark.parametrize(("order", "hired"), [("dmy", date(2011, 2, 1)), ("mdy", date(2011, 1, 2))])
def test_the_answer_decides(order, hired):
    found, people = run(AMBIGUOUS, date_order=order)
    assert found.unanswerable == ()
    assert people[0].hired_on == hired


def test_a_column_that_tells_gives_the_proposal_for_one_that_does_not():
    found, people = run("ID,Name,Hired,Left on\n1,Ann,01/02/2011,\n2,Bo,03/04/2012,12/31/2015\n")
    (question,) = [question for question in found.questions if question.key == "date_order"]
    assert question.proposal == "mdy"
    assert people[0].hired_on == date(2011, 1, 2)


def test_a_date_against_its_column_is_named_and_left_out():
    text = "ID,Name,Hired\n1,Ann,12/31/2010\n2,Bo,11/30/2010\n3,Cy,31/12/2010\n4,Di,soon\n"
    found, people = run(text)
    assert [person.hired_on for person in people] == [date(2010, 12, 31), date(2010, 11, 30), None, None]
    assert kinds(found) == [("date.invalid", 4, "Hired"), ("date.invalid", 5, "Hired")]


def test_dates_that_mean_none_are_none():
    cells = ["1/1/1900", "9999-12-31", "0000-00-00", "-", "N/A", "N/A-StillEmployed", "12/31/9999"]
    text = "ID,Name,Left on\n" + "".join(f"{i},P{i},{cell}\n" for i, cell in enumerate([*cells, "3/14/2018"]))
    found, people = run(text)
    assert [person.left_on for person in people] == [None] * 7 + [date(2018, 3, 14)]
    assert kinds(found) == []


def test_the_day_zero_of_programs_is_no_day_of_hiring():
    found, people = run("ID,Name,Hired\n1,Ann,1970-01-01\n2,Bo,2011-07-05\n")
    assert [person.hired_on for person in people] == [None, date(2011, 7, 5)]
    assert kinds(found) == [("date.epoch", 2, "Hired")]


def test_two_digit_years_are_of_the_century_that_can_be():
    text = "ID,Name,Hired\n1,Ann,07/25/18\n2,Bo,07/25/88\n3,Cy,07/25/30\n"
    found, people = run(text)
    assert [person.hired_on for person in people] == [date(2018, 7, 25), date(1988, 7, 25), date(1930, 7, 25)]
    found, people = run(text, latest_year=2030)
    assert [person.hired_on for person in people] == [date(2018, 7, 25), date(1988, 7, 25), None]
    assert kinds(found) == [("date.improbable", 4, "Hired")]


def test_columns_that_contradict_one_another_are_named():
    text = (
        "ID,Name,Hired,Left on,Status\n"
        "1,Ann,2011-01-01,2015-01-01,Active\n"
        "2,Bo,2011-01-01,2010-01-01,Active\n"
        "3,Cy,2011-01-01,2010-01-01,Terminated\n"
        "4,Di,2011-01-01,2020-01-01,Active\n"
        "5,Ed,2011-01-01,,Terminated for Cause\n"
        "6,Flo,2011-01-01,,Gruntled\n"
        "7,Gil,2011-01-01,,Gruntled\n"
        "8,Hal,2011-01-01,,Inactive\n"
        "9,Ida,2011-01-01,,On leave\n"
    )
    found, people = run(text)
    assert [(person.has_left, person.left_on) for person in people] == [
        (True, date(2015, 1, 1)), (False, None), (True, None), (False, None), (True, None), (False, None), (False, None),
        (True, None), (False, None),
    ]  # fmt: skip
    assert kinds(found) == [
        ("left.contradiction", 2, "Left on"),
        ("left.before_hired", 3, "Left on"),
        ("left.before_hired", 4, "Left on"),
        ("left.future", 5, "Left on"),
        ("status.unknown", 7, "Status"),
    ]
    assert "(So in 1 more row.)" in str(found.doubts.in_order()[-1])


def test_the_same_row_twice_is_one_person():
    found, people = run("ID,Name,Team\n1,Ann,Blue\n2,Bo,Red\n1,Ann,Blue\n")
    assert [(person.row, person.name) for person in people] == [(3, "Bo"), (4, "Ann")]
    assert kinds(found) == [("person.repeated", 4, None)]
    assert (found.counts.people, found.counts.merged) == (2, 1)
    assert "1 row repeats another and is merged." in found.notes


TWICE = "ID,Name,Team\n1,Ann,Blue\n2,Bo,Red\n1,Ann,Green\n"


@pytest.mark.parametrize(("keep", "team"), [("first", "Blue"), ("last", "Green")])
def test_the_same_person_in_rows_that_differ_is_asked_about(keep, team):
    found, people = run(TWICE)
    assert kinds(found) == [("person.twice", 4, "Team")]
    assert str(found.doubts.in_order()[0]) == (
        "row 4, column Team: Rows 2, 4 are the same person and differ; row 4 counts. Take the wrong row out of the file."
    )
    assert [question.sentence for question in found.questions if question.key == "duplicates"] == [
        "1 person stands in several rows that differ. Which row counts?"
    ]
    people = run(TWICE, duplicates=keep)[1]
    assert {person.name: person.team for person in people} == {"Ann": team, "Bo": "Red"}


def test_an_address_makes_the_same_person_where_a_number_is_missing():
    text = "ID,Name,Email\n1,Ann,ann@example.org\n,Ann Lee,ANN@example.org\n,Bo,bo@example.org\n,Bo,bo@example.org\n"
    found, people = run(text)
    assert [(person.row, person.name) for person in people] == [(3, "Ann Lee"), (5, "Bo")]
    assert found.counts.merged == 2


def test_an_address_of_two_people_stays_with_nobody_or_with_who_is_still_there():
    text = (
        "ID,Name,Email,Status\n1,Ann,desk@example.org,Active\n2,Bo,desk@example.org,Active\n"
        "3,Cy,cy@example.org,Terminated\n4,Cy,cy@example.org,Active\n"
    )
    found, people = run(text)
    assert [person.email for person in people] == ["", "", "", "cy@example.org"]
    assert kinds(found) == [("email.shared", 2, None), ("email.shared", 4, None)]


def test_an_address_that_is_none_is_named_and_the_person_stays():
    found, people = run("ID,Name,Email\n1,Ann,ann(at)example.org\n2,Bo,bo@example.org\n3,Cy,c@example.org\n")
    assert (people[0].name, people[0].email) == ("Ann", "")
    assert str(found.doubts.in_order()[0]) == (
        "row 2, column Email: “ann(at)example.org” is no e-mail address; it is left out. Correct it in the file."
    )


def test_people_whom_nobody_could_know_again_are_asked_about():
    text = "Name,Team\nAnn,Blue\nBo,Red\nBo,Green\n"
    found, people = run(text)
    assert len(people) == 3
    assert kinds(found) == [("person.namesake", 3, None)]
    assert [question.proposal for question in found.questions if question.key == "unidentified"] == ["add"]
    found, people = run(text, unidentified="leave_out")
    assert (people, found.counts.people, found.counts.left_out) == ([], 0, 3)


def test_a_row_without_a_name_is_left_out_and_named():
    found, people = run("ID,Name,Email\n1,Ann,ann@example.org\n2,,bo@example.org\n3,,\n")
    assert [person.name for person in people] == ["Ann", "bo@example.org"]
    assert kinds(found) == [("name.missing", 3, None), ("name.missing", 4, "Name")]
    assert found.counts.left_out == 1


def test_names_in_two_columns():
    _found, people = run("First name,Middle initial,Last name,Email\n Ann ,K.,van Lee,ann@example.org\n")
    assert (people[0].name, people[0].given_name, people[0].family_name) == ("Ann K. van Lee", "Ann K.", "van Lee")


def test_levels_zones_and_lists():
    text = "ID,Name,Level,Time zone,Skills\n1,Ann,L4,europe/berlin,Go; Rust\n2,Bo,Senior,Mars,\n3,Cy,2,UTC,Go\n"
    found, people = run(text)
    assert [(person.level, person.timezone, person.skills) for person in people] == [
        (4, "Europe/Berlin", ["Go", "Rust"]),
        (None, "", []),
        (2, "UTC", ["Go"]),
    ]
    assert people[1].custom == {"Level": "Senior"}
    assert kinds(found) == [("level.words", 3, "Level"), ("timezone.unknown", 3, "Time zone")]


def test_a_text_beyond_what_can_be_kept_is_cut_and_named():
    found, people = run(f"ID,Name,Team\n1,Ann,{'x' * 300}\n")
    assert people[0].team == "x" * 200
    assert kinds(found) == [("text.long", 2, "Team")]


def test_a_sensitive_column_with_a_reason_is_kept_apart():
    with opened(as_csv(hr_rows(6))) as table:
        chosen = mapping.guess(table).changed(
            {"DOB": "custom", "Sex": "custom"}, {"DOB": "inclusion report", "Sex": "inclusion report"}
        )
        found = dry_run(table, at=TODAY, mapping=chosen)
        people = list(found.people())
    assert people[0].sensitive == {"DOB": "1960-01-01", "Sex": "F"}
    assert "DOB" in next(question.sentence for question in found.questions if question.key == "latest_year")
    assert "DOB" not in " ".join(next(question.examples for question in found.questions if question.key == "sensitive"))


def test_a_file_without_names_stops():
    with pytest.raises(InvalidFile) as caught:
        run("ID,Team\n1,Blue\n")
    assert [(fault.kind, fault.row) for fault in caught.value.faults] == [("mapping.no_name", 1)]


def test_the_day_the_file_is_true_for_decides_who_has_left():
    text = "ID,Name,Left on\n1,Ann,2019-01-15\n"
    assert run(text, valid_on="2019-01-01")[1][0].has_left is False
    assert run(text, valid_on="2019-01-15")[1][0].has_left is True


def test_everything_a_run_found_can_be_saved_and_repeated():
    with opened(as_csv(hr_rows(9))) as table:
        first = dry_run(table, at=TODAY, answers=Answers.parse({"email": "flast@example.org", "latest_year": 2019}))
        saved = first.as_saved()
        again = dry_run(
            table,
            at=TODAY,
            mapping=mapping.guess(table).changed(saved["columns"]),
            answers=Answers.parse(saved["answers"]),
        )
        assert [person.as_dict() for person in again.people()] == [person.as_dict() for person in first.people()]
        assert [question.key for question in again.open_questions] == ["extent"]


def test_people_come_in_chunks_and_as_json():
    with opened(as_csv(hr_rows(7))) as table:
        found = dry_run(table, at=TODAY)
        assert [len(chunk) for chunk in found.chunks(3)] == [3, 3, 1]
        data = next(found.people()).as_dict()
    assert (data["hired_on"], data["left_on"], data["manager_row"]) == ("2008-01-01", None, None)
    assert "reference" not in data


def test_twenty_thousand_rows_take_seconds_and_no_more_than_in_proportion():
    def seconds(count):
        base = [list(hr_row(i).values()) for i in range(120)]
        rows = [[f"Family{i}, {row[0]}", str(i), *row[2:]] for i, row in ((i, base[i % 120]) for i in range(count))]
        data = as_csv(rows, HEADER)
        started = time.perf_counter()
        with opened(data) as table:
            assert sum(map(len, dry_run(table, at=TODAY).chunks())) == count
        return time.perf_counter() - started

    small, large = seconds(4_000), seconds(20_000)
    assert large < 15 * small
