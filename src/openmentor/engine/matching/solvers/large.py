"""The best pairs of a large pool, proved on all of them without holding their scores.

Of each mentee the best mentors are kept from one pass over all pairs; shortest paths give the best pairs among the nearest of
those, and prices, and who would gain comes in from the rest. A mentee whose best pair not kept could be worth more than what they
have, priced, is looked at again, until nobody would gain: that is the proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..problem import FloatArray, IntArray, Problem, Progress
from ..spec import Spec
from ..tiles import Held, Pass, Tiles
from .core import EMPTY_PAIRS, seeded_order
from .reserve import EXACT, TAKEN, Reserve
from .transport import Transport

KEPT = 128
"""Of each mentee so many mentors are held by what they would leave at the prices, likely ones at first."""
NEAREST = 16
"""So many of them are candidates from the start."""
MORE = 8
"""And so many at most come in at once."""
PILOT = 256
"""So many mentees, and as large a share of the mentors, tell what prices are like before the first look at everybody."""
PROVED = 2e-10
"""Nobody could gain more than this: the rounding of scores to whole numbers, and what spreads people over equal ones."""
BITS = 34
"""Scores are whole multiples of 2 to the minus this."""
MOST_BITS = 58
ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Found:
    """Pairs in the problem's indices, and what one more place with each mentor would add."""

    pairs: IntArray
    prices: FloatArray


def is_plain(problem: Problem) -> bool:
    """Whether nothing but places, rules and fixed pairs that can all be made is asked for."""
    asked = problem.mentor_minimum.any() or problem.mentee_minimum.any() or problem.quotas
    return not asked and bool((problem.mentee_demand <= 1).all()) and _fixed(problem) is not None


def _fixed(problem: Problem) -> IntArray | None:
    """The forced pairs that no rule forbids, if all can be made together; else None."""
    if len(problem.forced) == 0:
        return EMPTY_PAIRS
    rules = [problem.rule(int(i), int(j)) for i, j in problem.forced]
    if "places" in rules:  # one more place would make the pair, which is part of the price
        return None
    pairs = problem.forced[[rule is None for rule in rules]]
    load = np.bincount(pairs[:, 0], minlength=problem.shape[0])
    taken = np.bincount(pairs[:, 1], minlength=problem.shape[1])
    if (load > problem.mentor_capacity).any() or (taken > 1).any() or len(_both_ways(problem, pairs)):
        return None
    return pairs


