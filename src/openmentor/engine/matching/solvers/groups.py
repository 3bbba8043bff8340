"""The best circles: annealed swaps find them, a linear program over whole groups proves small pools, prices bound large ones.

What comes first is never given up for what comes later: fixed pairs together, people who have a circle, as little as can be missing
for quotas, total fit.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack

from ..problem import BoolArray, FloatArray, IntArray, Progress

BROKEN, FIXED, MISSED, PLACED = 100.0, 30.0, 12.0, 4.0
"""What the swaps pay for what comes before fit, which each outweighs as far as one move can change it. No move has to choose between
the last two: somebody more in a circle never makes a quota miss more."""
NEAR = 12
TRIALS = 5
"""Numbers of circles that are tried shortly before the best of them is worked out."""
TRIAL_SHARE = 0.15
ALIKE_UP_TO, ALIKE = 4_000, 1.0
SMALL = 60
AGAIN, AGAIN_SHARES = 6, (0.1, 0.2, 0.4)
"""How often the weakest circles of a larger pool are made anew, and which share of all they are."""
STARTS = 4
"""People: up to so many several starts are made."""
MOST_GROUPS = 3_000_000
"""Groups: up to so many all are looked at for a proof."""
MOST_IN_SEARCH = 40_000
MOST_ROUNDS = 80
NODES = 2_000
SCALE = 1_000.0
PRICE_WORK = 600_000_000
ROUNDING = 1e-9
LEVELS = ("fixed", "served", "missed", "total")
"""Of 'missed', how many people circles lack for what quotas ask at least, less is better: it is measured below zero."""

Circles = list[tuple[list[int], list[int]]]
"""(people, facilitators) of each circle, as positions in the task."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is asked, in solver order: people first, then facilitators.

    fit, allowed   (N, N) symmetric; fit is 0 where two may not share a circle.
    people         so many; the others are facilitators, of whom ``each`` lead a circle; ``leads``: circles each may lead.
    low, high      sizes of circles, facilitators not counted.
    together       (k, 2) people to be in one circle.   members_of  (q, people); ``at_least``, ``at_most`` (-1: no limit).
    """

    fit: FloatArray
    allowed: BoolArray
    people: int
    low: int
    high: int
    each: int
    leads: IntArray
    together: IntArray
    members_of: IntArray
    at_least: IntArray
    at_most: IntArray
    rounds: int
    seed: int
    progress: Progress
    units: IntArray = field(init=False)

    def __post_init__(self) -> None:
        rows = self.people + np.arange(len(self.leads))
        object.__setattr__(self, "units", np.repeat(rows, self.leads).astype(np.int64))

    @property
    def most_circles(self) -> int:
        """As many circles as people and facilitators are enough for."""
        by_people = self.people // self.low
        if self.each == 0:
            return by_people
        # Nobody leads one circle twice: of k circles each facilitator leads at most k.
        most = by_people
        while most > 0 and int(np.minimum(self.leads, most).sum()) < most * self.each:
            most -= 1
        return most

    def most_people(self) -> int:
        """No circles hold more people, whoever fits whom."""
        open_to = self.allowed[: self.people, : self.people].sum(axis=1) >= self.low - 1
        if self.each:
            open_to &= self.allowed[: self.people, self.people :].sum(axis=1) >= self.each
        able = int(open_to.sum())
        most = 0
        for count in range(1, self.most_circles + 1):
            if count * self.low <= able:
                most = max(most, min(able, count * self.high))
        return most


@dataclass(frozen=True, eq=False)
class Answer:
    """Circles, and what is proved: no circles have more people, and none with as many a greater total fit."""

    circles: Circles
    served_bound: float
    total_bound: float


def fit_of(task: Task, people: list[int], leaders: list[int]) -> float:
    """Sum over a circle's people of their mean fit with the others in it, facilitators among them."""
    everybody = [*people, *leaders]
    if len(everybody) < 2:
        return 0.0
    inside = task.fit[np.ix_(people, everybody)]
    return math.fsum(inside.ravel()) / (len(everybody) - 1)


