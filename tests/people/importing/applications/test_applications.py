"""Exports of Google Forms and Microsoft Forms, and a spreadsheet kept by hand, become applications."""

from datetime import date, time

import pytest
from tests.people.importing.made import as_csv, opened

from openmentor.people.importing.applications import Asked, Directory, Entry, Vetoed, dry_run, guess
from openmentor.people.importing.applications.columns import places_of, roles_of
from openmentor.people.importing.faults import InvalidFile

TODAY = date(2024, 5, 1)
GOALS = [("lead", "Leading people"), ("speak", "Speaking, presenting"), ("net", "Building a network")]
STYLES = [("coach", "Asks good questions"), ("advise", "Gives clear advice")]
QUESTIONS = [
    Asked("goals", "What would you like to get out of it?", "ranking", GOALS, role="mentee", most=3),
    Asked("helps_with", "What can you help with?", "choices", GOALS, role="mentor"),
    Asked("skills_offered", "Which skills can you pass on?", "skills", role="mentor"),
    Asked("style_sought", "What should your mentor do?", "choices", STYLES, role="mentee"),
    Asked("availability", "When are you usually free to meet?", "hours"),
    Asked("identity_wish", "Would you like to be matched with somebody who is…", "choices", [("woman", "Woman")]),
]
PEOPLE = Directory(
    [
        Entry(1, "Ann Lee", "ann@example.org", "1001", "Blue", "Bonn"),
        Entry(2, "Bo K. Roe", "bo@example.org", "1002", "Red", "Bonn"),
        Entry(3, "Cy Sun", "cy@example.org", "1003", "Blue", "Oslo"),
        Entry(4, "Di Fox", "di@example.org"),
        Entry(5, "Ed Gray", "ed@example.org"),
        Entry(6, "Ed Gray", "ed.gray@example.org"),
    ]
)


def run(header, *rows, **options):
    with opened(as_csv(list(map(list, rows)), list(header))) as table:
        return dry_run(table, questions=QUESTIONS, directory=PEOPLE, at=TODAY, **options)


def kinds(found):
    return [(doubt.kind, doubt.row, doubt.column, doubt.value) for doubt in found.doubts]


GOOGLE = (
    "Timestamp",
    "Email Address",
    "Would you like to be a mentor or a mentee?",
    "How many mentees can you take?",
    "What would you like to get out of it?",
    "Which skills can you pass on? [Python]",
    "Which skills can you pass on? [SQL]",
    "Who would you like to be matched with?",
    "Who should you not be matched with?",
    "Any comments?",
)


def test_an_export_of_google_forms():
    found = run(
        GOOGLE,
        ("3/14/2024 9:26:53", "Ann@Example.org", "Mentor", "2", "", "5", "Beginner", "", "Cy Sun", "hi"),
        (
            "3/15/2024 10:00:00",
            "bo@example.org",
            "Mentee",
            "",
            "Building a network, Leading people",
            "",
            "",
            "Ann Lee, Cy Sun",
            "",
            "",
        ),
    )
    assert kinds(found) == []
    assert found.unknown == []
    ann, bo = found.applications
    assert (ann.person, ann.roles, ann.places, ann.submitted_at) == (
        1,
        ("mentor",),
        2,
        (date(2024, 3, 14), time(9, 26, 53)),
    )
    assert ann.answers == {"skills_offered": [{"name": "Python", "level": 5}, {"name": "SQL", "level": 1}]}
    assert (ann.wishes, ann.vetoes) == ([], [Vetoed("person", "Cy Sun", 3)])
    assert (bo.person, bo.roles, bo.places, bo.wishes) == (2, ("mentee",), None, [1, 3])
    assert bo.answers == {"goals": ["net", "lead"]}
    assert found.roles() == {"mentor": 1, "mentee": 1}


def test_an_export_of_microsoft_forms():
    header = (
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "Role",
        "What can you help with?",
        "Preferred mentor",
    )
    found = run(
        header,
        (
            "1",
            "14.03.2024 09:00",
            "14.03.2024 09:26",
            "anonymous",
            "Lee, Ann",
            "Both",
            "Leading people;Speaking, presenting;",
            "",
        ),
        (
            "2",
            "15.03.2024 09:00",
            "15.03.2024 09:26",
            "anonymous",
            "Roe, Bo",
            "I need a mentor",
            "",
            "ann@example.org;",
        ),
    )
    ann, bo = found.applications
    assert (ann.person, ann.roles, ann.answers) == (1, ("mentor", "mentee"), {"helps_with": ["lead", "speak"]})
    assert (bo.person, bo.roles, bo.wishes) == (2, ("mentee",), [1])
    assert ann.submitted_at == (date(2024, 3, 14), time(9, 26))
    assert found.columns.of("external_id") == ()


