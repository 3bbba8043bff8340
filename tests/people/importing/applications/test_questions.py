"""Cells of every kind of question become answers; what is unknown is shown with the nearest known and never guessed."""

import pytest

from openmentor.people.importing.applications.questions import Asked, Reader, level_of, parts_of

GOALS = [("lead", "Leading people"), ("speak", "Speaking, presenting"), ("net", "Building a network")]


def read(asked, *cells, **options):
    """Answer and unknown parts of one row; a cell is a text, or (line of a grid, text)."""
    reader = Reader(asked, **options)
    columns = [("Q", "", cell) if isinstance(cell, str) else (f"Q [{cell[0]}]", *cell) for cell in cells]
    answer = reader.read(2, columns)
    return answer, [(one.text, one.nearest and one.nearest[0], one.is_kept) for one in reader.unknown]


def asked(kind, **options):
    return Asked("q", "Question?", kind, **options)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("Leading people, Building a network", ["lead", "net"]),
        ("Speaking, presenting, leading PEOPLE", ["speak", "lead"]),
        ("Leading people;Speaking, presenting;", ["lead", "speak"]),
        ("net\nlead", ["net", "lead"]),
        ("lead, lead", ["lead"]),
    ],
)
def test_several_answers_in_one_cell(cell, answer):
    assert read(asked("choices", choices=GOALS), cell) == (answer, [])


def test_a_part_that_is_unknown_is_shown_with_the_nearest_and_left_out():
    assert read(asked("choices", choices=GOALS), "Leadin people, Building a network, Chess") == (
        ["net"],
        [("Leadin people", "lead", False), ("Chess", None, False)],
    )


def test_a_correction_settles_an_unknown_answer():
    corrections = {"leadin people": "lead", "chess": ""}
    assert read(asked("choices", choices=GOALS), "Leadin people, Chess", corrections=corrections) == (["lead"], [])


def test_own_words_stay_where_they_are_allowed_and_a_likely_slip_is_shown():
    assert read(asked("choices", choices=GOALS, own=True), "Leadin people;Chess") == (
        ["Leadin people", "Chess"],
        [("Leadin people", "lead", True)],
    )


def test_one_answer():
    assert read(asked("choice", choices=GOALS), "building a network") == ("net", [])
    assert read(asked("choice", choices=GOALS), "Golf") == (None, [("Golf", None, False)])


def test_checkboxes_in_a_grid():
    cells = [("Leading people", "Yes"), ("Building a network", "no"), ("Speaking, presenting", "x"), ("Golf", "")]
    assert read(asked("choices", choices=GOALS), *cells) == (["lead", "speak"], [])


def test_a_ranking_in_one_cell_and_in_a_grid():
    ranking = asked("ranking", choices=GOALS, most=2)
    assert read(ranking, "Building a network;Leading people;Speaking, presenting;") == (["net", "lead"], [])
    assert read(ranking, "1. Building a network\n2. Leading people") == (["net", "lead"], [])
    assert read(ranking, ("Leading people", "2nd"), ("Building a network", "1st choice")) == (["net", "lead"], [])


@pytest.mark.parametrize(
    ("cell", "level"),
    [("4", 4), ("4.0", 4), ("4 - good", 4), ("Expert", 5), ("B2", 4), ("native speaker", 5), ("0", 0), ("none", 0), ("7", None),
     ("2011", None), ("green", None), ("Advanced level", 4)],
)  # fmt: skip
def test_levels(cell, level):
    assert level_of(cell) == level


def test_skills_with_levels():
    python, sql = {"name": "Python", "level": 4}, {"name": "SQL", "level": None}
    assert read(asked("skills"), "Python:4; SQL") == ([python, sql], [])
    assert read(asked("skills"), "Python (advanced), SQL") == ([python, sql], [])
    assert read(asked("skills"), "Python - 4; python: 2; SQL") == ([python, sql], [])
    assert read(asked("skills"), ("Python", "4"), ("SQL", "yes"), ("Go", "none"), ("Rust", "no")) == ([python, sql], [])
    assert read(asked("skills"), "Python: green; SQL") == (
        [{"name": "Python", "level": None}, sql],
        [("Python: green", None, False)],
    )


def test_languages_by_name_or_code():
    english, german = {"code": "en", "level": None}, {"code": "de", "level": 5}
    assert read(asked("languages"), "English; Deutsch (C2)") == ([english, german], [])
    assert read(asked("languages"), "en, German: native") == ([english, german], [])
    assert read(asked("languages"), "Englisch, Frensh") == ([english], [("Frensh", "fr", False)])


def test_hours_as_people_write_them():
    assert read(asked("hours"), "Mon 9-11; Thu 16:30-18:00") == ("Mon 9-11;Thu 16:30-18:00", [])
    assert read(asked("hours"), ("Monday", "09:00-11:00"), ("Tuesday", ""), ("Friday", "8-9, 12-13")) == (
        "Monday 09:00-11:00;Friday 8-9, 12-13",
        [],
    )
    assert read(asked("hours"), "Mon 9-11; whenever") == ("Mon 9-11", [("whenever", None, False)])


def test_scales_numbers_and_yes_or_no():
    scale = asked("scale", ends=[("In writing", "Live")])
    assert [read(scale, cell)[0] for cell in ("4", "2 - rather", "live", "In writing", "9")] == [4, 2, 5, 1, None]
    number = asked("number", least=15, greatest=240)
    assert [read(number, cell)[0] for cell in ("45", "45 minutes", "1,5", "500", "an hour")] == [
        45,
        45,
        None,
        None,
        None,
    ]
    assert [read(asked("boolean"), cell)[0] for cell in ("Yes", "No, thanks", "Yes, I accept", "perhaps")] == [
        True, False, True, None,
    ]  # fmt: skip


def test_traits_are_five_or_none():
    assert read(asked("traits"), "1;2;3;4;5")[0] == [1, 2, 3, 4, 5]
    assert read(asked("traits"), *[(line, "3") for line in "abcde"])[0] == [3, 3, 3, 3, 3]
    assert read(asked("traits"), "1;2;3") == (None, [("1; 2; 3", None, False)])


def test_a_time_zone_is_a_text_of_its_own_kind():
    zone = asked("text", is_timezone=True)
    assert read(zone, "europe/berlin") == ("Europe/Berlin", [])
    assert read(zone, "Berlin") == (None, [("Berlin", "Europe/Berlin", False)])


def test_words_of_ones_own():
    assert read(asked("tags", most=3), "Chess, chess, Golf; ")[0] == ["Chess, chess, Golf"]
    assert read(asked("tags", most=2), "Chess, Golf, Chess, Go")[0] == ["Golf", "Chess"]
    assert read(asked("long_text"), "One.\nTwo.")[0] == "One.\nTwo."


@pytest.mark.parametrize("cell", ["", "-", "N/A"])
@pytest.mark.parametrize("kind", ["text", "choices", "skills", "hours", "number", "traits"])
def test_nothing_is_no_answer(kind, cell):
    assert read(asked(kind), cell) == (None, [])


def test_commas_within_an_answer_do_not_part_it():
    known = {"speaking presenting": "speak", "a b c": "abc"}
    assert parts_of("x, Speaking, presenting, a, b, c", known) == ["x", "Speaking, presenting", "a, b, c"]
