"""Checks that bounds are true: that no other pairs exceed them. From the definitions and SciPy alone; shares no code with the solvers.

What is wanted stands in an order of ``Goal``. Each bound is tried in the same way: whatever keeps the goals before it, how much can it
reach at most? First what needs no solving; then an assignment in which all that it doesn't know is left out, and each goal before counts
so much as a price (whatever the price, no pairs reach more); then a linear program, and last one in whole numbers. The first that stays
below the bound proves it. A bound is only called wrong beside other pairs that keep every rule and reach more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import Breach

if TYPE_CHECKING:
    from .pool import Pool, PoolResult
    from .problem import BoolArray, FloatArray, IntArray, Problem
    from .result import Result

PRICED_UP_TO = 1_000_000
"""Pairs of a pool: up to so many, all are held against the prices of places, unless more is asked for."""
AT_ONCE = 1_000_000
ASSIGNED_UP_TO = 1_000_000
"""Places times seats: up to so many they are assigned."""
LINEAR_UP_TO = 20_000
"""Possible pairs: up to so many a linear program is solved,"""
WHOLE_UP_TO = 3_000
"""and up to so many one in whole numbers,"""
NODES = 500
"""in which so many branches are followed."""
ODD_ROUNDS = 20
DEAR = (4.0, 256.0)
"""What a goal counts beside the next one: first so much, then more."""
NEAR = 1e-6
"""Of a total, the share that programs can't tell apart."""
EXACT = 1e-9

Reached = dict[str, float]


@dataclass(frozen=True, eq=False)
class Group:
    """Pairs that count together, and no more than so often.

    of     (k,) the group of each pair, -1 for none. ``most``: (groups,) how often each counts at most.
    side   'mentor' or 'mentee' where the groups are the people of that side, else ''.
    """

    of: IntArray
    most: IntArray
    side: str = ""


@dataclass(frozen=True, eq=False)
class Goal:
    """Something wanted: the sum of what its pairs are worth, and of its groups.

    value   what the result reaches; ``bound``: what nothing exceeds, it is said.
    price   what one more is worth to the next goal, where that is known.
    step    it only comes in multiples of this; 0 for any.
    """

    name: str
    value: float
    bound: float
    worth: FloatArray
    groups: tuple[Group, ...] = ()
    price: float | None = None
    step: float = 0.0

    @property
    def tolerance(self) -> float:
        """What lies so little above the bound is no breach."""
        return NEAR * max(1.0, abs(self.bound)) if self.name == "total fit" else EXACT

    def is_proved(self, most: float) -> bool:
        """Whether what can't be more than ``most`` stays below the bound."""
        if self.step and math.isfinite(most):
            most = math.floor(most / self.step + NEAR) * self.step
        return most <= self.bound + self.tolerance


@dataclass(frozen=True, eq=False)
class Limit:
    """No more than ``most`` (rows,) of the pairs of each row: pair ``pair[n]`` counts in row ``row[n]``."""

    row: IntArray
    pair: IntArray
    most: IntArray


@dataclass(frozen=True, eq=False)
class Asked:
    """All pairs that may be, (k, 2), their scores, what limits them and what is wanted, in order.

    places, seats   (mentors,), (mentees,): what the sides hold; None in a pool without roles.
    sizes           (groups,) people of each group for 'parity', and ``group``: (mentees,) whose each is, -1 for none.
    """

    pairs: IntArray
    scores: FloatArray
    limits: tuple[Limit, ...]
    goals: tuple[Goal, ...]
    places: IntArray | None = None
    seats: IntArray | None = None
    group: IntArray | None = None
    sizes: IntArray | None = None

    def only(self, kept: BoolArray) -> Asked:
        """The same with these pairs alone."""
        number = np.cumsum(kept) - 1
        limits = tuple(
            Limit(each.row[kept[each.pair]], number[each.pair[kept[each.pair]]], each.most) for each in self.limits
        )
        goals = tuple(
            replace(each, worth=each.worth[kept], groups=tuple(replace(g, of=g.of[kept]) for g in each.groups))
            for each in self.goals
        )
        return replace(self, pairs=self.pairs[kept], scores=self.scores[kept], limits=limits, goals=goals)


