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
    entries = values.tolist()
    missing = [is_missing(each) or (isinstance(each, str) and not each.strip()) for each in entries]
    kept = [each for each, is_missing in zip(entries, missing) if not is_missing]
    if kept and all(isinstance(each, date) for each in kept):
        return _of_numbers(
            name, np.array([np.nan if gone else float(each.toordinal()) for each, gone in zip(entries, missing)])
        )
    if all(isinstance(each, Real | Decimal | np.bool_) for each in kept):
        return _of_numbers(name, np.array([np.nan if gone else float(each) for each, gone in zip(entries, missing)]))
    texts = ["" if gone else str(each).strip() for each, gone in zip(entries, missing)]
    labels = sorted({each for each in texts if each})
    number = {label: k for k, label in enumerate(labels)} | {"": -1}
    return Column(np.array([number[each] for each in texts], dtype=np.float64), tuple(labels))


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


def products(found: Features, treated: BoolArray, weight: FloatArray, most: int) -> Features:
    """Products of two columns each, as features of their own: those that differ most between the groups, at most so many.

    weight   of each row, of the comparison's rows together 1: the difference is looked for with these weights.
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
    apart = np.abs(middle - other) / np.sqrt(np.maximum(spread, 1e-12))
    first, second = np.triu_indices(len(single), 1)
    # Labels of one column never meet, and a gap says all that its filled-in number does.
    fit = (found.source[single][first] != found.source[single][second]) & (spread[first, second] > 1e-9)
    first, second = first[fit], second[fit]
    worst = np.argsort(-apart[first, second], kind="stable")[:most]
    names, kept = [], []
    for j, k in zip(first[worst], second[worst]):
        standardized = _standardized(x[:, j] * x[:, k], treated, weight)
        if standardized is not None:
            names.append(" and ".join(found.names[single[each]] for each in (j, k)))
            kept.append(standardized)
    matrix = np.stack(kept, axis=1) if kept else np.zeros((len(treated), 0))
    return Features(tuple(names), matrix, np.full(len(names), -1))


def _numeric(name: str, column: Column) -> list[tuple[str, FloatArray]]:
    missing = np.isnan(column.values)
    if missing.all():
        return []
    values = np.where(missing, np.mean(column.values[~missing]), column.values)
    middle, spread = float(np.mean(values)), float(np.std(values))
    found = [(name, values)]
    if spread > 0:
        scaled = (values - middle) / spread
        if len(np.unique(values[~missing][:10_000])) > 2:
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
