"""Beside other pairs, with something changed, and why not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.engine.matching.brute import random_problem

from openmentor.engine import matching as m

SCORES = [[0.9, 0.8, np.nan], [0.7, 0.1, 0.6]]


def test_a_hand_made_list_beside_ours():
    problem = m.Problem.from_scores(SCORES)
    result = m.match(problem)  # (0, 1), (1, 0): 1.5
    found = m.compare(problem, result, [(1, 2), (0, 0)])
    assert [(level.name, level.ours, level.theirs) for level in found.levels] == [
        ("served", 2.0, 2.0),
        ("filled", 2.0, 2.0),
        ("total fit", pytest.approx(1.5), pytest.approx(1.5)),
    ]
    assert m.compare(problem, result, result).moves == ()


def test_who_gains_who_loses_and_what_breaks():
    problem = m.Problem.from_scores(SCORES, mentor_ids=["ann", "bo"], mentee_ids=["cy", "di", "ed"])
    result = m.match(problem, aim="total", previous=[(0, 1), (1, 0)])
    assert result.pairs.tolist() == [[0, 1], [1, 0]]
    found = m.compare(problem, result, np.array([[0, 0], [0, 2], [1, 0]]))
    # Ann and Ed may not be, and Cy keeps the better of two mentors.
    assert [(level.theirs, level.bound) for level in found.levels] == [(0.9, pytest.approx(1.5))]
    assert [(each.side, each.index, round(each.difference, 9)) for each in found.gains] == [
        ("mentee", 1, 0.8),
        ("mentor", 1, 0.7),
    ]
    assert [(each.side, each.index, round(each.difference, 9)) for each in found.losses] == [
        ("mentee", 0, -0.2),
        ("mentor", 0, -0.1),
    ]
    assert [(each.kind, each.mentor, each.mentee) for each in found.breaks] == [
        ("rule", 0, 2),
        ("mentor_places", 0, None),
        ("mentee_places", None, 0),
    ]
    assert found.breaks[0].text == "ann and ed may not be paired: not allowed."
    assert (found.shared, found.only_ours, found.only_theirs) == (1, (1,), ())
    with pytest.raises(m.InvalidProblem, match="mentor 7"):
        m.compare(problem, result, [(7, 0)])


@pytest.mark.parametrize("aim", ["coverage", "stable_mentees"])
def test_pairs_that_break_rules_reach_no_more_than_can_be(aim):
    for seed in range(60):
        rng = np.random.default_rng(seed)
        problem = random_problem(rng, ids=seed % 2 == 0, overlapping=seed % 3 == 0)
        problem = problem.changed(forced=problem.forced[:0], mentor_minimum=problem.mentor_minimum * 0,
                                  mentee_minimum=problem.mentee_minimum * 0, quotas=tuple(
            dataclasses.replace(each, at_least=0) for each in problem.quotas))  # fmt: skip
        result = m.match(problem, aim=aim)
        everything = [(i, j) for i in range(problem.shape[0]) for j in range(problem.shape[1])]
        found = m.compare(problem, result, everything)
        if aim == "coverage":
            assert found.levels[0].theirs <= found.levels[0].bound, seed
        assert (found.levels[-1].theirs > 0) <= bool(len(result.pairs))
        again = m.compare(problem, result, result)
        assert [level.theirs for level in again.levels] == [level.ours for level in again.levels]
        assert again.breaks == ()


def test_why_not_names_the_rule_or_the_cost_and_what_would_move():
    problem = m.Problem.from_scores(SCORES)
    result = m.match(problem, aim="total", previous=[(0, 1), (1, 0)])
    assert result.why_not(0, 2) == m.WhyNot("not allowed", None, ())
    assert result.why_not(0, 1).cost == 0.0
    answer = result.why_not(1, 1)  # then mentor 0 takes mentee 0: 0.9 + 0.1
    assert answer.rule is None
    assert answer.cost == pytest.approx(0.5)
    assert answer.changes == (m.Move("ends", 0, 1), m.Move("ends", 1, 0), m.Move("begins", 0, 0))
    assert answer.losses == (("total fit", answer.cost),)
    full = m.Problem.from_scores(SCORES, mentor_capacity=[0, 1])
    assert m.match(full).why_not(0, 0).rule == "places"
    fixed = m.Problem.from_scores(SCORES, forced=[(0, 1)])
    assert m.match(fixed).why_not(0, 0) == m.WhyNot("fixed", None, ())


def test_the_cost_is_that_of_solving_with_the_pair_made():
    for seed in range(60):
        problem = random_problem(np.random.default_rng(seed), ids=seed % 3 == 0)
        result = m.match(problem)
        for i in range(problem.shape[0]):
            for j in range(problem.shape[1]):
                answer = result.why_not(i, j)
                made = [i, j] in result.pairs.tolist()
                assert (answer.rule is None) == (made or problem.rule(i, j) is None) or answer.rule == "fixed"
                if answer.cost is not None and not made:
                    losses = [loss for _, loss in answer.losses]
                    first = next((loss for loss in losses if abs(loss) > 1e-9), 0.0)
                    assert first >= 0, seed  # levels are lost in order, never won


def test_what_if_shows_the_levels_before_and_after():
    problem = m.Problem.from_scores([[0.9, 0.8, 0.7]], mentor_ids=["a"], mentee_ids=["x", "y", "z"])
    result = m.match(problem)
    found = m.what_if(problem, result, [m.AddPlaces(0, 1), m.AddPerson("mentor", [0.1, 0.2, 0.6], id="b")])
    assert [(level.name, level.before, level.after) for level in found.levels] == [
        ("served", 1.0, 3.0),
        ("filled", 1.0, 3.0),
        ("total fit", 0.9, pytest.approx(2.3)),
    ]
    assert found.moves == (m.Move("begins", 0, 1), m.Move("begins", 1, 2))
    m.verify(found.problem, found.result)
    assert problem.shape == (1, 3)  # the given one stays
    found = m.what_if(problem, result, [m.Forbid(0, 0), m.RemovePerson("mentee", 1)])
    assert found.result.pairs.tolist() == [[0, 2]]
    assert ("mentee", 1) not in {(each.side, each.index) for each in found.result.unmatched}
    m.verify(found.problem, found.result)
    found = m.what_if(problem, result, [m.Force(0, 1), m.AddPerson("mentee", [1.0], id="v")])
    assert found.result.pairs.tolist() == [[0, 1]]


@pytest.mark.parametrize(
    "change",
    [
        m.AddPlaces(9, 1),
        m.Force(0, 9),
        m.Forbid(9, 0),
        m.RemovePerson("mentor", 9),
        m.RemovePerson("peer", 0),
        m.AddPerson("peer", [0.5]),
        m.AddPerson("mentor", [0.5]),
        m.AddPerson("mentor", [0.5, 0.5, 2.0]),
        m.DropRule("team"),
        m.SetWeight("goals", 4),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(change):
    problem = m.Problem.from_scores(SCORES)
    with pytest.raises(m.InvalidProblem):
        m.what_if(problem, m.match(problem), [change])


def test_who_is_removed_is_asked_nothing_any_more():
    problem = m.Problem.from_scores(SCORES, quotas=[m.Quota([0], at_least=1)], mentee_minimum=1, forced=[(1, 2)])
    result = m.match(problem)
    changes = [m.RemovePerson("mentee", 2), m.RemovePerson("mentor", 1)]
    found = m.what_if(problem, result, changes).result
    m.verify(found.problem, found)
    assert found.pairs.tolist() == [[0, 0]]
    assert {(each.kind, each.mentee) for each in found.unmet} == {("mentee_minimum", 1), ("quota", 1)}


def test_a_rematch_disturbs_few_others():
    rng = np.random.default_rng(3)
    problem = m.Problem.from_scores(rng.random((40, 40)))
    result = m.match(problem)
    gone = int(result.pairs[0, 0])
    before = {tuple(pair) for pair in result.pairs.tolist() if pair[0] != gone}
    kept = []
    for stickiness in (0.0, 0.05, 10.0):
        then = m.rematch(problem, result, [m.RemovePerson("mentor", gone)], stickiness=stickiness)
        m.verify(then.problem, then)
        assert then.levels[0].value == 39
        assert then.gap == 0.0
        kept.append(len(before & {tuple(pair) for pair in then.pairs.tolist()}))
    assert kept == sorted(kept)
    assert kept[-1] == 39


def test_features_have_one_column_a_dimension():
    problem = m.Problem.from_scores(SCORES)
    result = m.match(problem)
    table = m.features(problem, [(1, 0), (0, 1)])
    assert (table.keys, table.shape, table["score"].tolist()) == (("score",), (2, 1), [0.7, 0.8])
    assert np.asarray(m.features(problem, result)).shape == (2, 1)
    assert m.features(problem, np.empty((0, 2), dtype=int)).shape == (0, 1)


def people():
    mentors = {
        "id": ["a", "b"],
        "helps_with": ["python;sql", "writing"],
        "languages": ["en:5", "en:5"],
        "places": [1, 1],
    }
    mentees = {"id": ["x", "y"], "goals": ["python", "writing"], "languages": ["en:5", "de:5"], "never": ["", "a"]}
    return mentors, mentees


def test_people_and_a_specification_give_a_problem_that_can_be_changed():
    mentors, mentees = people()
    spec = m.Spec.from_mapping({"rules": {"language": 3}})
    problem = m.Problem(mentors=mentors, mentees=mentees, spec=spec)
    result = m.match(problem)
    m.verify(problem, result)
    assert [(problem.mentor_ids[i], problem.mentee_ids[j]) for i, j in result.pairs] == [("a", "x")]
    assert result.why_not(0, 1).rule == "not allowed"
    assert result.why_not(1, 1).rule == "language"
    assert result.explain(0, 0)[0].share > 0
    found = m.what_if(problem, result, [m.DropRule("language"), m.SetWeight("goals", 20), m.AddPlaces(1, 1)])
    m.verify(found.problem, found.result)
    assert found.result.levels[0].value == 2
    more = m.what_if(found.problem, found.result, [m.AddPerson("mentee", {"id": "z", "goals": "sql"})])
    m.verify(more.problem, more.result)
    assert more.problem.mentee_ids == ("x", "y", "z")
    assert more.problem.mentor_capacity.tolist() == [1, 2]
    assert more.result.levels[0].value == 3
    table = m.features(problem, result)
    assert table.values.shape == (1, len(table.keys))
    assert "goals" in table.keys


def test_who_comes_in_takes_as_many_as_is_said():
    problem = m.Problem({"id": ["a"], "goals": ["x"]}, {"id": ["u"], "goals": ["x"]}, m.Spec(model="none", demand=2))
    result = m.match(problem)
    found = m.what_if(
        problem,
        result,
        [
            m.AddPerson("mentor", {"id": "b"}, places=3),
            m.AddPerson("mentor", {"id": "c", "Places": 2}, places=3),
            m.AddPerson("mentor", {"id": "d"}),
            m.AddPerson("mentee", {"id": "v"}, places=3),
            m.AddPerson("mentee", {"id": "w"}),
        ],
    )
    assert found.problem.mentor_capacity.tolist() == [1, 3, 2, 1]
    assert found.problem.mentee_demand.tolist() == [2, 3, 2]


@pytest.mark.parametrize(
    "change",
    [
        m.AddPerson("boss", {"id": "z"}),
        m.AddPerson("mentor", {"id": "z"}, places=-1),
        m.AddPlaces(0, "x"),
        m.AddPlaces(0, 1.5),
        m.SetWeight("goals", "x"),
        m.RemovePerson("boss", 0),
        "x",
        None,
    ],
)
def test_a_change_that_can_not_be_meant_is_refused(change):
    problem = m.Problem({"id": ["a"], "goals": ["x"]}, {"id": ["u"], "goals": ["x"]}, m.Spec(model="none"))
    with pytest.raises(m.InvalidProblem):
        m.what_if(problem, m.match(problem), [change])
