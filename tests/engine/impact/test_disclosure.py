"""Nobody in a small group can be told from what is shown: held against linear programming over all of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from openmentor.engine import impact


def with_totals(counts):
    full = np.vstack([counts, np.sum(counts, axis=0)])
    return np.hstack([full, full.sum(axis=1, keepdims=True)])


def narrowest(counts, shown):
    """The smallest width within which a hidden count can be bounded; infinite where none can."""
    full = with_totals(np.asarray(counts))
    place = np.arange(full.size).reshape(full.shape)
    sums = np.zeros((sum(full.shape), full.size))
    for row, line in zip(sums, [*place, *place.T]):
        row[line[:-1]], row[line[-1]] = 1, -1
    bounds = [(v, v) if s else (0, None) for v, s in zip(full.ravel(), shown.ravel())]
    found = [np.inf]
    for each in np.flatnonzero(~shown.ravel()):
        goal = np.eye(full.size)[each]
        least, most = (linprog(way * goal, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=bounds) for way in (1, -1))
        found.append(np.inf if most.status == 3 else -most.fun - least.fun)
    return min(found)


def test_large_counts_and_zeros_are_shown():
    assert impact.disclose([[5, 0], [12, 30]]).all()
    assert impact.disclose([[0, 0], [0, 0]]).all()


def test_a_small_cell_takes_others_with_it():
    counts = [[3, 20, 30], [40, 50, 60], [70, 80, 90]]
    shown = impact.disclose(counts)
    assert not shown[0, 0]
    assert np.sum(~shown) == 4  # a rectangle is the least that hides one cell among shown totals
    assert shown[-1].all()
    assert shown[:, -1].all()
    assert narrowest(counts, shown) >= 5


def test_a_small_total_is_hidden_too():
    shown = impact.disclose([[3, 0], [0, 0]])
    assert not shown[0, 0]
    assert not shown[0, 2]
    assert not shown[2, 2]


@pytest.mark.parametrize("k", [2, 5, 10])
def test_nothing_hidden_can_be_recovered(k):
    rng = np.random.default_rng(k)
    for _ in range(25):
        counts = rng.poisson(rng.gamma(1.0, rng.choice([3, 10, 30]), rng.integers(1, 6, 2)))
        shown = impact.disclose(counts, k=k)
        full = with_totals(counts)
        assert shown.shape == full.shape
        assert not np.any(shown & (full > 0) & (full < k))
        assert narrowest(counts, shown) >= k - 1e-6


def test_few_others_are_hidden():
    rng = np.random.default_rng(0)
    others, totals = [0, 0], [0, 0]
    for _ in range(150):
        counts = rng.poisson(rng.gamma(1.0, rng.choice([5, 10, 20, 40]), rng.integers(2, 9, 2)))
        shown, full = impact.disclose(counts), with_totals(counts)
        small = (full > 0) & (full < 5)
        inner = np.zeros_like(small)
        inner[:-1, :-1] = True
        for count, place in ((others, inner & ~small), (totals, ~inner & ~small)):
            count[0] += np.sum(~shown & place)
            count[1] += np.sum(place)
    assert others[0] <= 0.25 * others[1]
    assert totals[0] <= 0.2 * totals[1]


def test_the_input_stays_and_one_is_small_to_nobody():
    counts = np.array([[1, 2], [3, 40]])
    assert impact.disclose(counts, k=1).all()
    impact.disclose(counts)
    assert counts.tolist() == [[1, 2], [3, 40]]


@pytest.mark.parametrize(
    "counts", [[], [1, 2], [[1.5]], [[-1]], [[np.nan]], [["a"]], [[np.inf]], np.zeros((0, 3)), [[10**15]]]
)
def test_nonsense_is_refused(counts):
    with pytest.raises(ValueError):
        impact.disclose(counts)
