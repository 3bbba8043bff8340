"""A result beside other pairs: a hand-made list, a greedy one, an earlier run."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .parity import least_rate
from .problem import FloatArray, IntArray, Problem, pairs_of
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
    """A rule that the other pairs break: 'rule', 'mentor_places', 'mentee_places', 'both_ways' or 'quota'."""

    kind: Literal["rule", "mentor_places", "mentee_places", "both_ways", "quota"]
    mentor: int | None
    mentee: int | None
    text: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result and other pairs, side by side.

    levels   the aim's levels. ``gains``: who does better in the result, most first; ``losses``: who does worse.
    breaks   rules that the other pairs break; what breaks a rule has no score and adds nothing to their total.
    shared   pairs in both; ``moves``: what ends and what begins on the way from the other pairs to the result.
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
    theirs = pairs_of(given, *problem.shape, "other_pairs")
    values = level_values(problem, theirs)
    if result.options.parity is not None:
        values["parity"] = least_rate(problem, result.options.parity, theirs)
    if any(level.name == "blocking" for level in result.levels):
        from .solvers.stable import blocking_pairs

        values["blocking"] = float(len(blocking_pairs(problem, theirs)))
    changes = [*_changes(problem, result.pairs, theirs, "mentor"), *_changes(problem, result.pairs, theirs, "mentee")]
    ours_served, theirs_served = set(result.pairs[:, 1].tolist()), set(theirs[:, 1].tolist())
    moved = moves(theirs, result.pairs)
    return Comparison(
        levels=tuple(LevelPair(each.name, each.value, values[each.name], each.bound) for each in result.levels),
        gains=tuple(sorted((c for c in changes if c.difference > 1e-12), key=lambda c: -c.difference)),
        losses=tuple(sorted((c for c in changes if c.difference < -1e-12), key=lambda c: c.difference)),
        breaks=tuple(_breaks(problem, theirs)),
        shared=len(theirs) - sum(each.kind == "ends" for each in moved),
        moves=moved,
        only_ours=tuple(sorted(ours_served - theirs_served)),
        only_theirs=tuple(sorted(theirs_served - ours_served)),
    )


def level_values(problem: Problem, pairs: IntArray) -> dict[str, float]:
    """What any pairs reach at each level; one that breaks a rule has no score and counts 0."""
    scores = np.nan_to_num(_fits(problem, pairs))
    return {
        "served": float(len(np.unique(pairs[:, 1]))),
        "filled": float(len(pairs)),
        "least score": float(scores.min()) if len(scores) else 0.0,
        "total fit": math.fsum(scores),
    }


def _fits(problem: Problem, pairs: IntArray) -> FloatArray:
    """(k,) scores of the pairs, NaN for those that may not be."""
    scores = problem.scores_of(pairs).copy()
    banned = {(int(i), int(j)) for i, j in np.concatenate([problem.forbidden, problem.twins()])}
    scores[[(int(i), int(j)) in banned for i, j in pairs]] = np.nan
    return scores


def _changes(problem: Problem, ours: IntArray, theirs: IntArray, side: Side) -> list[Change]:
    column, count = (0, problem.shape[0]) if side == "mentor" else (1, problem.shape[1])
    fit = []
    for pairs in (ours, theirs):
        scores = np.nan_to_num(_fits(problem, pairs))
        fit.append(np.bincount(pairs[:, column], weights=scores, minlength=count))
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
    for k, quota in enumerate(problem.quotas):
        count_of = Counter(j for i, j in made if i in set(quota.members.tolist()))
        for j, count in sorted(count_of.items()):
            if 0 <= quota.at_most < count:
                text = f"{problem.name('mentee', j)} has {count} mentors of group {k + 1}; {quota.at_most} are allowed."
                found.append(Broken("quota", None, j, text))
    return found
