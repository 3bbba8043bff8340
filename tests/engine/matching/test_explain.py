"""Reasons: true sentences for each reader, and none that tells what must stay private."""

from __future__ import annotations

import re
from random import Random

import pytest
from tests.engine.matching.pools import columns, people

from openmentor.engine import matching as m
from openmentor.engine.matching import scoring
from openmentor.engine.matching.explain import NOT_KNOWN, READERS, for_reader
from openmentor.engine.matching.spec import Field, Spec


def reasons(mentor, mentee, spec=None):
    ours = {key: [cell] for key, cell in {"id": "m", **mentor}.items()}
    theirs = {key: [cell] for key, cell in {"id": "e", **mentee}.items()}
    return {each.key: each for each in scoring.build(ours, theirs, spec or Spec()).explain(0, 0)}


def texts(found, key):
    return tuple(found[key].text[reader] for reader in READERS)


def test_shares_add_up_and_the_largest_comes_first():
    rng = Random(1)
    mentors, mentees = people(rng, 6, 6)
    scored = scoring.build(columns(mentors), columns(mentees), Spec())
    for i in range(6):
        found = scored.explain(i, i)
        assert {each.key for each in found} == set(scored.active)
        assert [each.share for each in found] == sorted((each.share for each in found), reverse=True)
        assert sum(each.share for each in found) == pytest.approx(1)
        points = sum(each.weight * each.score for each in found) / sum(each.weight for each in found)
        assert points == pytest.approx(scored.scores[i, i])
        assert all(set(each.text) == set(READERS) and "" not in each.text.values() for each in found)


@pytest.mark.parametrize(
    ("mentor", "mentee", "key", "expected"),
    [
        (
            {"helps_with": "sql;PYTHON"},
            {"goals": "Python;rust;SQL"},
            "goals",
            (
                "You can help with 2 of their 3 goals: PYTHON, SQL.",
                "They can help with 2 of your 3 goals: PYTHON, SQL.",
                "The mentor helps with 2 of the mentee's 3 goals: PYTHON, SQL.",
            ),
        ),
        (
            {"helps_with": "sql"},
            {"goals": "sql"},
            "goals",
            ("You can help with their goal: sql.", "They can help with your goal: sql.",
             "The mentor helps with the mentee's goal: sql."),
        ),
        (
            {"skills_offered": "Go:4;sql:1"},
            {"skills_wanted": "go:2;sql:3"},
            "skills",
            ("You offer skills they look for: Go.", "They offer skills you look for: Go.",
             "The mentor offers skills the mentee looks for: Go."),
        ),
        (
            {"level": 5},
            {"level": 3},
            "level_gap",
            ("You stand 2 levels above them.", "They stand 2 levels above you.", "The mentor stands 2 levels above the mentee."),
        ),
        (
            {"hired": "2018-01-01"},
            {"hired": "2020-07-01"},
            "tenure_gap",
            ("You have been here 2.5 years longer than they have.", "They have been here 2.5 years longer than you.",
             "The mentor has been here 2.5 years longer than the mentee."),
        ),
        ({"timezone": "UTC"}, {"timezone": "Asia/Kolkata"}, "time_zone",
         ("Your clocks are 5.5 hours apart.",) * 2 + ("Their clocks are 5.5 hours apart.",)),
    ],
)  # fmt: skip
def test_sentences_say_what_is_so(mentor, mentee, key, expected):
    assert texts(reasons(mentor, mentee), key) == expected


def test_a_wish_is_told_to_nobody_but_who_made_it_and_the_manager():
    for mentor, mentee in (({"wants": "e"}, {"wants": "m"}), ({"wants": "e"}, {}), ({}, {"wants": "m"})):
        found = reasons(mentor, mentee)
        if "wishes_of_mentee" in found:
            assert texts(found, "wishes_of_mentee") == (
                None, "You wished for them.", "The mentee wished for this mentor.")  # fmt: skip
        if "wishes_of_mentor" in found:
            assert texts(found, "wishes_of_mentor") == (
                "You wished for them.", None, "The mentor wished for this mentee.")  # fmt: skip


def test_whether_the_other_wished_can_not_be_told_from_the_sentences():
    """The mentor reads the same of three mentees: one who wished for them, one who wished for another, one who didn't."""
    scored = scoring.build({"id": ["m", "n"]}, {"id": ["a", "b", "c"], "wants": ["m", "n", ""]}, Spec())
    read = [{each.key: each.text["mentor"] for each in scored.explain(0, j)} for j in range(3)]
    assert read[0] == read[1] == read[2] == {"wishes_of_mentee": None}


CANARY = "Canary"


@pytest.mark.parametrize(
    ("mentor", "mentee", "key"),
    [
        ({"identity": CANARY}, {"identity_wish": CANARY}, "identity_wish"),
        ({"identity": "other"}, {"identity_wish": CANARY}, "identity_wish"),
        ({"challenge": CANARY}, {"challenge": CANARY}, "challenge"),
        ({"birth_year": "1971"}, {"birth_year": "1980"}, "generation"),
    ],
)
def test_sensitive_answers_are_never_quoted(mentor, mentee, key):
    found = reasons(mentor, mentee, Spec(weights={"generation": 1}))
    assert texts(found, key) == (None,) * 3


