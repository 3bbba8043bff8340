"""Whom to recruit: hints that were tried, in plain words, and of no veto."""

from __future__ import annotations

import numpy as np
import pytest

from openmentor.engine import matching as m


def pool(**more: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Nine mentees in India who want Python and have no mentor at an hour they are awake; one mentor there is full."""
    mentors = {
        "id": ["m0", "m1", "m2"],
        "skills_offered": ["Python:5", "Python:5;Selling:4", "Selling:4"],
        "timezone": ["Asia/Kolkata", "America/New_York", "America/New_York"],
        "places": ["4", "4", "4"],
        **{key: values[:3] for key, values in more.items()},
    }
    mentees = {
        "id": [f"e{k}" for k in range(13)],
        "skills_wanted": ["python:2"] * 13,
        "timezone": ["Asia/Singapore"] * 13,
        **{key: values[3:] for key, values in more.items()},
    }
    return mentors, mentees


SPEC = m.Spec.from_mapping({"rules": {"time_zone": 4}})


def test_more_mentors_of_a_kind_would_place_those_who_have_nobody():
    mentors, mentees = pool()
    problem = m.Problem(mentors, mentees, SPEC)
    result = m.match(problem)
    assert len(result.pairs) == 4
    hints = result.hints
    assert [(each.skill, each.region, each.mentors, each.places, each.placed) for each in hints] == [
        ("python", "Asian", 3, 12, 9)
    ]
    assert hints[0].text == "Three more mentors with Python in Asian time zones would place 9 people."
    assert m.hints(problem, result) == hints


def test_what_a_hint_says_is_what_comes_of_it():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        scores = rng.random((6, 25))
        scores[rng.random(scores.shape) < 0.6] = np.nan
        problem = m.Problem.from_scores(scores, mentor_capacity=rng.integers(0, 4, 6))
        result = m.match(problem)
        for hint in m.hints(problem, result, most=10):
            mentor = int(hint.text.partition("mentor ")[2].partition(",")[0])
            then = m.what_if(problem, result, [m.AddPlaces(mentor, hint.places)])
            assert then.levels[0].after - then.levels[0].before == hint.placed > 0
            assert then.levels[-1].after - then.levels[-1].before == pytest.approx(hint.fit)


def test_where_everybody_has_somebody_it_says_where_a_place_would_raise_the_fit():
    problem = m.Problem.from_scores([[0.9, 0.8], [0.1, 0.2]])
    result = m.match(problem)
    assert [(each.placed, each.places, each.fit) for each in result.hints] == [(0, 1, pytest.approx(0.6))]
    assert result.hints[0].text == (
        "Everybody has somebody. One more place with mentor 0, or with somebody like them, would raise total fit by 0.60."
    )


def test_no_hint_tells_of_a_veto():
    mentors, mentees = pool(never=["", "", "", *["m0"] * 2, *[""] * 11])
    problem = m.Problem(mentors, mentees, SPEC)
    result = m.match(problem)
    hints = m.hints(problem, result, most=10)
    assert hints
    # Of the two who will never have m0 nothing is promised, and nothing is said.
    assert hints[0].placed == 7
    for hint in hints:
        assert not any(
            word in hint.text.casefold() for word in ("veto", "never", "m0", "e0", "e1", "rule", "not allowed")
        )


def test_what_is_confidential_is_not_named():
    mentors, mentees = pool()
    spec = m.Spec.from_mapping(
        {"rules": {"time_zone": 4}, "confidential": ["skills_offered", "skills_wanted", "timezone"]}
    )
    problem = m.Problem(mentors, mentees, spec)
    hints = m.match(problem).hints
    assert [each.text for each in hints] == ["Three more mentors like those here would place 9 people."]


@pytest.mark.parametrize("aim", ["coverage", "total", "worst_off", "stable_mentees", "stable_mentors"])
def test_every_aim_has_an_answer(aim):
    scores = np.random.default_rng(0).random((3, 8))
    problem = m.Problem.from_scores(scores)
    hints = m.match(problem, aim=aim).hints
    assert hints
    assert all(each.placed == each.places == 5 for each in hints)


@pytest.mark.parametrize(
    ("scores", "loads"),
    [
        (np.empty((0, 3)), {}),
        (np.empty((3, 0)), {}),
        (np.full((2, 2), np.nan), {}),
        (np.full((2, 2), 0.5), {"mentee_demand": 0}),
    ],
)
def test_where_no_mentor_would_change_anything_there_is_no_hint(scores, loads):
    assert m.match(m.Problem.from_scores(scores, **loads)).hints == ()


def test_mentors_without_places_are_hinted_at():
    problem = m.Problem.from_scores(np.full((2, 3), 0.5), mentor_capacity=0)
    assert [(each.placed, each.places) for each in m.match(problem).hints] == [(3, 3)]
