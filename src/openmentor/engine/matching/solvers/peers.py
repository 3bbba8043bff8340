"""The best pairs of a pool without roles, proved: trees with odd circles on few pairs, and their prices held against all.

It starts with the pairs that look best. First everybody may be two halves, one on either side: that is plain matching of two sides, and
its prices are nearly right; only odd circles of halves remain, from which trees grow (``trees``). Then the prices are held
against all pairs of the pool: what would gain by them comes in, until nothing would. So the answer is the best of the whole pool, though
few of its pairs were ever looked at closely, and the table of scores is never copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problem import FloatArray, IntArray, Progress
from .blossom import NOBODY, most_pairs
from .core import EMPTY_PAIRS

ALL_PAIRS = 60_000
"""Up to so many pairs all are looked at at once."""
NEAR = 14
"""Pairs to start with: of each person the best so many,"""
ANYBODY = 6
"""and so many with anybody: where all agree on who is best, prices settle only through others."""
BESIDE = 4
"""and so many with those who fit others about as well as they: where all agree, the best are for the best."""
ADDED = 8
MOST_ROUNDS = 30
HALF = 2.0**32
SCALE = 2 * HALF
"""Scores are whole numbers of this fraction, even ones, so that sums, prices and means of two prices are exact."""
AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class Proof:
    """Partners (n,), and what no other pairs exceed, in whole numbers: twice the worth that prices allow, and gains left over."""

    partner: IntArray
    twice_held: int
    twice_open: int


def solve(
    scores: FloatArray,
    aim: str,
    progress: Progress,
    people: IntArray | None = None,
    forced: IntArray = EMPTY_PAIRS,
) -> tuple[IntArray, dict[str, float]]:
    """Pairs (k, 2) of positions in ``people``, and a bound for each level of the aim: 'filled', 'least', 'total'.

    scores   (n, n) symmetric, NaN where two may not meet and on the diagonal.   people  whom it is about, all for None.
    forced   (k, 2) pairs of ``people`` who may meet: as many as can be are made, before anything else.
    """
    people = np.arange(len(scores), dtype=np.int64) if people is None else people.astype(np.int64)
    place = np.full(len(scores), NOBODY, dtype=np.int64)
    place[people] = np.arange(len(people))
    forced = place[forced]
    least, bounds = 0.0, {}
    if aim == "worst_off":
        least = bounds["least"] = _greatest_least(scores, people, forced, progress)
    search = Search(scores, people, least, forced, counts_first=aim != "total", progress=progress)
    proof = search.run()
    pairs = pairs_of(proof.partner)
    grid = sum(search.worth(int(i), int(j)) for i, j in pairs)
    held = (proof.twice_held + proof.twice_open // 2 + 1) // 2 - search.first * _made(forced, proof.partner)
    bounds["total"] = (held - search.offset * len(pairs) + len(pairs)) / SCALE
    bounds["filled"] = float(len(people) // 2)
    if search.offset:
        bounds["filled"] = min(bounds["filled"], float(held // search.offset))
        if bounds["filled"] > len(pairs):  # not proved: then nothing is known but that nobody gets more than their best
            bounds["total"] = max(search.best_of_each(), grid / SCALE) + len(pairs) / SCALE
    return pairs, bounds


def pairs_of(partner: IntArray) -> IntArray:
    """(k, 2) the pairs of a list of partners, each once, lower index first."""
    first = np.flatnonzero(partner > np.arange(len(partner)))
    return np.column_stack([first, partner[first]]).astype(np.int64)


class Search:
    """The greatest total; where ``counts_first``, among as many pairs as there can be; before all, most of ``forced`` are made.

    A pair is then worth so much by itself (``offset``) that no sum of scores outweighs it. A forced one is worth ``first`` on top:
    along a row of people one more of them can be made, and that costs two other pairs at most and a score for each in the row.
    """

    def __init__(
        self,
        scores: FloatArray,
        people: IntArray,
        least: float,
        forced: IntArray = EMPTY_PAIRS,
        *,
        counts_first: bool,
        progress: Progress,
    ) -> None:
        self.scores = scores
        self.people = people
        self.count = len(people)
        self.least = least
        self.offset = (self.count // 2 + 1) * int(SCALE) if counts_first else 0
        self.first = self.offset + (self.count // 2 + 3) * int(SCALE)
        high_enough = scores[people[forced[:, 0]], people[forced[:, 1]]] >= least
        self.forced = self._keys_of(forced[high_enough])
        self.progress = progress

    def worth(self, one: int, other: int) -> int:
        """A pair's score as a whole number."""
        return 2 * int(self.scores[self.people[one], self.people[other]] * HALF + 0.5)

    def run(self) -> Proof:
        """Solve, hold against all pairs, add what would gain, until nothing would."""
        from . import scan, trees  # compiled code: loaded when it is needed

        keys = np.union1d(self._start(scan), self.forced)
        price: IntArray | None = None
        for round_number in range(MOST_ROUNDS):
            self.progress("total", round_number, round_number + 1)
            state = self._matched(trees, keys, price)
            own = trees.prices(state)
            circles = _Circles(scan, state)
            who, short = scan.gains(
                self.scores,
                self.people,
                self.least,
                HALF,
                self.offset,
                own,
                circles.above,
                circles.depth,
                circles.paid,
                ADDED,
            )
            held = sum(own.tolist()) + circles.held
            missing = self._keys(who)
            if not len(missing) or round_number == MOST_ROUNDS - 1:
                return Proof(state.mate, held, sum(short.tolist()))
            price = trees.shares(state)
            keys = np.union1d(keys, missing)
        raise AssertionError

    def best_of_each(self) -> float:
        """Half of everybody's best score: no pairs reach more together."""
        total = 0.0
        for k in self.people:
            row = self.scores[k, self.people]
            total += float(np.max(row, where=row >= self.least, initial=0.0))
        return total / 2

    def _start(self, scan: Any) -> IntArray:
        if self.count * (self.count - 1) // 2 <= ALL_PAIRS:
            one, other = np.triu_indices(self.count, 1)
            own = self.scores[self.people[one], self.people[other]] >= self.least
            return np.asarray(one[own] * self.count + other[own], dtype=np.int64)
        near, whole = scan.nearest(self.scores, self.people, self.least, NEAR)
        numbers = np.arange(self.count)[:, None]
        step = np.arange(1, ANYBODY + 1)[None, :] * 0.6180339887498949 + numbers * 0.7548776662466927
        anybody = ((step - np.floor(step)) * self.count).astype(np.int64) % self.count
        rank = np.argsort(-whole, kind="stable")
        beside = np.full((self.count, BESIDE), -1, dtype=np.int64)
        for k in range(BESIDE):
            beside[rank[: -k - 1], k] = rank[k + 1 :]
        others = np.column_stack([near, np.where(anybody == numbers, -1, anybody), beside])
        keys = self._keys(others)
        one, other = keys // self.count, keys % self.count
        return np.asarray(keys[self.scores[self.people[one], self.people[other]] >= self.least])

    def _keys(self, who: IntArray) -> IntArray:
        """Each pair of a table of others, -1 for none, once: as one number."""
        one = np.broadcast_to(np.arange(self.count)[:, None], who.shape)[who >= 0]
        return self._keys_of(np.column_stack([one, who[who >= 0]]))

    def _keys_of(self, pairs: IntArray) -> IntArray:
        return np.unique(pairs.min(axis=1) * self.count + pairs.max(axis=1)).astype(np.int64)

    def _matched(self, trees: Any, keys: IntArray, price: IntArray | None) -> Any:
        """The best among the pairs at hand, with its prices, from those of an earlier round."""
        one, other = keys // max(1, self.count), keys % max(1, self.count)
        scores = self.scores[self.people[one], self.people[other]]
        worth = self.offset + 2 * (scores * HALF + 0.5).astype(np.int64) + self.first * np.isin(keys, self.forced)
        price = np.zeros(self.count, dtype=np.int64) if price is None else price.copy()
        short = np.maximum(0, 2 * worth - price[one] - price[other])
        raised = np.zeros(self.count, dtype=np.int64)
        np.maximum.at(raised, one, short)
        np.maximum.at(raised, other, short)
        price += raised
        # Everybody as two halves. Even prices stay even among them, so the mean of both is a whole number.
        price += price % 2
        halves = trees.new_state(
            2 * self.count, np.concatenate([one, other]), np.concatenate([other, one]) + self.count,
            np.concatenate([worth, worth]), np.concatenate([price, price]),
        )  # fmt: skip
        self._grow(trees, halves)
        both = trees.prices(halves)
        state = trees.new_state(self.count, one, other, worth, (both[: self.count] + both[self.count :]) // 2)
        trees.join(halves.mate, state.mate)
        self._grow(trees, state)
        return state

    def _grow(self, trees: Any, state: Any) -> None:
        trees.lower(state)
        for start in range(0, len(state.mate), AT_ONCE):
            self.progress("total", start, len(state.mate))
            trees.solve(state, start, min(start + AT_ONCE, len(state.mate)))


class _Circles:
    """The circles of a state: what lies around each node, 1, 2, 4, … further out, and what a pair inside pays on top."""

    def __init__(self, scan: Any, state: Any) -> None:
        nodes = len(state.up)
        parent, self.depth, self.paid = scan.nested(state.up, state.price, state.first, len(state.mate))
        levels = [parent]
        while len(levels) < max(1, int(self.depth.max(initial=0)).bit_length()):
            levels.append(levels[-1][levels[-1]])
        self.above = np.stack(levels)
        live = np.flatnonzero(state.first[:nodes] != NOBODY)
        self.held = sum(int(state.price[k]) * (int(state.size[k]) // 2) for k in live)


def _made(forced: IntArray, partner: IntArray) -> int:
    """How many of the forced pairs are made."""
    return int((partner[forced[:, 0]] == forced[:, 1]).sum())


def _greatest_least(scores: FloatArray, people: IntArray, forced: IntArray, progress: Progress) -> float:
    """The greatest least score at which as many forced pairs, and then as many pairs, can still be made."""
    own = scores[np.ix_(people, people)]
    asked = np.bincount(forced.reshape(-1), minlength=len(people))
    if (asked > 1).any():  # they exclude one another

        def most(least: float, partner: IntArray | None) -> IntArray:
            return Search(scores, people, least, forced, counts_first=True, progress=progress).run().partner

    else:
        # Who is in a forced pair can have nobody else: then it is only a question of how many.
        of_forced = own[forced[:, 0], forced[:, 1]]
        own[asked > 0, :] = own[:, asked > 0] = np.nan
        own[forced[:, 0], forced[:, 1]] = own[forced[:, 1], forced[:, 0]] = of_forced

        def most(least: float, partner: IntArray | None) -> IntArray:
            return most_pairs(own >= least, partner)

    progress("served", 0, 1)
    return _raise_least(own, forced, most, progress)


def _raise_least(
    own: FloatArray, forced: IntArray, most: Callable[[float, IntArray | None], IntArray], progress: Progress
) -> float:
    """``most`` makes as many pairs as can be of at least a score, from others if there are any."""

    def lowest(partner: IntArray) -> float:
        pairs = pairs_of(partner)
        return float(own[pairs[:, 0], pairs[:, 1]].min(initial=1.0))

    def count(partner: IntArray) -> tuple[int, int]:
        return _made(forced, partner), int((partner >= 0).sum())

    partner = most(0.0, None)
    if not (partner >= 0).any():
        return 0.0
    asked, reached = count(partner), lowest(partner)
    # Nobody's pair can be better than their best one; but somebody may go without, so the bound is a step by itself.
    steps = np.unique(own[own > reached])
    low, high = 0, len(steps)
    while low < high:
        progress("least", low, high)
        middle = (low + high) // 2
        trial = most(float(steps[middle]), partner)
        if count(trial) == asked:
            partner, reached = trial, lowest(trial)
            low = int(np.searchsorted(steps, reached, side="right"))
        else:
            high = middle
    return reached


def names_of(aim: str) -> Sequence[str]:
    """The levels of an aim for a pool without roles."""
    return {
        "total": ("total",),
        "coverage": ("served", "filled", "total"),
        "worst_off": ("served", "filled", "least", "total"),
    }[aim]
