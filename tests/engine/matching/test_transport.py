"""Shortest paths over places: exact on its candidates, whatever comes in what order, with the prices that prove it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from openmentor.engine.matching.solvers.transport import Transport


def best(worth: np.ndarray, capacity: np.ndarray) -> int:
    """What SciPy's dense solver reaches; (mentees, mentors), 0 where the two may not meet."""
    seats = np.repeat(np.arange(len(capacity)), capacity)
    row, seat = linear_sum_assignment(worth[:, seats], maximize=True)
    return int(worth[row, seats[seat]].sum())


def proves(transport: Transport, worth: np.ndarray) -> None:
    """Prices and pairs hold together on all pairs of ``worth``: nobody would gain, and who has somebody has them at their best."""
    mentee, mentor = transport.matched()
    left = worth - transport.price[None, :]
    assert (transport.price >= 0).all()
    assert (transport.own >= 0).all()
    assert (left <= transport.own[:, None])[worth > 0].all()
    assert (left[mentee, mentor] == transport.own[mentee]).all()
    load = np.bincount(mentor, minlength=len(transport.price))
    assert (load <= transport.capacity).all()
    assert (transport.price[load < transport.capacity] == 0).all()
    alone = np.setdiff1d(np.arange(len(worth)), mentee)
    assert (transport.own[alone] == 0).all()


@pytest.mark.parametrize("values", [3, 1000])
@pytest.mark.parametrize("serve_first", [False, True])
@pytest.mark.parametrize("is_guessed", [False, True], ids=["no prices", "prices to start from"])
def test_it_is_the_optimum_however_the_candidates_come(values: int, serve_first: bool, is_guessed: bool) -> None:
    rng = np.random.default_rng(values)
    for _ in range(25):
        mentees, mentors = int(rng.integers(1, 40)), int(rng.integers(1, 30))
        capacity = rng.integers(0, 4, mentors)
        worth = rng.integers(0, values + 1, (mentees, mentors)) * 1_000_000
        worth[worth > 0] += serve_first * 10**6 * values * (mentees + 1)
        worth[rng.random(worth.shape) < 0.4] = 0
        guess = rng.integers(0, worth.max(initial=0) + 2, mentors) * rng.integers(0, 2, mentors)
        transport = Transport(mentees, capacity, guess if is_guessed else None)
        mentee, mentor = np.nonzero(worth)
        for some in np.array_split(rng.permutation(len(mentee)), 4):
            transport.add(mentee[some], mentor[some], worth[mentee[some], mentor[some]])
            transport.solve()
        transport.settle()
        proves(transport, worth)
        mentee, mentor = transport.matched()
        assert worth[mentee, mentor].sum() == best(worth, capacity)


def test_a_price_is_what_one_more_place_adds() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        capacity = rng.integers(0, 3, 6)
        worth = rng.integers(0, 50, (12, 6))
        transport = Transport(12, capacity)
        mentee, mentor = np.nonzero(worth)
        transport.add(mentee, mentor, worth[mentee, mentor])
        transport.solve()
        transport.settle()
        more = [best(worth, capacity + (np.arange(6) == k)) - best(worth, capacity) for k in range(6)]
        assert transport.price.tolist() == more


def test_nobody_and_no_places_are_fine() -> None:
    for mentees, mentors in ((0, 3), (3, 0), (3, 3)):
        transport = Transport(mentees, np.zeros(mentors, dtype=np.int64))
        transport.solve()
        transport.settle()
        assert len(transport.matched()[0]) == 0


def test_it_knows_its_candidates() -> None:
    transport = Transport(3, np.ones(3, dtype=np.int64))
    transport.add(np.array([2, 0]), np.array([1, 2]), np.array([5, 7]))
    mentee, mentor = transport.pairs_of(np.array([2, 1, 0]))
    assert list(zip(mentee.tolist(), mentor.tolist())) == [(2, 1), (0, 2)]
