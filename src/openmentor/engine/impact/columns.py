"""What is known of people, as columns a model can use: numbers, categories as text, and that something is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from .figures import LARGEST, BoolArray, FloatArray, IntArray, is_missing

MOST_LEVELS = 30
FEWEST_OF_LEVEL = 5
GAPS = {"n/a", "#n/a", "na", "nan", "null", "none", "-", "?", "unknown"}
MOST_TOGETHER, LANDMARKS = 60, 100
SMOOTHNESS = 5.0
"""Standard deviation of what is expected of a smooth function in the log-odds of taking part. Between 3 and 7 nothing changes much."""


@dataclass(frozen=True)
class Column:
    """Numbers, NaN where missing; or with ``labels``, the number of each one's label, -1 where missing."""

    values: FloatArray
    labels: tuple[str, ...] | None = None

    def take(self, rows: IntArray | BoolArray) -> Column:
        return Column(self.values[rows], self.labels)

    def cells(self) -> IntArray:
        """Equal numbers for equal values; missing is a value of its own."""
        return np.unique(self.values, return_inverse=True, equal_nan=True)[1].astype(np.int64)


def column_of(name: str, given: Any) -> Column:
    """Read numbers, claims, days or text. Raises ValueError."""
    values = np.asarray(given)
    if values.ndim != 1:
        raise ValueError(f"{name} must have one entry for each person, and no further dimension")
    if values.dtype.kind in "biuf":
        return _of_numbers(name, values.astype(np.float64))
    if values.dtype.kind in "mM":
        return _of_numbers(name, np.where(np.isnat(values), np.nan, values.astype("M8[D]").astype(np.float64)))
    # From a list as it was given: NumPy would write a gap beside words as a word.
    entries = values.tolist() if hasattr(given, "dtype") else list(given)
    missing = [is_missing(each) or (isinstance(each, str) and not each.strip()) for each in entries]
    kept = [each for each, is_missing in zip(entries, missing) if not is_missing]
    if any(isinstance(each, Real | Decimal) for each in kept):
        # Beside numbers such a word is no category.
        missing = [gone or says_nothing(each) for gone, each in zip(missing, entries)]
        kept = [each for each, is_missing in zip(entries, missing) if not is_missing]
    if kept and all(isinstance(each, date) for each in kept):
        return _of_numbers(
            name, np.array([np.nan if gone else float(each.toordinal()) for each, gone in zip(entries, missing)])
        )
    if all(isinstance(each, Real | Decimal | np.bool_) for each in kept):
        try:
            found = [np.nan if gone else float(each) for each, gone in zip(entries, missing)]
        except (ArithmeticError, ValueError):
            raise ValueError(f"{name} has numbers that can't be reckoned with") from None
        return _of_numbers(name, np.array(found))
    texts = ["" if gone else str(each).strip() for each, gone in zip(entries, missing)]
    labels = sorted({each for each in texts if each})
    number = {label: k for k, label in enumerate(labels)} | {"": -1}
    return Column(np.array([number[each] for each in texts], dtype=np.float64), tuple(labels))


def says_nothing(entry: Any) -> bool:
    """Whether it is a word that stands for a gap among numbers."""
    return isinstance(entry, str) and entry.strip().casefold() in GAPS


def _of_numbers(name: str, values: FloatArray) -> Column:
    # Endless is no number that somebody has: it is taken as missing.
    found = np.where(np.isfinite(values), values, np.nan)
    if np.any(np.abs(found[~np.isnan(found)]) > LARGEST):
        raise ValueError(f"{name} has numbers too large to reckon with")
    return Column(found)


@dataclass(frozen=True)
class Features:
    """Columns in numbers, none missing, none constant: means of numbers and of their squares, one of each label.

    matrix  shape (rows, features), each less the participants' mean and by the standard deviation of both groups.
    source  the number of the column that each comes from; -1 for squares.
    """

    names: tuple[str, ...]
    matrix: FloatArray
    source: IntArray


def features(columns: Mapping[str, Column], treated: BoolArray, weight: FloatArray) -> Features:
    """Standardised features of all rows. ``weight`` is that of each row before anything is balanced."""
    names: list[str] = []
    kept: list[FloatArray] = []
    source: list[int] = []
    for k, (name, column) in enumerate(columns.items()):
        found = _labelled(name, column, treated) if column.labels is not None else _numeric(name, column)
        for each, values in found:
            standardized = _standardized(values, treated, weight)
            if standardized is not None:
                names.append(each)
                kept.append(standardized)
                source.append(-1 if each == f"{name} squared" and column.labels is None else k)
    matrix = np.stack(kept, axis=1) if kept else np.zeros((len(treated), 0))
    return Features(tuple(names), matrix, np.array(source, dtype=np.int64))


def together(found: Features, treated: BoolArray, score: FloatArray, weight: FloatArray) -> FloatArray:
    """What the columns are together, as features: a function of all of them that changes slowly is nearly a sum of these.

    Slowly: over a standard deviation of each or more. What jumps back and forth within one column, or hangs on three or more
    columns at once among many, is not seen.

    score    of each row, the log-odds of taking part; weight: of each row, of the comparison's rows together 1. People from whom
             the others' distance is measured are taken evenly along the score from both groups, those of the comparison by weight.
    Returns  shape (rows, at most 60), less the participants' mean. How large each is says how much of a smooth function it makes
             up, so a penalty on slopes holds back most what is least smooth.
    Source   Williams and Seeger (2001) on kernels from a few people; Hazlett (2020), Statistica Sinica 30, on balancing them.
    """
    x = found.matrix[:, found.source >= 0]
    if not x.shape[1] or treated.all() or not treated.any():
        return np.zeros((len(treated), 0))
    marks = np.concatenate(
        [_evenly(rows, x, score, weight) for rows in (np.flatnonzero(treated), np.flatnonzero(~treated))]
    )
    near = x[marks]
    root, axes = np.linalg.eigh(_nearness(near, near))
    most = np.argsort(-root)[:MOST_TOGETHER]
    most = most[root[most] > 1e-6 * root[most[0]]]
    # Each axis one way round, whichever way the library turned it.
    turn = np.sign(axes[np.abs(axes[:, most]).argmax(axis=0), most])
    change = SMOOTHNESS * turn * axes[:, most] / np.sqrt(root[most])
    made = np.empty((len(x), len(most)))
    for start in range(0, len(x), 16_384):
        rows = slice(start, start + 16_384)
        made[rows] = _nearness(x[rows], near) @ change
    return np.asarray(made - made[treated].mean(axis=0))


