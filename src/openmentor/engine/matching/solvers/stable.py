"""Matchings in which no two people would both rather have each other (Gale and Shapley 1962, with places)."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np

from ..problem import BoolArray, FloatArray, IntArray, Problem, Progress
from ..remarks import unmatched, unmet
from ..result import Level, Options, Result
from .branching import solve_without_collisions
from .core import EMPTY_PAIRS, Core, seeded_order
from .exact import most

TRIES = 40
"""Where two might be paired both ways: how many choices are tried of the pairs that give way."""
LEVELS = {"served": "served", "filled": "filled", "total": "total fit"}
Pair = tuple[int, int]


def likings(problem: Problem) -> tuple[FloatArray, FloatArray]:
    """How much each mentor likes each mentee, and each mentee each mentor, (mentors, mentees); more is better.

    From ranked lists, else both from the score. NaN where a pair can't be.
    """
    possible = ~np.isnan(_open_scores(problem))
    if problem.preferences is None:
        both = np.where(possible, problem.scores, np.nan)
        return both, both
    mentor = np.full(problem.shape, np.nan)
    mentee = np.full(problem.shape, np.nan)
    for i, wishes in enumerate(problem.preferences.mentors):
        mentor[i, list(wishes)] = -np.arange(len(wishes), dtype=np.float64)
    for j, wishes in enumerate(problem.preferences.mentees):
        mentee[list(wishes), j] = -np.arange(len(wishes), dtype=np.float64)
    return np.where(possible, mentor, np.nan), np.where(possible, mentee, np.nan)


def _open_scores(problem: Problem) -> FloatArray:
    """Scores of the pairs that no rule, gate or lack of places forbids; NaN elsewhere."""
    scores = problem.admissible().copy()
    scores[[*problem.gated_mentors, *problem.absent_mentors]] = np.nan
    scores[:, [*problem.gated_mentees, *problem.absent_mentees]] = np.nan
    scores[problem.mentor_capacity == 0] = np.nan
    scores[:, problem.mentee_demand == 0] = np.nan
    return scores


def blocking_pairs(problem: Problem, pairs: IntArray) -> tuple[tuple[int, int], ...]:
    """Possible pairs, not made, of whom each has room for the other or would rather have them than one of theirs.

    Forced pairs are not given up for it, and nobody exceeds a quota, is paired both ways or in both roles if one is all they may have.
    """
    mentor_likes, mentee_likes = likings(problem)
    mentors, mentees = problem.shape
    fixed = {(int(i), int(j)) for i, j in problem.forced}
    made = [(int(i), int(j)) for i, j in pairs]
    worst_mentee = np.where(np.bincount(pairs[:, 0], minlength=mentors) < problem.mentor_capacity, -np.inf, np.inf)
    worst_mentor = np.where(np.bincount(pairs[:, 1], minlength=mentees) < problem.mentee_demand, -np.inf, np.inf)
    has_room = worst_mentor == -np.inf
    for i, j in made:
        if (i, j) not in fixed:
            worst_mentee[i] = min(worst_mentee[i], mentor_likes[i, j])
            worst_mentor[j] = min(worst_mentor[j], mentee_likes[i, j])
    better = (mentor_likes > worst_mentee[:, None]) & (mentee_likes > worst_mentor[None, :])
    if made:
        better[pairs[:, 0], pairs[:, 1]] = False
    back, made_already = _way_back(problem), set(made)
    partners: dict[int, list[int]] = {}
    for i, j in made:
        partners.setdefault(j, []).append(i)
    found = []
    if problem.one_role:
        twins = problem.twins()
        better[twins[np.isin(twins[:, 1], pairs[:, 1]), 0]] = False
        better[:, twins[np.isin(twins[:, 0], pairs[:, 0]), 1]] = False
    for i, j in np.argwhere(better).tolist():
        if back((i, j)) in made_already:
            continue
        if _fits(
            problem, i, partners.get(j, []), bool(has_room[j]), mentee_likes[:, j], {a for a, b in fixed if b == j}
        ):
            found.append((i, j))
    return tuple(found)


def _fits(problem: Problem, mentor: int, theirs: list[int], has_room: bool, likes: FloatArray, fixed: set[int]) -> bool:
    """Whether a mentee can take ``mentor`` within the quotas, giving up at most one they like less."""
    rules = [rule for rule in problem.quotas if rule.at_most >= 0]
    if not rules:
        return True
    choices: list[int | None] = [each for each in theirs if each not in fixed and likes[each] < likes[mentor]]
    if has_room:
        choices.append(None)
    for gone in choices:
        then = [each for each in theirs if each != gone] + [mentor]
        if all(np.isin(then, rule.members).sum() <= rule.at_most for rule in rules):
            return True
    return False


def _way_back(problem: Problem) -> Callable[[Pair], Pair | None]:
    """What gives for a pair of people who are both the pair that would match them the other way round."""
    as_mentee = {int(i): int(j) for i, j in problem.twins()}
    as_mentor = {j: i for i, j in as_mentee.items()}

    def back(pair: Pair) -> Pair | None:
        mentor, mentee = as_mentor.get(pair[1]), as_mentee.get(pair[0])
        return None if mentor is None or mentee is None else (mentor, mentee)

    return back


def stable_match(problem: Problem, options: Options, progress: Progress) -> Result:
    """The stable matching that is best for mentees ('stable_mentees') or for mentors ('stable_mentors').

    Forced pairs are made first, as many as can be, and kept; who asks for more than one takes the best that the quotas
    allow. Equals come in the order that the seed decides. Where nobody is indifferent, every stable matching serves the same
    people and fills the same places. Minimums aren't aimed for: what is missed stands in ``unmet``. Where two would be paired
    both ways, one of both pairs is ruled out, and all is done again: first the one with the lower score, and as long as it is
    missed, the other. That, forced pairs and quotas that overlap may leave blocking pairs, which the first level counts.
    """
    wishes = Wishes(problem, options.seed)
    fixed = _forced(problem, options, progress)
    mentees_propose = options.aim == "stable_mentees"
    pairs = _array(_fewest_blocking(wishes, fixed, mentees_propose, lambda: progress(options.aim, 0, 1)))
    scores = problem.scores[pairs[:, 0], pairs[:, 1]]
    values = {
        "blocking": float(len(blocking_pairs(problem, pairs))),
        "served": float(len(np.unique(pairs[:, 1]))),
        "filled": float(len(pairs)),
        "total fit": math.fsum(scores),
    }
    if values["blocking"] == 0 and wishes.are_decisive(fixed):
        other = _array(_propose(wishes, not mentees_propose, wishes.possible, fixed))
        bounds = {**values, "total fit": _best_between(wishes, pairs, other, options, progress)}
    else:
        core = Core.of(problem, EMPTY_PAIRS, 0.0, options.seed, progress, options.memory_mb)
        bounds = {"blocking": 0.0, **{told: most(core, name) for name, told in LEVELS.items()}}
    return Result(
        problem=problem,
        options=options,
        pairs=pairs,
        scores=scores,
        levels=tuple(_level(name, value, bounds[name]) for name, value in values.items()),
        unmet=unmet(problem, pairs, wishes_first=True),
        unmatched=unmatched(problem, pairs),
        prices=np.full(problem.shape[0], np.nan),
    )


def _level(name: str, value: float, bound: float) -> Level:
    if name == "blocking":
        return Level(name, value, bound)
    # What lies within the rounding of the sums is no gap.
    return Level(name, value, value if bound - value <= 1e-9 * max(1.0, value) else bound)


def _array(pairs: Iterable[Pair]) -> IntArray:
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


class Wishes:
    """Whom each would rather have.

    possible                   (mentors, mentees) pairs that both can be in.
    mentor_rank, mentee_rank   each one's places of the other side, best first; equals as the seed decides.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.likes = likings(problem)
        self.possible = ~np.isnan(self.likes[0]) & ~np.isnan(self.likes[1])
        mentors = seeded_order(problem.mentor_ids, problem.shape[0], seed)
        mentees = seeded_order(problem.mentee_ids, problem.shape[1], seed)
        self.mentor_rank = _ranks(self.likes[0], mentees)
        self.mentee_rank = _ranks(self.likes[1].T, mentors)
        self.mentor_at, self.mentee_at = np.argsort(mentors), np.argsort(mentees)

    def order(self, pair: Pair) -> tuple[float, int, int]:
        """By score, equals as the seed decides."""
        i, j = pair
        return float(self.problem.scores[pair]), int(self.mentor_at[i]), int(self.mentee_at[j])

    def are_decisive(self, fixed: set[Pair]) -> bool:
        """Whether all stable matchings serve the same people: nobody is indifferent, or can be paired both ways, all forced
        pairs are made, and quotas nest."""
        problem = self.problem
        for likes in (self.likes[0], self.likes[1].T):
            in_order = np.sort(likes, axis=1)  # what can't be comes last, and equals nothing
            if (in_order[:, 1:] == in_order[:, :-1]).any():
                return False
        twins = problem.twins()
        among = self.possible[np.ix_(twins[:, 0], twins[:, 1])]
        if (among & among.T).any():
            return False
        if any(self.possible[i, j] and (int(i), int(j)) not in fixed for i, j in problem.forced):
            return False
        groups = [set(rule.members.tolist()) for rule in problem.quotas if rule.at_most >= 0]
        return all(a <= b or b <= a or not a & b for a, b in combinations(groups, 2))


