"""The best pairs of a pool without roles: how many by augmenting paths, which ones by a linear program with odd-set cuts.

The program starts with few pairs. Its prices bound the whole pool: a pair outside that would gain by them comes in, until none
would. A set of an odd number of people can hold only half of them less one as pairs; where the program's fractions break that, the
cut is added. What fractions are left a search by branching settles, among the pairs that could still be part of something better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

from ..candidates import scatter
from ..problem import BoolArray, FloatArray, IntArray, Progress
from .blossom import NOBODY, most_pairs

NEAR = 12
"""Pairs to start with: of each person the best so many."""
ADDED = 12
MOST_ROUNDS = 30
SEARCHED_UP_TO = 1_500
"""People: up to so many a search ends what cuts leave open; beyond, the bound is reported beside what was found."""
MOST_PAIRS = 1_500
NODES = 500
SCALE = 1_000.0
"""Scores are multiplied by this in the programs: HiGHS stops 1e-7 below the best."""
WHOLE = 1e-6
CUT_UNITS = 1_000_000.0
CUT_SURE = 1e-4
"""A cut must be so far below 1 to be worth a row."""
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Prices:
    """What a linear program says: the pairs' shares, and what holds them: people, odd sets, the number of pairs."""

    shares: FloatArray
    people: FloatArray
    sets: FloatArray
    count: float


def pairs_of(partner: IntArray) -> IntArray:
    """(k, 2) the pairs of a list of partners, each once, lower index first."""
    first = np.flatnonzero(partner > np.arange(len(partner)))
    return np.column_stack([first, partner[first]]).astype(np.int64)


def partners(pairs: IntArray, count: int) -> IntArray:
    """(n,) each person's partner, -1 for nobody."""
    partner = np.full(count, NOBODY, dtype=np.int64)
    partner[pairs[:, 0]], partner[pairs[:, 1]] = pairs[:, 1], pairs[:, 0]
    return partner


def solve(scores: FloatArray, aim: str, progress: Progress) -> tuple[IntArray, dict[str, float]]:
    """Pairs (k, 2) of positions, and a bound for each level of the aim: 'filled', 'least', 'total'.

    scores   (n, n) symmetric, NaN where two may not meet and on the diagonal.
    """
    count = len(scores)
    bounds: dict[str, float] = {}
    partner = np.full(count, NOBODY, dtype=np.int64)
    at_least = 0
    if aim != "total":
        progress("served", 0, 1)
        partner = most_pairs(~np.isnan(scores), _greedy(scores))
        at_least = int((partner >= 0).sum()) // 2
        bounds["filled"] = float(at_least)
    if aim == "worst_off" and at_least:
        least, partner = _raise_least(scores, partner, at_least, progress)
        bounds["least"] = least
        scores = np.where(scores >= least, scores, np.nan)
    elif aim == "worst_off":
        bounds["least"] = 0.0
    if aim == "total":
        partner = _greedy(scores)
    search = Search(scores, pairs_of(partner), at_least, progress)
    bounds["total"] = search.run()
    return search.best, bounds


def _greedy(scores: FloatArray) -> IntArray:
    """Partners by taking the best pair that is left, among the best of each: a start, no more."""
    near = _nearest(scores, NEAR)
    order = np.lexsort((near[:, 1], near[:, 0], -scores[near[:, 0], near[:, 1]]))
    partner = np.full(len(scores), NOBODY, dtype=np.int64)
    for i, j in near[order].tolist():
        if partner[i] == NOBODY and partner[j] == NOBODY:
            partner[i], partner[j] = j, i
    return partner


def _nearest(scores: FloatArray, keep: int) -> IntArray:
    """(k, 2) of each person the ``keep`` best pairs, lower index first, each once; among equals evenly spread."""
    count = len(scores)
    keep = min(keep, count)
    found = []
    numbers = np.arange(count)
    for start in range(0, count, 256):
        rows = np.arange(start, min(start + 256, count))
        low, high = np.minimum(rows[:, None], numbers), np.maximum(rows[:, None], numbers)
        block = np.nan_to_num(scores[rows], nan=-1.0) + 1e-9 * scatter(low, high)
        best = np.argpartition(block, count - keep, axis=1)[:, count - keep :]
        good = ~np.isnan(np.take_along_axis(scores[rows], best, axis=1))
        found.append(np.column_stack([np.repeat(rows, good.sum(axis=1)), best[good]]))
    return _unique(np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64), count)