def check(asked: Asked, reached: Callable[[IntArray], Reached | None], proved: frozenset[str] = frozenset()) -> None:
    """Raise ``Breach`` if other pairs exceed a bound of ``asked.goals``; goals that are ``proved`` are passed over.

    reached   what pairs (k, 2) reach by the definitions, None if they break a rule.
    """
    for k, goal in enumerate(asked.goals):
        before = asked.goals[:k]
        if goal.name in proved:
            pass
        elif goal.name == "least score":
            # Nothing exceeds the bound if what lies above it alone can't keep the goals before.
            if goal.value > 0 or goal.bound < 1:
                _look(asked.only(asked.scores > goal.bound + EXACT), k, None, before, reached)
        else:
            _look(asked, k, goal, before, reached)
        if goal.name == "least score":
            asked = asked.only(asked.scores >= goal.value - EXACT)


def _look(
    asked: Asked, k: int, goal: Goal | None, before: Sequence[Goal], reached: Callable[[IntArray], Reached | None]
) -> None:
    """Raise ``Breach`` if pairs of ``asked`` exceed its k-th goal, or for ``goal`` None keep all before at all."""
    said = asked.goals[k]
    for most, pairs in _ways(asked, k, goal):
        if most < 0 if goal is None else goal.is_proved(most):
            return
        found = reached(pairs) if pairs is not None else None
        if found is None or any(found[each.name] < each.value - EXACT for each in before):
            continue
        if found[said.name] > said.bound + said.tolerance:
            what = {"forced": "fixed pairs kept", "kept": "what minimums and quotas ask for"}.get(said.name, said.name)
            raise Breach(f"{what} is said to be at most {said.bound:g}; other pairs reach {found[said.name]:g}")


def _ways(asked: Asked, k: int, goal: Goal | None) -> Iterator[tuple[float, IntArray | None]]:
    """What no pairs exceed, ever closer, and pairs that may reach it. Without a goal: below 0 if all before can't be kept."""
    if goal is not None and goal.name != "parity":
        yield _at_most(asked, goal), None
    if asked.places is not None and asked.seats is not None and (goal is None or goal.name != "parity"):
        for dear in DEAR:
            found = _assigned(asked, k, goal, dear)
            if found is not None:
                yield found
    if len(asked.pairs) <= LINEAR_UP_TO:
        program = _Program(asked)
        yield program.solve(k, goal, whole=False)
        if len(asked.pairs) <= WHOLE_UP_TO:
            yield program.solve(k, goal, whole=True)


def _at_most(asked: Asked, goal: Goal) -> float:
    """What the goal reaches if every person, or every group, gets the most by itself."""
    total = np.inf
    for limit in asked.limits:
        if not np.bincount(limit.pair, minlength=len(asked.pairs)).all():
            continue  # it says nothing of some pairs
        best = np.zeros(len(limit.most))
        np.maximum.at(best, limit.row, goal.worth[limit.pair])
        count = np.minimum(limit.most, np.bincount(limit.row, minlength=len(limit.most)))
        # Where each pair counts in two rows, as in a pool without roles, each row has half of it.
        total = min(total, float((best * count).sum()) * len(asked.pairs) / max(1, len(limit.pair)))
    if not len(asked.pairs):
        total = 0.0
    for group in goal.groups:
        count = np.bincount(group.of[group.of >= 0], minlength=len(group.most))
        total += float(np.minimum(count, group.most).sum())
    return total


