"""Plain assignment over all pairs at once: the same levels and prices as the network, and never without its proof."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.matching.brute import best_levels, reached_levels

from openmentor.engine import matching as m
from openmentor.engine.matching.solvers import dense, exact
from openmentor.engine.matching.solvers.core import EMPTY_PAIRS, Core

KINDS = ["any", "five values", "all agree", "all equal", "clear order"]


def plain_problem(seed, most, kind):
    """Places and scores alone: some pairs impossible, some people without places."""
    rng = np.random.default_rng(seed)
    mentors, mentees = rng.integers(1, most + 1, 2)
    scores = rng.random((mentors, mentees))
    if kind == "five values":
        scores = np.round(scores * 4) / 4
    if kind == "all agree":
        scores = np.repeat(scores[:, :1], mentees, axis=1)
    if kind == "all equal":
        scores[:] = 0.5
    if kind == "clear order":
        scores = np.outer(scores[:, 0], scores[0])
    scores[rng.random(scores.shape) < rng.choice([0.0, 0.3, 0.8])] = np.nan
    return m.Problem.from_scores(
        scores, mentor_capacity=rng.integers(0, 4, mentors), mentee_demand=rng.integers(0, 2, mentees)
    )


def core_of(problem):
    return Core.of(problem, EMPTY_PAIRS, 0.0, 0, lambda stage, done, total: None, 2000)


@pytest.fixture
def network_alone(monkeypatch):
    """A function that answers by the network, whatever the size."""

    def answer(problem, aim):
        with monkeypatch.context() as patch:
            patch.setattr(exact, "assign", lambda core, serve_first: None)
            return m.match(problem, aim=aim)

    return answer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("aim", ["total", "coverage"])
def test_it_is_the_best_of_all_matchings_of_a_handful(aim, kind):
    taken = 0
    for seed in range(40):
        problem = plain_problem(seed, 4, kind)
        core = core_of(problem)
        taken += 0 not in core.shape and dense.assign(core, serve_first=aim == "coverage") is not None
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9), seed
    assert taken > 20


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("aim", ["total", "coverage"])
def test_levels_and_prices_are_those_of_the_network(aim, kind, network_alone):
    for seed in range(12):
        problem = plain_problem(seed, 40, kind)
        ours, theirs = m.match(problem, aim=aim), network_alone(problem, aim)
        assert [each.value for each in ours.levels] == pytest.approx([each.value for each in theirs.levels], abs=1e-9)
        assert ours.prices == pytest.approx(theirs.prices, abs=1e-9), seed
        assert ours.gap == theirs.gap == 0.0


def test_pairs_that_are_not_the_best_have_no_prices():
    worth = np.array([[3, 1], [2, 3]])  # by mentee
    core = core_of(m.Problem.from_scores(worth.T / 4))
    assert dense._prices(core, worth, np.array([[0, 0], [1, 1]])).tolist() == [0, 0]
    assert dense._prices(core, worth, np.array([[1, 0], [0, 1]])) is None  # the two would change places
    assert dense._prices(core, worth, np.array([[0, 0]])) is None  # a place stays empty
    one = core_of(m.Problem.from_scores([[0.25, 0.75]]))
    assert dense._prices(one, np.array([[1], [3]]), np.array([[0, 1]])).tolist() == [1]
    assert dense._prices(one, np.array([[1], [3]]), np.array([[0, 0]])) is None  # another would gain more by it


def test_what_asks_for_more_than_places_goes_to_the_network():
    scores = np.full((3, 3), 0.5)
    asked = [{"forced": [(0, 0)]}, {"mentor_minimum": 1}, {"mentee_minimum": 1}, {"mentee_demand": 2},
             {"quotas": [m.Quota([0], at_most=1)]}]  # fmt: skip
    for more in asked:
        assert dense.assign(core_of(m.Problem.from_scores(scores, **more)), serve_first=True) is None, more
    assert dense.assign(core_of(m.Problem.from_scores(scores)), serve_first=True) is not None


def test_people_who_are_both_are_not_paired_both_ways_here_either():
    names = [f"p{k}" for k in range(4)]
    scores = np.random.default_rng(0).integers(0, 3, (4, 4)) / 2
    problem = m.Problem.from_scores(scores, mentor_ids=names, mentee_ids=names)
    for aim in ("total", "coverage"):
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9)
