"""The best pair first: what people do by hand."""

from __future__ import annotations

import numpy as np
import pytest

from openmentor.engine import matching as m
from openmentor.engine.matching.compare import level_values
from openmentor.engine.matching.greedy import greedy


def by_hand(problem: m.Problem) -> list[tuple[int, int]]:
    """The same, written as one would say it: sort all pairs, go down the list."""
    scores, places, demand = problem.admissible(), problem.mentor_capacity.copy(), problem.mentee_demand.copy()
    cells = [(-scores[i, j], j, i) for i, j in np.argwhere(~np.isnan(scores))]
    people = {each: k for k, each in enumerate(problem.mentee_ids or ())}
    made: list[tuple[int, int]] = []
    for _, j, i in sorted(cells):
        ids = problem.mentor_ids, problem.mentee_ids
        back = None
        if ids[0] and ids[1] and ids[0][i] in people and ids[1][j] in ids[0]:
            back = ids[0].index(ids[1][j]), people[ids[0][i]]
        if places[i] and demand[j] and back not in made:
            made.append((int(i), int(j)))
            places[i] -= 1
            demand[j] -= 1
    return sorted(made)


def test_the_best_pair_goes_first_and_costs_the_whole() -> None:
    problem = m.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    assert greedy(problem).tolist() == [[0, 0], [1, 1]]
    assert level_values(problem, greedy(problem))["total fit"] == pytest.approx(1.0)
    assert m.match(problem, aim="total").value == pytest.approx(1.5)


@pytest.mark.parametrize("draw", range(30))
def test_it_goes_down_the_list(draw: int) -> None:
    rng = np.random.default_rng(draw)
    shape = (int(rng.integers(0, 7)), int(rng.integers(0, 7)))
    scores = rng.integers(0, 5, size=shape) / 4
    scores[rng.random(shape) < 0.3] = np.nan
    ids = [f"p{k}" for k in range(12)]
    problem = m.Problem.from_scores(
        scores, mentor_capacity=rng.integers(0, 3, size=shape[0]), mentee_demand=int(rng.integers(1, 3)),
        mentor_ids=list(rng.permutation(ids)[: shape[0]]), mentee_ids=list(rng.permutation(ids)[: shape[1]]),
    )  # fmt: skip
    made = greedy(problem)
    assert [(int(i), int(j)) for i, j in made] == by_hand(problem)
    best = m.match(problem, aim="total").value
    assert level_values(problem, made)["total fit"] <= best + 1e-9


def test_nobody_at_all() -> None:
    assert greedy(m.Problem.from_scores(np.empty((0, 3)))).shape == (0, 2)
    assert greedy(m.Problem.from_scores(np.empty((3, 0)))).shape == (0, 2)
