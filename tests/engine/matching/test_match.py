"""The best pairs: against cases worked by hand, all matchings of a handful of people, and other people's solvers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from openmentor.engine import matching as m
from tests.engine.matching.brute import best_levels, random_problem, reached_levels

AIMS = ["total", "coverage", "worst_off"]


@pytest.mark.parametrize("aim", AIMS)
def test_nothing_beats_it_among_all_matchings_of_a_handful(aim):
    for seed in range(120):
        problem = random_problem(np.random.default_rng(seed))
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9), seed
        assert [level.gap for level in result.levels] == [0.0] * len(result.levels), seed


def test_the_aims_differ_as_they_say():
    # Mentee 1 can only have mentor 0, whom mentee 0 likes best.
    scores = [[0.9, 0.1], [0.2, np.nan]]
    total = m.match(m.Problem.from_scores(scores), aim="total")
    coverage = m.match(m.Problem.from_scores(scores), aim="coverage")
    assert total.pairs.tolist() == [[0, 0]]
    assert coverage.pairs.tolist() == [[0, 1], [1, 0]]
    assert [(level.name, level.value) for level in coverage.levels] == [
        ("served", 2.0),
        ("filled", 2.0),
        ("total fit", pytest.approx(0.3)),
    ]


def test_worst_off_raises_the_least_score_before_the_sum():
    scores = [[1.0, 0.5], [0.6, 0.0]]
    assert m.match(m.Problem.from_scores(scores), aim="coverage").pairs.tolist() == [[0, 1], [1, 0]]
    scores = [[1.0, 0.5], [0.5, 0.3]]
    assert m.match(m.Problem.from_scores(scores), aim="coverage").value == pytest.approx(1.3)
    result = m.match(m.Problem.from_scores(scores), aim="worst_off")
    assert [level.value for level in result.levels] == [2.0, 2.0, 0.5, 1.0]


@pytest.mark.parametrize("size", [40, 300, 450])
def test_total_fit_is_that_of_scipys_assignment(size):
    rng = np.random.default_rng(size)
    scores = rng.random((size, size))
    rows, columns = linear_sum_assignment(scores, maximize=True)
    result = m.match(m.Problem.from_scores(scores), aim="total")
    assert result.value == pytest.approx(scores[rows, columns].sum(), abs=1e-9)
    assert result.gap == 0.0


@pytest.mark.parametrize(
    ("scores", "count"),
    [
        (np.empty((0, 3)), 0),
        (np.empty((3, 0)), 0),
        ([], 0),
        ([[np.nan, np.nan]], 0),
        ([[0.5]], 1),
        (np.full((4, 4), 0.5, dtype=np.float32), 4),
        (np.zeros((3, 2)), 2),
    ],
)
@pytest.mark.parametrize("aim", ["coverage", "worst_off"])
def test_the_smallest_and_emptiest_have_an_answer(scores, count, aim):
    problem = m.Problem.from_scores(scores)
    result = m.match(problem, aim=aim)
    m.verify(problem, result)
    assert result.pairs.shape == (count, 2)
    assert result.gap == 0.0


@pytest.mark.parametrize("aim", AIMS)
def test_nor_where_people_could_be_paired_both_ways_and_quotas_overlap(aim):
    for seed in range(120):
        problem = random_problem(np.random.default_rng(1000 + seed), ids=seed % 3 > 0, overlapping=seed % 3 < 2)
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9), seed
        assert [level.gap for level in result.levels] == [0.0] * len(result.levels), seed


@pytest.mark.parametrize("aim", ["coverage", "worst_off"])
def test_two_hundred_people_who_are_both_are_never_paired_both_ways_and_it_is_proved(aim):
    rng = np.random.default_rng(4)
    place = rng.random((200, 5))
    scores = np.clip(1 - np.abs(place[:, None] - place[None]).mean(2) + 0.03 * rng.random((200, 200)), 0, 1)
    names = [f"p{k}" for k in range(200)]
    problem = m.Problem.from_scores(scores, mentor_ids=names, mentee_ids=names)
    result = m.match(problem, aim=aim)
    m.verify(problem, result)
    assert result.levels[0].value == 200
    assert all(level.gap <= 1e-6 for level in result.levels)
