"""The best pairs of a large pool, proved on all of them without holding their scores.

Of each mentee the best mentors are kept from one pass over all pairs; shortest paths give the best pairs among the nearest of
those, and prices, and who would gain comes in from the rest. A mentee whose best pair not kept could be worth more than what they
have, priced, is looked at again, until nobody would gain: that is the proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..problem import BoolArray, FloatArray, IntArray, Problem, Progress
from ..result import Options
from ..spec import Spec
from ..tiles import Held, Pass, Tiles
from . import least
from .core import seeded_order
from .known import Known, scores_of
from .pilot import likely_prices
from .plain import both_ways, fixed_pairs, pairs_among
from .reserve import EXACT, TAKEN, Reserve
from .transport import Transport

KEPT = 128
"""Of each mentee so many mentors are held by what they would leave at the prices, likely ones at first."""
NEAREST = 16
"""So many of them are candidates from the start."""
MORE = 8
"""And so many at most come in at once."""
PROVED = 2e-10
ENOUGH = 64.0
ROUNDED = 1e-9
"""By so much at most a score as it is added up here differs from the dimensions' own."""
BITS = 34
"""Scores are whole multiples of 2 to the minus this."""
MOST_BITS = 58
ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Found:
    """Pairs in the problem's indices, what one more place with each mentor would add, and what the next solving may know."""

    pairs: IntArray
    prices: FloatArray
    known: Known


