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
    """Pairs that are looked at, and which thresholds leave as many matched."""

    def __init__(self, search: Search, pairs: IntArray, scores: FloatArray) -> None:
        self.search = search
        is_free = np.isin(search.column_at[pairs[:, 1]], search.seeking)
        mentor, mentee = search.of_mentor[pairs[is_free, 0]], search.column_at[pairs[is_free, 1]]
        self.served, self.reached = len(mentee), float(scores[is_free].min(initial=1.0))
        self.mentee, self.mentor, self.score = mentee, mentor, scores[is_free]
        row, column = search.reserve.nearest(np.zeros(len(search.rows)), FIRST)
        self._look_at(row, column)

    def _look_at(self, row: IntArray, column: IntArray) -> None:
        held = self.search.reserve
        mentor = held.who[row, column].astype(np.int64)
        score, _ = self.search.tiles.exact(row, mentor, held.score[row, column], held.part[row, column])
        self._add(row, mentor, score)

    def _add(self, mentee: IntArray, mentor: IntArray, score: FloatArray) -> int:
        """Look at these too; how many are new."""
        keys = np.concatenate([self.mentee, mentee]) * len(self.search.rows) + np.concatenate([self.mentor, mentor])
        _, first = np.unique(keys, return_index=True)
        before = len(self.mentee)
        self.mentee = np.concatenate([self.mentee, mentee])[first]
        self.mentor = np.concatenate([self.mentor, mentor])[first]
        self.score = np.concatenate([self.score, score])[first]
        return len(self.mentee) - before

    def highest(self) -> float:
        """The highest threshold."""
        number = 0
        while self.served:
            self._climb()
            while True:
                self.search.progress("least", number, number + 1)
                number += 1
                above = self.reached + STEP
                transport = self._matched(above)
                if self._reaches(transport, above):
                    break
                if not self._missed(transport, above):
                    return self.reached
        return self.reached

    def _climb(self) -> None:
        """Raise what is reached as far as the pairs that are looked at allow."""
        steps = np.unique(self.score[self.score > self.reached + STEP])
        low, high = 0, len(steps)
        while low < high:
            middle = (low + high) // 2
            if self._reaches(self._matched(steps[middle]), steps[middle]):
                low = int(np.searchsorted(steps, self.reached, side="right"))
            else:
                high = middle

    def _matched(self, least: float) -> Transport:
        """As many as can be matched by the scores from ``least`` that are looked at."""
        good = self.score >= least
        transport = Transport(len(self.search.columns), self.search.capacity)
        transport.add(self.mentee[good], self.mentor[good], np.ones(int(good.sum()), dtype=np.int64))
        transport.solve()
        transport.settle()
        return transport

    def _reaches(self, transport: Transport, least: float) -> bool:
        """Whether all are matched; then the threshold is reached."""
        if len(transport.matched()[0]) < self.served:
            return False
        self.reached = max(self.reached, least)
        return True

    def _missed(self, transport: Transport, least: float) -> bool:
        """Look at pairs of at least that score that could add one more; whether there are any."""
        search = self.search
        free: BoolArray = transport.own[search.seeking] == 0
        some = search.seeking[free]
        offset = np.where((transport.price > 0) | (search.capacity == 0), -np.inf, search.closed)
        found, more = False, max(MORE, IN_ALL // max(1, len(some)))
        for closely in (False, True):
            best = search.tiles.best(more, some, offset, banned=search.banned, floor=least, closely=closely)
            row, column = np.nonzero(np.isfinite(best.score) & (best.who >= 0))
            mentor = best.who[row, column].astype(np.int64)
            score, _ = search.tiles.exact(some[row], mentor, best.score[row, column], best.part[row, column])
            good = (score >= least) & np.isfinite(offset[mentor])
            found = bool(good.any()) and self._add(some[row[good]], mentor[good], score[good]) > 0
            if found:
                break
        return found