def farthest_pair(found: Features, treated: BoolArray, weight: FloatArray) -> tuple[str, float] | None:
    """Which two columns, multiplied, differ most between the groups, and by how many standard deviations.

    weight   of each row, of the comparison's rows together 1.
    """
    single = np.flatnonzero(found.source >= 0)
    x, heft = found.matrix[:, single], weight[~treated]
    ours, theirs = x[treated], x[~treated]
    square_ours, square_theirs = ours**2, theirs**2
    # Means and variances of all products without making one of them.
    middle = ours.T @ ours / len(ours)
    other = (theirs * heft[:, None]).T @ theirs
    spread = square_ours.T @ square_ours / len(ours) - middle**2
    spread = (spread + (square_theirs * heft[:, None]).T @ square_theirs - other**2) / 2
    first, second = np.triu_indices(len(single), 1)
    # Labels of one column never meet, and a gap says all that its filled-in number does.
    fit = (found.source[single][first] != found.source[single][second]) & (spread[first, second] > 1e-9)
    first, second = first[fit], second[fit]
    if not len(first):
        return None
    apart = np.abs(middle - other)[first, second] / np.sqrt(spread[first, second])
    most = int(apart.argmax())
    return " and ".join(found.names[single[each[most]]] for each in (first, second)), float(apart[most])


def _evenly(rows: IntArray, x: FloatArray, score: FloatArray, weight: FloatArray) -> IntArray:
    """At most 100 of the rows, each standing for as much weight as the next."""
    # Of equal odds by what people are like, not by the order of the rows; rounded, since sums differ in their last digits.
    like = x[rows] @ np.sqrt(np.arange(2.0, x.shape[1] + 2))
    order = rows[np.lexsort((np.round(like, 6), np.round(score[rows], 9)))]
    so_far = np.cumsum(weight[order])
    goals = (np.arange(LANDMARKS) + 0.5) / LANDMARKS * so_far[-1]
    return np.unique(order[np.minimum(np.searchsorted(so_far, goals), len(order) - 1)])


def _nearness(x: FloatArray, near: FloatArray) -> FloatArray:
    """From 1 (alike in everything) down to 0, by the mean square of the differences in standard deviations."""
    square = (x**2).sum(axis=1)[:, None] + (near**2).sum(axis=1) - 2 * (x @ near.T)
    return np.asarray(np.exp(-np.maximum(square, 0) / (2 * x.shape[1])))


def _numeric(name: str, column: Column) -> list[tuple[str, FloatArray]]:
    missing = np.isnan(column.values)
    if missing.all():
        return []
    values = np.where(missing, np.mean(column.values[~missing]), column.values)
    middle, spread = float(np.mean(values)), float(np.std(values))
    found = [(name, values)]
    if spread > 0:
        scaled = (values - middle) / spread
        if np.any((values != values.min()) & (values != values.max()) & ~missing):
            found.append((f"{name} squared", scaled**2))
        found[0] = (name, scaled)
    if missing.any():
        found.append((f"{name} missing", missing.astype(np.float64)))
    return found


def _labelled(name: str, column: Column, treated: BoolArray) -> list[tuple[str, FloatArray]]:
    """One feature a label; rare labels together. A label that few have can't be balanced on its own."""
    assert column.labels is not None
    code = column.values.astype(np.int64) + 1
    ours = np.bincount(code[treated], minlength=len(column.labels) + 1)
    theirs = np.bincount(code[~treated], minlength=len(column.labels) + 1)
    common = (ours >= FEWEST_OF_LEVEL) | (theirs >= 0.02 * max(1, int(theirs.sum())))
    ranked = sorted(np.flatnonzero(common), key=lambda k: (-int(ours[k]), -int(theirs[k]), int(k)))[:MOST_LEVELS]
    found = [
        (f"{name} missing" if k == 0 else f"{name}: {column.labels[k - 1]}", (code == k).astype(np.float64))
        for k in sorted(ranked)
    ]
    rest = ~np.isin(code, ranked)
    if rest.any():
        found.append((f"{name}: other", rest.astype(np.float64)))
    # The last follows from the others where there are but two.
    return found[:1] if len(found) == 2 else found


def _standardized(values: FloatArray, treated: BoolArray, weight: FloatArray) -> FloatArray | None:
    ours, theirs, heft = values[treated], values[~treated], weight[~treated]
    middle = float(np.mean(ours))
    other = float(np.average(theirs, weights=heft))
    spread = ((float(np.var(ours)) + float(np.average((theirs - other) ** 2, weights=heft))) / 2) ** 0.5
    if spread < 1e-9 * (1 + abs(middle)):
        spread = float(np.std(values))  # constant in either group: alike in both, or it parts them for good
        if spread < 1e-9 * (1 + abs(middle)):
            return None
    return np.asarray((values - middle) / spread)
