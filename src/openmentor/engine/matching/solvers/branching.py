"""What no network holds: two people paired both ways, people who may have one role only, and quotas that overlap.

The levels are taken in order, each as a linear program over candidate pairs whose prices are checked against all
pairs, so that its value bounds the whole. Where the pairs at hand reach that bound the level is proved; else every
pair that could still be part of something better (its reduced cost lies within the distance to the bound) goes to a
search by branching.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from ..candidates import unique_pairs
from ..problem import BoolArray, FloatArray, IntArray
from .core import EMPTY_PAIRS, Core
from .levels import Levels, tree_of

FIRST_NODES = 200
NODES = 5_000
ROLE_WORK = 100_000
"""Columns times nodes, where people are to have one role: nearly all is proved in a few nodes, the rest not in very many."""
MOST_PAIRS, MOST_PAIRS_IN_ROLES = 60_000, 10_000
MOST_ROUNDS = 60
FEW_ROUNDS = 6
NEAR = 16
INTEGER_LEVELS = {"forced", "kept", "served", "filled", "staying"}
ROUNDING = 1e-9
PRICING = 1e-11
SCALE = 1_000.0
"""Scores are multiplied by this in the search: HiGHS stops 1e-6 below the best."""


@dataclass(frozen=True, eq=False)
class Row:
    """A level that has been decided: sum of ``level`` over the pairs is at least ``value``."""

    level: str
    value: float


def solve_without_collisions(
    core: Core, names: Sequence[str], pairs: IntArray | None, near: IntArray, rounds: int = MOST_ROUNDS
) -> IntArray:
    """Pairs that break no rule, by taking away the worse of what collides and solving again, until nothing does.

    ``pairs`` is the network's answer if it is known already, ``near`` the pairs to start from. What is taken away
    stays away, so this ends; where the quotas overlap, only those that nest are asked for in full.
    """
    scores = core.scores.copy()
    tree = tree_of(core)[0]
    for _ in range(rounds):
        if pairs is None:
            levels = Levels(core.without(scores), tree, near)
            levels.run(names)
            near = levels.pairs
            pairs = levels.matched()
        away = collisions(core, pairs)
        if len(away) == 0:
            return pairs
        scores[away[:, 0], away[:, 1]] = np.nan
        left = pairs[~np.isnan(scores[pairs[:, 0], pairs[:, 1]])]
        pairs = None
    return left


def collisions(core: Core, pairs: IntArray) -> IntArray:
    """Pairs to take away so that nobody is paired both ways or in a role too many, and no quota is exceeded: the worst, forced ones
    last. Of a role all are taken away, made or not: else others would come in their place."""
    forced = {(int(i), int(j)) for i, j in core.forced}

    def worth(pair: IntArray) -> tuple[bool, float, int, int]:
        i, j = int(pair[0]), int(pair[1])
        return ((i, j) in forced, float(core.scores[i, j]), i, j)

    away = [min((pairs[a], pairs[b]), key=worth) for a, b in core.both_ways(pairs)]
    for i in core.in_both_roles(pairs):
        roles = (0, i), (1, core.mentee_self[i])
        side, who = min(
            roles,
            key=lambda role: sorted((worth(each)[:2] for each in pairs[pairs[:, role[0]] == role[1]]), reverse=True),
        )
        others = np.flatnonzero(~np.isnan(core.scores[who] if side == 0 else core.scores[:, who]))
        away.extend(np.array((who, other) if side == 0 else (other, who)) for other in others)
    for members, most in zip(core.members, core.at_most):
        if most < 0:
            continue
        inside = pairs[members[pairs[:, 0]]]
        for j in np.flatnonzero(np.bincount(inside[:, 1], minlength=core.shape[1]) > most):
            mine = sorted(inside[inside[:, 1] == j], key=worth)
            away.extend(mine[: len(mine) - int(most)])
    return np.array(away, dtype=np.int64).reshape(-1, 2)


class Search:
    """The levels of one core by linear programs and branching, from pairs that break no rule."""

    def __init__(self, core: Core, pairs: IntArray, nearest: IntArray, near: IntArray) -> None:
        self.core = core
        self.best = pairs
        self.near = near
        self.rows: list[Row] = []
        self.conflicts: set[tuple[int, int]] = set()
        self.threshold = -1.0
        self.pairs = unique_pairs(np.concatenate([core.forced, core.previous, pairs, nearest]), core.shape[1])
        self.quotas = [k for k in range(len(core.members)) if core.at_least[k] > 0 or core.at_most[k] >= 0]
        # Mentors who belong to the same quotas cost a mentee the same.
        belongs = np.concatenate([np.zeros((1, core.shape[0]), dtype=np.bool_), core.members[self.quotas]])
        groups, group_of = np.unique(belongs, axis=1, return_inverse=True)
        self.groups: BoolArray = groups[1:]
        self.group_of: IntArray = np.asarray(group_of).reshape(-1)
        self.prices: tuple[FloatArray, FloatArray] = (np.empty(0), np.empty((0, 0)))
        self.priced = ""
        self.twins = np.flatnonzero(core.mentee_self >= 0)
        self.most_pairs = MOST_PAIRS_IN_ROLES if core.one_role and len(self.twins) else MOST_PAIRS
        self.forced = self._keys(core.forced)
        self.previous = self._keys(core.previous)

    def _keys(self, pairs: IntArray) -> IntArray:
        return np.asarray(pairs[:, 0] * self.core.shape[1] + pairs[:, 1], dtype=np.int64)

    # Levels as sums over pairs, plus helper columns for what counts only up to a limit

    def _weight(self, level: str, pairs: IntArray) -> FloatArray:
        scores = self.core.scores[pairs[:, 0], pairs[:, 1]]
        if level == "forced":
            return np.isin(self._keys(pairs), self.forced).astype(np.float64)
        if level == "staying":
            return np.isin(self._keys(pairs), self.previous).astype(np.float64)
        if level == "filled":
            return np.ones(len(pairs))
        if level == "total":
            bonus = self.core.stickiness * np.isin(self._keys(pairs), self.previous) if self.core.stickiness else 0.0
            return np.asarray(scores + bonus, dtype=np.float64)
        return np.zeros(len(pairs))

    def value(self, level: str, pairs: IntArray) -> float:
        """What ``pairs`` reach at ``level``."""
        core = self.core
        if level == "served":
            return float(len(np.unique(pairs[:, 1])))
        if level == "least":
            return float(core.scores[pairs[:, 0], pairs[:, 1]].min()) if len(pairs) else 0.0
        if level == "parity":
            return core.least_rate(pairs)
        if level.startswith("group "):
            return float(core.served_of_groups(pairs)[int(level[6:])])
        if level == "kept":
            mentor = np.bincount(pairs[:, 0], minlength=core.shape[0])
            mentee = np.bincount(pairs[:, 1], minlength=core.shape[1])
            kept = np.minimum(mentor, core.mentor_minimum).sum() + np.minimum(mentee, core.mentee_minimum).sum()
            for k in self.quotas:
                count = np.bincount(pairs[core.members[k][pairs[:, 0]], 1], minlength=core.shape[1])
                kept += np.minimum(count, core.at_least[k]).sum()
            return float(kept)
        return float(self._weight(level, pairs).sum())

    def _program(self, level: str, rows: Sequence[Row], pairs: IntArray, conflicts: list[tuple[int, int]]) -> Program:
        """Rows and columns of the level over ``pairs``: first a column a pair, then what counts up to a limit."""
        core, n = self.core, self.core.shape[1]
        program = Program(len(pairs))
        columns = np.arange(len(pairs))
        program.upper("mentor", pairs[:, 0], columns, np.ones(len(pairs)), core.capacity.astype(np.float64))
        program.upper("mentee", pairs[:, 1], columns, np.ones(len(pairs)), core.demand.astype(np.float64))
        for k in self.quotas:
            inside = np.flatnonzero(core.members[k][pairs[:, 0]])
            if core.at_most[k] >= 0:
                most = np.full(n, float(core.at_most[k]))
                program.upper(f"most {k}", pairs[inside, 1], inside, np.ones(len(inside)), most)
        if core.one_role and len(self.twins):
            self._one_role(program, pairs)
        asked = {level, *("served" if row.level.startswith("group ") else row.level for row in rows)}
        if "kept" in asked:
            program.counted("kept", "mentor least", pairs[:, 0], columns, core.mentor_minimum)
            program.counted("kept", "mentee least", pairs[:, 1], columns, core.mentee_minimum)
            for k in self.quotas:
                inside = np.flatnonzero(core.members[k][pairs[:, 0]])
                program.counted("kept", f"least {k}", pairs[inside, 1], inside, np.full(n, core.at_least[k]))
        if "served" in asked:
            program.counted("served", "served", pairs[:, 1], columns, np.ones(n, dtype=np.int64))
        if conflicts:
            ends = np.array(conflicts, dtype=np.int64)
            both = np.repeat(np.arange(len(ends)), 2)
            program.upper("conflict", both, ends.reshape(-1), np.ones(len(both)), np.ones(len(ends)))
        for row in rows:
            if row.level.startswith("group ") and core.group is not None:
                places = program.counts["served"][0][core.group == int(row.level[6:])]
                worth = np.ones(len(places))
            else:
                places, worth = program.level_columns(row.level, self._weight(row.level, pairs))
            program.upper(
                f"level {row.level}", np.zeros(len(places), dtype=np.int64), places, -worth, np.array([-row.value])
            )
        places, worth = program.level_columns(level, self._weight(level, pairs))
        program.objective = (places, worth)
        return program

    def _one_role(self, program: Program, pairs: IntArray) -> None:
        """Of each person on both sides one more column, 1 for mentor and 0 for mentee: either role needs its value."""
        core, twins = self.core, self.twins
        role = program.switches(len(twins))
        number = np.full(core.shape[0], -1), np.full(core.shape[1], -1)
        everybody = np.arange(len(twins))
        number[0][twins] = number[1][core.mentee_self[twins]] = everybody
        capacity = core.capacity[twins].astype(np.float64)
        demand = core.demand[core.mentee_self[twins]].astype(np.float64)
        for name, side, factor, limit in (
            ("as mentor", 0, -capacity, np.zeros(len(twins))),
            ("as mentee", 1, demand, demand),
        ):
            who = number[side][pairs[:, side]]
            inside = np.flatnonzero(who >= 0)
            program.upper(
                name,
                np.concatenate([who[inside], everybody]),
                np.concatenate([inside, role]),
                np.concatenate([np.ones(len(inside)), factor]),
                limit,
            )
            # With several places a fraction of the role would do for one pair: a row for each pair asks for all of it.
            loose = inside[np.abs(factor[who[inside]]) > 1]
            each, sign = np.arange(len(loose)), 1.0 if side else -1.0
            program.upper(
                f"{name} at all",
                np.concatenate([each, each]),
                np.concatenate([loose, role[who[loose]]]),
                np.concatenate([np.ones(len(loose)), np.full(len(loose), sign)]),
                np.full(len(loose), float(side)),
            )

    # One level

    def optimize(self, level: str, known_bound: float = np.inf) -> float:
        """Make ``best`` the best at ``level`` with the levels before kept; returns the bound, and keeps the level for
        later."""
        self.core.progress(level, 0, 1)
        value = self.value(level, self.best)
        bound = self._rounded(level, known_bound)
        if bound > value + ROUNDING:
            bound = min(bound, self._rounded(level, self._relaxed(level)))
        if bound > value + ROUNDING * max(1.0, abs(value)):
            bound = min(bound, self._rounded(level, self._branch(level, bound)))
            value = self.value(level, self.best)
        self.rows.append(Row(level, value if level in INTEGER_LEVELS else value - ROUNDING))
        return max(bound, value)

    @staticmethod
    def _rounded(level: str, bound: float) -> float:
        return float(np.floor(bound + 1e-6)) if level in INTEGER_LEVELS and np.isfinite(bound) else bound

    def _relaxed(self, level: str) -> float:
        """The linear program's value over all pairs: no matching is better. Keeps the prices for ``_branch``."""
        for _ in range(MOST_ROUNDS):
            at = {int(key): k for k, key in enumerate(self._keys(self.pairs))}
            conflicts = [(at[a], at[b]) for a, b in sorted(self.conflicts)]
            program = self._program(level, self.rows, self.pairs, conflicts)
            bound, flows, prices = program.relaxed()
            fresh = self._broken(flows)
            if fresh:
                self.conflicts |= fresh
                continue
            self.prices, self.priced = self._price_table(prices), level
            missing = self._promising(level, PRICING)
            if len(missing) == 0:
                return bound + PRICING * float(self.core.demand.sum())
            self.pairs = unique_pairs(np.concatenate([self.pairs, missing]), self.core.shape[1])
        return float("inf")

    def _broken(self, flows: FloatArray) -> set[tuple[int, int]]:
        """Pairs of pairs, by key, that together flow more than one although they match the same two people."""
        used = self.pairs[flows > 1e-7]
        amount = {int(key): flow for key, flow in zip(self._keys(used), flows[flows > 1e-7])}
        keys = self._keys(used)
        found = set()
        for a, b in self.core.both_ways(used):
            pair = (int(keys[a]), int(keys[b]))
            if amount[pair[0]] + amount[pair[1]] > 1 + 1e-7 and pair not in self.conflicts:
                found.add(pair)
        return found

    def _price_table(self, prices: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        """What a pair has to pay: for its mentor (m,), and for its mentee by the quotas that its mentor belongs to
        (., n)."""
        m, n = self.core.shape

        def of(name: str, count: int) -> FloatArray:
            return prices.get(name, np.zeros(count))

        mentor = of("mentor", m) - of("mentor least", m)
        mentee = of("mentee", n) - of("mentee least", n) - of("served", n)
        mentor[self.twins] += of("as mentor", len(self.twins))
        mentee[self.core.mentee_self[self.twins]] += of("as mentee", len(self.twins))
        for row in self.rows:
            if row.level == "filled":
                mentee = mentee - of("level filled", 1)[0]
        table = np.repeat(mentee[None, :], self.groups.shape[1], axis=0)
        for position, k in enumerate(self.quotas):
            table[self.groups[position]] += of(f"most {k}", n) - of(f"least {k}", n)
        return mentor, table

    def _promising(self, level: str, least: float, inside: bool = False) -> IntArray:
        """Pairs outside (or inside) the program that would gain more than ``least``; the best few if that is above
        zero."""
        core, (m, n) = self.core, self.core.shape
        mentor, table = self.prices
        keys = self._keys(self.pairs)
        parts = [EMPTY_PAIRS]
        for start in range(0, m, core.block_rows):
            rows = np.arange(start, min(start + core.block_rows, m))
            scores = core.scores[rows]
            gain = self._plain_weight(level, scores) - mentor[rows][:, None] - table[self.group_of[rows]]
            good = ~np.isnan(scores) & (gain > least)
            if self.threshold >= 0:
                good &= scores >= self.threshold
            row, column = np.nonzero(good)
            found = np.column_stack([rows[row], column])
            fresh = np.isin(self._keys(found), keys, invert=not inside)
            found, worth = found[fresh], gain[row, column][fresh]
            if least > 0 and len(found) > 8 * n:
                found = found[np.argsort(-worth, kind="stable")[: 8 * n]]
            parts.append(found)
        return np.concatenate(parts)

    def _plain_weight(self, level: str, scores: FloatArray) -> FloatArray | float:
        if level == "total":
            return scores
        return 1.0 if level == "filled" else 0.0

    def _branch(self, level: str, bound: float) -> float:
        """Look for something better than ``best`` among all pairs that could be part of it; returns the bound then
        proved.

        First shortly among the pairs at hand: the better that is, the fewer pairs still come into question.
        """
        if not np.isfinite(bound):
            return bound
        reached = self._among(level, self.pairs, FIRST_NODES)
        distance = bound - self.value(level, self.best)
        if distance <= ROUNDING:
            return bound
        outside = self._promising(level, -distance - 1e-9)
        if len(outside) == 0 and reached <= self.value(level, self.best) + ROUNDING:
            return min(bound, reached)
        everything = unique_pairs(
            np.concatenate([self.best, outside, self._promising(level, -distance - 1e-9, inside=True)]),
            self.core.shape[1],
        )
        return bound if len(everything) > self.most_pairs else min(bound, self._among(level, everything, NODES))

    def _among(self, level: str, pairs: IntArray, nodes: int) -> float:
        """Set ``best`` to the best found among ``pairs``; returns a bound on all matchings made of those."""
        self.core.progress(level, 0, 1)
        if self.threshold >= 0:
            pairs = pairs[self.core.scores[pairs[:, 0], pairs[:, 1]] >= self.threshold]
        chosen, reached = self._program(level, self.rows, pairs, self.core.both_ways(pairs)).search(nodes)
        if chosen is not None and self.value(level, pairs[chosen]) > self.value(level, self.best):
            self.best = pairs[chosen]
        return max(reached, self.value(level, self.best))

    # Parity

    def raise_parity(self, known_bound: float = 1.0) -> float:
        """Raise the least rate of any group as far as the levels before allow; returns the bound."""
        sizes = self.core.group_sizes
        assert sizes is not None
        reached = self.value("parity", self.best)
        steps = np.unique(np.concatenate([[0.0], *(np.arange(1, k + 1) / k for k in sizes)]))
        steps = steps[(steps > reached + ROUNDING) & (steps <= known_bound + ROUNDING)]
        low, high, impossible_from = 0, len(steps), len(steps)
        while low < high:
            self.core.progress("parity", low, high)
            middle = (low + high) // 2
            rows = self._group_rows(float(steps[middle]))
            pairs = np.argwhere(~np.isnan(self.core.scores)).astype(np.int64)
            if self.threshold >= 0:
                pairs = pairs[self.core.scores[pairs[:, 0], pairs[:, 1]] >= self.threshold]
            is_all = len(pairs) <= self.most_pairs
            pairs = pairs if is_all else self.pairs
            program = self._program("total", [*self.rows, *rows], pairs, self.core.both_ways(pairs))
            chosen, best = program.search(NODES)
            if chosen is not None and self._keeps(pairs[chosen]) and self._keeps(pairs[chosen], rows):
                self.best = pairs[chosen]
                low = int(np.searchsorted(steps, self.value("parity", self.best) + ROUNDING, side="right"))
            else:
                high = middle
                impossible_from = middle if is_all and best == -np.inf else impossible_from
        reached = self.value("parity", self.best)
        self.rows += self._group_rows(reached)
        if impossible_from == high:
            return reached
        return float(steps[impossible_from - 1])

    def _group_rows(self, rate: float) -> list[Row]:
        assert self.core.group_sizes is not None
        counts = np.ceil(rate * self.core.group_sizes - ROUNDING)
        return [Row(f"group {k}", float(count)) for k, count in enumerate(counts) if count > 0]

    # The least score

    def raise_least(self, names: Sequence[str], known_bound: float = np.inf) -> float:
        """Raise the least score as far as the levels before allow; returns the bound. ``names``: the levels before."""
        if len(self.best) == 0:
            return 0.0
        scores = self.core.scores
        steps = np.unique(scores[(scores > self.value("least", self.best)) & (scores <= known_bound)])
        low, high, impossible_from = 0, len(steps), len(steps)
        middle = high - 1  # the network's answer is often within reach
        while low < high:
            self.core.progress("least", low, high)
            found, impossible = self._with_least(float(steps[middle]), names)
            if found is not None:
                self.best = found
                low = int(np.searchsorted(steps, self.value("least", found), side="right"))
            else:
                high = middle
                if impossible:
                    impossible_from = middle
            middle = (low + high) // 2
        self.threshold = self.value("least", self.best)
        self.pairs = self.pairs[scores[self.pairs[:, 0], self.pairs[:, 1]] >= self.threshold]
        inside = set(self._keys(self.pairs).tolist())
        self.conflicts = {pair for pair in self.conflicts if inside.issuperset(pair)}
        return self.threshold if impossible_from == high else float(steps[impossible_from - 1])

    def _with_least(self, least: float, names: Sequence[str]) -> tuple[IntArray | None, bool]:
        """Pairs of which none scores below ``least`` and all levels before are kept, if found; else whether there are
        none."""
        higher = self.core.without(np.where(self.core.scores >= least, self.core.scores, np.nan))
        pairs = solve_without_collisions(higher, names, None, self.near, FEW_ROUNDS)
        if self._keeps(pairs):
            return pairs, False
        pairs = np.argwhere(~np.isnan(higher.scores)).astype(np.int64)
        if len(pairs) > self.most_pairs:
            return None, False
        last = self.rows[-1]
        chosen, reached = self._program(last.level, self.rows[:-1], pairs, self.core.both_ways(pairs)).search(NODES)
        if chosen is not None and self._keeps(pairs[chosen]):
            return pairs[chosen], False
        return None, reached < last.value - 0.5

    def _keeps(self, pairs: IntArray, rows: Sequence[Row] | None = None) -> bool:
        return all(self.value(row.level, pairs) >= row.value for row in (self.rows if rows is None else rows))


class Program:
    """A linear program put together from named groups of rows; columns of pairs first."""

    def __init__(self, pairs: int) -> None:
        self.pairs = pairs
        self.columns = pairs
        self.limits: list[FloatArray] = [np.ones(pairs)]
        self.whole: list[IntArray] = [np.arange(pairs)]
        self.groups: list[tuple[str, IntArray, IntArray, FloatArray, FloatArray]] = []
        self.counts: dict[str, list[IntArray]] = {}
        self.objective: tuple[IntArray, FloatArray] = (np.empty(0, dtype=np.int64), np.empty(0))

    def upper(self, name: str, rows: IntArray, columns: IntArray, factors: FloatArray, limits: FloatArray) -> None:
        """Rows ``name``: the sum of factor times column is at most the row's limit."""
        self.groups.append((name, rows, columns, factors, limits))

    def counted(self, level: str, name: str, rows: IntArray, columns: IntArray, most: IntArray) -> None:
        """New columns, one for each row, that count for ``level`` as many pairs of the row as there are, up to
        ``most``."""
        fresh = self.columns + np.arange(len(most))
        self.columns += len(most)
        self.limits.append(most.astype(np.float64))
        self.counts.setdefault(level, []).append(fresh)
        self.upper(
            name,
            np.concatenate([rows, np.arange(len(most))]),
            np.concatenate([columns, fresh]),
            np.concatenate([-np.ones(len(rows)), np.ones(len(most))]),
            np.zeros(len(most)),
        )

    def switches(self, count: int) -> IntArray:
        """New columns that are 0 or 1."""
        fresh = self.columns + np.arange(count)
        self.columns += count
        self.limits.append(np.ones(count))
        self.whole.append(fresh)
        return fresh

    def level_columns(self, level: str, weights: FloatArray) -> tuple[IntArray, FloatArray]:
        """Which columns add to ``level``, and how much each."""
        own = np.flatnonzero(weights)
        extra = np.concatenate(self.counts.get(level, [np.empty(0, dtype=np.int64)]))
        return np.concatenate([own, extra]), np.concatenate([weights[own], np.ones(len(extra))])

    def _parts(self) -> tuple[csr_matrix, FloatArray, FloatArray, FloatArray]:
        offset, rows, columns, factors, limits = 0, [], [], [], []
        for _, row, column, factor, limit in self.groups:
            rows.append(row + offset)
            columns.append(column)
            factors.append(factor)
            limits.append(limit)
            offset += len(limit)
        matrix = csr_matrix(
            (np.concatenate(factors), (np.concatenate(rows), np.concatenate(columns))), shape=(offset, self.columns)
        )
        cost = np.zeros(self.columns)
        np.subtract.at(cost, self.objective[0], self.objective[1] * SCALE)
        return matrix, np.concatenate(limits), cost, np.concatenate(self.limits)

    def relaxed(self) -> tuple[float, FloatArray, dict[str, FloatArray]]:
        """A bound on the best value with fractions allowed, the pairs' shares, and the price of each row by name.

        The bound is put together from the prices alone, so it holds however exactly the program was solved.
        """
        matrix, limits, cost, most = self._parts()
        from scipy.optimize import linprog  # takes long to load, and few need it

        answer = linprog(
            cost, A_ub=matrix, b_ub=limits, bounds=np.column_stack([np.zeros(len(most)), most]), method="highs"
        )
        if answer.status != 0:
            raise RuntimeError(f"the linear program stopped: {answer.message}")
        price = np.maximum(0.0, -np.asarray(answer.ineqlin.marginals)) / SCALE
        gain = -cost / SCALE - matrix.T @ price
        bound = float(limits @ price + most @ np.maximum(gain, 0.0))
        ends = np.cumsum([len(limit) for *_, limit in self.groups])
        prices = {name: price[end - len(limit) : end] for (name, *_, limit), end in zip(self.groups, ends)}
        return bound, np.asarray(answer.x[: self.pairs]), prices

    def search(self, nodes: int) -> tuple[BoolArray | None, float]:
        """The best whole pairs found within the limit of nodes, or None, and the bound proved over these columns."""
        matrix, limits, cost, most = self._parts()
        whole = np.zeros(self.columns)
        whole[np.concatenate(self.whole)] = 1
        if len(self.whole) > 1:
            nodes = max(1, min(nodes, ROLE_WORK // self.columns))
        from scipy.optimize import Bounds, LinearConstraint, milp

        answer = milp(
            cost,
            integrality=whole,
            bounds=Bounds(np.zeros(self.columns), most),
            constraints=LinearConstraint(matrix, -np.inf, limits),
            options={"node_limit": nodes, "mip_rel_gap": 0.0},
        )
        bound = getattr(answer, "mip_dual_bound", None)
        reached = -float(bound) / SCALE if bound is not None and np.isfinite(bound) else np.inf
        if answer.status == 2:  # there is nothing at all
            return None, -np.inf
        if answer.x is None:
            return None, reached
        return np.asarray(answer.x[: self.pairs] > 0.5), reached
