"""Parity: groups of mentees who are served alike, as far as what comes before allows; and what that costs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InvalidProblem
from .fairness import _labels
from .problem import BoolArray, IntArray, Problem

if TYPE_CHECKING:
    from .result import Result
    from .solvers.core import Core


@dataclass(frozen=True)
class GroupRate:
    """One group of mentees: how many there are (who have a part), how many have somebody, and their share.

    is_possible   whether any of them can have anybody at all; else the group counts for nothing in parity.
    """

    label: str
    people: int
    matched: int
    rate: float
    is_possible: bool = True


@dataclass(frozen=True)
class Parity:
    """What parity gives and costs.

    groups         every group by label.       least   the least of their rates; ``spread``: the highest less the least
                   (of the groups that count).
    least_without  the least rate without parity.
    cost           total fit without parity less total fit with it: its price. Below 0 only where an answer isn't proved.
    """

    groups: tuple[GroupRate, ...]
    least: float
    spread: float
    least_without: float
    cost: float


def labels_of(problem: Problem, given: Any) -> tuple[str | None, ...] | None:
    """The label of each mentee, None for those who gave none. Raises InvalidProblem."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        if len(given) != 1:
            raise InvalidProblem(f"parity has {len(given)} groupings; one at a time")
        name, given = next(iter(given.items()))
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise InvalidProblem(f"parity[{str(name)!r}] must be labels of mentors, and labels of mentees")
        given = given[1]
    if isinstance(given, str | bytes) or not hasattr(given, "__iter__"):
        raise InvalidProblem(
            "parity must be a label for each mentee, or {name: (labels of mentors, labels of mentees)}"
        )
    return tuple(_labels("parity", given, problem.shape[1]))


def _groups(problem: Problem, labels: tuple[str | None, ...]) -> tuple[list[str], IntArray, BoolArray]:
    """The groups by label, each mentee's group (-1 for none: who has no part counts nowhere), and which groups count."""
    known = {k: each for k, each in enumerate(labels) if each is not None and k not in problem.absent_mentees}
    names = sorted(set(known.values()))
    at = {name: n for n, name in enumerate(names)}
    group = np.array([at[known[k]] if k in known else -1 for k in range(len(labels))], dtype=np.int64)
    open_mentors = problem.mentor_capacity > 0
    open_mentors[[*problem.gated_mentors, *problem.absent_mentors]] = False
    able = ~np.isnan(problem.admissible()[open_mentors]).all(axis=0) & (problem.mentee_demand > 0)
    able[list(problem.gated_mentees)] = False
    return names, group, np.array([able[group == n].any() for n in range(len(names))], dtype=np.bool_)


def with_groups(core: Core, problem: Problem, labels: tuple[str | None, ...]) -> Core:
    """The core with its mentees' groups."""
    _, group, counts = _groups(problem, labels)
    at = np.where(counts, np.cumsum(counts) - 1, -1)
    group = np.where(group >= 0, at[group], -1) if len(at) else group
    sizes = np.bincount(group[group >= 0], minlength=int(counts.sum())).astype(np.int64)
    return dataclasses.replace(core, group=group[core.columns], group_sizes=sizes)


def rates(problem: Problem, labels: tuple[str | None, ...], pairs: IntArray) -> tuple[GroupRate, ...]:
    """How many of each group have somebody."""
    names, group, counts = _groups(problem, labels)
    served = np.zeros(len(group), dtype=np.bool_)
    served[pairs[:, 1]] = True
    found = []
    for n, name in enumerate(names):
        people, matched = int((group == n).sum()), int((served & (group == n)).sum())
        found.append(GroupRate(name, people, matched, matched / people, bool(counts[n])))
    return tuple(found)


def least_rate(problem: Problem, labels: tuple[str | None, ...], pairs: IntArray) -> float:
    """The least rate of any group that counts; 1 where there is none."""
    return min((each.rate for each in rates(problem, labels, pairs) if each.is_possible), default=1.0)


def parity_of(result: Result) -> Parity | None:
    """``result.parity``."""
    from .matcher import solved

    labels = result.options.parity
    if labels is None:
        return None
    groups = rates(result.problem, labels, result.pairs)
    without = solved(result.problem, dataclasses.replace(result.options, parity=None))
    shares = [each.rate for each in groups if each.is_possible] or [1.0]
    least = min(shares)
    return Parity(
        groups,
        least,
        max(shares) - least,
        least_rate(result.problem, labels, without.pairs),
        without.value - result.value,
    )