def _assigned(asked: Asked, k: int, goal: Goal | None, dear: float) -> tuple[float, IntArray] | None:
    """The best assignment of seats to places, where every goal before has its price; None if there are too many.

    It knows neither quotas nor people paired both ways, and may make a pair twice: so no pairs at all exceed it.
    """
    from scipy.optimize import linear_sum_assignment

    assert asked.places is not None
    assert asked.seats is not None
    mentor, mentee = asked.pairs.T
    rows, mentor = np.unique(mentor, return_inverse=True)
    columns, mentee = np.unique(mentee, return_inverse=True)
    places = np.minimum(asked.places[rows], np.bincount(mentor, minlength=len(rows)))
    seats = np.minimum(asked.seats[columns], np.bincount(mentee, minlength=len(columns)))
    if places.sum() * seats.sum() > ASSIGNED_UP_TO:
        return None
    place, seat = np.repeat(np.arange(len(rows)), places), np.repeat(np.arange(len(columns)), seats)
    number = {
        "mentor": np.arange(len(place)) - np.repeat(np.cumsum(places) - places, places),
        "mentee": np.arange(len(seat)) - np.repeat(np.cumsum(seats) - seats, seats),
    }
    holds, people = {"mentor": place, "mentee": seat}, {"mentor": rows, "mentee": columns}
    goals = [*asked.goals[:k], *([goal] if goal is not None else [])]
    goals = [each for each in goals if each.name not in ("parity", "least score")]
    price: float = 1.0
    prices: list[float] = []
    for each in reversed(goals):
        prices.insert(0, price if each is goal else each.price if each.price is not None else price)
        price = dear * max(price, 1.0 + prices[0])
    cell = np.full((len(rows), len(columns)), -1)
    cell[mentor, mentee] = np.arange(len(mentor))
    at = cell[np.ix_(place, seat)]
    parts, worth = [], np.zeros(at.shape)
    for each, price in zip(goals, prices):
        by_pair, by_place = each.worth.copy(), {"mentor": np.zeros(len(place)), "mentee": np.zeros(len(seat))}
        for group in each.groups:
            if group.side:
                by_place[group.side] += number[group.side] < group.most[people[group.side]][holds[group.side]]
            else:
                by_pair += (group.of >= 0) & (group.most[group.of] > 0)
        parts.append((by_pair, by_place))
        worth += price * ((by_pair[at] if len(by_pair) else 0.0) + by_place["mentor"][:, None] + by_place["mentee"])
    worth[at < 0] = 0.0
    one, other = linear_sum_assignment(worth, maximize=True)
    made = at[one, other] >= 0
    one, other = one[made], other[made]
    most = 0.0
    for each, price, (by_pair, by_place) in zip(goals, prices, parts):
        got = by_pair[at[one, other]] + by_place["mentor"][one] + by_place["mentee"][other]
        most += price * (float(got.sum()) - (0.0 if each is goal else each.value))
    # Without a goal, whatever falls short by one falls short by a price of at least one.
    return most if goal is not None else most + 0.5, np.unique(asked.pairs[at[one, other]], axis=0)


