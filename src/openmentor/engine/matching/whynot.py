"""Why two people are no pair: the rule against it, or what the whole would lose."""

from __future__ import annotations

import dataclasses

import numpy as np

from .matcher import solved
from .problem import IntArray, Problem, Progress, index_of
from .result import Move, Result, WhyNot


def why_not(result: Result, mentor: int, mentee: int, *, progress: Progress | None = None) -> WhyNot:
    """Why the pair isn't made, by solving again with the pair made; see ``WhyNot``.

    A pair that is made costs nothing. If fixed pairs or the limits around them leave no room for it, the rule is
    'fixed'. Raises InvalidProblem if there is nobody of that index.
    """
    problem, options = result.problem, result.options
    mentor = index_of(mentor, problem.shape[0], "why_not", "mentor")
    mentee = index_of(mentee, problem.shape[1], "why_not", "mentee")
    if ((result.pairs[:, 0] == mentor) & (result.pairs[:, 1] == mentee)).any():
        return WhyNot(None, 0.0, (), tuple((level.name, 0.0) for level in result.levels))
    rule = problem.rule(mentor, mentee)
    if rule is not None:
        return WhyNot(rule, None, ())
    made = with_forced(problem, mentor, mentee)
    if len(options.previous) == 0:  # among equals, what changes least
        options = dataclasses.replace(options, previous=result.pairs, stickiness=0.0)
    other = solved(made, options, progress, result)
    fixed_before, fixed_after = _forced_kept(problem, result.pairs), _forced_kept(problem, other.pairs)
    if fixed_after < fixed_before or (mentor, mentee) not in {(int(i), int(j)) for i, j in other.pairs}:
        return WhyNot("fixed", None, ())
    losses = [(ours.name, ours.value - theirs.value) for ours, theirs in zip(result.levels, other.levels)]
    asked = _missing(other) - _missing(result)
    if asked:
        losses.insert(0, ("asked", float(asked)))
    changes = tuple(each for each in moves(result.pairs, other.pairs) if (each.mentor, each.mentee) != (mentor, mentee))
    return WhyNot(None, losses[-1][1], changes, tuple(losses))


def with_forced(problem: Problem, mentor: int, mentee: int) -> Problem:
    """The same problem with one more forced pair."""
    forced = np.unique(np.concatenate([problem.forced, [[mentor, mentee]]]), axis=0).astype(np.int64)
    return problem.changed(forced=forced)


def _forced_kept(problem: Problem, pairs: IntArray) -> int:
    return len({(int(i), int(j)) for i, j in problem.forced} & {(int(i), int(j)) for i, j in pairs})


def _missing(result: Result) -> int:
    """By how many pairs minimums, quotas and forced pairs are missed."""
    return sum(each.asked - each.got for each in result.unmet)


def moves(before: IntArray, after: IntArray) -> tuple[Move, ...]:
    """What ends and what begins between two matchings."""
    old, new = ({(int(i), int(j)) for i, j in pairs} for pairs in (before, after))
    ends = [Move("ends", i, j) for i, j in sorted(old - new)]
    return (*ends, *(Move("begins", i, j) for i, j in sorted(new - old)))