def test_a_spreadsheet_kept_by_hand():
    found = run(
        ("Personnel number", "Who", "Mentor or mentee", "Places", "goals", "1st choice", "2nd choice", "Vetoes"),
        ("1001", "x", "mentor", "3", "", "", "", "team: Red; Oslo"),
        ("1003", "y", "mentee", "", "Leading people", "Bo Roe", "Ann Lee", "none"),
    )
    ann, cy = found.applications
    assert (ann.person, ann.places, ann.vetoes) == (1, 3, [Vetoed("team", "Red"), Vetoed("site", "Oslo")])
    assert (cy.person, cy.wishes, cy.vetoes, cy.answers) == (3, [2, 1], [], {"goals": ["lead"]})


def test_headers_that_are_only_alike_are_found_too():
    header = (
        "Email",
        "Role",
        "What do you want to get out of mentoring?",
        "What should a mentor do for you",
        "Free to meet",
        "Shoe size",
    )
    rows = [("ann@example.org", "mentee", "Leading people", "Gives clear advice", "Mon 9-11", "38")]
    with opened(as_csv([list(row) for row in rows], list(header))) as table:
        columns = guess(table, QUESTIONS, PEOPLE)
    assert [column.to for column in columns.columns] == [
        "email", "role", "question:goals", "question:style_sought", "question:availability", "leave_out",
    ]  # fmt: skip


def test_what_a_form_calls_its_fields_is_understood():
    header = ("What is your name?", "M/M", "Slots", "1st choice", "2nd choice", "Please enter your first name")
    rows = [
        ("Lee, Ann", "mentor", "2", "Bo Roe", "Zoe Nobody", "Ann"),
        ("Roe, Bo", "mentee", "", "", "Zed Absent", "Bo"),
    ]
    questions = [*QUESTIONS, Asked("timezone", "Your time zone", "text", is_timezone=True)]
    with opened(as_csv(list(map(list, rows)), list(header))) as table:
        columns = guess(table, questions, PEOPLE)
    assert [column.to for column in columns.columns] == ["name", "role", "places", "wishes", "wishes", "given_name"]


def test_without_a_header_that_says_it_the_cells_tell_who_applied():
    header, rows = ("A", "B", "C"), [["mentor", "x y", "Ann Lee"], ["mentee", "z", "Cy Sun"]]
    with opened(as_csv(rows, list(header))) as table:
        columns = guess(table, QUESTIONS, PEOPLE)
    assert [column.to for column in columns.columns] == ["role", "leave_out", "name"]


def test_the_words_of_a_question_come_before_those_of_a_wish():
    found = run(("Email", "Role", QUESTIONS[-1].text), ("ann@example.org", "mentee", "Woman"))
    assert found.applications[0].answers == {"identity_wish": ["woman"]}


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("Mentor", ("mentor",)), ("mentee", ("mentee",)), ("Mentorin", ("mentor",)), ("Mentee / Mentor", ("mentor", "mentee")),
        ("Both", ("mentor", "mentee")), ("I'd like to be a mentor", ("mentor",)), ("I am looking for a mentor", ("mentee",)),
        ("I want to be a mentor", ("mentor",)), ("I'd like to be mentored", ("mentee",)), ("Peer", ("peer",)), ("Boss", ()),
        ("I want a mentor", ("mentee",)), ("Protégé", ("mentee",)),
    ],
)  # fmt: skip
def test_roles_in_many_words(cell, roles):
    assert roles_of(cell) == roles


@pytest.mark.parametrize(
    ("cell", "places"), [("2", 2), ("2.0", 2), ("two", 2), ("1-2", 1), ("up to 3", 3), ("many", None)]
)
def test_places_in_many_words(cell, places):
    assert places_of(cell) == places