class _Program:
    """The same as a linear program: a variable for each pair, and one for each group."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.count = len(asked.pairs)
        self.upper = [np.ones(self.count)]
        self.rows: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.most: list[FloatArray] = []
        self.width, self.height = self.count, 0
        for limit in asked.limits:
            self._rows(limit.row, limit.pair, np.ones(len(limit.row)), limit.most.astype(np.float64))
        self.weights = [self._goal(goal) for goal in asked.goals]

    def _rows(self, row: IntArray, column: IntArray, weight: FloatArray, most: FloatArray) -> None:
        self.rows.append((row + self.height, column, weight))
        self.most.append(most)
        self.height += len(most)

    def _columns(self, upper: FloatArray) -> IntArray:
        self.upper.append(upper)
        self.width += len(upper)
        return np.arange(self.width - len(upper), self.width)

    def _counted(self, group: Group) -> IntArray:
        """A variable for each group: no more than its pairs, and than it counts at most."""
        own = self._columns(group.most.astype(np.float64))
        inside = np.flatnonzero(group.of >= 0)
        row = np.concatenate([group.of[inside], np.arange(len(own))])
        column = np.concatenate([inside, own])
        weight = np.concatenate([np.full(len(inside), -1.0), np.ones(len(own))])
        self._rows(row, column, weight, np.zeros(len(own)))
        return own

    def _goal(self, goal: Goal) -> dict[str, Any]:
        """Columns and what each is worth to the goal."""
        if goal.name == "parity":
            assert self.asked.group is not None
            assert self.asked.sizes is not None
            served = self._counted(Group(self.asked.pairs[:, 1], np.ones(len(self.asked.group), dtype=np.int64)))
            least = self._columns(np.ones(1))
            inside = np.flatnonzero(self.asked.group >= 0)
            sizes = self.asked.sizes
            row = np.concatenate([self.asked.group[inside], np.arange(len(sizes))])
            column = np.concatenate([served[inside], np.repeat(least, len(sizes))])
            weight = np.concatenate([np.full(len(inside), -1.0), sizes.astype(np.float64)])
            self._rows(row, column, weight, np.zeros(len(sizes)))
            return {"at": least, "weight": np.ones(1)}
        groups = [self._counted(each) for each in goal.groups]
        at = np.concatenate([np.arange(self.count), *groups])
        return {"at": at, "weight": np.concatenate([goal.worth, *(np.ones(len(each)) for each in groups)])}

    def solve(self, k: int, goal: Goal | None, *, whole: bool) -> tuple[float, IntArray | None]:
        """The most that the k-th goal can be while those before keep their values, and pairs that reach it, if whole."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        if self.width == 0:
            kept = all(each.value <= EXACT for each in self.asked.goals[:k])
            return (0.0 if kept else -1.0), None
        rows, most, height = list(self.rows), list(self.most), self.height
        for each, weights in zip(self.asked.goals[:k], self.weights):
            if each.name == "least score":
                continue  # the pairs below it are left out
            rows.append((np.full(len(weights["at"]), height), weights["at"], -weights["weight"]))
            most.append(np.array([EXACT - each.value]))
            height += 1
        cost = np.zeros(self.width)
        if goal is not None:
            np.add.at(cost, self.weights[k]["at"], -self.weights[k]["weight"])
        has_odd_sets = self.asked.places is None and not whole
        for _ in range(ODD_ROUNDS if has_odd_sets else 1):
            row, column, weight = (np.concatenate(each) for each in zip(*rows))
            found = milp(
                cost,
                integrality=np.arange(self.width) < self.count if whole else None,
                bounds=Bounds(0.0, np.concatenate(self.upper)),
                constraints=LinearConstraint(
                    csr_array((weight, (row, column)), shape=(height, self.width)), -np.inf, np.concatenate(most)
                ),
                options={"node_limit": NODES, "mip_rel_gap": 0.0},
            )
            if not has_odd_sets or found.x is None or (goal is not None and goal.is_proved(-found.fun)):
                break
            odd = self._odd_sets(found.x[: self.count])
            if not odd:
                break
            for inside, pairs_at_most in odd:
                rows.append((np.full(len(inside), height), inside, np.ones(len(inside))))
                most.append(np.array([pairs_at_most]))
                height += 1
        if found.status == 2:  # nothing keeps the goals before
            return -np.inf, None
        pairs = None if found.x is None else self.asked.pairs[found.x[: self.count] > 0.5]
        if goal is None:
            return 0.0, pairs
        held = found.mip_dual_bound if whole else found.fun
        return (np.inf if held is None else -float(held)), pairs

    def _odd_sets(self, x: FloatArray) -> list[tuple[IntArray, float]]:
        """Of a pool without roles: where an odd number of people, who are linked by parts of pairs, have more than whole pairs could be.

        The pairs among them, and how many of these there can be.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        pairs, people = self.asked.pairs, len(self.asked.limits[0].most)
        used = pairs[x > NEAR]
        _, part = connected_components(coo_array((np.ones(len(used)), used.T), shape=(people, people)), directed=False)
        size = np.bincount(part)
        within = part[pairs[:, 0]] == part[pairs[:, 1]]
        held = np.bincount(part[pairs[within, 0]], weights=x[within], minlength=len(size))
        odd = np.flatnonzero((size % 2 == 1) & (held > size // 2 + NEAR))
        return [(np.flatnonzero(within & (part[pairs[:, 0]] == each)), float(size[each] // 2)) for each in odd]


# -- what is asked of a problem ------------------------------------------------------------------------------------------------


def of_problem(problem: Problem, result: Result, values: Reached) -> Asked | None:
    """The pairs that may be, and what is wanted of them; None if there are too many to be looked at one by one."""
    mentors, mentees = _open(problem)
    places = np.minimum(problem.mentor_capacity, problem.shape[1])
    if len(mentors) * len(mentees) > ASSIGNED_UP_TO:
        return None
    scores = problem.scores[np.ix_(mentors, mentees)].copy()
    _forbid(problem, scores, mentors, mentees)
    row, column = np.nonzero(~np.isnan(scores))
    pairs, score = np.column_stack([mentors[row], mentees[column]]), scores[row, column]
    every = np.arange(len(pairs))
    limits = [Limit(pairs[:, 0], every, places), Limit(pairs[:, 1], every, problem.mentee_demand)]
    for rule in problem.quotas:
        if rule.at_most >= 0:
            inside = np.flatnonzero(np.isin(pairs[:, 0], rule.members))
            limits.append(Limit(pairs[inside, 1], inside, np.full(problem.shape[1], rule.at_most)))
    both = _both_ways(problem, pairs)
    if len(both):
        limits.append(Limit(np.repeat(np.arange(len(both)), 2), both.reshape(-1), np.ones(len(both), dtype=np.int64)))
    none = np.zeros(len(pairs))
    ones = np.ones(len(pairs))
    goals = []
    if len(problem.forced):
        goals.append(Goal("forced", values["forced"], values["forced"], _among(pairs, problem.forced), step=1.0))
    if result.aim.startswith("stable"):
        return Asked(pairs, score, tuple(limits), tuple(goals), places, problem.mentee_demand)
    kept = [
        Group(pairs[:, 0], problem.mentor_minimum, "mentor"),
        Group(pairs[:, 1], problem.mentee_minimum, "mentee"),
        *(
            Group(
                np.where(np.isin(pairs[:, 0], each.members), pairs[:, 1], -1), np.full(problem.shape[1], each.at_least)
            )
            for each in problem.quotas
            if each.at_least > 0
        ),
    ]
    kept = [each for each in kept if each.most.any()]
    if kept:
        goals.append(Goal("kept", values["kept"], values["kept"], none, tuple(kept), step=1.0))
    group = sizes = None
    for level in result.levels:
        if level.name == "served" and not (problem.mentee_demand <= 1).all():
            own = Group(pairs[:, 1], np.ones(problem.shape[1], dtype=np.int64), "mentee")
            goals.append(Goal("served", level.value, level.bound, none, (own,), step=1.0))
        elif level.name in ("served", "filled"):
            goals.append(Goal(level.name, level.value, level.bound, ones, step=1.0))
        elif level.name == "least score":
            goals.append(Goal(level.name, level.value, level.bound, none))
        elif level.name == "parity":
            assert result.options.parity is not None
            group, sizes = _labelled(problem, result.options.parity, pairs)
            if len(sizes):
                goals.append(Goal(level.name, level.value, level.bound, none))
        else:
            if result.options.stickiness > 0 and len(result.options.previous):
                worth = min(result.options.stickiness, len(pairs) + 1.0)
                stays = _among(pairs, result.options.previous)
                goals.append(Goal("staying", values["staying"], np.inf, stays, price=worth))
            goals.append(Goal(level.name, level.value, level.bound, score))
    return Asked(pairs, score, tuple(limits), tuple(goals), places, problem.mentee_demand, group, sizes)


def of_pool(pool: Pool, result: PoolResult, values: Reached) -> Asked:
    """The same for a pool without roles."""
    scores = np.triu(np.ones(pool.scores.shape, dtype=np.bool_), 1) & ~np.isnan(pool.scores)
    scores[list(pool.gated)] = False
    scores[:, list(pool.gated)] = False
    scores[pool.forbidden[:, 0], pool.forbidden[:, 1]] = False
    pairs = np.argwhere(scores)
    score, every = pool.scores[pairs[:, 0], pairs[:, 1]], np.arange(len(pairs))
    once = Limit(pairs.T.reshape(-1), np.concatenate([every, every]), np.ones(len(pool.scores), dtype=np.int64))
    worth = {
        "served": np.full(len(pairs), 2.0),
        "filled": np.ones(len(pairs)),
        "least score": every * 0.0,
        "total fit": score,
    }
    step = {"served": 2.0, "filled": 1.0}
    goals = [
        Goal(each.name, each.value, each.bound, worth[each.name], step=step.get(each.name, 0.0))
        for each in result.levels
    ]
    if len(pool.forced):
        goals.insert(0, Goal("forced", values["forced"], values["forced"], _among(pairs, pool.forced), step=1.0))
    return Asked(pairs, score, (once,), tuple(goals))


def _open(problem: Problem) -> tuple[IntArray, IntArray]:
    """Mentors who have places and mentees who seek somebody, without those who are held back or have no part."""
    places, seats = problem.mentor_capacity > 0, problem.mentee_demand > 0
    places[[*problem.gated_mentors, *problem.absent_mentors]] = False
    seats[[*problem.gated_mentees, *problem.absent_mentees]] = False
    return np.flatnonzero(places), np.flatnonzero(seats)


def _forbid(problem: Problem, scores: FloatArray, mentors: IntArray, mentees: IntArray) -> None:
    """Put NaN where a pair of these is forbidden, or is one person."""
    row, column = np.full(problem.shape[0], -1), np.full(problem.shape[1], -1)
    row[mentors], column[mentees] = np.arange(len(mentors)), np.arange(len(mentees))
    banned = [(int(i), int(j)) for i, j in problem.forbidden] + [(i, j) for i, j in _twins(problem).items()]
    at = np.array([(row[i], column[j]) for i, j in banned], dtype=np.int64).reshape(-1, 2)
    at = at[(at >= 0).all(axis=1)]
    scores[at[:, 0], at[:, 1]] = np.nan


def _twins(problem: Problem) -> dict[int, int]:
    """Mentor index -> mentee index of who is both."""
    if problem.mentor_ids is None or problem.mentee_ids is None:
        return {}
    at = {each: j for j, each in enumerate(problem.mentee_ids)}
    return {i: at[each] for i, each in enumerate(problem.mentor_ids) if each in at}


def _both_ways(problem: Problem, pairs: IntArray) -> IntArray:
    """(k, 2) positions of two pairs that would match two people both ways."""
    twins = _twins(problem)
    if not twins:
        return np.empty((0, 2), dtype=np.int64)
    as_mentee, as_mentor = np.full(problem.shape[0], -1), np.full(problem.shape[1], -1)
    as_mentee[list(twins)] = list(twins.values())
    as_mentor[list(twins.values())] = list(twins)
    at = np.full(problem.shape, -1)
    at[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    both = np.flatnonzero((as_mentee[pairs[:, 0]] >= 0) & (as_mentor[pairs[:, 1]] >= 0))
    back = at[as_mentor[pairs[both, 1]], as_mentee[pairs[both, 0]]]
    found: IntArray = np.column_stack([both, back])[back > both]
    return found


def _among(pairs: IntArray, some: IntArray) -> FloatArray:
    """(k,) 1 for those of ``pairs`` that are among ``some``, else 0."""
    width = 1 + max(pairs[:, 1].max(initial=0), some[:, 1].max(initial=0))
    return np.isin(pairs @ [width, 1], some @ [width, 1]).astype(np.float64)


def _labelled(problem: Problem, labels: Sequence[str | None], pairs: IntArray) -> tuple[IntArray, IntArray]:
    """Each mentee's group, -1 for none, and people of each; of the groups of whom anybody can have anybody."""
    able = {int(j) for j in pairs[:, 1]}
    part = [j for j, label in enumerate(labels) if label is not None and j not in problem.absent_mentees]
    names = sorted({str(labels[j]) for j in part if j in able})
    at = {name: n for n, name in enumerate(names)}
    group = np.full(len(labels), -1)
    for j in part:
        group[j] = at.get(str(labels[j]), -1)
    return group, np.bincount(group[group >= 0], minlength=len(names))