def _unique(pairs: IntArray, count: int) -> IntArray:
    low, high = pairs.min(axis=1, initial=count), pairs.max(axis=1, initial=-1)
    keys = np.unique(low * count + high)
    return np.column_stack([keys // max(1, count), keys % max(1, count)]).astype(np.int64)


def _raise_least(scores: FloatArray, partner: IntArray, at_least: int, progress: Progress) -> tuple[float, IntArray]:
    """The greatest least score at which as many pairs can still be made, and such pairs."""

    def lowest(partner: IntArray) -> float:
        pairs = pairs_of(partner)
        return float(scores[pairs[:, 0], pairs[:, 1]].min())

    reached = lowest(partner)
    # Nobody's pair can be better than their best one; but somebody may go without, so the bound is a step by itself.
    steps = np.unique(scores[scores > reached])
    low, high = 0, len(steps)
    while low < high:
        progress("least", low, high)
        middle = (low + high) // 2
        trial = most_pairs(scores >= steps[middle], partner)
        if int((trial >= 0).sum()) // 2 >= at_least:
            partner, reached = trial, lowest(trial)
            low = int(np.searchsorted(steps, reached, side="right"))
        else:
            high = middle
    return reached, partner


class Search:
    """The greatest total among at least so many pairs; ``best`` is what was found so far."""

    def __init__(self, scores: FloatArray, pairs: IntArray, at_least: int, progress: Progress) -> None:
        self.scores = scores
        self.count = len(scores)
        self.best = pairs
        self.at_least = at_least
        self.progress = progress
        self.pairs = _unique(np.concatenate([_nearest(scores, NEAR), pairs]), self.count)
        self.sets: list[IntArray] = []

    def value(self, pairs: IntArray) -> float:
        """Total fit of some pairs."""
        return float(self.scores[pairs[:, 0], pairs[:, 1]].sum())

    def run(self) -> float:
        """Find the best; returns the bound proved for total fit."""
        if np.isnan(self.scores).all():
            return 0.0
        bound = np.inf
        prices: Prices | None = None
        for round_number in range(MOST_ROUNDS):
            self.progress("total", round_number, round_number + 1)
            prices = self._relaxed()
            gain = self._gains(prices)
            bound = min(bound, self._bound(prices, gain))
            missing = self._missing(gain)
            if len(missing):
                self.pairs = _unique(np.concatenate([self.pairs, missing]), self.count)
                continue
            self._take(self.pairs[prices.shares > 0.5])
            if self._is_proved(bound):
                return max(bound, self.value(self.best))
            fresh = self._fresh(odd_sets(self.count, self.pairs, prices.shares))
            if not fresh:
                break
            self.sets += fresh
        if prices is not None:
            self._settle(prices)
            if not self._is_proved(bound) and self.count <= SEARCHED_UP_TO:
                bound = min(bound, self._branch(bound, prices))
        return max(bound, self.value(self.best))

    def _fresh(self, sets: list[IntArray]) -> list[IntArray]:
        known = {each.tobytes() for each in self.sets}
        return [each for each in sets if each.tobytes() not in known]

    def _is_proved(self, bound: float) -> bool:
        value = self.value(self.best)
        return bound - value <= ROUNDING * max(1.0, value)

    # The linear program over the pairs at hand

    def _rows(self, pairs: IntArray) -> tuple[csr_matrix, FloatArray]:
        columns = np.arange(len(pairs))
        rows, cols, factors = [pairs[:, 0], pairs[:, 1]], [columns, columns], [np.ones(len(pairs))] * 2
        limits = [np.ones(self.count)]
        for k, members in enumerate(self.sets):
            inside = np.flatnonzero(self._is_inside(pairs, members))
            rows.append(np.full(len(inside), self.count + k))
            cols.append(inside)
            factors.append(np.ones(len(inside)))
        limits.append(np.array([len(each) // 2 for each in self.sets], dtype=np.float64))
        last = self.count + len(self.sets)
        rows.append(np.full(len(pairs), last))
        cols.append(columns)
        factors.append(-np.ones(len(pairs)))
        limits.append(np.array([-float(self.at_least)]))
        matrix = csr_matrix(
            (np.concatenate(factors), (np.concatenate(rows), np.concatenate(cols))), shape=(last + 1, len(pairs))
        )
        return matrix, np.concatenate(limits)

    def _is_inside(self, pairs: IntArray, members: IntArray) -> BoolArray:
        inside = np.zeros(self.count, dtype=np.bool_)
        inside[members] = True
        return np.asarray(inside[pairs[:, 0]] & inside[pairs[:, 1]], dtype=np.bool_)

    def _relaxed(self) -> Prices:
        matrix, limits = self._rows(self.pairs)
        worth = self.scores[self.pairs[:, 0], self.pairs[:, 1]]
        answer = linprog(-worth * SCALE, A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs")
        if answer.status != 0:
            raise RuntimeError(f"the linear program stopped: {answer.message}")
        price = np.maximum(0.0, -np.asarray(answer.ineqlin.marginals)) / SCALE
        # That no pair is made twice follows from people's rows; what its limit of 1 costs goes to the people.
        upper = np.maximum(0.0, -np.asarray(answer.upper.marginals)) / SCALE
        people = price[: self.count].copy()
        np.add.at(people, self.pairs[:, 0], upper)
        return Prices(np.asarray(answer.x), people, price[self.count : -1], float(price[-1]))

    def _gains(self, prices: Prices) -> FloatArray:
        """(n, n) what each pair would gain over its prices; NaN where two may not meet."""
        gain = self.scores + (prices.count - prices.people[:, None])
        gain -= prices.people[None, :]
        for members, price in zip(self.sets, prices.sets):
            if price > 0:
                gain[np.ix_(members, members)] -= price
        return np.asarray(gain, dtype=np.float64)

    def _bound(self, prices: Prices, gain: FloatArray) -> float:
        """No matching is better: put together from prices alone, raised where a pair anywhere still gains by them."""
        short = np.nan_to_num(gain, nan=0.0).max(axis=1, initial=0.0)
        held = float(prices.people.sum() + short.sum() / 2)
        held += sum(float(price) * (len(each) // 2) for price, each in zip(prices.sets, self.sets))
        return held - prices.count * self.at_least

    def _missing(self, gain: FloatArray) -> IntArray:
        """Pairs outside the program that would gain by its prices, of each person the best few."""
        outside = gain.copy()
        outside[self.pairs[:, 0], self.pairs[:, 1]] = np.nan
        outside[self.pairs[:, 1], self.pairs[:, 0]] = np.nan
        row, column = np.nonzero(outside > 1e-10)
        order = np.lexsort((column, -outside[row, column], row))
        row, column = row[order], column[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        return np.column_stack([row, column])[rank < ADDED].astype(np.int64)

    # Whole pairs from fractions

    def _take(self, pairs: IntArray) -> None:
        """Keep pairs that are whole, enough, and better than those so far."""
        once = np.bincount(pairs.reshape(-1), minlength=1).max(initial=0) <= 1
        if once and len(pairs) >= self.at_least and self.value(pairs) > self.value(self.best):
            self.best = pairs

    def _settle(self, prices: Prices) -> None:
        """What the program made whole stays; those left over are settled among themselves."""
        whole = self.pairs[prices.shares > 1 - WHOLE]
        left = np.setdiff1d(np.arange(self.count), whole)
        if len(left) > 1:
            more = _few(self.scores[np.ix_(left, left)], max(0, self.at_least - len(whole)))
            if more is not None:
                self._take(np.concatenate([whole, left[more]]))

    def _branch(self, bound: float, prices: Prices) -> float:
        """Search among all pairs that could be part of something better than ``best``; returns the bound then proved."""
        distance = bound - self.value(self.best)
        gain = self._gains(prices)
        row, column = np.nonzero(np.triu(np.nan_to_num(gain, nan=-np.inf) >= -distance - 1e-9, 1))
        pairs = _unique(np.concatenate([np.column_stack([row, column]), self.best]), self.count)
        if len(pairs) > MOST_PAIRS:
            return bound
        matrix, limits = self._rows(pairs)
        chosen, reached = _whole(self.scores[pairs[:, 0], pairs[:, 1]], matrix, limits)
        if chosen is not None and self.value(pairs[chosen]) > self.value(self.best):
            self.best = pairs[chosen]
        return max(reached, self.value(self.best))


def odd_sets(count: int, pairs: IntArray, shares: FloatArray) -> list[IntArray]:
    """Sets of an odd number of people who hold more than half of them less one; none only if there is none.

    Such a set is a cut below 1 between it and the others, where what somebody has left of themself leads to one more
    node. All least cuts are in a tree of flows (Gusfield 1990), the least odd one among them (Padberg and Rao 1982).
    """
    open_pairs = np.flatnonzero((shares > WHOLE) & (shares < 1 - WHOLE))
    people = np.unique(pairs[open_pairs])
    if len(people) < 3:
        return []
    at = np.full(count, -1, dtype=np.int64)
    at[people] = np.arange(len(people))
    first, second = at[pairs[open_pairs, 0]], at[pairs[open_pairs, 1]]
    amount = shares[open_pairs]
    own = np.maximum(0.0, 1.0 - np.bincount(np.concatenate([first, second]), np.tile(amount, 2), len(people)))
    _, label = connected_components(
        csr_matrix((amount, (first, second)), shape=(len(people), len(people))), directed=False
    )
    found = []
    for each in range(label.max() + 1):
        members = np.flatnonzero(label == each)
        if len(members) < 3:
            continue
        inside = label[first] == each
        place = np.full(len(people), -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        sides = _least_cuts(place[first[inside]], place[second[inside]], amount[inside], own[members])
        found += [people[members[side]] for side in sides]
    return list({each.tobytes(): each for each in found}.values())


def _least_cuts(first: IntArray, second: IntArray, amount: FloatArray, own: FloatArray) -> list[IntArray]:
    """Odd sides of cuts below 1 in one connected part."""
    last = len(own)  # the node that takes what people have left
    tail = np.concatenate([first, second, np.arange(last), np.full(last, last)])
    head = np.concatenate([second, first, np.full(last, last), np.arange(last)])
    units = np.rint(np.concatenate([amount, amount, own, own]) * CUT_UNITS).astype(np.int32)
    graph = csr_matrix((units, (tail, head)), shape=(last + 1, last + 1))
    graph.sum_duplicates()
    # The least cut around everybody: what all have left. It is odd if they are.
    sides: list[IntArray] = [np.arange(last)] if last % 2 and own.sum() < 1 - CUT_SURE else []
    parent = np.zeros(last + 1, dtype=np.int64)
    value = np.zeros(last + 1)
    for node in range(1, last + 1):
        target = int(parent[node])
        flow = maximum_flow(graph, node, target)
        rest = graph - flow.flow
        rest.data[rest.data < 0] = 0
        rest.eliminate_zeros()
        reached = breadth_first_order(rest, node, return_predecessors=False)
        here = np.zeros(last + 1, dtype=np.bool_)
        here[reached] = True
        value[node] = flow.flow_value / CUT_UNITS
        mine = here & (parent == target)
        mine[node] = False
        parent[mine] = node
        if here[parent[target]]:
            parent[node], parent[target] = parent[target], node
            value[node], value[target] = value[target], value[node]
    below = _below(parent)
    for node in range(1, last + 1):
        side = below[node]
        if value[node] < 1 - CUT_SURE:
            side = ~side if side[last] else side
            if int(side.sum()) % 2 and side.sum() >= 3:
                sides.append(np.flatnonzero(side))
    return sides


def _below(parent: IntArray) -> BoolArray:
    """(n, n) who hangs below each node of a tree with root 0, the node itself too."""
    count = len(parent)
    below = np.eye(count, dtype=np.bool_)
    for node in range(1, count):
        above = int(parent[node])
        while above != 0:
            below[above, node] = True
            above = int(parent[above])
    return below


def _few(scores: FloatArray, at_least: int) -> IntArray | None:
    """The best pairs among a few people, at least so many; None if that can't be (or wasn't found)."""
    row, column = np.nonzero(np.triu(~np.isnan(scores), 1))
    if len(row) == 0:
        return np.empty((0, 2), dtype=np.int64) if at_least == 0 else None
    if len(row) > 4_000:  # only those that matter
        near = _nearest(scores, NEAR)
        row, column = near[:, 0], near[:, 1]
    columns = np.arange(len(row))
    matrix = csr_matrix(
        (
            np.concatenate([np.ones(2 * len(row)), -np.ones(len(row))]),
            (np.concatenate([row, column, np.full(len(row), len(scores))]), np.tile(columns, 3)),
        ),
        shape=(len(scores) + 1, len(row)),
    )
    limits = np.append(np.ones(len(scores)), -float(at_least))
    chosen, _ = _whole(scores[row, column], matrix, limits)
    return None if chosen is None else np.column_stack([row, column])[chosen].astype(np.int64)


def _whole(worth: FloatArray, matrix: csr_matrix, limits: FloatArray) -> tuple[BoolArray | None, float]:
    answer = milp(
        -worth * SCALE,
        integrality=np.ones(len(worth)),
        bounds=Bounds(np.zeros(len(worth)), np.ones(len(worth))),
        constraints=LinearConstraint(matrix, -np.inf, limits),
        options={"node_limit": NODES, "mip_rel_gap": 0.0},
    )
    bound = getattr(answer, "mip_dual_bound", None)
    reached = -float(bound) / SCALE if bound is not None and np.isfinite(bound) else np.inf
    if answer.x is None:
        return None, -np.inf if answer.status == 2 else reached
    return np.asarray(answer.x > 0.5), reached


def level_values(scores: FloatArray, pairs: IntArray) -> dict[str, float]:
    """What pairs reach."""
    found = scores[pairs[:, 0], pairs[:, 1]]
    return {
        "served": 2.0 * len(pairs),
        "filled": float(len(pairs)),
        "least": float(found.min()) if len(pairs) else 0.0,
        "total": float(found.sum()),
    }


def names_of(aim: str) -> Sequence[str]:
    """The levels of an aim for a pool without roles."""
    return {
        "total": ("total",),
        "coverage": ("served", "filled", "total"),
        "worst_off": ("served", "filled", "least", "total"),
    }[aim]
