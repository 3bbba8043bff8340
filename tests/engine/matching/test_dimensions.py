"""Every dimension against its formula: worked by hand, and one pair at a time in plain Python on random people."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from tests.engine.matching.pools import Formulas, columns, people

from openmentor.engine.matching import scoring
from openmentor.engine.matching.lens import Block, Pairs
from openmentor.engine.matching.meaning import NONE
from openmentor.engine.matching.spec import WEIGHTS, Field, Spec

KEYS = [key for key in WEIGHTS if key not in ("text", "identity_wish")]


def score(key, mentor, mentee, **settings):
    """The score of one mentor and one mentee, who are alone."""
    scored = scoring.prepare(
        {name: [cell] for name, cell in {"id": "m", **mentor}.items()},
        {name: [cell] for name, cell in {"id": "e", **mentee}.items()},
        Spec.from_mapping(settings),
    )
    return float(scored.dimensions[key].score(Pairs(np.array([[0, 0]])))[0])


@pytest.mark.parametrize("seed", range(4))
def test_every_dimension_is_its_formula_for_every_pair(seed):
    rng = Random(seed)
    mentors, mentees = people(rng, 9, 12)
    settings = {"commitment_hours": 3, "complement": [2, 5], "model": "none"}  # with a model: test_texts.py
    scored = scoring.prepare(columns(mentors), columns(mentees), Spec.from_mapping(settings))
    formulas = Formulas(mentors, mentees, **settings)
    lens = Block(np.arange(9), None, 12)
    for key in KEYS:
        expected = np.array(
            [[np.nan if (s := formulas.score(key, a, b)) is None else s for b in mentees] for a in mentors], dtype=float
        )
        np.testing.assert_allclose(scored.dimensions[key].score(lens), expected, atol=1e-12, err_msg=key)
        assert np.isfinite(expected).any(), key


@pytest.mark.parametrize(
    ("key", "mentor", "mentee", "expected"),
    [
        # v = 1, 1/2, 1/3; the first and the third are met; every place is named
        ("goals", {"helps_with": "Python; SQL"}, {"goals": "python;rust;ｓｑｌ"}, (1 + 1 / 3) / (1 + 1 / 2 + 1 / 3)),
        # one mentor, one goal, met: the hit rate is 1, and so are the places not named
        ("goals", {"helps_with": "python"}, {"goals": "PYTHON "}, 1.0),
        ("goals", {"helps_with": "python"}, {"goals": "a;b;c;python"}, (1 / 4) / (1 + 1 / 2 + 1 / 3 + 1 / 4)),
        # the mentor offers all: idf = ln(2/2) = 0 for each, so each counts alike
        ("skills", {"skills_offered": "python:4;sql:2"}, {"skills_wanted": "python:3;sql:2"}, 0.5),
        ("skills", {"skills_offered": "python:4"}, {"skills_wanted": "python:3;rust"}, 0.0),  # idf 0 and ln 2
        ("skills", {"skills_offered": "python;sql:1"}, {"skills_wanted": "python;sql"}, 1.0),
        ("skills", {"skills_offered": "python;sql:1"}, {"skills_wanted": "python:1;sql:1"}, 0.0),
        ("soft_skills", {"soft_offered": "listening:1"}, {"soft_wanted": "listening:5;listening"}, 1.0),
        ("target_role", {"position": "Head of Sales"}, {"target_role": "head  of sales"}, 1.0),
        # common: a at 1 and 2, b at 2 and 3: 1 + 1/2 and 1/2 + 1/3; over 2 (1 + 1/2 + 1/3)
        ("values", {"values": "a;b;c"}, {"values": "x;a;b"}, (1 + 1 / 2 + 1 / 2 + 1 / 3) / (2 + 1 + 2 / 3)),
        ("values", {"values": "a"}, {"values": "a"}, 2 / (2 + 1 + 2 / 3)),
        ("style", {"style_offered": "coach"}, {"style_sought": "coach;sponsor;critic;guide"}, 0.25),
        ("work_style", {"work_style": "1;1;1;1;1"}, {"work_style": "5;1;3;1;1"}, 1 - (1 + 0.5) / 5),
        ("communication", {"communication": "0", "formality": "1"}, {"communication": "0,5", "formality": "0.5"}, 0.5),
        ("interests", {"interests": "a;b;c"}, {"interests": "b;c;d"}, 0.5),
        ("networks", {"networks": "a"}, {"networks": "a;b"}, 0.5),
        ("function", {"function": "Sales"}, {"function": "sales"}, 1.0),
        ("department", {"department": "Sales"}, {"department": "sales"}, 0.0),
        ("site", {"site": "Lyon"}, {"site": "Graz"}, 0.0),
        ("level_gap", {"level": "5"}, {"level": "2"}, 1.0),
        ("level_gap", {"level": "6"}, {"level": "2"}, 2 / 3),
        ("level_gap", {"level": "2"}, {"level": "2"}, 2 / 3),
        ("level_gap", {"level": "0"}, {"level": "9"}, 0.0),
        ("tenure_gap", {"hired": "2016-02-29"}, {"hired": "2018-02-28"}, 1 - (2 - (2 - 1 / 372)) / 5),
        ("tenure_gap", {"hired": "2016-03-01"}, {"hired": "2018-03-01"}, 1.0),
        ("tenure_gap", {"hired": "2000-01-01"}, {"hired": "2018-01-01"}, 1 - 3 / 5),
        ("tenure_gap", {"hired": "2020-01-01"}, {"hired": "2020-01-01"}, 1 - 2 / 5),
        ("common_hours", {"availability": "Mon 9-11"}, {"availability": "Mon 10:30-12"}, 0.5),
        ("common_hours", {"availability": "Mon 9-11"}, {"availability": "Mon 10:30-12", "minutes": "30"}, 1.0),
        ("common_hours", {"availability": "Mon 9-11"}, {"availability": "Tue 9-11"}, 0.0),
        ("time_zone", {"timezone": "Europe/Berlin"}, {"timezone": "asia/kolkata"}, 1 - 4.5 / 12),
        ("time_zone", {"timezone": "Pacific/Auckland"}, {"timezone": "Pacific/Honolulu"}, 1 - 1 / 12),
        ("cadence", {"cadence": "weekly"}, {"cadence": "Fortnightly"}, 0.5),
        ("cadence", {"cadence": "weekly"}, {"cadence": "monthly"}, 0.0),
        ("minutes", {"minutes": "30"}, {"minutes": "45"}, 0.75),
        ("minutes", {"minutes": "15"}, {"minutes": "90"}, 0.0),
        ("medium", {"medium": "video;phone"}, {"medium": "Video"}, 1.0),
        ("medium", {"medium": "phone"}, {"medium": "video"}, 0.0),
        ("languages", {"languages": "en:5;de:3"}, {"languages": "de:5;en:2"}, 0.6),
        ("languages", {"languages": "en"}, {"languages": "EN:B2"}, 0.8),
        ("languages", {"languages": "en"}, {"languages": "en:C2"}, 1.0),
        ("languages", {"languages": "en"}, {"languages": "de"}, 0.0),
        ("challenge", {"challenge": "first in family;parent"}, {"challenge": "Parent"}, 1.0),
        ("challenge", {"challenge": "parent"}, {"challenge": "first in family"}, 0.0),
        ("generation", {"birth_year": "1970"}, {"birth_year": "1976"}, 0.4),
        ("wishes_of_mentee", {}, {"wants": "m"}, 1.0),
        ("wishes_of_mentor", {"wants": "e"}, {}, 1.0),
        ("past", {"past": "e"}, {}, 0.0),
        ("past", {}, {"past": "m"}, 0.0),
        ("waited", {}, {"waited": "1"}, 1 / 3),
        ("waited", {}, {"waited": "7"}, 1.0),
        ("identity_wish", {"identity": "woman"}, {"identity_wish": "Woman"}, 1.0),
        ("identity_wish", {"identity": "gender:man"}, {"identity_wish": "gender:woman"}, 0.0),
        ("identity_wish", {"identity": "gender:woman"}, {"identity_wish": "man;woman"}, 1.0),
        ("identity_wish", {"identity": "gender:woman;origin:x"}, {"identity_wish": "gender:woman;origin:y"}, 0.0),
        (
            "identity_wish",
            {"identity_wish": "gender:same", "identity": "gender:woman"},
            {"identity": "gender:woman"},
            1.0,
        ),
        ("identity_wish", {"identity_wish": "same", "identity": "a;b"}, {"identity": "b;c"}, 1.0),
    ],
)
def test_worked_by_hand(key, mentor, mentee, expected):
    assert score(key, mentor, mentee) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("key", "mentor", "mentee"),
    [
        ("goals", {"helps_with": "python"}, {"goals": ""}),
        ("goals", {"helps_with": " ; "}, {"goals": "python"}),
        ("communication", {"communication": "1"}, {"communication": "1", "formality": "1"}),
        ("challenge", {"challenge": "parent"}, {}),
        ("wishes_of_mentee", {"wants": "e"}, {}),
        ("waited", {"waited": "2"}, {}),
        ("identity_wish", {"identity": "woman"}, {"identity": "man"}),  # nobody wished
        ("identity_wish", {}, {"identity_wish": "woman"}),  # not known whether it is met
        ("identity_wish", {"identity": "origin:x"}, {"identity_wish": "gender:woman"}),
        ("commitment", {"commitment_hours": "2"}, {"commitment_hours": "2"}),  # the program asks nothing
        ("time_zone", {"timezone": "Europe/Berlin"}, {"availability": "Mon 9-11"}),
        ("tenure_gap", {"hired": "1/1/1900"}, {"hired": "2020-01-01"}),  # what spreadsheets write for none
    ],
)
def test_what_was_not_answered_has_no_score(key, mentor, mentee):
    assert math.isnan(score(key, mentor, mentee))


@pytest.mark.parametrize(
    ("key", "mentor", "mentee", "chosen", "expected"),
    [
        ("department", {"department": "a"}, {"department": "a"}, {"directions": {"department": "same"}}, 1.0),
        ("networks", {"networks": "a"}, {"networks": "a;b;c;d"}, {"directions": {"networks": "different"}}, 0.75),
        ("level_gap", {"level": "3"}, {"level": "3"}, {"format": "peer"}, 1.0),
        ("level_gap", {"level": "1"}, {"level": "7"}, {"format": "reverse"}, 1.0),
        ("level_gap", {"level": "5"}, {"level": "2"}, {"format": "reverse"}, 0.0),
        ("level_gap", {"level": "7"}, {"level": "2"}, {"bands": {"level_gap": [4, 4]}}, 2 / 3),
        ("work_style", {"work_style": "1;1;1;1;1"}, {"work_style": "5;1;1;1;1"}, {"complement": [1]}, 1.0),
        ("commitment", {"commitment_hours": "3"}, {"commitment_hours": "1"}, {"commitment_hours": 4}, 0.25),
    ],
)
def test_the_settings_turn_a_dimension(key, mentor, mentee, chosen, expected):
    assert score(key, mentor, mentee, **chosen) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("field", "mine", "theirs", "expected"),
    [
        (Field("x", "same", "x", "x"), "Red", "red ", 1.0),
        (Field("x", "different", "x", "x"), "red", "red", 0.0),
        (Field("x", "overlap", "x", "x"), "a;b", "b;c", 1 / 3),
        (Field("x", "covers", "x", "x"), "a;b", "b;c", 0.5),
        (Field("x", "near", "x", "x", span=10), "3", "7", 0.6),
        (Field("x", "band", "x", "x", low=1, high=2, step=0.25), "9", "5", 0.5),
    ],
)
def test_an_organization_adds_fields_of_its_own(field, mine, theirs, expected):
    scored = scoring.build({"id": ["m"], "x": [mine]}, {"id": ["e"], "x": [theirs]}, Spec(fields=(field,)))
    assert scored.active == ("x",)
    assert scored.scores[0, 0] == pytest.approx(expected)
    assert scored.explain(0, 0)[0].text["manager"].endswith(".")


def test_the_rarer_skill_counts_more():
    mentors = {"id": ["a", "b", "c"], "skills_offered": ["python:5", "python:5;rust:5", "python:5"]}
    mentees = {"id": ["e"], "skills_wanted": ["python:1;rust:1"]}
    scored = scoring.prepare(mentors, mentees, Spec())
    python, rust = math.log(4 / 4), math.log(4 / 2)
    expected = [python / (python + rust), 1.0, python / (python + rust)]
    np.testing.assert_allclose(scored.dimensions["skills"].score(Block(np.arange(3), None, 1))[:, 0], expected)


def test_who_both_has_one_list_of_wishes_and_each_role_reads_its_part():
    mentors = {"id": ["x", "m1", "m2"], "wants": ["m1;e1;m2;e2", "", ""]}
    mentees = {"id": ["x", "e1", "e2"], "wants": ["m1;e1;m2;e2", "", ""]}
    scored = scoring.prepare(mentors, mentees, Spec())
    lens = Block(np.arange(3), None, 3)
    nan = math.nan
    np.testing.assert_array_equal(
        scored.dimensions["wishes_of_mentee"].score(lens), [[0, nan, nan], [1, nan, nan], [0.5, nan, nan]]
    )
    np.testing.assert_array_equal(
        scored.dimensions["wishes_of_mentor"].score(lens), [[0, 1, 0.5], [nan, nan, nan], [nan, nan, nan]]
    )


@pytest.mark.parametrize(
    ("spans", "more"),
    [
        ("Mon 09:00-10:00", "Mon 09:00-10:00;Mon 09:30-12:00"),
        ("Mon 09:00-10:00", "Mon 09:00-10:00;Tue 22:00-02:00"),
        ("Sun 22:00-23:59", "Sun 22:00-02:00"),
    ],
)
def test_more_hours_never_lower_a_score(spans, more):
    for seed in range(10):
        rng = Random(seed)
        mentors, _ = people(rng, 6, 1)
        said = [
            scoring.prepare(
                columns(mentors), {"id": ["e"], "availability": [each], "timezone": ["Asia/Kolkata"]}, Spec()
            ).dimensions["common_hours"]
            for each in (spans, more)
        ]
        few, many = (each.score(Block(np.arange(6), None, 1)) for each in said)
        known = ~np.isnan(few)
        assert (many[known] >= few[known]).all()


def test_naming_one_goal_does_not_pay():
    """Somebody who names just their first goal of three fares no better on average, over pools and over goals.

    As words it makes no difference; by its meaning one goal is somewhat less like what a mentor helps with than three are.
    """
    gains = []
    for seed in range(40):
        rng = Random(seed)
        words = [f"w{k}" for k in range(9)]
        mentors = {
            "id": [f"m{k}" for k in range(20)],
            "helps_with": [";".join(rng.sample(words, 3)) for _ in range(20)],
        }
        full = [rng.sample(words, 3) for _ in range(10)]
        found = []
        for first in (full, [full[0][:1], *full[1:]]):
            mentees = {"id": [f"e{k}" for k in range(10)], "goals": [";".join(goals) for goals in first]}
            scores = [scoring.build(mentors, mentees, Spec(model=model)).scores for model in (NONE, None)]
            found.append([each[:, 0].mean() for each in scores])
        gains.append(np.subtract(found[1], found[0]))
    as_words, by_meaning = np.mean(gains, axis=0)
    assert abs(as_words) < 0.01
    assert -0.05 < by_meaning < 0