def test_confidential_columns_and_fields_are_never_quoted():
    mentor, mentee = (
        {"values": CANARY, "helps_with": CANARY, "x": CANARY},
        {"values": CANARY, "goals": CANARY, "x": CANARY},
    )
    mentee["priority"] = "values"
    field = Field("x", "same", "x", "x", confidential=True)
    said = reasons(mentor, mentee, Spec(confidential=frozenset({"values", "goals"}), fields=(field,)))
    assert {"values", "goals", "x", "priority"} <= set(said)
    everything = " ".join(text for each in said.values() for text in each.text.values() if text)
    assert CANARY.casefold() not in everything.casefold()
    assert "values" not in everything
    open_to_all = reasons(mentor, mentee)
    assert CANARY in open_to_all["values"].text["mentor"]  # it would be seen if it were not kept


def test_vetoes_leave_no_trace_in_reasons():
    mentors = {"id": ["m", "n"], "never": ["team:Canary", ""], "team": ["t", "t"]}
    mentees = {"id": ["e"], "never": ["n"], "team": ["u"], "goals": ["x"]}
    scored = scoring.build(mentors, mentees, Spec())
    assert [scored.rule(0, 0), scored.rule(1, 0)] == [None, "not allowed"]
    said = [text for each in scored.explain(0, 0) for text in each.text.values() if text]
    assert not any("anary" in text or text == "n." for text in said)


def test_what_was_not_answered_says_so_without_saying_by_whom():
    scored = scoring.build({"id": ["m", "n"], "level": [3, None]}, {"id": ["e", "f"], "level": [None, 1]}, Spec())
    for i, j in ((0, 0), (1, 0), (1, 1)):
        (only,) = scored.explain(i, j)
        assert texts({only.key: only}, "level_gap") == (NOT_KNOWN,) * 3
        assert not only.is_known


def test_members_read_a_few_sentences_that_say_something():
    found = scoring.build(
        {"id": ["m"], "helps_with": ["a"], "level": [3], "wants": ["e"]},
        {"id": ["e"], "goals": ["a"], "level": [1], "wants": ["m"]},
        Spec(),
    ).explain(0, 0)
    assert for_reader(found, "mentee") == [
        "They can help with your goal: a.", "You wished for them.",
        "What you want to reach and what they can give, in your own words, are about the same things.",
        "They stand 2 levels above you."]  # fmt: skip
    assert for_reader(found, "mentor", most=1) == ["You can help with their goal: a."]


def test_every_dimension_has_a_sentence_for_every_pair():
    for seed in range(4):
        rng = Random(seed)
        mentors, mentees = people(rng, 6, 6)
        spec = Spec(weights={"generation": 1}, commitment_hours=2)
        scored = scoring.build(columns(mentors), columns(mentees), spec)
        for row in scored.explain_pairs([(i, j) for i in range(6) for j in range(6)]):
            for each in row:
                assert all(text[-1] == "." and text[0].isupper() for text in each.text.values() if text), each
        pool = scoring.prepare_peers(scored.mentors, spec)
        for row in pool.explain_pairs([(i, j) for i in range(6) for j in range(6) if i != j]):
            manager = [each.text["manager"] or "" for each in row]
            assert not any(re.search(r"\bmentors?\b|\bmentees?\b", text.casefold()) for text in manager), manager


@pytest.mark.parametrize(
    ("named", "column", "theirs", "own"),
    [
        ("wishes_of_mentor", "wants", ("e", "f"), {}),
        ("identity_wish", "identity", ("gender:woman", "gender:man"), {"identity_wish": "gender:woman"}),
        ("challenge", "challenge", ("burnout", "caring"), {"challenge": "burnout"}),
        ("generation", "birth_year", (1960, 1994), {"birth_year": 1995}),
    ],
)
def test_what_matters_most_to_somebody_does_not_tell_what_the_other_keeps_to_themself(named, column, theirs, own):
    mentors = {"id": ["m", "n", "o"], column: [*theirs, None], "goals": ["x"] * 3}
    mentees = {"id": ["e", "f"], "priority": [named, None], **{key: [cell, None] for key, cell in own.items()}}
    scored = scoring.build(mentors, mentees, Spec(weights={"generation": 1}))
    for mentor in range(3):
        (said,) = [each for each in scored.explain(mentor, 0) if each.key == "priority"]
        assert texts({"priority": said}, "priority") == (None,) * 3
    assert {each.is_known for each in scored.explain(0, 0) if each.key == "priority"} == {True}


def test_of_peers_whoever_is_named_first_is_one_and_then_comes_the_other():
    pool = {"id": ["a", "b"], "goals": ["x", None], "helps_with": [None, "y"]}
    (said,) = [each for each in m.pairs(pool, m.Spec(model="none")).explain(0, 1) if each.key == "goals"]
    assert said.text["manager"] == "One's goals lie outside what the other helps with."