def test_a_range_of_places_is_named_and_so_is_what_is_no_number():
    found = run(("Email", "Role", "Places"), *[(f"{who}@example.org", "mentor", cell) for who, cell in
                                              (("ann", "1-2"), ("bo", "3"), ("cy", "many"), ("di", "2"))])  # fmt: skip
    assert [one.places for one in found.applications] == [1, 3, None, 2]
    assert kinds(found) == [("places.unclear", 2, "Places", "1-2"), ("places.unclear", 4, "Places", "many")]


def test_unknown_answers_are_grouped_with_the_nearest_and_corrected_at_once():
    header = ("Email", "Role", "What can you help with?")
    rows = [(f"{who}@example.org", "mentor", cell) for who, cell in
            (("ann", "Leadin people"), ("bo", "leadin  People;Building a network"), ("cy", "Golf"))]  # fmt: skip
    found = run(header, *rows)
    assert [(group.question, group.text, group.rows, group.nearest) for group in found.unknown_groups()] == [
        ("helps_with", "Leadin people", (2, 3), ("lead", "Leading people")),
        ("helps_with", "Golf", (4,), None),
    ]
    assert [one.answers.get("helps_with") for one in found.applications] == [None, ["net"], None]
    found = run(header, *rows, corrections={"helps_with": {"Leadin People": "lead", "Golf": ""}})
    assert found.unknown == []
    assert [one.answers.get("helps_with") for one in found.applications] == [["lead"], ["lead", "net"], None]


def test_a_wish_for_somebody_unknown_is_warned_about_and_a_veto_is_kept():
    found = run(
        ("Email", "Role", "Wishes", "Vetoes"),
        ("ann@example.org", "mentee", "Cy Son; Bo Roe; Ed Gray", "Wes Butler; Ed Gray"),
        ("bo@example.org", "mentee", "Bo Roe, Lee, Ann", "Cy Sun\nBo Roe"),
    )
    ann, bo = found.applications
    assert (ann.wishes, ann.vetoes) == ([2], [Vetoed("person", "Wes Butler"), Vetoed("person", "Ed Gray")])
    assert (bo.wishes, bo.vetoes) == ([1], [Vetoed("person", "Cy Sun", 3)])
    assert kinds(found) == [
        ("wish.unknown", 2, "Wishes", "Cy Son"),
        ("wish.ambiguous", 2, "Wishes", "Ed Gray"),
        ("veto.unknown", 2, "Vetoes", "Wes Butler"),
        ("veto.ambiguous", 2, "Vetoes", "Ed Gray"),
        ("wish.self", 3, "Wishes", "Bo Roe"),
        ("veto.self", 3, "Vetoes", "Bo Roe"),
    ]
    assert next(doubt.advice for doubt in found.doubts if doubt.kind == "wish.unknown") == "The nearest is Cy Sun."


def test_who_is_both_wished_for_and_refused_is_refused():
    found = run(
        ("Email", "Role", "Wishes", "Vetoes"), ("ann@example.org", "mentee", "Bo Roe; Cy Sun", "bo@example.org")
    )
    assert (found.applications[0].wishes, found.applications[0].vetoes) == ([3], [Vetoed("person", "Bo K. Roe", 2)])
    assert [doubt.kind for doubt in found.doubts] == ["wish.vetoed"]


def test_the_last_application_of_a_person_counts_and_it_is_said():
    found = run(
        ("Timestamp", "Email Address", "Role"),
        ("3/15/2024 10:00:00 PM", "ann@example.org", "Mentee"),
        ("3/13/2024 9:00:00", "bo@example.org", "Mentor"),
        ("3/15/2024 9:59:00 PM", "Ann@example.org", "Mentor"),
    )
    assert [(one.row, one.person, one.roles) for one in found.applications] == [
        (2, 1, ("mentee",)),
        (3, 2, ("mentor",)),
    ]
    assert [str(doubt) for doubt in found.doubts] == [
        "row 2: Ann Lee sent several applications (rows 2, 4); the last one, row 2, counts. "
        "An earlier one was as mentor. Write ‘both’ as the role if both are meant."
    ]


def test_without_times_the_last_row_counts():
    found = run(("Email", "Role"), ("ann@example.org", "Mentee"), ("ann@example.org", "Mentee"))
    assert [one.row for one in found.applications] == [3]