def _fewest_blocking(
    wishes: Wishes, fixed: set[Pair], mentees_propose: bool, progress: Callable[[], None]
) -> set[Pair]:
    """The matching with the fewest blocking pairs, of some in which nobody is paired both ways: it mostly has none."""
    back = _way_back(wishes.problem)

    def uncrossed(out: frozenset[Pair]) -> tuple[set[Pair], frozenset[Pair]]:
        """What comes out without the pairs ``out``, and without those that had to give way besides."""
        while True:
            progress()
            possible = wishes.possible.copy()
            for pair in out:
                possible[pair] = False
            pairs = _propose(wishes, mentees_propose, possible, fixed)
            both_ways = [(pair, other) for pair in pairs if (other := back(pair)) in pairs and other is not None]
            lower = {min(two, key=lambda pair: (pair in fixed, wishes.order(pair))) for two in both_ways} - fixed
            if not lower:
                return pairs, out
            out |= lower

    best: set[Pair] = set()
    fewest = math.inf
    seen = {frozenset[Pair]()}
    open_choices = deque(seen)
    for _ in range(TRIES):
        if not open_choices:
            break
        pairs, out = uncrossed(open_choices.popleft())
        seen.add(out)
        blocking = blocking_pairs(wishes.problem, _array(pairs))
        if len(blocking) < fewest:
            best, fewest = pairs, len(blocking)
        if not blocking:
            break
        for pair in sorted(out.intersection(blocking), key=wishes.order):
            other = back(pair)
            if other is not None and other not in fixed:
                choice = out - {pair} | {other}
                if choice not in seen:
                    seen.add(choice)
                    open_choices.append(choice)
    return best


