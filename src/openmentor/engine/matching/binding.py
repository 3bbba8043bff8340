"""Which rules hold the whole back: each is dropped alone, and everything solved again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .changes import DropRule, apply
from .matcher import solved
from .problem import Problem, Rule
from .result import Result, Unmet

SMALL = 1e-9
NO_QUOTA = Rule(np.empty(0, dtype=np.int64), 0, -1)
Kind = Literal["forced", "mentor_minimum", "mentee_minimum", "quota", "rule"]


@dataclass(frozen=True)
class BindingRule:
    """Something asked without which the rest would be better.

    kind    a fixed pair, a minimum, a quota, or a hard rule of the specification by its ``rule``.
    mentor, mentee, quota   indices of whom and what it is about, None where it doesn't apply.
    gains   what each level of the aim would gain, as (name, gain), in order: the first that changes is above 0, later ones may fall.
            Before them 'forced' and 'asked' if those change: so many more fixed pairs, and so many more of the other minimums and quotas.
    """

    kind: Kind
    mentor: int | None
    mentee: int | None
    quota: int | None
    rule: str | None
    gains: tuple[tuple[str, float], ...]


def binding_rules(result: Result) -> tuple[BindingRule, ...]:
    """``result.binding_rules``."""
    found = []
    for rule, without in _droppable(result):
        other = solved(without, result.options, None, result)
        gains = [
            (old.name, old.value - new.value if old.name == "blocking" else new.value - old.value)
            for old, new in zip(result.levels, other.levels)
        ]
        for name in ("asked", "forced"):
            more = _missed(result.unmet, name, rule) - _missed(other.unmet, name, rule)
            if more:
                gains.insert(0, (name, float(more)))
        if next((gain for _, gain in gains if abs(gain) > SMALL), 0.0) > 0:
            found.append(dataclasses.replace(rule, gains=tuple(gains)))
    return tuple(found)


def _missed(unmet: tuple[Unmet, ...], name: str, dropped: BindingRule) -> int:
    """By how many pairs fixed pairs ('forced'), or minimums and quotas ('asked'), are missed; but for the one that is dropped."""
    about = dropped.kind, dropped.mentor, dropped.mentee, dropped.quota
    return sum(
        each.asked - each.got
        for each in unmet
        if (each.kind == "forced") == (name == "forced")
        and not (each.kind == "quota" == dropped.kind and each.quota == dropped.quota)
        and (each.kind, each.mentor, each.mentee, each.quota) != about
    )


def _droppable(result: Result) -> Iterator[tuple[BindingRule, Problem]]:
    """Each thing asked that is kept without room to spare, or not kept, and the problem without it.

    A fixed pair that isn't made, and whatever is more than kept, holds nothing back.
    """
    problem, pairs = result.problem, result.pairs
    made = {(int(i), int(j)) for i, j in pairs}
    for k, (i, j) in enumerate(problem.forced.tolist()):
        if (i, j) in made:
            yield (
                BindingRule("forced", i, j, None, None, ()),
                problem.changed(forced=np.delete(problem.forced, k, axis=0)),
            )
    count = np.bincount(pairs[:, 0], minlength=problem.shape[0])
    least = problem.mentor_minimum
    for i in np.flatnonzero((least > 0) & (count <= least)).tolist():
        without = least.copy()
        without[i] = 0
        yield BindingRule("mentor_minimum", i, None, None, None, ()), problem.changed(mentor_minimum=without)
    count = np.bincount(pairs[:, 1], minlength=problem.shape[1])
    least = problem.mentee_minimum
    for j in np.flatnonzero((least > 0) & (count <= least)).tolist():
        without = least.copy()
        without[j] = 0
        yield BindingRule("mentee_minimum", None, j, None, None, ()), problem.changed(mentee_minimum=without)
    for k, quota in enumerate(problem.quotas):
        count = np.bincount(pairs[np.isin(pairs[:, 0], quota.members), 1], minlength=problem.shape[1])
        if (quota.at_least > 0 and (count <= quota.at_least).any()) or 0 <= quota.at_most <= count.max(initial=0):
            # An empty one in its place, so that the others keep their numbers.
            quotas = tuple(NO_QUOTA if n == k else each for n, each in enumerate(problem.quotas))
            yield BindingRule("quota", None, None, k, None, ()), problem.changed(quotas=quotas)
    if problem.source is not None:
        rules = problem.source[2].rules
        for name in rules.names():
            if rules.without(name) != rules:
                yield BindingRule("rule", None, None, None, name, ()), apply(problem, [DropRule(name)])