def test_who_is_not_known_is_named_with_the_nearest_and_imported_by_nobody():
    found = run(
        ("Name", "Role"),
        ("Anne Lee", "mentor"),
        ("Ed Gray", "mentor"),
        ("", "mentor"),
        ("Fox, Di", "mentor"),
        ("Ann Lee", "boss"),
    )
    assert [one.person for one in found.applications] == [None, None, None, 4, 1]
    assert [one.person for one in found.importable] == [4]
    assert kinds(found) == [
        ("applicant.unknown", 2, "Name", "Anne Lee"),
        ("applicant.ambiguous", 3, "Name", "Ed Gray"),
        ("applicant.unknown", 4, "Name", ""),
        ("role.unknown", 6, "Role", "boss"),
    ]
    assert found.doubts.in_order()[0].advice == "The nearest is Ann Lee."


def test_an_unknown_address_with_a_known_name_is_taken_and_said():
    found = run(("Email", "Name", "Role"), ("ann@home.example", "Ann Lee", "mentor"))
    assert found.applications[0].person == 1
    assert kinds(found) == [("applicant.by_name", 2, "Email", "ann@home.example")]


def test_a_file_without_roles_needs_one_for_all():
    header, row = ("Email", "What can you help with?"), ("ann@example.org", "Leading people")
    assert (run(header, row).needs_role, run(header, row).importable) == (True, [])
    found = run(header, row, default_role="both")
    assert (found.needs_role, found.importable[0].roles) == (False, ("mentor", "mentee"))


def test_a_file_that_does_not_say_who_applied_is_refused():
    with pytest.raises(InvalidFile) as caught:
        run(("What can you help with?",), ("Leading people",))
    assert caught.value.faults[0].kind == "mapping.no_name"


def test_columns_are_corrected_by_hand():
    header = ("Email", "Column A", "Column B", "What can you help with?")
    with opened(as_csv([["ann@example.org", "Leading people", "Bo Roe", "Golf"]], list(header))) as table:
        columns = guess(table, QUESTIONS, PEOPLE).changed(
            {"Column A": "question:helps_with", "Column B": "vetoes"}, QUESTIONS
        )
        assert [column.to for column in columns.columns] == ["email", "question:helps_with", "vetoes", "leave_out"]
        found = dry_run(table, questions=QUESTIONS, directory=PEOPLE, columns=columns, at=TODAY, default_role="mentor")
        assert found.applications[0].answers == {"helps_with": ["lead"]}
        assert found.applications[0].vetoes == [Vetoed("person", "Bo K. Roe", 2)]
        with pytest.raises(InvalidFile) as caught:
            columns.changed({"Column C": "role", "Column A": "question:helps", "Email": "name"}, QUESTIONS)
    assert [(fault.kind, fault.column) for fault in caught.value.faults] == [
        ("mapping.no_column", "Column C"),
        ("mapping.no_field", "Column A"),
    ]


def test_one_place_is_not_given_twice():
    with opened("Email,A,B\nann@example.org,x,y\n") as table:
        columns = guess(table, QUESTIONS, PEOPLE)
        with pytest.raises(InvalidFile) as caught:
            columns.changed({"A": "role", "B": "role"}, QUESTIONS)
    assert [fault.kind for fault in caught.value.faults] == ["mapping.twice"]


@pytest.mark.parametrize(
    ("text", "person"),
    [("ann@example.org", 1), ("Ann Lee <ANN@example.org>", 1), ("Lee, Ann", 1), ("bo roe", 2), ("Bo J. Roe", None), ("1003", 3),
     ("Ann Lee (ann.lee@home.example)", 1), ("nobody@example.org", None), ("", None)],
)  # fmt: skip
def test_people_are_found_by_what_others_write(text, person):
    entry = PEOPLE.find(text).entry
    assert (entry and entry.id) == person


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("Ann Lee; Cy Sun", ["Ann Lee", "Cy Sun"]),
        ("Ann Lee, Cy Sun and Bo Roe", ["Ann Lee", "Cy Sun", "Bo Roe"]),
        ("Lee, Ann, Sun, Cy", ["Lee, Ann", "Sun, Cy"]),
        ("1. Ann Lee 2. Cy Sun", ["Ann Lee", "Cy Sun"]),
        ("Butler, Wes", ["Butler, Wes"]),
        ("Wes Butler, Ann Lee", ["Wes Butler", "Ann Lee"]),
        ("nobody", []),
        ("N/A", []),
    ],
)
def test_several_people_in_one_cell(cell, people):
    assert PEOPLE.split(cell) == people
