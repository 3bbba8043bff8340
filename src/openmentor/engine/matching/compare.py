"""A result beside other pairs: a hand-made list, a greedy one, an earlier run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .parity import least_rate
from .problem import IntArray, Problem, pairs_of
from .result import Move, Result, Side
from .whynot import moves


@dataclass(frozen=True)
class LevelPair:
    """One level of the aim: what the result reaches, what the other pairs reach, and the result's proved bound."""

    name: str
    ours: float
    theirs: float
    bound: float


@dataclass(frozen=True)
class Change:
    """Somebody whose fit differs: the sum of the scores of their pairs in the result, and in the other list."""

    side: Side
    index: int
    ours: float
    theirs: float

    @property
    def difference(self) -> float:
        """Above 0 who does better in the result."""
        return self.ours - self.theirs


@dataclass(frozen=True)
class Broken:
    """A rule that the other pairs break: 'rule', 'mentor_places', 'mentee_places', 'both_ways', 'both_roles' or 'quota'."""

    kind: Literal["rule", "mentor_places", "mentee_places", "both_ways", "both_roles", "quota"]
    mentor: int | None
    mentee: int | None
    text: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result and other pairs, side by side.

    Of the other pairs only those that keep the rules count: whoever has too many, or somebody both ways, keeps the best of them. So the
    first level's bound holds for them too, unless they leave out what was asked (fixed pairs, minimums, quotas), which comes before it.

    levels   the aim's levels. ``gains``: who does better in the result, most first; ``losses``: who does worse.
    breaks   rules that the other pairs break.
    shared   pairs in both; ``moves``: what ends and what begins on the way from the other pairs, as given, to the result.
    only_ours, only_theirs   mentees who have somebody in one of the two alone.
    """

    levels: tuple[LevelPair, ...]
    gains: tuple[Change, ...]
    losses: tuple[Change, ...]
    breaks: tuple[Broken, ...]
    shared: int
    moves: tuple[Move, ...]
    only_ours: tuple[int, ...]
    only_theirs: tuple[int, ...]


def compare(problem: Problem, result: Result, other_pairs: Any) -> Comparison:
    """``result`` beside ``other_pairs``: a result, an array (k, 2) or a list of (mentor, mentee), in any order.

    Raises InvalidProblem if a pair names somebody who isn't there. A pair given twice counts once.
    """
    given = other_pairs.pairs if isinstance(other_pairs, Result) else other_pairs
    given = pairs_of(given, *problem.shape, "other_pairs")
    breaks = _breaks(problem, given)
    theirs = _keeping_rules(problem, given, breaks)
    values = level_values(problem, theirs)
    if result.options.parity is not None:
        values["parity"] = least_rate(problem, result.options.parity, theirs)
    if any(level.name == "blocking" for level in result.levels):
        from .solvers.stable import blocking_pairs

        values["blocking"] = float(len(blocking_pairs(problem, theirs)))
    changes = [*_changes(problem, result.pairs, theirs, "mentor"), *_changes(problem, result.pairs, theirs, "mentee")]
    ours_served, theirs_served = set(result.pairs[:, 1].tolist()), set(theirs[:, 1].tolist())
    moved = moves(given, result.pairs)
    return Comparison(
        levels=tuple(LevelPair(each.name, each.value, values[each.name], each.bound) for each in result.levels),
        gains=tuple(sorted((c for c in changes if c.difference > 1e-12), key=lambda c: -c.difference)),
        losses=tuple(sorted((c for c in changes if c.difference < -1e-12), key=lambda c: c.difference)),
        breaks=tuple(breaks),
        shared=len(given) - sum(each.kind == "ends" for each in moved),
        moves=moved,
        only_ours=tuple(sorted(ours_served - theirs_served)),
        only_theirs=tuple(sorted(theirs_served - ours_served)),
    )


def level_values(problem: Problem, pairs: IntArray) -> dict[str, float]:
    """What pairs that keep the rules reach at each level."""
    scores = problem.scores_of(pairs)
    return {
        "served": float(len(np.unique(pairs[:, 1]))),
        "filled": float(len(pairs)),
        "least score": float(scores.min()) if len(scores) else 0.0,
        "total fit": math.fsum(scores),
    }


def _keeping_rules(problem: Problem, pairs: IntArray, breaks: Sequence[Broken]) -> IntArray:
    """The pairs without those that a rule forbids; of those that break one together the best, equals by index."""
    if not breaks:
        return pairs
    forbidden = {(each.mentor, each.mentee) for each in breaks if each.kind == "rule"}
    pairs = np.array([pair for pair in pairs.tolist() if tuple(pair) not in forbidden], dtype=np.int64).reshape(-1, 2)
    twins = problem.twins().tolist()
    as_mentee, as_mentor = dict(twins), {j: i for i, j in twins}
    groups = [(set(rule.members.tolist()), rule.at_most) for rule in problem.quotas if rule.at_most >= 0]
    per_mentor: Counter[int] = Counter()
    theirs: dict[int, list[int]] = {}
    kept = set()
    for i, j in pairs[np.argsort(-problem.scores_of(pairs), kind="stable")].tolist():
        mine = theirs.setdefault(j, [])
        has_room = per_mentor[i] < problem.mentor_capacity[i] and len(mine) < problem.mentee_demand[j]
        within = all(sum(each in members for each in [*mine, i]) <= most for members, most in groups if i in members)
        if has_room and within and (as_mentor.get(j), as_mentee.get(i)) not in kept:
            kept.add((i, j))
            per_mentor[i] += 1
            mine.append(i)
    return np.array(sorted(kept), dtype=np.int64).reshape(-1, 2)


def _changes(problem: Problem, ours: IntArray, theirs: IntArray, side: Side) -> list[Change]:
    column, count = (0, problem.shape[0]) if side == "mentor" else (1, problem.shape[1])
    fit = [np.bincount(each[:, column], weights=problem.scores_of(each), minlength=count) for each in (ours, theirs)]
    return [Change(side, int(k), float(fit[0][k]), float(fit[1][k])) for k in np.flatnonzero(fit[0] != fit[1])]


def _breaks(problem: Problem, pairs: IntArray) -> list[Broken]:
    found: list[Broken] = []
    made = [(int(i), int(j)) for i, j in pairs]
    for i, j in made:
        rule = problem.rule(i, j)
        if rule is not None and rule not in ("places", "quota"):
            text = f"{problem.name('mentor', i)} and {problem.name('mentee', j)} may not be paired: {rule}."
            found.append(Broken("rule", i, j, text))
    for i, count in sorted(Counter(i for i, _ in made).items()):
        if count > problem.mentor_capacity[i]:
            text = f"{problem.name('mentor', i)} has {count} mentees and {problem.mentor_capacity[i]} places."
            found.append(Broken("mentor_places", i, None, text))
    for j, count in sorted(Counter(j for _, j in made).items()):
        if count > problem.mentee_demand[j]:
            text = f"{problem.name('mentee', j)} has {count} mentors and looks for {problem.mentee_demand[j]}."
            found.append(Broken("mentee_places", None, j, text))
    twins = [(int(i), int(j)) for i, j in problem.twins()]
    as_mentee, as_mentor = dict(twins), {j: i for i, j in twins}
    for i, j in made:
        back = (as_mentor.get(j, -1), as_mentee.get(i, -1))
        if back in made and (i, j) < back:
            text = f"{problem.name('mentor', i)} and {problem.name('mentee', j)} are paired both ways."
            found.append(Broken("both_ways", i, j, text))
    served = {j for _, j in made}
    for i in sorted({i for i, _ in made} & as_mentee.keys()) if problem.one_role else ():
        if as_mentee[i] in served:
            found.append(
                Broken("both_roles", i, as_mentee[i], f"{problem.name('mentor', i)} has a mentor and mentees.")
            )
    for k, quota in enumerate(problem.quotas):
        count_of = Counter(j for i, j in made if i in set(quota.members.tolist()))
        for j, count in sorted(count_of.items()):
            if 0 <= quota.at_most < count:
                text = f"{problem.name('mentee', j)} has {count} mentors of group {k + 1}; {quota.at_most} are allowed."
                found.append(Broken("quota", None, j, text))
    return found
