"""Of each mentee the nearest mentors, most of whom the solution never needs: candidates are taken from here as they would gain."""

from __future__ import annotations

import numpy as np
from numba import njit

from ..problem import FloatArray, IntArray
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
    """Rows of mentors, one for each mentee: ``who`` (n, width), their scores, some guessed from above, and who was taken.

    bound  (n,): nobody who is in no row has a score + the offset of then above it; inf where nobody has looked yet.
    """

    def __init__(self, mentees: int, width: int) -> None:
        shape = mentees, width
        self.who = np.full(shape, -1, dtype=np.int32)
        self.score, self.part = np.zeros(shape), np.zeros(shape)
        self.state = np.full(shape, TAKEN, dtype=np.uint8)
        self.bound = np.full(mentees, np.inf)

    def copy(self) -> Reserve:
        """The same rows, nobody taken."""
        other = Reserve(0, 0)
        other.who, other.score, other.part = self.who.copy(), self.score.copy(), self.part.copy()
        other.bound = self.bound.copy()
        other.state = np.where(self.who < 0, TAKEN, GUESSED).astype(np.uint8)
        return other

    def put(self, mentees: IntArray, best: Best) -> None:
        """What was found when these were looked at."""
        width = best.who.shape[1]
        self.who[mentees], self.state[mentees] = -1, TAKEN
        self.who[mentees, :width], self.score[mentees, :width], self.part[mentees, :width] = (
            best.who,
            best.score,
            best.part,
        )
        self.state[mentees, :width] = np.where(best.who < 0, TAKEN, GUESSED)
        self.bound[mentees] = best.bound

    def take(self, mentee: IntArray, mentor: IntArray) -> None:
        """These pairs, where they are held, are candidates already, or may not be."""
        for start in range(0, len(mentee), 8192):
            j, i = mentee[start : start + 8192], mentor[start : start + 8192]
            row, column = np.nonzero(self.who[j] == i[:, None])
            self.state[j[row], column] = TAKEN

    def nearest(self, offset: FloatArray, most: int) -> tuple[IntArray, IntArray]:
        """Of each mentee the ``most`` of greatest score + offset: rows and columns."""
        return self.gaining(offset, np.full(len(self.who), -np.inf), most)

    def gaining(self, offset: FloatArray, least: FloatArray, most: int) -> tuple[IntArray, IntArray]:
        """Who is not taken and has a score + offset above ``least``, of each mentee at most so many: rows and columns."""
        found: tuple[IntArray, IntArray] = _gaining(self.who, self.score, self.state, offset, least, most)
        return found
