"""Checks a result against its problem, from the definitions alone. Shares no code with what made it."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from .errors import Breach

if TYPE_CHECKING:
    from .problem import Problem
    from .result import Result

TOLERANCE = 1e-9
NAMES = {
    "total": ["total fit"],
    "coverage": ["served", "filled", "total fit"],
    "worst_off": ["served", "filled", "least score", "total fit"],
    "stable_mentees": ["blocking", "served", "filled", "total fit"],
    "stable_mentors": ["blocking", "served", "filled", "total fit"],
}


def verify(problem: Problem, result: Result) -> None:
    """None if every claim of ``result`` holds; raises ``Breach`` with the first that doesn't.

    Checked: the form of the pairs, hard rules, places both ways, oneself and both ways at once, forced pairs,
    minimums and quotas (but for what ``unmet`` names), each level's value from the scores, value at most bound, who
    is left over.
    """
    pairs = _pairs(problem, result)
    _rules(problem, pairs)
    _asked(problem, result, pairs)
    _levels(problem, result, pairs)
    _left_over(problem, result, pairs)


def _pairs(problem: Problem, result: Result) -> list[tuple[int, int]]:
    array = np.asarray(result.pairs)
    mentors, mentees = problem.scores.shape
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise Breach(f"pairs has shape {array.shape} of {array.dtype}; whole numbers of shape (k, 2) are needed")
    pairs = [(int(i), int(j)) for i, j in array]
    for before, after in itertools.pairwise(pairs):
        if not before < after:
            raise Breach(f"pairs are not sorted, or twice the same: {before} stands before {after}")
    for i, j in pairs:
        if not (0 <= i < mentors and 0 <= j < mentees):
            raise Breach(f"pair ({i}, {j}) names somebody who isn't there")
    scores = np.asarray(result.scores, dtype=np.float64)
    if scores.shape != (len(pairs),):
        raise Breach(f"there are {len(pairs)} pairs and {scores.size} scores")
    return pairs


def _rules(problem: Problem, pairs: list[tuple[int, int]]) -> None:
    forbidden = {(int(i), int(j)) for i, j in problem.forbidden}
    for i, j in pairs:
        if math.isnan(problem.scores[i, j]):
            raise Breach(f"pair ({i}, {j}) is not allowed")
        if (i, j) in forbidden:
            raise Breach(f"pair ({i}, {j}) is forbidden")
        if i in problem.gated_mentors or j in problem.gated_mentees:
            raise Breach(f"pair ({i}, {j}) has somebody who is held back")
    for i, taken in Counter(i for i, _ in pairs).items():
        if taken > problem.mentor_capacity[i]:
            raise Breach(f"mentor {i} has {taken} mentees and {problem.mentor_capacity[i]} places")
    for j, taken in Counter(j for _, j in pairs).items():
        if taken > problem.mentee_demand[j]:
            raise Breach(f"mentee {j} has {taken} mentors and looks for {problem.mentee_demand[j]}")
    if problem.mentor_ids is not None and problem.mentee_ids is not None:
        named = {(problem.mentor_ids[i], problem.mentee_ids[j]) for i, j in pairs}
        for mentor, mentee in sorted(named):
            if mentor == mentee:
                raise Breach(f"{mentor} is paired with themself")
            if (mentee, mentor) in named:
                raise Breach(f"{mentor} and {mentee} are paired both ways")
    for k, rule in enumerate(problem.quotas):
        members = {int(i) for i in rule.members}
        for j, taken in Counter(j for i, j in pairs if i in members).items():
            if 0 <= rule.at_most < taken:
                raise Breach(f"mentee {j} has {taken} mentors of quota {k}, at most {rule.at_most} are allowed")


def _asked(problem: Problem, result: Result, pairs: list[tuple[int, int]]) -> None:
    """What was asked is kept or named in ``unmet``, and nothing is named that is kept."""
    made = set(pairs)
    short = {("forced", int(i), int(j), None) for i, j in problem.forced if (int(i), int(j)) not in made}
    per_mentor, per_mentee = Counter(i for i, _ in pairs), Counter(j for _, j in pairs)
    for i, least in enumerate(problem.mentor_minimum.tolist()):
        if per_mentor[i] < least:
            short.add(("mentor_minimum", i, None, None))
    for j, least in enumerate(problem.mentee_minimum.tolist()):
        if per_mentee[j] < least:
            short.add(("mentee_minimum", None, j, None))
    for k, rule in enumerate(problem.quotas):
        if rule.at_least > 0:
            members = {int(i) for i in rule.members}
            count = Counter(j for i, j in pairs if i in members)
            short |= {("quota", None, j, k) for j in range(problem.scores.shape[1]) if count[j] < rule.at_least}
    named = {(each.kind, each.mentor, each.mentee, each.quota) for each in result.unmet}
    for each in sorted(short - named, key=str):
        raise Breach(f"not kept and not said so: {_words(each)}")
    for each in sorted(named - short, key=str):
        raise Breach(f"said not to be kept, although it is: {_words(each)}")


def _words(each: tuple[str, int | None, int | None, int | None]) -> str:
    kind, mentor, mentee, quota = each
    about = [("mentor", mentor), ("mentee", mentee), ("quota", quota)]
    return f"{kind} of " + " and ".join(f"{name} {index}" for name, index in about if index is not None)


def _levels(problem: Problem, result: Result, pairs: list[tuple[int, int]]) -> None:
    scores = [float(problem.scores[i, j]) for i, j in pairs]
    for (i, j), said, true in zip(pairs, result.scores, scores):
        if not abs(said - true) <= 1e-12:
            raise Breach(f"pair ({i}, {j}) is said to have score {said}; it has {true}")
    true_values = {
        "served": float(len({j for _, j in pairs})),
        "filled": float(len(pairs)),
        "least score": min(scores, default=0.0),
        "total fit": math.fsum(scores),
        "blocking": 0.0,
    }
    names = [level.name for level in result.levels]
    if names != NAMES[result.aim]:
        raise Breach(f"the levels of {result.aim} are {NAMES[result.aim]}, not {names}")
    for level in result.levels:
        true_value = true_values[level.name]
        if not abs(level.value - true_value) <= TOLERANCE * max(1.0, abs(true_value)):
            raise Breach(f"{level.name} is said to be {level.value}; it is {true_value}")
        if not level.value <= level.bound + TOLERANCE * max(1.0, abs(level.value)):
            raise Breach(f"{level.name} is {level.value}, above its bound {level.bound}")
    if "blocking" in names:
        _no_blocking_pair(problem, pairs)


def _left_over(problem: Problem, result: Result, pairs: list[tuple[int, int]]) -> None:
    mentors, mentees = problem.scores.shape
    alone = {("mentor", i) for i in range(mentors)} - {("mentor", i) for i, _ in pairs}
    alone |= {("mentee", j) for j in range(mentees)} - {("mentee", j) for _, j in pairs}
    named = Counter((each.side, each.index) for each in result.unmatched)
    if set(named) != alone or any(count > 1 for count in named.values()):
        side, index = sorted((set(named) ^ alone) or {who for who, count in named.items() if count > 1})[0]
        raise Breach(f"{side} {index} has nobody and isn't listed once, or is listed and has somebody")


def _no_blocking_pair(problem: Problem, pairs: list[tuple[int, int]]) -> None:
    return None
