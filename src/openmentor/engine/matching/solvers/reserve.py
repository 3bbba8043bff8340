"""Of each mentee the nearest mentors, most of whom the solution never needs: candidates are taken from here as they would gain."""

from __future__ import annotations

import numpy as np
from numba import njit

from ..problem import BoolArray, FloatArray, IntArray
from ..tiles import Best

GUESSED, EXACT, TAKEN = 0, 1, 2


@njit(cache=True, nogil=True)
def _gaining(who, score, state, offset, least, most):  # type: ignore[no-untyped-def]
    """Positions in the rows of those above ``least``, of each row the ``most`` greatest."""
    n, width = who.shape
    row = np.empty(n * most, dtype=np.int64)
    column = np.empty(n * most, dtype=np.int64)
    best = np.empty(most, dtype=np.float64)
    which = np.empty(most, dtype=np.int64)
    count = 0
    for j in range(n):
        held = 0
        for k in range(width):
            if state[j, k] == TAKEN:
                continue
            key = score[j, k] + offset[who[j, k]]
            if key <= least[j]:
                continue
            if held < most:
                c = held
                held += 1
            elif key > best[most - 1]:
                c = most - 1
            else:
                continue
            while c > 0 and best[c - 1] < key:
                best[c] = best[c - 1]
                which[c] = which[c - 1]
                c -= 1
            best[c] = key
            which[c] = k
        for c in range(held):
            row[count] = j
            column[count] = which[c]
            count += 1
    return row[:count], column[:count]


class Reserve:
    """Rows of mentors, one for each mentee: ``who`` (n, width), their scores, some guessed from above, and who was taken."""

    def __init__(self, best: Best) -> None:
        self.who, self.score, self.part = best.who, best.score, best.part
        self.state = np.where(best.who < 0, TAKEN, GUESSED).astype(np.uint8)

    def replace(self, mentees: IntArray, best: Best, taken: BoolArray) -> None:
        """What was found when these were looked at again; ``taken`` (mentees, width): who is a candidate already."""
        self.who[mentees], self.score[mentees], self.part[mentees] = best.who, best.score, best.part
        self.state[mentees] = np.where(taken | (best.who < 0), TAKEN, GUESSED)

    def nearest(self, offset: FloatArray, most: int) -> tuple[IntArray, IntArray]:
        """Of each mentee the ``most`` of greatest score + offset: rows and columns."""
        found: tuple[IntArray, IntArray] = _gaining(
            self.who, self.score, self.state, offset, np.full(len(self.who), -np.inf), most
        )
        return found

    def gaining(self, offset: FloatArray, least: FloatArray, most: int) -> tuple[IntArray, IntArray]:
        """Who is not taken and has a score + offset above ``least``, of each mentee at most so many: rows and columns."""
        found: tuple[IntArray, IntArray] = _gaining(self.who, self.score, self.state, offset, least, most)
        return found
