"""The least score of any pair, raised as far as that leaves nobody without one: proved on all pairs of a large pool.

Whether as many can be matched by scores above a threshold is a matching where each pair is worth one. Its prices, 0 or 1, show
that no pair that was looked at could add one; the pass over all pairs finds those that could, until there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..problem import BoolArray, FloatArray, IntArray
from .transport import Transport

if TYPE_CHECKING:
    from .large import Search

FIRST, MORE, IN_ALL = 32, 8, 8192
"""Of each mentee so many are looked at from the start; so many come in at once, of few mentees more, so many in all."""
STEP = 1e-9
"""Scores that differ by less count as equal: so much their sums may differ by the order of adding up."""


def highest(search: Search, pairs: IntArray) -> float:
    """The highest score below which nobody need be matched for as many to be matched as in ``pairs``, found by ``search``."""
    found = _Thresholds(search, pairs, search.problem.scores_of(pairs)).highest()
    return float(min([found, *search.problem.scores_of(search.fixed).tolist()]))


class _Thresholds:
    """Pairs that are looked at, in the order of the mentees, and which thresholds leave as many matched."""

    def __init__(self, search: Search, pairs: IntArray, scores: FloatArray) -> None:
        self.search = search
        self.mentee: IntArray = np.empty(0, dtype=np.int64)
        self.mentor: IntArray = np.empty(0, dtype=np.int64)
        self.score: FloatArray = np.empty(0)
        self.transport = Transport(len(search.columns), search.capacity)
        is_free = np.isin(search.column_at[pairs[:, 1]], search.seeking)
        mentor, mentee = search.of_mentor[pairs[is_free, 0]], search.column_at[pairs[is_free, 1]]
        self.served, self.reached = len(mentee), float(scores[is_free].min(initial=1.0))
        self._look_at(mentee, mentor, scores[is_free])
        held = search.reserve
        row, column = held.nearest(np.zeros(len(search.rows)), FIRST)
        mentor = held.who[row, column].astype(np.int64)
        score, _ = search.tiles.exact(row, mentor, held.score[row, column], held.part[row, column])
        self._look_at(row, mentor, score)

    def _look_at(self, mentee: IntArray, mentor: IntArray, score: FloatArray) -> bool:
        """Look at these pairs too; whether any is new."""
        width = len(self.search.rows)
        keys, first = np.unique(mentee * width + mentor, return_index=True)
        theirs = np.isin(self.mentee, mentee)
        first = first[~np.isin(keys, self.mentee[theirs] * width + self.mentor[theirs])]
        mentees = np.concatenate([self.mentee, mentee[first]])
        order = np.argsort(mentees, kind="stable")  # as the transport puts them
        self.mentee, self.mentor = mentees[order], np.concatenate([self.mentor, mentor[first]])[order]
        self.score = np.concatenate([self.score, score[first]])[order]
        self.transport.add(mentee[first], mentor[first], np.zeros(len(first), dtype=np.int64))
        return len(first) > 0

    def highest(self) -> float:
        """The highest threshold."""
        number = 0
        while self.served:
            self._climb()
            above = self.reached + STEP
            while not self._reaches(above):
                self.search.progress("least", number, number + 1)
                number += 1
                if not self._missed(above):
                    return self.reached
        return self.reached

    def _climb(self) -> None:
        """Raise what is reached as far as the pairs that are looked at allow."""
        steps = np.unique(self.score[self.score > self.reached + STEP])
        low, high = 0, len(steps)
        while low < high:
            middle = (low + high) // 2
            if self._reaches(steps[middle]):
                low = middle + 1
            else:
                high = middle

    def _reaches(self, least: float) -> bool:
        """Whether all are matched by the scores from ``least`` that are looked at; then the threshold is reached."""
        self.transport.change((self.score >= least).astype(np.int64))
        self.transport.solve()
        if len(self.transport.matched()[0]) < self.served:
            return False
        self.reached = max(self.reached, least)
        return True

    def _missed(self, least: float) -> bool:
        """Look at pairs of at least that score that could add one more; whether there are any."""
        search = self.search
        self.transport.settle()
        free: BoolArray = self.transport.own[search.seeking] == 0
        some = search.seeking[free]
        offset = np.where((self.transport.price > 0) | (search.capacity == 0), -np.inf, search.closed)
        more = max(MORE, IN_ALL // max(1, len(some)))
        for closely in (False, True):
            best = search.tiles.best(more, some, offset, banned=search.banned, floor=least, closely=closely)
            row, column = np.nonzero(best.who >= 0)
            mentor = best.who[row, column].astype(np.int64)
            score, _ = search.tiles.exact(some[row], mentor, best.score[row, column], best.part[row, column])
            good = score >= least
            if self._look_at(some[row[good]], mentor[good], score[good]):
                return True
        return False
