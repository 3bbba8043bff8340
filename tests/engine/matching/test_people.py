"""From cells to typed columns: hours, levels, dates, references; what is a fault, and what a warning."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas
import pytest

from openmentor.engine.matching import hours, scoring
from openmentor.engine.matching.errors import InvalidProblem
from openmentor.engine.matching.people import from_mappings
from openmentor.engine.matching.spec import Spec

WINTER = date(2026, 1, 5)


def bits(text, zone=None, monday=WINTER):
    """The free quarters of the UTC week, from 0 at Monday 00:00."""
    words = hours.quarters([hours.parse(text.split(";"))], [zone], monday)[0]
    whole = sum(int(word) << (64 * k) for k, word in enumerate(words))
    return {k for k in range(704) if whole >> k & 1}


def span(day, start, end):
    """Quarters from an hour to an hour of a day, 0 is Monday."""
    return {k % 672 for k in range(int(day * 96 + start * 4), int(day * 96 + end * 4))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon 09:00-11:00", span(0, 9, 11)),
        ("Mon 9-11", span(0, 9, 11)),
        ("monday 9.30 – 11:00", span(0, 9.5, 11)),
        ("Mon 09:00-11:00;Thu 16:30-18:00", span(0, 9, 11) | span(3, 16.5, 18)),
        ("Mon-Fri 09:00-10:00", {k for day in range(5) for k in span(day, 9, 10)}),
        ("Fri-Mon 9-10", {k for day in (4, 5, 6, 0) for k in span(day, 9, 10)}),
        ("Mon,Wed 9-10", span(0, 9, 10) | span(2, 9, 10)),
        ("Tue 22:00-02:00", span(1, 22, 26)),
        ("Sun 22:00-02:00", span(6, 22, 24) | span(0, 0, 2)),
        ("Sun 20:00-24:00", span(6, 20, 24)),
        ("Mon 00:00-24:00", span(0, 0, 24)),
        ("Mon 09:01-09:59", span(0, 9.25, 9.75)),  # starts round up, ends down
        ("Mon 09:05-09:14", set()),
        ("Mon 9am-1pm", span(0, 9, 13)),
        ("Mon 11-1pm", span(0, 11, 13)),
        ("daily 0:00-24:00", set(range(672))),
    ],
)
def test_hours_become_quarters_of_the_week(text, expected):
    assert bits(text) == expected


@pytest.mark.parametrize(
    ("zone", "monday", "expected"),
    [
        ("Europe/Berlin", WINTER, span(0, 8, 10)),
        ("Europe/Berlin", date(2026, 7, 6), span(0, 7, 9)),
        ("Asia/Kolkata", WINTER, span(0, 3.5, 5.5)),
        ("Asia/Kathmandu", WINTER, span(0, 3.25, 5.25)),
        ("Pacific/Auckland", WINTER, span(6, 20, 22)),  # still Sunday in UTC: the week goes round
    ],
)
def test_hours_are_local(zone, monday, expected):
    assert bits("Mon 09:00-11:00", zone, monday) == expected


def test_the_clock_changes_within_the_week():
    """On Sunday, 29 March 2026, Berlin goes from 02:00 to 03:00."""
    week = date(2026, 3, 23)
    assert bits("Sat 09:00-10:00", "Europe/Berlin", week) == span(5, 8, 9)
    assert bits("Sun 09:00-10:00", "Europe/Berlin", week) == span(6, 7, 8)
    assert bits("Sun 01:00-04:00", "Europe/Berlin", week) == span(6, 0, 2)  # an hour of it doesn't exist
    assert bits("Sat 23:00-03:30", "Europe/Berlin", week) == span(5, 22, 25.5)
    assert bits("Sun 01:00-04:00", "Europe/Berlin", date(2026, 10, 19)) == span(5, 23, 27)  # and an hour twice


def test_the_weeks_are_the_first_and_those_after_a_change_of_clocks():
    zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", None]
    found = hours.weeks_of(date(2026, 3, 4), date(2026, 11, 30), zones)
    assert found == (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 30), date(2026, 10, 26), date(2026, 11, 2))
    assert hours.weeks_of(date(2026, 3, 4), None, zones) == (date(2026, 3, 2),)
    assert hours.weeks_of(date(2026, 3, 4), date(2026, 11, 30), ["Asia/Kolkata"]) == (date(2026, 3, 2),)


def test_of_several_weeks_the_least_overlap_counts():
    mentors = {"id": ["m"], "availability": ["Mon 09:00-10:00"], "timezone": ["Europe/Berlin"]}
    mentees = {"id": ["e"], "availability": ["Mon 13:30-14:30"], "timezone": ["Asia/Kolkata"]}
    spring = scoring.prepare(mentors, mentees, Spec(start=date(2026, 3, 2)))
    year = scoring.prepare(mentors, mentees, Spec(start=date(2026, 3, 2), end=date(2026, 9, 1)))
    assert spring.score_pairs([(0, 0)]).tolist() != year.score_pairs([(0, 0)]).tolist()
    assert spring.dimensions["common_hours"].say(0, 0, 1.0)[2] == "They have 1 hour a week in common."
    assert year.dimensions["common_hours"].say(0, 0, 1.0)[2] == "No free hour in common in the week."
    assert scoring.weeks_of(Spec(), spring.mentors, spring.mentees) == (WINTER,)
    assert scoring.weeks_of(Spec(start=date(2026, 2, 1)), spring.mentors, spring.mentees) == (date(2026, 1, 26),)


@pytest.mark.parametrize(
    "text",
    ["9-11", "Foo 9-11", "Mon", "Mon 9", "Mon 25-26", "Mon 9:60-11", "Mon 9-9", "Mon 9-10-11", "Mon 24:30-25", "Mon 13pm-2pm",
     "M" * 100_000 + " 9-10", "Mon" + " " * 100_000 + "x"],
)  # fmt: skip
def test_hours_that_can_not_be_read_are_refused_at_once(text):
    with pytest.raises(ValueError, match=r"need|no day|no time|same time"):
        hours.parse([text])


def read(mentor, mentee=None, **settings):
    """Both sides of one mentor and one mentee, and the warnings."""
    ours = {key: [cell] for key, cell in {"id": "m", **mentor}.items()}
    theirs = {key: [cell] for key, cell in {"id": "e", **(mentee or {})}.items()}
    return from_mappings(ours, theirs, Spec.from_mapping(settings))


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("places", "-1", "-1: a whole number is needed, 0 or more"),
        ("places", "1.5", "1.5: a whole number is needed, 0 or more"),
        ("places", "many", "'many' is no number"),
        ("places", "inf", "'inf' is no number"),
        ("places", "1_000", "'1_000' is no number"),
        ("timezone", "Europe/Berln", "'Europe/Berln' is no IANA time zone; the nearest is Europe/Berlin"),
        ("timezone", "Kolkata", "'Kolkata' is no IANA time zone; the nearest is Asia/Kolkata"),
        ("availability", "Mon 9-11;x", "'Mon 9-11;x': a day and hours are needed, as in Mon 09:00-11:00"),
        ("skills_wanted", "python:high", "'python:high': the level behind the colon must be a number"),
        ("languages", "en:6", "'en:6': a level of 1 to 5 or A1 to C2 is needed"),
        ("languages", ":3", "':3': a level without a word"),
        ("priority", "gaols", "'gaols' is no dimension; the nearest is goals"),
        ("level", "senior", "'senior' is no number"),
        ("level", "-1", "-1: a number from 0 to 1e+09 is needed"),
        ("hired", "3/4/2020", "3/4/2020 can be read two ways; write 2020-03-04 or the other"),
        ("hired", "2020-02-30", "'2020-02-30' is no date; write it as 2024-09-01"),
        ("communication", "2", "2: a number from 0 to 1 is needed"),
        ("work_style", "1;2;3", "five numbers from 1 to 5 are needed, 3 are given"),
        ("cadence", "often", "'often' is not known; one of weekly, every two weeks, monthly, quarterly is needed"),
        ("minutes", "0", "0: a number from 1 to 1440 is needed"),
        ("identity_wish", "must", "a must needs a wish, as in gender:woman:must"),
        ("birth_year", "70", "70: a number from 1850 to 2200 is needed"),
        ("role", "teacher", "'teacher' is no role; one of mentor, mentee, both, peer is needed"),
        ("never", "m", "their own id; whom is it meant for?"),
        ("never", "e2", "nobody here has the id e2; the nearest is e"),
        ("never", "tem:Sales", "'tem:Sales' is no id here, and no veto of a team: or site:"),
        ("never", "team: ", "'team:' names no team"),
    ],
)  # fmt: skip
def test_cells_that_can_not_be_read_are_faults_with_their_place(column, cell, fault):
    with pytest.raises(InvalidProblem) as raised:
        read({column: cell})
    assert raised.value.faults == (f"mentors, row 0 (id m), column {column}: {fault}",)


def test_every_fault_is_named_at_once_and_long_or_odd_cells_are_cut():
    with pytest.raises(InvalidProblem) as raised:
        from_mappings(
            {"id": ["a", "a", ""], "level": ["x\x1b[2J" * 50, "", "y"]},
            {"id": ["b"], "level": ["?"], "places": ["?"]},
            Spec(),
        )
    assert raised.value.faults == (
        "mentors, row 1 (id a), column id: a stands for somebody else already; one row a person",
        "mentors, row 2 (id ), column id: blank; everybody needs an id of their own",
        f"mentors, row 0 (id a), column level: {('x�[2J' * 8 + '…')!r} is no number",
        "mentors, row 2 (id ), column level: 'y' is no number",
        "mentees, row 0 (id b), column level: '?' is no number",
    )


def test_an_unknown_veto_is_kept_where_they_say_those_people_are_not_here():
    ours, _, _ = read({"never": "e;stranger;team:x"}, unknown_vetoes="keep")
    assert ours.list("never") == [(("person", "e"), ("team", "x"))]
    for cell in ("m", "kind:x"):
        with pytest.raises(InvalidProblem):
            read({"never": cell}, unknown_vetoes="keep")


def test_an_id_with_a_colon_can_be_vetoed():
    ours, _, _ = from_mappings({"id": ["m"], "never": ["x:1"]}, {"id": ["x:1"]}, Spec())
    assert ours.list("never") == [(("person", "x:1"),)]


def test_what_names_nobody_is_left_out_with_a_warning():
    ours, _, warnings = read({"wants": "e;m;zed", "past": "zed", "manager": "zed", "availability": "Mon 9-10"})
    assert (ours.list("wants"), ours.list("past"), ours.list("manager")) == ([("e",)], [None], [None])
    assert sorted(warnings) == [
        "mentors, row 0 (id m), column manager: nobody here has the id zed, left out",
        "mentors, row 0 (id m), column past: nobody here has the id zed, left out",
        "mentors, row 0 (id m), column timezone: blank; their hours are taken as UTC",
        "mentors, row 0 (id m), column wants: nobody here has the id zed, left out",
        "mentors, row 0 (id m), column wants: their own id, left out",
    ]


def test_a_loop_of_managers_is_cut_and_lines_into_it_stay():
    table = {"id": ["a", "b", "c", "d"], "manager": ["b", "c", "a", "a"]}
    ours, _, warnings = from_mappings(table, {"id": ["e"], "manager": ["d"]}, Spec())
    assert ours.list("manager") == [None, None, None, "a"]
    assert [each.split("column ")[1] for each in warnings] == [
        f"manager: {each} leads round in a loop, left out" for each in ("b", "c", "a")
    ]
    ours, _, warnings = read({"manager": "m"})
    assert (ours.list("manager"), len(warnings)) == ([None], 1)


def test_cells_are_read_in_the_forms_people_write():
    ours, _, _ = read(
        {
            "places": "2.0",
            "Skills Offered": {"Python": 4, "sql": None},
            "languages": [("en", "C1"), "de"],
            "goals": ["B", "a", "b"],
            "hired": date(2020, 5, 1),
            "timezone": "EUROPE/berlin",
            "level": np.float64(3),
            "commitment_hours": "2,5",
            "work_style": [1, 2, 3, 4, 5],
        }
    )
    assert ours.places.tolist() == [2]
    assert ours.list("skills_offered") == [(("python", 4.0), ("sql", None))]
    assert ours.list("languages") == [(("en", 5.0), ("de", None))]
    assert ours.list("goals") == [("b", "a")]
    assert ours.numbers("hired").tolist() == [2020 * 372 + 4 * 31]
    assert ours.list("timezone") == ["Europe/Berlin"]
    assert ours.numbers("commitment_hours").tolist() == [2.5]
    assert ours.numbers("work_style").tolist() == [[1, 2, 3, 4, 5]]


@pytest.mark.parametrize(
    ("cell", "same_as"),
    [("01.05.2020", "2020-05-01"), ("13/5/2020", "2020-05-13"), ("5/13/2020", "2020-05-13"), ("5/5/2020", "2020-05-05"),
     ("2020", "2020-01-01"), ("2020-05", "2020-05-01"), ("2020-05-01T00:00:00", "2020-05-01"), ("2020/5/1", "2020-05-01")],
)  # fmt: skip
def test_dates_in_other_forms(cell, same_as):
    assert read({"hired": cell})[0].numbers("hired").tolist() == read({"hired": same_as})[0].numbers("hired").tolist()


@pytest.mark.parametrize("name", ["nevr", "Never With", "veto", "vetoes"])
def test_a_column_that_was_probably_meant_for_vetoes_is_never_passed_over(name):
    with pytest.raises(InvalidProblem, match="vetoes stand in the column never"):
        read({name: "e"})
    read({name: ""})


@pytest.mark.parametrize("given", [[1, 2], "id", {"id": ["a"], "level": [1, 2]}, {"level": [1]}, {"id": 3}])
def test_what_is_no_table_of_people_is_refused(given):
    with pytest.raises(InvalidProblem):
        from_mappings(given, {"id": ["e"]}, Spec())


def test_somebody_in_both_roles_has_the_vetoes_and_the_team_of_either_row():
    vetoes = scoring.build({"id": ["a", "b"], "never": ["b", None]}, {"id": ["a", "c"]}, Spec())
    assert [vetoes.rule(1, 0), vetoes.rule(1, 1)] == ["not allowed", None]
    mentees = {"id": ["b", "c"], "team": ["blue", None], "never": [None, "team:blue"]}
    teams = scoring.build({"id": ["a", "b"]}, mentees, Spec())
    assert [teams.rule(0, 1), teams.rule(1, 1)] == [None, "not allowed"]


def test_whole_numbers_are_the_same_where_a_frame_made_them_fractions():
    gaps = pandas.DataFrame({"id": [1, 2, 3], "team": [1, None, 2], "manager": [None, 1, 1], "past": [None, None, 2]})
    mentees = pandas.DataFrame(
        {"id": [2.0, 4.0], "never": ["team:2", None], "manager": [1, None], "wants": [None, 3.0]}
    )
    scored = scoring.build(gaps, mentees, Spec())
    assert scored.warnings == ()
    assert scored.mentee_ids == ("2", "4")
    assert [scored.rule(i, 0) for i in range(3)] == ["reporting_line", "same person", "not allowed"]
    assert scored.mentees.list("wants") == [None, ("3",)]
