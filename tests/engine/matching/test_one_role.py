"""People who are mentor and mentee, in a program in which everybody is to be one of both: against all matchings, and by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.engine.matching.brute import best_levels, every_matching, random_problem, reached_levels

from openmentor.engine import matching as m
from openmentor.engine.matching.greedy import greedy

AIMS = ["total", "coverage", "worst_off"]
IDS = ["a", "b", "c"]
# a is the best for b, b for c, c for a: without the limit everybody has somebody.
ROUND = [[np.nan, 0.9, 0.1], [0.1, np.nan, 0.8], [0.7, 0.1, np.nan]]


def test_somebody_gets_a_mentor_or_mentees():
    free = m.match(m.Problem.from_scores(ROUND, mentor_ids=IDS, mentee_ids=IDS))
    assert free.pairs.tolist() == [[0, 1], [1, 2], [2, 0]]
    problem = m.Problem.from_scores(ROUND, mentor_ids=IDS, mentee_ids=IDS, one_role=True)
    for aim in AIMS:
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert result.pairs.tolist() == [[0, 1]]
        assert [level.gap for level in result.levels] == [0.0] * len(result.levels)
    assert {(each.side, each.index): each.text for each in result.unmatched} == {
        ("mentee", 0): "They have mentees, and nobody has both roles here.",
        ("mentee", 2): "All places with the mentors who could be theirs went to others.",
        ("mentor", 1): "They have a mentor, and nobody has both roles here.",
        ("mentor", 2): "The mentees who could be theirs are with other mentors.",
    }


def test_several_mentees_are_one_role():
    problem = m.Problem.from_scores(ROUND, mentor_capacity=2, mentor_ids=IDS, mentee_ids=IDS, one_role=True)
    result = m.match(problem)
    assert result.levels[0] == m.Level("served", 2.0, 2.0)
    assert result.pairs.tolist() == [[0, 1], [0, 2]]


@pytest.mark.parametrize("aim", AIMS)
def test_nothing_beats_it_among_all_matchings_of_a_handful(aim):
    stricter = 0
    for seed in range(250):
        free = random_problem(np.random.default_rng(seed), ids=True, overlapping=seed % 4 == 0)
        problem = free.changed(one_role=True)
        result = m.match(problem, aim=aim, previous=m.match(free, aim=aim) if seed % 5 == 0 else None)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-8), seed
        assert [level.gap for level in result.levels] == pytest.approx([0.0] * len(result.levels), abs=1e-6), seed
        stricter += best_levels(problem, aim) != best_levels(free, aim)
    assert stricter > 30


@pytest.mark.parametrize(("both", "places", "served"), [(20, 2, 100.0), (100, 1, 50.0)])
def test_a_hundred_people_on_either_side_end_proved(both, places, served):
    ids = [f"p{k}" for k in range(200 - both)]
    problem = m.Problem.from_scores(
        np.random.default_rng(3).random((100, 100)),
        mentor_capacity=places,
        mentor_ids=ids[:100],
        mentee_ids=ids[-100:],
        one_role=True,
    )
    result = m.match(problem)
    m.verify(problem, result)
    assert result.levels[0] == m.Level("served", served, served)
    assert result.gap <= 1e-6


def test_a_table_of_people_with_the_setting():
    people = {"id": IDS, "goals": ["sql", "python", "sql"], "helps_with": ["python", "sql", "python"]}
    spec = m.Spec.from_mapping({"one_role": True})
    assert m.Spec.from_mapping(spec.settings()).one_role
    assert m.Spec.from_mapping({"one_role": False}).version == m.Spec().version  # a program that never heard of it
    problem = m.Problem(people, people, spec)
    assert problem.one_role
    result = m.match(problem)
    m.verify(problem, result)
    assert len(result.pairs) == 1
    raised = m.what_if(problem, result, [m.AddPlaces(int(result.pairs[0, 0]), 1)])
    assert raised.problem.one_role
    assert raised.levels[0].after == 2
    later = m.rematch(problem, result, [m.AddPerson("mentee", {"goals": "sql"}, id="d")])
    assert later.problem.one_role
    assert len(later.pairs) == 2


def test_it_holds_for_whom_comes_in_and_for_a_list_made_by_hand():
    problem = m.Problem.from_scores(ROUND, mentor_ids=IDS, mentee_ids=IDS, one_role=True)
    result = m.match(problem)
    assert m.rematch(problem, result, [m.AddPerson("mentee", [0.5, 0.5, 0.5], id="d")]).problem.one_role
    broken = m.compare(problem, result, [(0, 1), (1, 2)]).breaks
    assert [(each.kind, each.mentor, each.text) for each in broken] == [
        ("both_roles", 1, "b has a mentor and mentees.")
    ]
    assert greedy(problem).tolist() == [[0, 1]]
    claimed = dataclasses.replace(result, pairs=np.array([[0, 1], [1, 2]]), scores=np.array([0.9, 0.8]))
    with pytest.raises(m.Breach, match="b has a mentor and mentees"):
        m.verify(problem, claimed)
    assert (1, 2) not in result.blocking


def test_brute_force_knows_the_limit():
    problem = m.Problem.from_scores(ROUND, mentor_ids=IDS, mentee_ids=IDS, one_role=True)
    assert every_matching(problem).sum((1, 2)).max() == 1


def test_wishes_and_one_role_do_not_go_together():
    problem = m.Problem.from_scores(ROUND, mentor_ids=IDS, mentee_ids=IDS, one_role=True)
    with pytest.raises(m.InvalidProblem, match="one_role goes with total, coverage, worst_off"):
        m.match(problem, aim="stable_mentees")
    with pytest.raises(m.InvalidProblem, match="one_role is 3; True or False is needed"):
        m.Problem.from_scores(ROUND, one_role=3)
