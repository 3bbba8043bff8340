"""Which problems a large pool can be solved for without holding its scores, and their fixed pairs."""

from __future__ import annotations

import numpy as np

from ..problem import BoolArray, IntArray, Problem
from .core import EMPTY_PAIRS


def is_plain(problem: Problem, aim: str) -> bool:
    """Whether nothing but places, minimums, rules and fixed pairs that can all be made is asked for, one mentor for each."""
    if aim == "worst_off" and (problem.mentor_minimum.any() or problem.mentee_minimum.any()):
        return False
    if problem.one_role and len(problem.twins()):
        return False
    return not problem.quotas and bool((problem.mentee_demand <= 1).all()) and fixed_pairs(problem) is not None


def fixed_pairs(problem: Problem) -> IntArray | None:
    """The forced pairs that no rule forbids, if all can be made together; else None."""
    if len(problem.forced) == 0:
        return EMPTY_PAIRS
    rules = [problem.rule(int(i), int(j)) for i, j in problem.forced]
    if "places" in rules:  # one more place would make the pair, which is part of the price
        return None
    pairs = problem.forced[[rule is None for rule in rules]]
    load = np.bincount(pairs[:, 0], minlength=problem.shape[0])
    taken = np.bincount(pairs[:, 1], minlength=problem.shape[1])
    if (load > problem.mentor_capacity).any() or (taken > 1).any() or len(both_ways(problem, pairs)):
        return None
    return pairs


def both_ways(problem: Problem, pairs: IntArray) -> IntArray:
    """Positions (k, 2) in ``pairs`` of those that match the same two people both ways."""
    twins = problem.twins()
    if len(twins) == 0 or len(pairs) == 0:
        return np.empty((0, 2), dtype=np.int64)
    as_mentee, as_mentor = dict(twins.tolist()), {j: i for i, j in twins.tolist()}
    at = {(i, j): k for k, (i, j) in enumerate(pairs.tolist())}
    found = [
        (k, at[back])
        for (i, j), k in at.items()
        if (back := (as_mentor.get(j, -1), as_mentee.get(i, -1))) in at and at[back] > k
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def pairs_among(pairs: IntArray, others: IntArray) -> BoolArray:
    """(k,) which of these pairs are among others."""
    width = max(pairs[:, 1].max(initial=0), others[:, 1].max(initial=0)) + 1
    return np.isin(pairs @ [width, 1], others @ [width, 1])