def _best_between(wishes: Wishes, one: IntArray, other: IntArray, options: Options, progress: Progress) -> float:
    """No stable matching has a greater total fit, where ``one`` is the best for one side and ``other`` for the other.

    In every stable matching everybody has as many as in these, and nobody better or worse than those in one of them.
    """
    problem = wishes.problem
    if np.array_equal(one, other):
        return math.fsum(problem.scores[one[:, 0], one[:, 1]])
    both = np.concatenate([one, other])
    possible = wishes.possible.copy()
    for side, rank in enumerate((wishes.mentor_rank, wishes.mentee_rank)):
        who, places = both[:, side], rank[both[:, side], both[:, 1 - side]]
        best, worst = np.full(len(rank), rank.shape[1]), np.full(len(rank), -1)
        np.minimum.at(best, who, places)
        np.maximum.at(worst, who, places)
        between = (rank >= best[:, None]) & (rank <= worst[:, None])
        possible &= between if side == 0 else between.T
    narrow = problem.changed(
        _held=np.where(possible, problem.scores, np.nan),
        mentor_capacity=np.bincount(one[:, 0], minlength=problem.shape[0]),
        mentee_demand=np.bincount(one[:, 1], minlength=problem.shape[1]),
    )
    return most(Core.of(narrow, EMPTY_PAIRS, 0.0, options.seed, progress, options.memory_mb), "total")