# -- large pools: the prices of places as a proof --------------------------------------------------------------------------------


def by_prices(problem: Problem, result: Result) -> tuple[float, bool]:
    """What total fit can't exceed by the prices of places, and whether they ought to prove the bound.

    Nobody has more than their best score less its price, and all places together bring no more than their prices: so no pairs fit better
    than both sums. It holds at any prices; at those of the best pairs it comes out as what these reach. Where all must be served they
    have that also if it is below 0, and where all places must be filled a price may be below 0.
    """
    mentors, mentees = _open(problem)
    made = {(int(i), int(j)) for i, j in result.pairs}
    price = np.asarray(result.prices, dtype=np.float64)
    options = result.options
    nobody_asks = options.parity is None and not (options.stickiness > 0 and len(options.previous))
    if not nobody_asks or problem.quotas or (problem.mentee_demand > 1).any() or not np.isfinite(price).all():
        return np.inf, False
    is_made = _among(problem.forced, result.pairs) > 0
    fixed = problem.forced[is_made]
    if not np.isnan(problem.scores_of(problem.forced[~is_made])).all():
        return np.inf, False  # others may keep other fixed pairs
    places = problem.mentor_capacity - np.bincount(fixed[:, 0], minlength=problem.shape[0])
    mentees = np.setdiff1d(mentees, fixed[:, 1])
    is_filled = result.aim != "total" and len(result.pairs) == int(problem.mentor_capacity[mentors].sum())
    mentors = mentors[places[mentors] > 0]
    least = next((each.value for each in result.levels if each.name == "least score"), 0.0)
    best, able = np.full(len(mentees), -np.inf), np.zeros(len(mentees), dtype=np.bool_)
    price = price if is_filled else np.maximum(price, 0.0)
    step = max(1, AT_ONCE // max(1, problem.shape[1]))
    for start in range(0, len(mentors), step):
        some = mentors[start : start + step]
        scores = problem.rows(some)[:, mentees]
        _forbid(problem, scores, some, mentees)
        able |= ~np.isnan(scores).all(axis=0)
        scores[~(scores >= least - EXACT)] = -np.inf
        np.maximum(best, (scores - price[some, None]).max(axis=0, initial=-np.inf), out=best)
    served = {j for _, j in made}
    is_served = result.aim != "total" and all(int(j) in served for j in mentees[able])
    left = np.where(np.isfinite(best), best, 0.0) if is_served else np.maximum(best, 0.0)
    most = float(problem.scores_of(fixed).sum() + (places[mentors] * price[mentors]).sum() + left.sum())
    plain = not len(problem.forced) and not problem.mentor_minimum.any() and not problem.mentee_minimum.any()
    return most, plain and not _twins(problem) and (result.aim == "total" or is_served)
