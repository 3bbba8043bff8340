"""What an answer may be, and the cell that the engine gets of it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from openmentor.engine.matching.people import Notes, read_columns
from openmentor.engine.matching.spec import Spec
from openmentor.surveys import cells, values
from openmentor.surveys.models import Question
from openmentor.surveys.standard import STANDARD, most_required

QUESTIONS = {
    standard.key: Question(
        key=standard.key,
        kind=standard.kind,
        options=standard.options,
        column=standard.column,
        role=standard.role,
        audience=standard.audience,
    )
    for standard in STANDARD
}


@pytest.mark.parametrize(
    ("key", "given", "value", "cell"),
    [
        ("goals", ["speaking", "Leading people", "  Chess;  fast "], ["speaking", "lead", "Chess, fast"], "Speaking and presenting;Leading people;Chess, fast"),
        ("skills_wanted", [{"name": "Python: 3", "level": "2"}, {"name": "python  3"}, "SQL"],
         [{"name": "Python 3", "level": 2}, {"name": "SQL", "level": None}], "Python 3:2;SQL"),
        ("values", ["honesty"], ["honesty"], "Honesty"),
        ("work_style", ["1", "5", 3, "2", "4"], [1, 5, 3, 2, 4], "1;5;3;2;4"),
        ("communication", "5", 5, "1.0"),
        ("formality", 2, 2, "0.25"),
        ("availability", "Mon 9-11;Mon 11:00-12:00; Thu 16:30-18:00", "Mon 09:00-12:00;Thu 16:30-18:00", "Mon 09:00-12:00;Thu 16:30-18:00"),
        ("timezone", "europe/berlin", "Europe/Berlin", "Europe/Berlin"),
        ("languages", [{"code": "EN", "level": 5}, {"code": "de"}], [{"code": "en", "level": 5}, {"code": "de", "level": None}], "English:5;German"),
        ("cadence", "Every two weeks", "biweekly", "biweekly"),
        ("medium", ["video", "person"], ["video", "person"], "Video call;In person"),
        ("minutes", "45", 45, "45"),
        ("about", "  I like\nwalks. ", "I like\nwalks.", "I like\nwalks."),
        ("interests", ["Chess", "chess", "  "], ["Chess"], "Chess"),
        ("priority", "skills", "skills", "skills"),
        ("identity", ["woman"], ["woman"], "Woman"),
        ("birth_year", 1980, 1980, "1980"),
    ],
)  # fmt: skip
def test_an_answer_is_cleaned_into_its_shape_and_becomes_a_cell(key, given, value, cell):
    question = QUESTIONS[key]
    assert values.clean(question, given) == value
    assert cells.cell(question, value) == cell


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("goals", ["lead", "role", "network", "visible"]), ("values", ["greed"]), ("work_style", ["1", "2", "", "4", "5"]), ("work_style", [9, 1, 1, 1, 1]),
        ("communication", "6"), ("communication", "x"), ("availability", "sometimes"), ("timezone", "Mars/Olympus"), ("languages", ["?!"]),
        ("minutes", "5000"), ("minutes", "nan"), ("cadence", "hourly"), ("about", "x" * 5000), ("target_role", "x" * 400),
        ("skills_wanted", [{"name": "SQL", "level": 7}]),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused_with_a_sentence(key, given):
    with pytest.raises(ValidationError) as refused:
        values.clean(QUESTIONS[key], given)
    assert refused.value.messages[0].endswith(".")


@pytest.mark.parametrize("empty", [None, "", [], "   "])
def test_nothing_is_no_answer(empty):
    assert values.clean(QUESTIONS["target_role"], empty) is None
    assert values.clean(QUESTIONS["goals"], [empty] if empty else empty) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Fri 22:00-02:00", "Fri 22:00-02:00"), ("Sun 20:00-24:00", "Sun 20:00-24:00"), ("Mon 09:00-11:00;Mon 10:00-12:00", "Mon 09:00-12:00"),
        ("Mon-Wed 08:00-09:00", "Mon 08:00-09:00;Tue 08:00-09:00;Wed 08:00-09:00"), ("Mon 20:00-24:00;Tue 00:00-01:00", "Mon 20:00-24:00;Tue 00:00-01:00"),
    ],
)  # fmt: skip
def test_hours_are_written_one_way(text, written):
    assert values.clean(QUESTIONS["availability"], text) == written
    assert values.clean(QUESTIONS["availability"], written) == written


def test_every_standard_question_has_a_column_that_the_engine_reads():
    full = {
        "goals": ["lead"], "skills_wanted": [{"name": "SQL", "level": 2}], "helps_with": ["lead"], "skills_offered": [{"name": "SQL", "level": None}],
        "target_role": "Head of Sales", "soft_wanted": ["listening"], "soft_offered": ["listening", "Patience"], "priority": "common_hours",
        "values": ["honesty"], "style_sought": ["coach"], "style_offered": ["coach"], "about": "Hello; there", "interests": ["Chess"], "hobbies": ["Chess"],
        "work_style": [1, 2, 3, 4, 5], "communication": 3, "formality": 1, "availability": "Mon 09:00-11:00", "timezone": "Asia/Kolkata",
        "languages": [{"code": "en", "level": 5}], "medium": ["video"], "cadence": "quarterly", "minutes": 60, "commitment_hours": 2.5, "industry": ["Banking"],
        "education": ["Law"], "certifications": ["PMP"], "networks": ["Women in Tech"], "challenge": ["children"], "identity": ["woman", "gender: x"],
        "identity_wish": ["woman"], "birth_year": 1980,
    }  # fmt: skip
    assert set(full) == set(QUESTIONS)
    columns = {
        question.column: [cells.cell(question, values.clean(question, full[key]))]
        for key, question in QUESTIONS.items()
    }
    notes = Notes()
    side = read_columns({"id": ["1"], **columns}, Spec(), notes, role="mentor")
    assert notes.faults == []
    assert set(side.columns) == {question.column for question in QUESTIONS.values()}


def test_nobody_has_to_answer_more_than_twelve_questions_on_four_screens():
    required = [QUESTIONS[standard.key] for standard in STANDARD if standard.use == "required"]
    assert most_required(required) == {"mentor": 9, "mentee": 9, "both": 12}
    assert {standard.screen for standard in STANDARD if standard.use == "required"} == {1, 2, 3, 4}


def test_what_few_should_know_is_confidential_and_never_required():
    confidential = {standard.key for standard in STANDARD if standard.audience == Question.Audience.CONFIDENTIAL}
    assert confidential == {"challenge", "identity", "identity_wish", "birth_year"}
    assert all(
        standard.use == "optional" and not standard.writes_profile
        for standard in STANDARD
        if standard.key in confidential
    )


def test_only_what_the_cohort_may_see_is_written_to_the_profile():
    assert {standard.audience for standard in STANDARD if standard.writes_profile} == {Question.Audience.PROFILE}
