"""Which pairs the solver looks at first, and the scan over all pairs that proves that none was missed."""

from __future__ import annotations

import numpy as np

from .problem import FloatArray, IntArray
from .solvers.core import EMPTY_PAIRS, Core

ALL_PAIRS = 120_000
"""Up to so many pairs all are looked at at once."""
PER_MENTEE = 64
PER_MENTOR = 16
ANYBODY = 16
"""Of each mentee so many mentors from all over: where all agree on who is best, prices settle only through others."""
GOLDEN = 0.6180339887498949


def scatter(rows: IntArray, columns: IntArray) -> FloatArray:
    """An even, repeatable number in 0..1 for each pair: where scores are equal, people get different candidates."""
    mixed: FloatArray = rows * GOLDEN + columns * 0.7548776662466927
    mixed -= np.floor(mixed)  # several times faster than % 1.0
    return mixed


def unique_pairs(pairs: IntArray, columns: int) -> IntArray:
    """Each pair once, in order of rows, then columns."""
    keys = np.sort(pairs[:, 0] * max(1, columns) + pairs[:, 1])  # NumPy's unique hashes, which takes longer
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    return np.column_stack([keys // max(1, columns), keys % max(1, columns)])


def first_candidates(core: Core, near: IntArray | None = None) -> tuple[IntArray, bool]:
    """Pairs to start with, and whether those are all there are.

    The best of each mentee, some of the best of each mentor, and some of anybody; or ``near`` if that is given and not
    empty; always with forced pairs and last time's.
    """
    mentors, mentees = core.shape
    if mentors * mentees <= ALL_PAIRS:
        return np.argwhere(~np.isnan(core.scores)).astype(np.int64).reshape(-1, 2), True
    parts = [core.forced, core.previous]
    if near is not None and len(near):
        possible = near[~np.isnan(core.scores[near[:, 0], near[:, 1]])]
        return unique_pairs(np.concatenate([*parts, possible]), mentees), False
    row_numbers = np.arange(mentors)
    step = core.block_rows
    keep = min(PER_MENTEE, mentors)
    for start in range(0, mentees, step):
        core.progress("candidates", start, mentees)
        columns = np.arange(start, min(start + step, mentees))
        # Ties are broken by ``scatter`` far below any real difference of scores.
        block = np.ascontiguousarray(core.scores[:, columns].T) + 1e-9 * scatter(row_numbers[None, :], columns[:, None])
        block[:, core.capacity == 0] = np.nan
        parts.append(_best(block, keep, columns)[:, ::-1])
    keep = min(PER_MENTOR, mentees)
    column_numbers = np.arange(mentees)
    for start in range(0, mentors, step):
        rows = np.arange(start, min(start + step, mentors))
        block = core.scores[rows] + 1e-9 * scatter(rows[:, None], column_numbers[None, :])
        parts.append(_best(block, keep, rows))
    if mentors and mentees:
        parts.append(_anybody(core))
    return unique_pairs(np.concatenate(parts), mentees), False


def _anybody(core: Core) -> IntArray:
    """Possible pairs spread evenly, the same ones each time."""
    mentors, mentees = core.shape
    step, column = np.meshgrid(np.arange(min(ANYBODY, mentors)), np.arange(mentees))
    row = np.minimum((scatter(step, column) * mentors).astype(np.int64), mentors - 1)
    pairs: IntArray = np.column_stack([row.ravel(), column.ravel()])
    return pairs[~np.isnan(core.scores[pairs[:, 0], pairs[:, 1]])]


def _best(block: FloatArray, keep: int, labels: IntArray) -> IntArray:
    """(label, position) of the ``keep`` largest numbers of each row, without NaN."""
    np.nan_to_num(block, copy=False, nan=-1.0)
    chosen = np.argpartition(block, block.shape[1] - keep, axis=1)[:, block.shape[1] - keep :]
    good = np.take_along_axis(block, chosen, axis=1) >= 0
    if not good.any():
        return EMPTY_PAIRS
    return np.column_stack([np.broadcast_to(labels[:, None], chosen.shape)[good], chosen[good]])
