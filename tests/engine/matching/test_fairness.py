"""Whether groups fare alike, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openmentor.engine import matching as m
from openmentor.engine.matching.fairness import wilson


@pytest.fixture
def answer():
    """Four mentees, three of them matched: (0, 0) 0.9, (1, 1) 0.7, (2, 3) 0.5."""
    scores = np.full((3, 4), np.nan)
    scores[0, 0], scores[1, 1], scores[2, 3] = 0.9, 0.7, 0.5
    problem = m.Problem.from_scores(scores)
    return problem, m.match(problem)


def test_rates_fit_and_proximity(answer):
    found = m.fairness(*answer, {"team": (["a", "b", "a"], ["a", "a", "b", "b"])})["team"]
    told = [(each.side, each.label, each.people, each.matched, each.ratio, each.passes) for each in found.groups]
    assert told == [
        ("mentor", "a", 2, 2, 1.0, True),
        ("mentor", "b", 1, 1, 1.0, True),
        ("mentee", "a", 2, 2, 1.0, True),
        ("mentee", "b", 2, 1, 0.5, False),
    ]
    assert not found.passes
    assert [each.fit.value for each in found.groups] == pytest.approx([0.7, 0.7, 0.8, 0.5])
    assert found.groups[2].fit.high == pytest.approx(0.8 + 12.706205 * 0.1, abs=1e-5)  # Student's t with one degree
    assert math.isnan(found.groups[3].fit.low)  # one pair tells of no spread
    assert found.proximity.value == pytest.approx(1 / 3)  # of (a, a), (b, a), (a, b)
    assert found.expected == pytest.approx((2 * 2 + 1 * 1) / 9)


def test_who_gave_no_label_is_counted_nowhere(answer):
    found = m.fairness(*answer, {"x": ([None, "b", float("nan")], np.array(["a", "", "a", "b"]))})["x"]
    assert [(each.label, each.people) for each in found.groups] == [("b", 1), ("a", 2), ("b", 1)]
    assert math.isnan(found.proximity.value)
    assert math.isnan(found.expected)


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_intervals_are_wilsons(successes, count, low, high):
    found = wilson(successes, count)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nobody_at_all_is_no_fault():
    problem = m.Problem.from_scores(np.empty((0, 2)))
    found = m.fairness(problem, m.match(problem), {"x": ([], ["a", "b"])})["x"]
    assert [(each.matched, each.ratio, each.passes) for each in found.groups] == [(0, 1.0, True)] * 2


@pytest.mark.parametrize("labels", [(["a"], ["a"] * 4), ["a", "b", "c"], (["a"] * 3, ["a"])])
def test_labels_must_be_as_many_as_people(answer, labels):
    with pytest.raises(m.InvalidProblem, match="labels"):
        m.fairness(*answer, {"team": labels})
