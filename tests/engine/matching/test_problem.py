"""What a problem accepts, and how it says what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from openmentor.engine import matching as m

SCORES = [[0.5, 0.25], [1.0, np.nan], [0.0, 0.75]]


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"scores": [[0.5, 1.5]]}, r"scores\[0, 1\] is 1.5"),
        ({"scores": [[0.5], [-0.1]]}, r"scores\[1, 0\] is -0.1"),
        ({"scores": [[0.5, np.inf]]}, r"scores\[0, 1\] is inf"),
        ({"scores": [[0.5], [0.5, 0.5]]}, "scores must be a table"),
        ({"scores": "ab"}, "scores must be a table"),
        ({"scores": [0.5, 0.5]}, "scores has 1 dimension"),
        ({"scores": SCORES, "mentor_capacity": [1, 1]}, "mentor_capacity has 2 entries for 3 people"),
        ({"scores": SCORES, "mentor_capacity": [1, -1, 1]}, r"mentor_capacity\[1\] is -1"),
        ({"scores": SCORES, "mentor_capacity": -1}, "mentor_capacity is -1"),
        ({"scores": SCORES, "mentor_capacity": [1, np.inf, 1]}, r"mentor_capacity\[1\] is inf"),
        ({"scores": SCORES, "mentor_minimum": np.nan}, "mentor_minimum is nan"),
        ({"scores": SCORES, "mentee_demand": [1, 1.5]}, r"mentee_demand\[1\] is 1.5"),
        ({"scores": SCORES, "mentee_demand": [[1], [1]]}, "mentee_demand has 2x1 entries"),
        ({"scores": SCORES, "mentee_minimum": "two"}, "mentee_minimum must be a whole number"),
        ({"scores": SCORES, "forced": [(0, 0), (3, 0)]}, r"forced\[1\] names mentor 3"),
        ({"scores": SCORES, "forced": [(0, -1)]}, r"forced\[0\] names mentee -1"),
        ({"scores": SCORES, "forbidden": [(0, 2)]}, r"forbidden\[0\] names mentee 2"),
        ({"scores": SCORES, "forbidden": [(0, 1, 2)]}, r"forbidden\[0\] has 3 entries"),
        ({"scores": SCORES, "forbidden": [(0.5, 1)]}, r"forbidden\[0\] names mentor 0.5"),
        ({"scores": SCORES, "quotas": [m.Quota([0]), m.Quota([5])]}, r"quotas\[1\].members names mentor 5"),
        ({"scores": SCORES, "quotas": [m.Quota([0], at_least=-1)]}, r"quotas\[0\].at_least is -1"),
        ({"scores": SCORES, "quotas": 5}, "quotas must be a list of Quota"),
        ({"scores": SCORES, "quotas": [[0, 1]]}, r"quotas\[0\] is \[0, 1\]; a Quota"),
        ({"scores": SCORES, "mentor_ids": ["a", "b", "a"]}, r"mentor_ids\[2\] is 'a', and so is mentor_ids\[0\]"),
        ({"scores": SCORES, "mentee_ids": ["a"]}, "mentee_ids has 1 entries for 2 people"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(arguments, place):
    with pytest.raises(m.InvalidProblem, match=place):
        m.Problem.from_scores(**arguments)


@pytest.mark.parametrize(
    ("mentors", "mentees", "place"),
    [
        ([[0, 2]], [[0], [0]], r"mentor_lists\[0\] names mentee 2; there are 2"),
        ([[0]], [[0], [0, 0]], r"mentee_lists\[1\] names mentor 0 twice"),
    ],
)
def test_lists_that_name_nobody_or_somebody_twice_are_refused(mentors, mentees, place):
    with pytest.raises(m.InvalidProblem, match=place):
        m.Problem.from_preferences(mentors, mentees)


def test_loads_are_one_for_all_or_one_each_and_nothing_given_is_changed():
    scores = np.array(SCORES, dtype=np.float32)
    capacity = np.array([1, 0, 2])
    before = scores.copy(), capacity.copy()
    problem = m.Problem.from_scores(scores, mentor_capacity=capacity, mentee_demand=2.0)
    result = m.match(problem)
    scores[0, 0], capacity[0] = 0.9, 5  # what was given may change afterwards without effect
    assert (problem.scores[0, 0], problem.mentor_capacity.tolist(), problem.mentee_demand.tolist()) == (
        0.5,
        [1, 0, 2],
        [2, 2],
    )
    assert m.match(problem).pairs.tolist() == result.pairs.tolist()
    assert before[1].tolist() == [1, 0, 2]
    assert before[0][0, 0] == np.float32(0.5)


def test_options_that_make_no_sense_are_refused():
    problem = m.Problem.from_scores(SCORES)
    for options in ({"aim": "best"}, {"stickiness": -0.1}, {"stickiness": np.nan}, {"previous": [(0, 9)]}):
        with pytest.raises(m.InvalidProblem):
            m.match(problem, **options)


def test_what_a_read_only_view_shows_is_copied_as_long_as_somebody_can_write_it():
    table = np.full((2, 2), 0.5)
    view = table.view()
    view.flags.writeable = False
    problem = m.Problem.from_scores(view)
    table[:] = 9
    assert problem.scores.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    fixed = np.full((2, 2), 0.5)
    fixed.flags.writeable = False
    assert m.Problem.from_scores(fixed[:]).scores.base is fixed


def test_masked_scores_are_not_allowed():
    scores = np.ma.masked_array([[0.1, 0.9]], mask=[[0, 1]])
    problem = m.Problem.from_scores(scores)
    assert m.match(problem).pairs.tolist() == [[0, 0]]
    assert scores.mask.tolist() == [[False, True]]
    pool = m.Pool.from_scores(np.ma.masked_array(np.full((2, 2), 0.5), mask=[[0, 1], [0, 0]]))
    assert m.pairs(pool).pairs.shape == (0, 2)
    more = m.what_if(problem, m.match(problem), [m.AddPerson("mentor", np.ma.masked_array([0.5, 0.5], mask=[1, 0]))])
    assert more.problem.rule(1, 0) == "not allowed"
    with pytest.raises(m.InvalidProblem, match=r"mentor_capacity\[1\] is nan"):
        m.Problem.from_scores([[0.5], [0.5]], mentor_capacity=np.ma.masked_array([1, 2], mask=[0, 1]))


@pytest.mark.parametrize("kind", [list, np.array])
def test_the_caller_may_go_on_with_their_table(kind):
    mentors = {"id": ["m1", "m2"], "helps_with": kind(["x", "y"])}
    mentees = {"id": ["e1", "e2"], "goals": kind(["x", "y"])}
    problem = m.Problem(mentors, mentees, m.Spec())
    before = problem.scores.copy()
    mentors["helps_with"][:] = ["y", "x"]
    mentees["goals"] = ["y", "x"]
    mentors["id"].append("m3")
    changed = m.what_if(problem, m.match(problem), [m.SetWeight("past", 2)])
    assert changed.problem.scores.tolist() == before.tolist()
    assert changed.moves == ()