def measure(task: Task, circles: Circles) -> tuple[float, float, float, float]:
    """What circles reach at each of ``LEVELS``."""
    home = {p: c for c, (people, _) in enumerate(circles) for p in people}
    fixed = sum(home.get(int(a), -1) == home.get(int(b), -2) for a, b in task.together)
    missed = sum(
        max(0, int(least) - int(row[people].sum()))
        for people, _ in circles
        for row, least in zip(task.members_of, task.at_least)
    )
    return float(fixed), float(len(home)), -float(missed), math.fsum(fit_of(task, *each) for each in circles)


def _is_better(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    for a, b in zip(one, other):
        if abs(a - b) > ROUNDING:
            return a > b
    return False


def solve(task: Task) -> Answer:
    """The best circles found, and the bounds proved."""
    if task.most_circles == 0:
        return Answer([], 0.0, 0.0)
    teams = _teams(task)
    if teams is not None and len(teams) == 0:  # no facilitators can lead together
        return Answer([], 0.0, 0.0)
    circles = _search(task)
    most = float(task.most_people())
    groups = sum(math.comb(task.people, size) for size in range(task.low, min(task.high, task.people) + 1))
    if teams is not None and groups * len(teams) <= MOST_GROUPS:
        return Master(task, circles, teams).run(most)
    total = _bound(task, measure(task, circles)[3])
    for done in range(AGAIN):
        values = measure(task, circles)
        if values[1] >= most and values[2] == 0 and total - values[3] <= ROUNDING * max(1.0, total):
            break
        task.progress("weakest circles", done, AGAIN)
        circles = _weakest_again(task, circles, AGAIN_SHARES[done % len(AGAIN_SHARES)], done)
    values = measure(task, circles)
    return Answer(circles, max(most, values[1]), max(total, values[3]))


def warm() -> None:
    """Compile the loops for circles, which are then kept on disk."""
    none = np.empty(0, dtype=np.int64)
    task = Task(
        fit=np.full((4, 4), 0.5),
        allowed=~np.eye(4, dtype=np.bool_),
        people=4,
        low=2,
        high=2,
        each=0,
        leads=none,
        together=none.reshape(0, 2),
        members_of=np.empty((0, 4), dtype=np.int64),
        at_least=none,
        at_most=none,
        rounds=1,
        seed=0,
        progress=lambda stage, done, total: None,
    )
    solve(task)
    _bound(task, 0.0)


def _teams(task: Task) -> IntArray | None:
    """(t, each) facilitators who may lead a circle together; one empty team where nobody leads; None if too many to list."""
    if task.each == 0:
        return np.empty((1, 0), dtype=np.int64)
    rows = [task.people + k for k in np.flatnonzero(task.leads).tolist()]
    if math.comb(len(rows), task.each) > 10_000:
        return None
    found = [
        team
        for team in itertools.combinations(rows, task.each)
        if all(task.allowed[a, b] for a, b in itertools.combinations(team, 2))
    ]
    return np.array(found, dtype=np.int64).reshape(-1, task.each)


# -- annealed swaps ------------------------------------------------------------------------------------------------------


def _search(task: Task) -> Circles:
    most = task.most_circles
    least = min(most, max(1, -(-task.people // task.high)))
    numbers = sorted({round(each) for each in np.linspace(least, most, min(TRIALS, most - least + 1))})
    share = 1.0 if task.people <= SMALL else TRIAL_SHARE
    starts = STARTS if task.people <= SMALL else 1
    closeness = _closeness(task, (task.low + task.high) // 2)
    best: Circles = []
    best_value, best_number = (-np.inf,) * 4, numbers[0]
    for done, (number, start) in enumerate(itertools.product(numbers, range(starts))):
        task.progress("circles", done, len(numbers) * starts + 1)
        found = _annealed(task, closeness, number, start, share if len(numbers) > 1 or starts > 1 else 1.0)
        value = measure(task, found)
        if _is_better(value, best_value):
            best, best_value, best_number = found, value, number
    if len(numbers) > 1 and share < 1.0:
        found = _annealed(task, closeness, best_number, 0, 1.0)
        if _is_better(measure(task, found), best_value):
            best = found
    return best


def _weakest_again(task: Task, circles: Circles, share: float, start: int) -> Circles:
    """The weakest circles dissolved and made anew, with those who have none, if that is better.

    Swaps one by one can't undo two circles that hold half of one another; made anew among a few, they come right.
    """
    order = sorted(range(len(circles)), key=lambda c: (fit_of(task, *circles[c]) / len(circles[c][0]), c))
    chosen = sorted(order[: max(2, math.ceil(share * len(circles)))])
    if len(chosen) < 2:
        return circles
    old = [circles[c] for c in chosen]
    placed = {p for people, _ in circles for p in people}
    inside = sorted({p for people, _ in old for p in people} | (set(range(task.people)) - placed))
    leads = Counter(k for _, leaders in old for k in leaders)
    at = [*inside, *sorted(leads)]
    place = {k: n for n, k in enumerate(at)}
    together = [(place[int(a)], place[int(b)]) for a, b in task.together if int(a) in place and int(b) in place]
    part = replace(
        task,
        fit=task.fit[np.ix_(at, at)],
        allowed=task.allowed[np.ix_(at, at)],
        people=len(inside),
        leads=np.array([leads[k] for k in sorted(leads)], dtype=np.int64),
        together=np.array(together, dtype=np.int64).reshape(-1, 2),
        members_of=np.ascontiguousarray(task.members_of[:, inside]),
    )
    found = _annealed(part, _closeness(part, (task.low + task.high) // 2), len(old), start + STARTS, 1.0)
    new = [([at[p] for p in people], [at[k] for k in leaders]) for people, leaders in found]
    rest = [circles[c] for c in range(len(circles)) if c not in set(chosen)]
    return sorted([*rest, *new]) if _is_better(measure(task, new), measure(task, old)) else circles


def _annealed(task: Task, closeness: FloatArray, number: int, start: int, share: float) -> Circles:
    from . import circling

    people, units = task.people, task.units
    at = np.concatenate([np.arange(people), units])
    fit = np.ascontiguousarray(task.fit[np.ix_(at, at)])
    hard = np.where(task.allowed[np.ix_(at, at)], 0.0, -BROKEN)
    hard[task.together[:, 0], task.together[:, 1]] += FIXED
    hard[task.together[:, 1], task.together[:, 0]] += FIXED
    state = np.array(
        [(task.seed * 0x9E3779B97F4A7C15 + (start + 1) * 0xD1B54A32D192ED03 + number) % 2**64 or 1], np.uint64
    )
    for _ in range(8):
        circling._next(state)
    near_fit = np.where(np.isneginf(closeness), 0.0, closeness)
    group = circling.seeds(near_fit, 10 * hard[:people, :people], people, number, task.high, task.low, state)
    leaders = _first_leaders(task, number)
    near = _near(closeness)
    known = task.fit[:people, :people][task.allowed[:people, :people]]
    spread = max(float(np.std(known)) if len(known) else 0.0, 1e-3) * 2.0 / max(1.0, people / number - 1)
    moves = int(task.rounds * share * people)
    circling.anneal(
        fit, hard, people, group, task.low, task.high, leaders, len(units), task.each,
        near, task.members_of, task.at_least, task.at_most, BROKEN, MISSED, PLACED,
        moves, 3.0 * spread, 0.03 * spread, state,
    )  # fmt: skip
    circles: Circles = [([], [int(units[u]) for u in leaders[c]]) for c in range(number)]
    for p, c in enumerate(group.tolist()):
        if c >= 0:
            circles[c][0].append(p)
    return _mended(task, circles)


def _first_leaders(task: Task, number: int) -> IntArray:
    """(circles, each) places of facilitators, nobody twice in one circle."""
    leaders = np.zeros((number, task.each), dtype=np.int64)
    if task.each:
        # Those with most places first, dealt round: the same facilitator's places fall into different circles.
        ends = np.cumsum(np.minimum(task.leads, number))
        starts = np.cumsum(task.leads) - task.leads
        order = np.argsort(-np.minimum(task.leads, number), kind="stable")
        dealt = [int(starts[k]) + n for k in order for n in range(int(min(task.leads[k], number)))]
        assert len(dealt) == int(ends[-1])
        for position, unit in enumerate(dealt[: number * task.each]):
            leaders[position % number, position // number] = unit
    return leaders


def _closeness(task: Task, size: int) -> FloatArray:
    """(people, people) how much each pair belongs together: their fit, and how many they both fit best.

    The second tells friends by chance from those of one circle where many scores are equal. It is a sum of whole numbers:
    no number of threads changes it.
    """
    people = task.people
    allowed = task.allowed[:people, :people]
    if not allowed.any():
        return np.full((people, people), -np.inf)
    fit = np.where(allowed, task.fit[:people, :people], -1.0)
    spread = max(float(np.std(fit[allowed])), 1e-3)
    close = np.where(allowed, (fit - fit[allowed].mean()) / spread, -np.inf)
    if people <= ALIKE_UP_TO:
        keep = min(2 * size, people - 1)
        least = np.partition(fit, people - keep, axis=1)[:, people - keep]
        best = ((fit >= least[:, None]) & allowed).astype(np.float32)
        common = (best @ best.T).astype(np.float64)
        np.fill_diagonal(common, 0.0)
        close += ALIKE * common / max(float(np.sqrt((common**2).mean())), 1e-3)
    return close


def _near(closeness: FloatArray) -> IntArray:
    """(people, k) who belongs with each most, among those allowed; -1 where there are fewer."""
    people = len(closeness)
    keep = min(NEAR, people - 1)
    if keep <= 0:
        return np.empty((people, 0), dtype=np.int64)
    best = np.argpartition(-closeness, keep - 1, axis=1)[:, :keep].astype(np.int64)
    best[np.isneginf(np.take_along_axis(closeness, best, axis=1))] = -1
    return np.sort(best, axis=1)


def _mended(task: Task, circles: Circles) -> Circles:
    """The same circles without what breaks a rule: people go who clash, and circles that are then too small."""
    kept: Circles = []
    alone = set(range(task.people))
    for people, leaders in circles:
        people, leaders = sorted(people), sorted(leaders)
        if len(set(leaders)) < len(leaders) or any(
            not task.allowed[a, b] for a, b in itertools.combinations(leaders, 2)
        ):
            continue
        while people:
            everybody = [*people, *leaders]
            clashes = (~task.allowed[np.ix_(people, everybody)]).sum(axis=1) - 1  # nobody is allowed with themself
            over = _over(task, people)
            if not clashes.any() and not over.any():
                break
            fits = task.fit[np.ix_(people, everybody)].sum(axis=1)
            worst = min(range(len(people)), key=lambda k: (-(clashes[k] + over[k]), fits[k], k))
            del people[worst]
        if len(people) >= task.low:
            kept.append((people, leaders))
            alone -= set(people)
    for p in sorted(alone):
        open_to = [
            c
            for c, (people, leaders) in enumerate(kept)
            if len(people) < task.high
            and task.allowed[p, [*people, *leaders]].all()
            and not _over(task, [*people, p]).any()
        ]
        if open_to:
            best = max(open_to, key=lambda c: (float(task.fit[p, [*kept[c][0], *kept[c][1]]].mean()), -c))
            kept[best] = (sorted([*kept[best][0], p]), kept[best][1])
    return sorted(kept)


def _over(task: Task, people: list[int]) -> IntArray:
    """For each of the people how many quotas that they belong to have too many in this circle."""
    found = np.zeros(len(people), dtype=np.int64)
    for row, most in zip(task.members_of, task.at_most):
        if most >= 0 and row[people].sum() > most:
            found += row[people]
    return found


# -- a bound for pools too large for a proof -----------------------------------------------------------------------------


def _bound(task: Task, reached: float) -> float:
    """No circles have a greater total fit: people share out as many links as the smallest circle has, at their dearest."""
    from . import circling

    links = float(task.low + task.each - 1)
    if links == 0:
        return 0.0
    leads = np.zeros(0)
    if task.each:
        # A circle of n people uses n of a facilitator's links, each of weight links / (n + each - 1).
        leads = task.leads * task.high * links / (task.high + task.each - 1)
    rounds = int(np.clip(PRICE_WORK / len(task.fit) ** 2, 10, 600))
    found = circling.bound_by_prices(task.fit, task.allowed, task.people, links, leads, reached, rounds)
    return min(float(found), float(task.most_people()))


# -- the proof for small pools: whole groups as columns ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Prices:
    """What a linear program over groups says: prices of people, of facilitators, of any circle; worth of earlier levels."""

    people: FloatArray
    leaders: FloatArray
    circle: float
    levels: FloatArray
    bound: float


class Master:
    """Groups as columns of a linear program; those that would gain by its prices come in, until none would.

    Then its value bounds all circles. If what was found doesn't reach it, all groups that could be part of something
    better go to a search by branching.
    """

    def __init__(self, task: Task, circles: Circles, teams: IntArray) -> None:
        self.task = task
        self.best = circles
        self.teams = teams
        self.columns: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[float, ...]] = {}
        self.fixed = np.zeros((task.people, task.people))
        self.fixed[task.together[:, 0], task.together[:, 1]] = 1.0
        self.fixed[task.together[:, 1], task.together[:, 0]] = 1.0
        self.kept_levels: list[tuple[int, float]] = []
        for people, leaders in circles:
            self._add(people, leaders)

    def _add(self, people: list[int], leaders: list[int]) -> None:
        key = tuple(sorted(people)), tuple(sorted(leaders))
        if key not in self.columns:
            self.columns[key] = measure(self.task, [(list(key[0]), list(key[1]))])

    def run(self, most: float) -> Answer:
        """Level by level, each kept while the next is sought."""
        task = self.task
        known = [float(len(task.together)), most, 0.0, np.inf]
        bounds = []
        for level in range(4):
            value = measure(task, self.best)[level]
            bound = known[level] if known[level] <= value + ROUNDING else self._optimize(level, known[level])
            value = measure(task, self.best)[level]
            bounds.append(max(bound, value))
            self.kept_levels.append((level, value - (ROUNDING if level == 3 else 0.0)))
        return Answer(self.best, bounds[1], bounds[3])

    def _optimize(self, level: int, known: float) -> float:
        bound, top = known, 0.0
        prices = None
        for round_number in range(MOST_ROUNDS):
            self.task.progress(LEVELS[level], round_number, round_number + 1)
            prices = self._relaxed(level)
            top, found, teams, _ = self._price(level, prices, 1e-9, each_best=True)
            bound = min(bound, self._rounded(level, prices.bound + self.task.most_circles * max(0.0, top)))
            fresh = len(self.columns)
            for row, team in zip(found, teams):
                if team >= 0:
                    self._add([int(p) for p in row if p >= 0], [int(k) for k in self.teams[team]])
            if len(self.columns) == fresh or bound <= measure(self.task, self.best)[level] + ROUNDING:
                break
        value = measure(self.task, self.best)[level]
        if bound <= value + ROUNDING * max(1.0, value) or prices is None:
            return max(bound, value)
        # A group in something better gains at least what this leaves of the distance, if all others gain the most.
        distance = prices.bound + (self.task.most_circles - 1) * max(0.0, top) - value
        return min(bound, self._branch(level, bound, prices, distance))

    @staticmethod
    def _rounded(level: int, bound: float) -> float:
        return bound if level == 3 else float(np.floor(bound + 1e-6))

    def _rows(self, level: int) -> tuple[FloatArray, csr_matrix, FloatArray]:
        """The program over the columns at hand: worth, rows, limits."""
        task = self.task
        keys, worth = list(self.columns), np.array(list(self.columns.values())).reshape(-1, 4)
        in_circle = [(row, k) for k, (people, leaders) in enumerate(keys) for row in (*people, *leaders)]
        rows, cols = np.array(in_circle, dtype=np.int64).reshape(-1, 2).T
        first = csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(task.fit), len(keys)))
        # Fractions would make more circles than whole ones can be.
        further = [np.ones(len(keys)), *(-worth[:, earlier] for earlier, _ in self.kept_levels)]
        matrix = vstack([first, csr_matrix(np.array(further))], format="csr")
        limits = np.concatenate(
            [
                np.ones(task.people),
                task.leads.astype(np.float64),
                [float(task.most_circles)],
                [-value for _, value in self.kept_levels],
            ]
        )
        return worth[:, level], matrix, limits

    def _relaxed(self, level: int) -> Prices:
        worth, matrix, limits = self._rows(level)
        people, everybody = self.task.people, len(self.task.fit)
        if len(worth) == 0:
            return Prices(np.zeros(people), np.zeros(everybody - people), 0.0, np.zeros(len(self.kept_levels)), 0.0)
        answer = linprog(-worth * SCALE, A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
        if answer.status != 0:
            raise RuntimeError(f"the linear program stopped: {answer.message}")
        price = np.maximum(0.0, -np.asarray(answer.ineqlin.marginals)) / SCALE
        circle = float(price[everybody])
        return Prices(price[:people], price[people:everybody], circle, price[everybody + 1 :], float(limits @ price))

    def _price(
        self, level: int, prices: Prices, least: float, *, each_best: bool
    ) -> tuple[float, IntArray, IntArray, int]:
        from . import circling

        task = self.task
        worth = np.zeros(4)
        worth[level] = 1.0
        for (earlier, _), price in zip(self.kept_levels, prices.levels):
            worth[earlier] += price
        team_price = prices.leaders[self.teams - task.people].sum(axis=1) + prices.circle
        found: tuple[float, IntArray, IntArray, int] = circling.price_groups(
            task.fit, task.allowed, task.people, task.low, min(task.high, task.people), self.teams, task.members_of,
            task.at_least, task.at_most, self.fixed, worth, prices.people, team_price, least,
            MOST_IN_SEARCH, int(each_best),
        )  # fmt: skip
        return found

    def _branch(self, level: int, bound: float, prices: Prices, distance: float) -> float:
        """Search among all groups that could be part of something better than ``best``; returns the bound then proved."""
        _, found, teams, count = self._price(level, prices, -distance - 1e-7, each_best=False)
        if count > MOST_IN_SEARCH:
            return bound
        for row, team in zip(found[:count], teams[:count]):
            self._add([int(p) for p in row if p >= 0], [int(k) for k in self.teams[team]])
        worth, matrix, limits = self._rows(level)
        if len(worth) == 0:
            return 0.0
        answer = milp(
            -worth * SCALE,
            integrality=np.ones(len(worth)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, -np.inf, limits),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )
        reached = getattr(answer, "mip_dual_bound", None)
        if answer.x is not None:
            keys = list(self.columns)
            chosen = sorted((list(keys[k][0]), list(keys[k][1])) for k in np.flatnonzero(answer.x > 0.5))
            if _is_better(measure(self.task, chosen), measure(self.task, self.best)):
                self.best = chosen
        value = measure(self.task, self.best)[level]
        if reached is None or not np.isfinite(reached):
            return bound
        return max(value, self._rounded(level, -float(reached) / SCALE))
