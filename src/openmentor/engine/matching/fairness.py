"""Whether groups fare alike: how many of each are matched, how well they fit, and who is paired with whom."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .problem import FloatArray, Problem
from .result import Result, Side

Z = 1.959963984540054
"""Of the normal distribution, for intervals that hold 95 times of 100."""
FOUR_FIFTHS = 0.8


@dataclass(frozen=True)
class Interval:
    """An estimate with the interval that holds it 95 times of 100; all NaN where there is nobody to tell from."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Group:
    """One label on one side.

    people, matched  how many there are (who have a part), and how many have somebody.
    rate             matched of people, with Wilson's interval.
    fit              mean score of their pairs, with Student's interval; from two pairs on.
    ratio            its rate by the highest rate of the side. ``passes``: at least four fifths of it.
    """

    side: Side
    label: str
    people: int
    matched: int
    rate: Interval
    fit: Interval
    ratio: float
    passes: bool


@dataclass(frozen=True)
class Fairness:
    """One grouping.

    groups     every label of each side, mentors first, by label.
    proximity  the share of pairs who bear the same label, with Wilson's interval; ``expected``: the share if mentees of
               pairs were dealt to mentors of pairs by chance.
    passes     no group's rate lies below four fifths of the highest of its side.
    """

    name: str
    groups: tuple[Group, ...]
    proximity: Interval
    expected: float
    passes: bool


def fairness(
    problem: Problem, result: Result, groups: Mapping[str, tuple[Sequence[Any], Sequence[Any]]]
) -> dict[str, Fairness]:
    """Rates and fit by group with intervals, the four-fifths ratio, and proximity, for each grouping by name.

    groups   {name: (labels of mentors, labels of mentees)}, one label each; None or NaN for those who gave none, who are
             counted nowhere.
    Raises   InvalidProblem if there are not as many labels as people.
    """
    if not isinstance(groups, Mapping):
        raise InvalidProblem("groups must be {name: (labels of mentors, labels of mentees)}")
    return {str(name): _one(problem, result, str(name), labels) for name, labels in groups.items()}


def _one(problem: Problem, result: Result, name: str, given: tuple[Sequence[Any], Sequence[Any]]) -> Fairness:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise InvalidProblem(f"groups[{name!r}] must be labels of mentors, and labels of mentees")
    mentors, mentees = (_labels(f"groups[{name!r}][{k}]", each, problem.shape[k]) for k, each in enumerate(given))
    found: list[Group] = []
    for column, side, labels, absent in (
        (0, "mentor", mentors, problem.absent_mentors),
        (1, "mentee", mentees, problem.absent_mentees),
    ):
        found += _groups(column, side, labels, absent, result)  # type: ignore[arg-type]
    both = [(mentors[i], mentees[j]) for i, j in result.pairs.tolist()]
    both = [(one, other) for one, other in both if one is not None and other is not None]
    same = sum(one == other for one, other in both)
    expected = math.nan
    if both:
        ones, others = [one for one, _ in both], [other for _, other in both]
        expected = sum(ones.count(label) * others.count(label) for label in set(ones)) / len(both) ** 2
    return Fairness(name, tuple(found), wilson(same, len(both)), expected, all(each.passes for each in found))


def _labels(place: str, given: Sequence[Any], count: int) -> list[str | None]:
    labels = given.tolist() if hasattr(given, "tolist") else list(given)
    if len(labels) != count:
        raise InvalidProblem(f"{place} has {len(labels)} labels for {count} people")
    return [None if each is None or each != each or str(each) == "" else str(each) for each in labels]


def _groups(column: int, side: Side, labels: list[str | None], absent: frozenset[int], result: Result) -> list[Group]:
    people = {k: label for k, label in enumerate(labels) if label is not None and k not in absent}
    with_somebody = set(result.pairs[:, column].tolist())
    rows = []
    for label in sorted(set(people.values())):
        members = {k for k, each in people.items() if each == label}
        of_theirs = np.isin(result.pairs[:, column], list(members))
        rows.append((label, len(members), len(members & with_somebody), mean(result.scores[of_theirs])))
    highest = max((matched / count for _, count, matched, _ in rows), default=0.0)
    found = []
    for label, count, matched, fit in rows:
        ratio = matched / count / highest if highest else 1.0
        passes = ratio >= FOUR_FIFTHS - 1e-12
        found.append(Group(side, label, count, matched, wilson(matched, count), fit, ratio, passes))
    return found


def wilson(successes: int, count: int) -> Interval:
    """A share with Wilson's interval (1927), which holds for few people and for shares of 0 and 1 too."""
    if count == 0:
        return Interval(math.nan, math.nan, math.nan)
    share = successes / count
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = Z * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count)) / (1 + Z * Z / count)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    return Interval(share, low, 1.0 if successes == count else min(1.0, middle + half))


def mean(values: FloatArray) -> Interval:
    """A mean with Student's interval; of one value no interval, of none nothing."""
    if len(values) == 0:
        return Interval(math.nan, math.nan, math.nan)
    middle = float(np.mean(values))
    if len(values) == 1:
        return Interval(middle, math.nan, math.nan)
    from scipy.stats import t  # heavy, and needed here alone

    half = float(t.ppf(0.975, len(values) - 1)) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Interval(middle, middle - half, middle + half)
