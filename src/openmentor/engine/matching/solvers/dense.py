"""Small problems and problems full of equal scores: SciPy's assignment over all pairs at once, then its proof by prices.

Scores lie on an integer grid that float64 holds exactly, so the assignment is exact on that grid. SciPy gives no prices;
they are found from the pairs alone, the smallest that support them, and with them no pair at all would gain: that is
the proof. Where it fails, or where anything but places is asked for, the network takes over.
"""

from __future__ import annotations

import numpy as np

from ..problem import FloatArray, IntArray
from .core import Core

SMALL = 1_100**3
"""The lesser side squared times the larger one: up to here it beats the network on any scores."""
EASY = 4_000**3
"""And up to here where scores are few values: equal scores are easy for it and hard for the network."""
FEW_VALUES = 256
SAMPLE = 4_096
EXACT_BITS = 50
"""Sums of so many bits are exact in float64 with room to spare."""
NEVER = -float(2**60)


def assign(core: Core, *, serve_first: bool) -> tuple[IntArray, FloatArray] | None:
    """The best pairs and each mentor's price, proved; None if this is no plain assignment, or too large for it.

    serve_first   as many people as can be have somebody before total fit counts.
    """
    if not _is_plain(core) or not _is_worth_it(core):
        return None
    seats = np.repeat(np.arange(len(core.capacity)), core.capacity)
    most = 2 * (min(len(seats), core.shape[1]) + 1)
    bits = EXACT_BITS - most.bit_length()
    grid = float(2**bits)
    one_more = most * 2**bits if serve_first else 0
    for stage in ("served", "total") if serve_first else ("total",):  # both at once
        core.progress(stage, 0, 1)
    worth = np.empty(core.shape[::-1])  # by mentee, so that all pairs of a few mentees lie together
    np.rint(np.multiply(core.scores.T, grid, out=worth), out=worth)
    impossible = np.isnan(worth)
    worth += one_more
    worth[impossible] = 0.0
    one_seat_each = len(seats) == len(core.capacity) and bool((core.capacity == 1).all())
    from scipy.optimize import linear_sum_assignment  # takes long to load, and large pools don't need it

    mentee, seat = linear_sum_assignment(worth if one_seat_each else worth[:, seats], maximize=True)
    pairs = np.column_stack([seats[seat], mentee]).astype(np.int64)
    pairs = pairs[~impossible[pairs[:, 1], pairs[:, 0]]]
    worth[impossible] = NEVER
    prices = _prices(core, worth.astype(np.int64), pairs)
    if prices is None:
        return None
    rest = prices - np.rint(prices / one_more).astype(np.int64) * one_more if serve_first else prices
    return pairs, np.where(prices > 0, rest / grid, 0.0)


def _is_plain(core: Core) -> bool:
    asked = core.mentor_minimum.any() or core.mentee_minimum.any() or len(core.members)
    return not asked and not len(core.forced) and not len(core.previous) and bool((core.demand <= 1).all())


def _is_worth_it(core: Core) -> bool:
    seats, mentees = int(core.capacity.sum()), core.shape[1]
    if seats == 0 or 24 * seats * mentees > core.memory_mb * 1e6:
        return False
    work = min(seats, mentees) ** 2 * max(seats, mentees)
    if work <= SMALL:
        return True
    values = core.scores.reshape(-1)[:: max(1, core.scores.size // SAMPLE)]
    return work <= EASY and len(np.unique(values[~np.isnan(values)])) <= FEW_VALUES


def _prices(core: Core, worth: IntArray, pairs: IntArray) -> IntArray | None:
    """(m,) the smallest prices at which nobody gains by any other pair; None if there are none: the pairs aren't best.

    What a mentee has left is the worth of their pair less its mentor's price. A mentor's price is the most that anybody
    would gain by one more place there, over what they have left.
    """
    mentors, mentees = core.shape
    mentor_of = np.full(mentees, -1, dtype=np.int64)
    mentor_of[pairs[:, 1]] = pairs[:, 0]
    own = np.zeros(mentees, dtype=np.int64)
    own[pairs[:, 1]] = worth[pairs[:, 1], pairs[:, 0]]
    left = own.copy()
    prices = np.zeros(mentors, dtype=np.int64)
    changed = np.arange(mentees)
    for _ in range(2 * mentors + 2):
        gain = np.full(mentors, -1, dtype=np.int64)
        for start in range(0, len(changed), core.block_rows):
            some = changed[start : start + core.block_rows]
            there = worth[some]
            there -= left[some, None]
            np.maximum(gain, there.max(axis=0), out=gain)
        dearer = gain > prices
        if not dearer.any():
            break
        prices[dearer] = gain[dearer]
        changed = np.flatnonzero((mentor_of >= 0) & dearer[mentor_of])
        left[changed] = own[changed] - prices[mentor_of[changed]]
    else:
        return None
    has_room = np.bincount(pairs[:, 0], minlength=mentors) < core.capacity
    return None if (left < 0).any() or prices[has_room].any() else prices