def _forced(problem: Problem, options: Options, progress: Progress) -> set[tuple[int, int]]:
    """As many forced pairs as can be made together."""
    if len(problem.forced) == 0:
        return set()
    core = Core.of(problem, EMPTY_PAIRS, 0.0, options.seed, progress, options.memory_mb)
    if 0 in core.shape or len(core.forced) == 0:
        return set()
    only = np.full(core.scores.shape, np.nan)
    only[core.forced[:, 0], core.forced[:, 1]] = core.scores[core.forced[:, 0], core.forced[:, 1]]
    pairs = solve_without_collisions(core.without(only), ["forced"], None, EMPTY_PAIRS)
    return {(int(core.rows[i]), int(core.columns[j])) for i, j in pairs}


def _ranks(likes: FloatArray, order: IntArray) -> IntArray:
    """Each row's places of the columns, best first; equals by ``order``. What is NaN comes last."""
    keys = np.nan_to_num(-likes[:, order], nan=np.inf)
    best = order[np.argsort(keys, axis=1, kind="stable")] if likes.size else np.zeros(likes.shape, dtype=np.int64)
    ranks = np.empty(likes.shape, dtype=np.int64)
    np.put_along_axis(ranks, best, np.broadcast_to(np.arange(likes.shape[1]), likes.shape), axis=1)
    return ranks


def _propose(wishes: Wishes, mentees_propose: bool, possible: BoolArray, fixed: set[Pair]) -> set[Pair]:
    """Deferred acceptance: one side asks in order of its wishes, the other holds the best so far."""
    problem = wishes.problem
    mentors = Chooser(problem.mentor_capacity, wishes.mentor_rank, (), {})
    rules = [{int(i): rule.at_most for i in rule.members} for rule in problem.quotas if rule.at_most >= 0]
    mentees = Chooser(problem.mentee_demand, wishes.mentee_rank, rules, {})
    for i, j in fixed:
        mentors.fixed.setdefault(i, set()).add(j)
        mentees.fixed.setdefault(j, set()).add(i)
    asking, asked = (mentees, mentors) if mentees_propose else (mentors, mentees)
    can_ask = possible.T if mentees_propose else possible
    in_turn = [
        [int(each) for each in np.argsort(asking.rank[who], kind="stable") if can_ask[who, each]]
        for who in range(len(can_ask))
    ]
    refused: list[set[int]] = [set() for _ in in_turn]
    held: list[set[int]] = [set(asked.fixed.get(who, ())) for who in range(len(asked.rank))]
    holds_me: list[set[int]] = [set(asking.fixed.get(who, ())) for who in range(len(in_turn))]
    start = [0] * len(in_turn)  # those before it have refused
    queue = deque(range(len(in_turn)))
    while queue:
        who = queue.popleft()
        while start[who] < len(in_turn[who]) and in_turn[who][start[who]] in refused[who]:
            start[who] += 1
        left = (in_turn[who][k] for k in range(start[who], len(in_turn[who])))
        wanted = asking.choose(who, (each for each in left if each not in refused[who]))
        for each in wanted - holds_me[who]:
            keep = asked.choose(each, sorted(held[each] | {who}, key=lambda other: int(asked.rank[each, other])))
            for gone in (held[each] | {who}) - keep:
                refused[gone].add(each)
                holds_me[gone].discard(each)
                queue.append(gone)
            held[each] = keep
            if who in keep:
                holds_me[who].add(each)
    pairs = {(who, other) for who, others in enumerate(holds_me) for other in others}
    return {(other, who) for who, other in pairs} if mentees_propose else pairs


class Chooser:
    """Picks for each person of one side the best of the other: fixed ones first, within places and quotas."""

    def __init__(
        self, places: IntArray, rank: IntArray, quotas: Sequence[dict[int, int]], fixed: dict[int, set[int]]
    ) -> None:
        self.places = places
        self.rank = rank
        self.quotas = quotas
        self.fixed = fixed

    def choose(self, who: int, candidates: Iterable[int]) -> set[int]:
        """The best of ``candidates``, which come best first."""
        chosen = set(self.fixed.get(who, ()))
        used = Counter(k for k, quota in enumerate(self.quotas) for each in chosen if each in quota)
        for each in candidates:
            if len(chosen) >= self.places[who]:
                break
            inside = [k for k, quota in enumerate(self.quotas) if each in quota]
            if each not in chosen and all(used[k] < self.quotas[k][each] for k in inside):
                chosen.add(each)
                used.update(inside)
        return chosen