class Search:
    """One solving: people in order, their tiles, candidates and prices. Positions are places in that order.

    Mentors who fit everybody alike are one with the places of all; which of them somebody gets is settled in the end.
    """

    def __init__(
        self,
        problem: Problem,
        options: Options,
        progress: Progress,
        known: Known | None = None,
        *,
        steep: bool = False,
        floor: float = 0.0,
    ) -> None:
        """``steep``: nothing outbids serving one more or one more minimum; ``floor``: pairs whose score lies below don't count."""
        aim, previous, stickiness, seed = options.aim, options.previous, options.stickiness, options.seed
        self.problem, self.progress, self.seed = problem, progress, seed
        self.floor = max(0.0, floor - ROUNDED)
        fixed = fixed_pairs(problem)
        assert fixed is not None
        self.fixed = fixed
        named = self._named(previous)
        self.known = known if known is not None and known.is_of(problem, seed, named) else None
        mentors, mentees = problem.shape
        taking, seeking = np.ones(mentors, dtype=np.bool_), problem.mentee_demand > 0
        taking[[*problem.gated_mentors, *problem.absent_mentors]] = False
        seeking[[*problem.gated_mentees, *problem.absent_mentees, *fixed[:, 1].tolist()]] = False
        self.taking = taking
        self.tiles: Pass
        self.order = seeded_order(problem.mentor_ids, mentors, seed)
        if self.known is not None:
            self.rows, self.columns, self.tiles = self.known.rows, self.known.columns, self.known.tiles
            self.of_mentor = self.known.of_mentor
        else:
            self.columns = seeded_order(problem.mentee_ids, mentees, seed)
            self._set_out(named)
        self.column_at = np.argsort(self.columns)
        m = len(self.rows)
        capacity = np.where(taking, problem.mentor_capacity - np.bincount(fixed[:, 0], minlength=mentors), 0)
        self.of_one = np.minimum(capacity, max(1, int(seeking.sum())))
        #: Mentors who take nobody, as a cost that no pair can bear; mentees who seek somebody.
        self.closed = np.where(np.bincount(self.of_mentor, taking, m) > 0, 0.0, -np.inf)
        self.seeking = np.flatnonzero(seeking[self.columns])
        self.capacity = np.bincount(self.of_mentor, self.of_one, m).astype(np.int64)
        # Places that have to be filled are places of their own, worth more to fill than any others.
        made = np.bincount(fixed[:, 0], minlength=mentors)
        least = np.clip(np.where(taking, problem.mentor_minimum - made, 0), 0, self.of_one)[self.rows]
        self.asking = np.flatnonzero(least)
        self.mentor_of_slot = np.concatenate([np.arange(m), self.asking])
        self.slot_of = np.full(m, -1)
        self.slot_of[self.asking] = m + np.arange(len(self.asking))
        self.places = np.concatenate([self.capacity - least, least[self.asking]])
        self.must = np.zeros(mentees, dtype=np.int64)
        self.must[self.seeking] = problem.mentee_minimum[self.columns][self.seeking] > 0
        self.banned = self._banned()
        here = self._is_here(previous)
        self.previous, self.stickiness = self._at(previous[here]), stickiness
        self.previous_mentors, self.previous_scores = previous[here, 0], problem.scores_of(previous)[here]
        self.last_time = np.full(mentees, -1)
        self.last_time[self.previous[:, 1]] = self.previous[:, 0]
        n = mentees
        #: So many mentors are held of each mentee: a quarter of the memory, at 21 bytes each.
        self.keep = max(min(NEAREST, KEPT), min(KEPT, int(options.memory_mb * 1e6 / 4 / (21 * max(n, 1)))))
        if self.known is not None:
            self.keep = self.known.reserve.who.shape[1]
        stays = len(self.previous) > 0
        # What one more served, or one more minimum kept, is worth beside all fit: enough that it is hardly ever given up, which is
        # seen in the end; if it could have been, what nothing can outbid. Then fit is rounded more coarsely in very large pools.
        enough = float(n + 1) if steep else min(float(n + 1), ENOUGH)
        enough = math.ceil(enough * (1 + stickiness)) + 1
        levels = (aim != "total") + bool(len(self.asking) or self.must.any())
        bits = (
            MOST_BITS
            - int(n + 1).bit_length() * stays
            - levels * int(enough).bit_length()
            - math.ceil(math.log2(1 + stickiness))
            - 1
        )
        self.grid = float(2 ** min(BITS, bits))
        #: What one more of last time's pairs is worth beside the least difference of fit.
        self.finest = n + 1 if stays else 1
        self.unit = self.grid * self.finest
        self.one_more = enough * int(self.unit) if aim != "total" else 0
        self.one_asked = enough * max(self.one_more, int(self.unit)) if levels > (aim != "total") else 0
        #: Nobody could gain more than this: the rounding of scores to whole numbers and of sums, and what spreads people over equals.
        self.proved = max(PROVED, 2 / self.grid, 4 * float(np.spacing((self.one_asked + self.one_more) / self.unit)))

    def _named(self, previous: IntArray) -> IntArray:
        """Mentors of whom something is asked that is not asked of all who are like them."""
        problem = self.problem
        before = np.bincount(previous[:, 0], minlength=problem.shape[0])
        crowded = np.flatnonzero((before > problem.mentor_capacity) | (problem.mentor_minimum > 0))
        twins = problem.twins()[:, 0]
        found: IntArray = np.unique(np.concatenate([problem.forbidden[:, 0], twins, self.fixed[:, 0], crowded]))
        return found

    def _set_out(self, named: IntArray) -> None:
        """Put the mentors in order, those who fit alike as one, and lay out what scores them."""
        problem, order = self.problem, self.order
        self.rows, self.of_mentor = order, np.argsort(order)
        if problem.is_held:
            self.tiles = Held(problem.scores, self.rows, self.columns)
            return
        assert problem.scored is not None
        tiles = Tiles(problem.scored, self.rows, self.columns)
        if tiles.alike is not None:
            kind = tiles.alike.copy()
            kind[self.of_mentor[named]] = kind.max(initial=0) + 1 + np.arange(len(named))
            _, first, number = np.unique(kind, return_index=True, return_inverse=True)
            place = np.empty(len(first), dtype=np.int64)
            place[np.argsort(first)] = np.arange(len(first))  # in the order of the first of each kind
            self.rows, self.of_mentor = order[np.sort(first)], place[number.reshape(-1)][self.of_mentor]
            tiles = Tiles(problem.scored, self.rows, self.columns)
        self.tiles = tiles

    def _at(self, pairs: IntArray) -> IntArray:
        """Pairs as positions."""
        return np.column_stack([self.of_mentor[pairs[:, 0]], self.column_at[pairs[:, 1]]]).astype(np.int64)

    def _is_here(self, pairs: IntArray) -> BoolArray:
        """Which pairs are still looked at."""
        here: BoolArray = np.isin(self.column_at[pairs[:, 1]], self.seeking) & self.taking[pairs[:, 0]]
        return here

    def _banned(self) -> IntArray:
        problem = self.problem
        pairs = [problem.forbidden, problem.twins()]
        twins = problem.twins().tolist()
        as_mentee, as_mentor = dict(twins), {j: i for i, j in twins}
        back = [(as_mentor[j], as_mentee[i]) for i, j in self.fixed.tolist() if j in as_mentor and i in as_mentee]
        pairs.append(np.array(back, dtype=np.int64).reshape(-1, 2))
        every = np.concatenate(pairs)
        return self._at(every[self._is_here(every)])

    # -- what a pair is worth ----------------------------------------------------------------------------------------------

    def rounded(self, score: FloatArray) -> IntArray:
        return np.rint(score * self.grid).astype(np.int64) * self.finest

    def _candidates(self, mentee: IntArray, mentor: IntArray, score: FloatArray) -> None:
        """Make these pairs candidates, with every kind of place that the mentor has."""
        asked = self.slot_of[mentor] >= 0
        slot = np.concatenate([mentor, self.slot_of[mentor[asked]]])
        mentee, mentor, score = (np.concatenate([each, each[asked]]) for each in (mentee, mentor, score))
        worth = self.rounded(score)
        if len(self.previous):
            stays = self.last_time[mentee] == mentor
            worth[stays] += 1 + round(self.stickiness * self.grid) * self.finest
        worth = np.maximum(worth, 1)  # a pair of fit 0 is still one that somebody would rather have than nobody
        self.transport.add(mentee, slot, worth + self._beside_fit(mentee, slot))

    def _beside_fit(self, mentee: IntArray, slot: IntArray) -> IntArray:
        """What a pair is worth for serving somebody and keeping minimums."""
        asked: IntArray = self.must[mentee] + (slot >= len(self.rows))
        return self.serving * (self.one_more + self.one_asked * asked)

    def _offset(self) -> FloatArray:
        """What each mentor leaves beside the score, at the place that leaves most."""
        m = len(self.rows)
        leaves = (self.serving * self.one_more - self.transport.price[:m]) / self.unit
        asked = (self.serving * (self.one_more + self.one_asked) - self.transport.price[m:]) / self.unit
        leaves[self.asking] = np.maximum(leaves[self.asking], asked)
        return self.closed + leaves

    def _least(self) -> FloatArray:
        """What a score and the mentor's offset must exceed for somebody to gain."""
        return (self.transport.own - self.serving * self.one_asked * self.must) / self.unit + self.proved

    # -- the rounds --------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Find the best pairs and prove them.

        Where serving somebody comes first, fit alone finds the candidates and their prices, which then hardly change.
        """
        n = len(self.columns)
        self.serving = 0
        #: Who was looked at and has got no candidate since; who is looked at by the scores themselves.
        self.in_vain, self.closely = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        if self.known is not None:
            self._go_on(self.known)
        else:
            self._begin()
        if len(self.seeking) == 0 or len(self.rows) == 0:
            return
        self._stay()
        self._take(*self.reserve.nearest(self.offset, NEAREST), whatever=True)
        for number in range(ROUNDS):
            self.progress("pairs", number, number + 1)
            self._solve()
            again = self._who_might_gain()
            if (self.one_more or self.one_asked) and not self.serving and len(again) <= n // 8:
                self._serve_first()
            elif len(again):
                self._look_again(again)
            else:
                return
        raise RuntimeError("the rounds don't end")

    def _begin(self) -> None:
        self._price(likely_prices(self))
        self.offsets, self.seen_at = [self.offset], np.zeros(len(self.columns), dtype=np.int64)
        self.reserve = Reserve(len(self.columns), max(1, min(self.keep, len(self.rows))))
        if len(self.seeking) and len(self.rows):
            tick = lambda done, total: self.progress("scores", done, total)  # noqa: E731
            self.reserve.put(
                self.seeking,
                self.tiles.best(self.keep, self.seeking, self.offset, tick, banned=self.banned, floor=self.floor),
            )

    def _go_on(self, known: Known) -> None:
        """From what is known of these people: nobody's nearest is looked for again without need."""
        self._price(known.price)
        self.offsets, self.seen_at = list(known.offsets), known.seen_at.copy()
        self.reserve = known.reserve.copy()
        self.reserve.take(self.banned[:, 1], self.banned[:, 0])
        self.reserve.state[np.setdiff1d(np.arange(len(self.columns)), self.seeking)] = TAKEN
        # Whoever was kept from somebody then, and no longer is, was never looked at beside them.
        freed = known.banned[~pairs_among(known.banned, self.banned)]
        self.reserve.bound[freed[:, 1]] = np.inf

    def _price(self, price: FloatArray) -> None:
        """Places cost this to begin with."""
        of_slot = np.rint(price * self.unit).astype(np.int64)[self.mentor_of_slot]
        self.transport = Transport(len(self.columns), self.places, of_slot)
        self.offset = self.closed - price

    def _solve(self) -> None:
        """The best pairs of those that are held, and prices that nobody held would gain by."""
        while True:
            self.transport.solve()
            self.transport.settle()
            self.offset = self._offset()
            while True:
                row, column = self.reserve.gaining(self.offset, self._least(), MORE)
                if len(row) == 0:
                    return
                if self._take(row, column):
                    break

    def _take(self, row: IntArray, column: IntArray, *, whatever: bool = False) -> bool:
        """Make candidates of those in these places of the reserve who would gain by their exact scores, or of all; whether any was."""
        held = self.reserve
        mentor = held.who[row, column].astype(np.int64)
        guessed = held.state[row, column] != EXACT
        score, part = held.score[row, column], held.part[row, column]
        score[guessed], part[guessed] = self.tiles.exact(row[guessed], mentor[guessed], score[guessed], part[guessed])
        held.score[row, column], held.part[row, column], held.state[row, column] = score, part, EXACT
        gains = (whatever | (score + self.offset[mentor] > self._least()[row])) & (score >= self.floor)
        held.state[row[score < self.floor], column[score < self.floor]] = TAKEN
        row, column, mentor, score = row[gains], column[gains], mentor[gains], score[gains]
        held.state[row, column] = TAKEN
        self.in_vain[row] = False
        self._candidates(row, mentor, score)
        return len(row) > 0

    def _serve_first(self) -> None:
        """From now on minimums and serving one more count before all fit: pairs are worth so much more, which their mentees have."""
        t, self.serving = self.transport, 1
        more = self._beside_fit(t.mentees(), t.mentor.astype(np.int64))
        t.worth += more
        has = t.arc_of >= 0
        t.own[has] += more[t.arc_of[has]]

    def _stay(self) -> None:
        """Last time's pairs that are still possible are candidates, whether or not they were kept."""
        if len(self.previous) == 0:
            return
        possible = (self.previous_scores >= self.floor) & ~pairs_among(self.previous, self.banned)
        mentor, mentee = self.previous[possible].T
        self._candidates(mentee, mentor, self.previous_scores[possible])
        self.reserve.take(mentee, mentor)

    def _who_might_gain(self) -> IntArray:
        """Mentees who could have a pair that is no candidate and leaves them more than they have.

        Of each mentee no pair that was not kept left more than ``bound`` at the prices then; so it leaves no more than that and
        the most by which a price has fallen since.
        """
        now = self.closed == 0
        risen = np.array([float((self.offset[now] - before[now]).max(initial=-np.inf)) for before in self.offsets])
        most = self.reserve.bound + risen[self.seen_at]
        again: IntArray = self.seeking[(most > self._least())[self.seeking]]
        return again

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
            found = self.tiles.best(
                self.keep, some, self.offset, tick, banned=self.banned, floor=self.floor, closely=closely
            )
            self.reserve.put(some, found)
            self.seen_at[some] = len(self.offsets) - 1
            mentee, slot = self.transport.pairs_of(some)
            self.reserve.take(mentee, self.mentor_of_slot[slot])
        self.in_vain[again] = True

    # -- what came out -----------------------------------------------------------------------------------------------------

    def found(self) -> Found:
        """The pairs with their proof, in the problem's indices."""
        t = self.transport
        mentee, slot = t.matched()
        pairs = np.column_stack([self._given_out(self.mentor_of_slot[slot], mentee), self.columns[mentee]])
        # What the prices bound, less what serving somebody and staying with last time count beside fit.
        worth = int(t.own.sum() + (t.price * self.places).sum())
        assert worth == int(t.worth[t.arc_of[mentee]].sum())
        prices, paid = np.zeros(self.problem.shape[0]), t.price[: len(self.rows)]
        coarse = self.one_more or self.one_asked
        rest = paid - np.rint(paid / coarse).astype(np.int64) * coarse if coarse else paid
        price = np.where((paid > 0) & (self.closed == 0), rest / self.unit, 0.0)
        prices[:] = np.where(self.taking, price[self.of_mentor], 0.0)
        known = Known(
            self.of_mentor, self.rows, self.columns, self.tiles, self.reserve, self.offsets, self.seen_at, self.banned,
            np.maximum(price, 0.0), scores_of(self.problem), self.seed,
        )  # fmt: skip
        return Found(np.concatenate([pairs, self.fixed]), prices, known)

    def _given_out(self, position: IntArray, mentee: IntArray) -> IntArray:
        """Of mentors who are one to everybody, whom each mentee gets: last time's if they can; nobody gets a second before all have one."""
        left, found = self.of_one.copy(), np.full(len(mentee), -1)
        before = np.full(len(self.columns), -1)
        before[self.previous[:, 1]] = self.previous_mentors
        stays = (before[mentee] >= 0) & (self.of_mentor[before[mentee]] == position)
        found[stays] = before[mentee[stays]]
        np.subtract.at(left, found[stays], 1)
        others = np.flatnonzero(~stays)
        others = others[np.lexsort((mentee[others], position[others]))]
        rank = np.arange(len(others)) - np.searchsorted(position[others], position[others])
        seats = np.repeat(self.order, left[self.order])
        number = np.arange(len(seats)) - np.repeat(np.cumsum(left[self.order]) - left[self.order], left[self.order])
        seats = seats[np.lexsort((number, self.of_mentor[seats]))]
        begins = np.searchsorted(self.of_mentor[seats], np.arange(len(self.rows)))
        found[others] = seats[begins[position[others]] + rank]
        return found

    def is_first_things_first(self) -> bool:
        """Whether no other pairs could serve more, or keep more minimums, whatever they fit."""
        mentee, slot = self.transport.matched()
        kept = np.count_nonzero(slot >= len(self.rows)) + self.must[mentee].sum()
        possible = np.count_nonzero((self.reserve.who[self.seeking] >= 0).any(axis=1))  # others may meet nobody
        served = not self.one_more or len(mentee) == min(possible, self.capacity.sum())
        return bool(served and kept == self.places[len(self.rows) :].sum() + self.must.sum())

    @property
    def slack(self) -> float:
        """What total fit may miss for being rounded, where that is more than the rounding of its sum."""
        return len(self.seeking) * self.proved if self.proved > 10 * PROVED else 0.0


