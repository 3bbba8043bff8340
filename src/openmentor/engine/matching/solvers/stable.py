"""Matchings in which no two people would both rather have each other (Gale and Shapley 1962, with places)."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence

import numpy as np

from ..problem import BoolArray, FloatArray, IntArray, Problem, Progress
from ..remarks import unmatched, unmet
from ..result import Level, Options, Result
from .branching import solve_without_collisions
from .core import EMPTY_PAIRS, Core, seeded_order


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

    Forced pairs are not given up for it, and nobody exceeds a quota or is paired both ways.
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
    back, made_already = _ways_back(problem), set(made)
    partners: dict[int, list[int]] = {}
    for i, j in made:
        partners.setdefault(j, []).append(i)
    found = []
    for i, j in np.argwhere(better).tolist():
        if back.get((i, j)) in made_already:
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


def _ways_back(problem: Problem) -> dict[tuple[int, int], tuple[int, int]]:
    """For each pair of people who are both, the pair that would match them the other way round."""
    twins = [(int(i), int(j)) for i, j in problem.twins()]
    return {(i, j): (k, h) for i, h in twins for k, j in twins if i != k}


def stable_match(problem: Problem, options: Options, progress: Progress) -> Result:
    """The stable matching that is best for mentees ('stable_mentees') or for mentors ('stable_mentors').

    Forced pairs are made first, as many as can be, and kept; who asks for more than one takes the best that the quotas
    allow. Every stable matching serves the same people and fills the same places. Minimums aren't aimed for: what is
    missed stands in ``unmet``. Where two would be paired both ways, the one with the lower score is ruled out, and all
    is done again; that, forced pairs and quotas that overlap may leave blocking pairs, which the first level counts.
    """
    mentor_likes, mentee_likes = likings(problem)
    fixed = _forced(problem, options, progress)
    mentor_rank = _ranks(mentor_likes, seeded_order(problem.mentee_ids, problem.shape[1], options.seed))
    mentee_rank = _ranks(mentee_likes.T, seeded_order(problem.mentor_ids, problem.shape[0], options.seed))
    possible = ~np.isnan(mentor_likes) & ~np.isnan(mentee_likes)
    back = _ways_back(problem)
    while True:
        progress(options.aim, 0, 1)
        pairs = _propose(problem, options.aim == "stable_mentees", mentor_rank, mentee_rank, possible, fixed)
        colliding = {
            min((pair, back[pair]), key=lambda each: (each in fixed, problem.scores[each], each))
            for pair in pairs
            if back.get(pair) in pairs
        }
        colliding -= fixed
        if not colliding:
            break
        for pair in colliding:
            possible[pair] = False
    array = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    scores = problem.scores[array[:, 0], array[:, 1]]
    values = {
        "blocking": float(len(blocking_pairs(problem, array))),
        "served": float(len(np.unique(array[:, 1]))),
        "filled": float(len(array)),
        "total fit": math.fsum(scores),
    }
    return Result(
        problem=problem,
        options=options,
        pairs=array,
        scores=scores,
        levels=tuple(Level(name, value, value) for name, value in values.items()),
        unmet=unmet(problem, array),
        unmatched=unmatched(problem, array),
        prices=np.full(problem.shape[0], np.nan),
    )


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


def _propose(
    problem: Problem,
    mentees_propose: bool,
    mentor_rank: IntArray,
    mentee_rank: IntArray,
    possible: BoolArray,
    fixed: set[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Deferred acceptance: one side asks in order of its wishes, the other holds the best so far."""
    mentors = Chooser(problem.mentor_capacity, mentor_rank, (), {})
    rules = [{int(i): rule.at_most for i in rule.members} for rule in problem.quotas if rule.at_most >= 0]
    mentees = Chooser(problem.mentee_demand, mentee_rank, rules, {})
    for i, j in fixed:
        mentors.fixed.setdefault(i, set()).add(j)
        mentees.fixed.setdefault(j, set()).add(i)
    asking, asked = (mentees, mentors) if mentees_propose else (mentors, mentees)
    can_ask = possible.T if mentees_propose else possible
    wishes = [
        [int(each) for each in np.argsort(asking.rank[who], kind="stable") if can_ask[who, each]]
        for who in range(len(can_ask))
    ]
    refused: list[set[int]] = [set() for _ in wishes]
    held: list[set[int]] = [set(asked.fixed.get(who, ())) for who in range(len(asked.rank))]
    holds_me: list[set[int]] = [set(asking.fixed.get(who, ())) for who in range(len(wishes))]
    start = [0] * len(wishes)  # those before it have refused
    queue = deque(range(len(wishes)))
    while queue:
        who = queue.popleft()
        while start[who] < len(wishes[who]) and wishes[who][start[who]] in refused[who]:
            start[who] += 1
        left = (wishes[who][k] for k in range(start[who], len(wishes[who])))
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