def _both_ways(problem: Problem, pairs: IntArray) -> IntArray:
    """Positions (k, 2) in ``pairs`` of those that match the same two people both ways."""
    twins = problem.twins()
    if len(twins) == 0 or len(pairs) == 0:
        return np.empty((0, 2), dtype=np.int64)
    as_mentee, as_mentor = dict(twins.tolist()), {j: i for i, j in twins.tolist()}
    at = {(i, j): k for k, (i, j) in enumerate(pairs.tolist())}
    found = [
        (k, at[back])
        for (i, j), k in at.items()
        if (back := (as_mentor.get(j, -1), as_mentee.get(i, -1))) in at and at[back] > k
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


class Search:
    """One solving: people in order, their tiles, candidates and prices."""

    def __init__(
        self, problem: Problem, aim: str, previous: IntArray, stickiness: float, seed: int, progress: Progress
    ) -> None:
        self.problem, self.progress = problem, progress
        fixed = _fixed(problem)
        assert fixed is not None
        self.fixed = fixed
        mentors, mentees = problem.shape
        taking, seeking = np.ones(mentors, dtype=np.bool_), problem.mentee_demand > 0
        taking[[*problem.gated_mentors, *problem.absent_mentors]] = False
        seeking[[*problem.gated_mentees, *problem.absent_mentees, *fixed[:, 1].tolist()]] = False
        rows, columns = seeded_order(problem.mentor_ids, mentors, seed), seeded_order(problem.mentee_ids, mentees, seed)
        self.rows, self.columns = rows[taking[rows]], columns[seeking[columns]]
        self.row_at, self.column_at = np.full(mentors, -1), np.full(mentees, -1)
        self.row_at[self.rows], self.column_at[self.columns] = np.arange(len(self.rows)), np.arange(len(self.columns))
        capacity = problem.mentor_capacity - np.bincount(fixed[:, 0], minlength=mentors)
        self.capacity = np.minimum(capacity[self.rows], max(1, len(self.columns)))
        self.tiles: Pass
        if problem.is_held:
            self.tiles = Held(problem.scores, self.rows, self.columns, self._banned())
        else:
            assert problem.scored is not None
            self.tiles = Tiles(problem.scored, self.rows, self.columns, self._banned())
        self.previous, self.stickiness = self._here(previous), stickiness
        self.last_time = {int(j): int(i) for i, j in self.previous}
        n = len(self.columns)
        size = int(n + 1).bit_length()
        stays = len(self.previous) > 0
        serve_first = aim != "total"
        bits = MOST_BITS - size * (1 + stays) - int(np.ceil(np.log2(1 + stickiness))) - 1
        self.grid = float(2 ** min(BITS, bits))
        #: What one more of last time's pairs is worth beside the least difference of fit.
        self.finest = n + 1 if stays else 1
        self.unit = self.grid * self.finest
        self.one_more = int((n + 1) * (1 + stickiness) + 1) * int(self.unit) if serve_first else 0

    def _here(self, pairs: IntArray) -> IntArray:
        """Pairs as positions, those alone that are still looked at."""
        here = np.column_stack([self.row_at[pairs[:, 0]], self.column_at[pairs[:, 1]]]).astype(np.int64)
        return here[(here >= 0).all(axis=1)]

    def _banned(self) -> IntArray:
        problem = self.problem
        pairs = [problem.forbidden, problem.twins()]
        twins = problem.twins().tolist()
        as_mentee, as_mentor = dict(twins), {j: i for i, j in twins}
        back = [(as_mentor[j], as_mentee[i]) for i, j in self.fixed.tolist() if j in as_mentor and i in as_mentee]
        pairs.append(np.array(back, dtype=np.int64).reshape(-1, 2))
        return self._here(np.concatenate(pairs))

    # -- what a pair is worth ----------------------------------------------------------------------------------------------

    def _rounded(self, score: FloatArray) -> IntArray:
        return np.rint(score * self.grid).astype(np.int64) * self.finest

    def _worth(self, mentee: IntArray, mentor: IntArray, score: FloatArray) -> IntArray:
        worth = self._rounded(score) + self.one_more
        if self.last_time:
            stays = np.array(
                [self.last_time.get(j) == i for j, i in zip(mentee.tolist(), mentor.tolist())], dtype=np.bool_
            )
            worth[stays] += 1 + round(self.stickiness * self.grid) * self.finest
        return np.maximum(worth, 1)  # a pair of fit 0 is still one that somebody would rather have than nobody

    # -- the rounds --------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Find the best pairs and prove them.

        Where serving somebody comes first, fit alone finds the candidates and their prices, which then hardly change.
        """
        n = len(self.columns)
        serving, self.one_more = self.one_more, 0
        likely = self._likely_prices()
        self.transport = Transport(n, self.capacity, np.rint(likely * self.unit).astype(np.int64))
        if n == 0 or len(self.rows) == 0:
            return
        self.offset = -likely
        self.offsets = [self.offset]
        first = self.tiles.best(
            KEPT, np.arange(n), self.offset, lambda done, total: self.progress("scores", done, total)
        )
        self.reserve = Reserve(first)
        self.bound, self.seen_at = first.bound, np.zeros(n, dtype=np.int64)
        #: Who was looked at and has got no candidate since; who was looked at by the scores themselves.
        self.in_vain, self.closely = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        self._stay()
        self._take(*self.reserve.nearest(self.offset, NEAREST), whatever=True)
        for number in range(ROUNDS):
            self.progress("pairs", number, number + 1)
            self._solve()
            again = self._who_might_gain()
            if serving and len(again) <= n // 8:
                self._serve_first(serving)
                serving = 0
            elif len(again):
                self._look_again(again)
            else:
                return
        raise RuntimeError("the rounds don't end")

    def _solve(self) -> None:
        """The best pairs of those that are held, and prices that nobody held would gain by."""
        while True:
            self.transport.solve()
            self.transport.settle()
            self.offset = (self.one_more - self.transport.price) / self.unit
            while True:
                row, column = self.reserve.gaining(self.offset, self.transport.own / self.unit + PROVED, MORE)
                if len(row) == 0:
                    return
                if self._take(row, column):
                    break

    def _take(self, row: IntArray, column: IntArray, *, whatever: bool = False) -> bool:
        """Make candidates of those in these places of the reserve who would gain by their exact scores, or of all; whether any was."""
        held = self.reserve
        mentor = held.who[row, column].astype(np.int64)
        guessed = held.state[row, column] != EXACT
        score = held.score[row, column]
        score[guessed] = self.tiles.exact(
            row[guessed], mentor[guessed], score[guessed], held.part[row, column][guessed]
        )
        held.score[row, column], held.state[row, column] = score, EXACT
        gains = whatever | (score + self.offset[mentor] > self.transport.own[row] / self.unit + PROVED)
        row, column, mentor, score = row[gains], column[gains], mentor[gains], score[gains]
        held.state[row, column] = TAKEN
        self.in_vain[row] = False
        self.transport.add(row, mentor, self._worth(row, mentor, score))
        return len(row) > 0

    def _likely_prices(self) -> FloatArray:
        """What places may cost, so that the first look finds whom it would find at the prices in the end.

        A small pool drawn from this one is solved; there, a mentor's price depends on how well they fit people on the whole. Nothing
        is proved by it: it only spares looks.
        """
        n, m = len(self.columns), len(self.rows)
        if n <= 2 * PILOT:
            return np.zeros(m)
        some = np.arange(PILOT) * n // PILOT
        share = max(8, min(m, PILOT * m // n))
        theirs = np.arange(share) * m // share
        scores = self.tiles.block(some)
        possible = np.isfinite(scores)
        liked = np.where(possible, scores, 0.0).mean(axis=0)
        mentee, mentor = np.nonzero(possible[:, theirs])
        pilot = Transport(PILOT, self.capacity[theirs])
        pilot.add(mentee, mentor, self._rounded(scores[mentee, theirs[mentor]]))
        pilot.solve()
        pilot.settle()
        known = np.column_stack([np.ones(share), liked[theirs]])
        (base, slope), *_ = np.linalg.lstsq(known, pilot.price / self.unit, rcond=None)
        likely: FloatArray = np.maximum(0.0, base + slope * liked)
        return likely

    def _serve_first(self, one_more: int) -> None:
        """From now on serving one more counts before all fit: each pair is worth that much more, which its mentee has."""
        self.one_more = one_more
        self.transport.worth += one_more
        self.transport.own[self.transport.arc_of >= 0] += one_more

    def _stay(self) -> None:
        """Last time's pairs that are still possible are candidates, whether or not they were kept."""
        if len(self.previous) == 0:
            return
        pairs = self.previous
        score = self.problem.scores_of(np.column_stack([self.rows[pairs[:, 0]], self.columns[pairs[:, 1]]]))
        banned = {(int(i), int(j)) for i, j in self._banned()}
        good = ~np.isnan(score) & np.array([(int(i), int(j)) not in banned for i, j in pairs], dtype=np.bool_)
        mentor, mentee = pairs[good].T
        self.transport.add(mentee, mentor, self._worth(mentee, mentor, score[good]))
        row, column = np.nonzero(self.reserve.who[mentee] == mentor[:, None])
        self.reserve.state[mentee[row], column] = TAKEN

    def _who_might_gain(self) -> IntArray:
        """Mentees who could have a pair that is no candidate and leaves them more than they have.

        Of each mentee no pair that was not kept left more than ``bound`` at the prices then; so it leaves no more than that and
        the most by which a price has fallen since.
        """
        risen = np.array([float((self.offset - before).max()) for before in self.offsets])
        return np.flatnonzero(self.bound + risen[self.seen_at] > self.transport.own / self.unit + PROVED)

    def _look_again(self, again: IntArray) -> None:
        """Hold of these mentees those who are nearest at the prices of now."""
        # Where the last look brought nothing new, a guess stands between what was found and the proof.
        self.closely[again[self.in_vain[again]]] = True
        self.offsets.append(self.offset)
        for closely in (False, True):
            some = again[self.closely[again] == closely]
            if len(some) == 0:
                continue
            tick = lambda done, total: self.progress("proof", done, total)  # noqa: E731
            found = self.tiles.best(KEPT, some, self.offset, tick, closely=closely)
            self.bound[some], self.seen_at[some] = found.bound, len(self.offsets) - 1
            row, column = np.nonzero(found.who >= 0)
            taken = np.zeros(found.who.shape, dtype=np.bool_)
            taken[row, column] = self.transport.has(some[row], found.who[row, column].astype(np.int64))
            self.reserve.replace(some, found, taken)
        self.in_vain[again] = True

    # -- what came out -----------------------------------------------------------------------------------------------------

    def found(self) -> Found:
        """The pairs with their proof, in the problem's indices."""
        t = self.transport
        mentee, mentor = t.matched()
        pairs = np.column_stack([self.rows[mentor], self.columns[mentee]])
        # What the prices bound, less what serving somebody and staying with last time count beside fit.
        worth = int(t.own.sum() + (t.price * self.capacity).sum())
        assert worth == int(t.worth[t.arc_of[mentee]].sum())
        prices = np.zeros(self.problem.shape[0])
        rest = t.price - np.rint(t.price / self.one_more).astype(np.int64) * self.one_more if self.one_more else t.price
        prices[self.rows] = np.where(t.price > 0, rest / self.unit, 0.0)
        return Found(np.concatenate([pairs, self.fixed]), prices)


def solve(
    problem: Problem, aim: str, previous: IntArray, stickiness: float, seed: int, progress: Progress
) -> tuple[IntArray, dict[str, float], FloatArray]:
    """Pairs (k, 2) in the problem's indices, sorted; the bound of each level; each mentor's price.

    Where two people would be each other's mentor, the direction that fits less is closed and the rest solved again: the
    bound, which both directions could reach, stays.
    """
    bounds: dict[str, float] = {}
    while True:
        search = Search(problem, aim, previous, stickiness, seed, progress)
        search.run()
        found = search.found()
        pairs = found.pairs[np.lexsort((found.pairs[:, 1], found.pairs[:, 0]))]
        scores = problem.scores_of(pairs)
        if not bounds:
            bounds = {"served": float(len(pairs)), "filled": float(len(pairs)), "total": math.fsum(scores)}
        both = _both_ways(problem, pairs)
        if len(both) == 0:
            return pairs, bounds, found.prices
        closed = [k if scores[k] <= scores[other] else other for k, other in both.tolist()]
        problem = problem.changed(forbidden=np.unique(np.concatenate([problem.forbidden, pairs[closed]]), axis=0))


def warm() -> None:
    """Load the compiled loops, which takes a second, and room that no later step may count on; the first time, compile them."""
    people = {"id": ["a", "b", "c"], "goals": ["x", "y", "x"], "never": ["", "", "a"], "availability": ["Mon 9-10"] * 3}
    problem = Problem(people, people, Spec())
    scored = problem.scored
    assert scored is not None
    search = Search(problem, "coverage", np.array([[0, 1]]), 0.0, 0, lambda stage, done, total: None)
    search.run()
    search.transport.add(np.array([0]), np.array([0]), np.array([2 * search.one_more]))
    assert isinstance(search.tiles, Held)
    everybody = np.arange(3)
    Tiles(scored, everybody, everybody, np.empty((0, 2), dtype=np.int64)).best(2, everybody)