def solve(
    problem: Problem, options: Options, progress: Progress, known: Known | None = None
) -> tuple[IntArray, dict[str, float], FloatArray, Known]:
    """Pairs (k, 2) in the problem's indices, sorted; the bound of each level; each mentor's price; what the next solving may know.

    Where two people would be each other's mentor, the direction that fits less is closed and the rest solved again: the
    bound, which both directions could reach, stays.
    """
    bounds: dict[str, float] = {}
    while True:
        search, found = _searched(problem, options, progress, known)
        floor = 0.0
        if options.aim == "worst_off" and len(found.pairs):
            floor = least.highest(search, found.pairs)
            search, found = _searched(problem, options, progress, found.known, floor)
        known = found.known
        pairs = found.pairs[np.lexsort((found.pairs[:, 1], found.pairs[:, 0]))]
        scores = problem.scores_of(pairs)
        if not bounds:
            bounds = {
                "served": float(len(pairs)),
                "filled": float(len(pairs)),
                "least": max(floor, float(scores.min(initial=np.inf if len(scores) else 0.0))),
                "total": math.fsum(scores) + search.slack,
            }
        both = both_ways(problem, pairs)
        if len(both) == 0:
            return pairs, bounds, found.prices, known
        closed = [k if scores[k] <= scores[other] else other for k, other in both.tolist()]
        problem = problem.changed(forbidden=np.unique(np.concatenate([problem.forbidden, pairs[closed]]), axis=0))


def _searched(
    problem: Problem, options: Options, progress: Progress, known: Known | None, floor: float = 0.0
) -> tuple[Search, Found]:
    """The best pairs, and where they were found; where fit could have outbid serving one more, so that it can't."""
    search = Search(problem, options, progress, known, floor=floor)
    search.run()
    found = search.found()
    if not search.is_first_things_first():
        search = Search(problem, options, progress, found.known, steep=True, floor=floor)
        search.run()
        found = search.found()
    return search, found


def warm() -> None:
    """Load the compiled loops, which takes a second, and room that no later step may count on; the first time, compile them."""
    people = {"id": ["a", "b", "c"], "goals": ["x", "y", "x"], "never": ["", "", "a"], "availability": ["Mon 9-10"] * 3}
    problem = Problem(people, people, Spec())
    scored = problem.scored
    assert scored is not None
    search = Search(problem, Options("coverage", np.array([[0, 1]]), 0.0, 0, 2000), lambda stage, done, total: None)
    search.run()
    search.transport.add(np.array([0]), np.array([0]), np.array([2 * int(search.unit)]))
    assert isinstance(search.tiles, Held)
    everybody = np.arange(3)
    Tiles(scored, everybody, everybody).best(2, everybody)
