"""New weights from how mentorships went, or 'keep the old ones': only what beats the manager's on held-out pairs is adopted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .features import Features
from .problem import BoolArray, FloatArray, IntArray

NEEDED = 200
"""Rated pairs: with fewer, learned weights were worse than the manager's in a tenth of the worlds tried."""
ERRORS = 2.0
"""Standard errors by which new weights must beat the old ones on pairs they were not learned from."""
FOLDS = 10
STRENGTHS = tuple(float(10.0**power) for power in np.arange(-2.0, 3.01, 0.5))
"""How strongly weights are held to the manager's, in units of the data's own strength."""
LARGEST = 1e6
"""Features are scores; far beyond that they are something else, and their squares no numbers any more."""
WIDE = 100
"""Dimensions: with more, strengths are tried more coarsely, or it would take minutes."""
NOTEWORTHY = 0.1
"""A weight that changes by less than a tenth of the mean weight isn't spoken of."""


@dataclass(frozen=True)
class WeightChange:
    """One dimension: its weight before and after (the same if the old ones stay), what was learned for it, and how much
    it varied among the rated pairs (a standard deviation; 0: nothing can be learned of it)."""

    key: str
    before: float
    after: float
    learned: float
    spread: float


@dataclass(frozen=True, eq=False)
class Learned:
    """What outcomes say of the weights.

    adopted   whether the new weights are to be used; else ``weights`` are the old ones.
    weights   by dimension; those that no feature speaks of stay as they were. The sum is as before.
    rated     pairs with an outcome; ``needed``: about so many are needed.
    gain      how much smaller the mean squared error on held-out pairs is with the new weights, outcome squared; ``error``:
              its standard error. Both NaN with too few pairs to try.
    needed_for_proof   about how many rated pairs would settle it if the gain is what it seems; None if it is none.
    strength  how strongly weights were held to the old ones: chosen by cross-validation, infinite: not moved at all.
    changes   every dimension, the largest change first.
    report    sentences for a manager: what changed, on what evidence, what would be needed.
    """

    adopted: bool
    weights: dict[str, float]
    rated: int
    needed: int
    gain: float
    error: float
    needed_for_proof: int | None
    strength: float
    changes: tuple[WeightChange, ...]
    report: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.report)


def learn(features: Any, outcome: Any, prior: Any = None) -> Learned:
    """New weights with evidence, or 'keep the old ones'.

    features  one row a pair and one column a dimension: ``m.features(problem, pairs)``, a mapping or frame of columns, or an
              array (k, d). A value that isn't known (NaN) counts as the column's mean.
    outcome   (k,) how the mentorship of each pair went, 0..1, NaN where that isn't known yet.
    prior     the manager's weights: a mapping (``spec.weights``), or a list in the columns' order; None: all equal.
    The outcome is taken as linear in the features, weights not below zero and drawn to the manager's as strongly as
    cross-validation says. They are adopted only where, on held-out pairs, their squared error is smaller than that of the
    old weights by two standard errors, and from 200 rated pairs on. The same data give the same answer.
    Raises    InvalidProblem if shapes disagree, an outcome lies outside 0..1, or a weight is negative or not there.
    """
    keys, values = _columns(features)
    target = _outcome(outcome, len(values))
    weights, old = _prior(prior, keys)
    known = ~np.isnan(target)
    x, y = _filled(values[known]), target[known]
    spread = x.std(axis=0) if len(x) else np.zeros(len(keys))
    spread = np.where(spread > 1e-9, spread, 0.0)
    rated = len(y)
    blocked = _why_not_tried(rated, y, spread)
    gain, error, strength, learned = math.nan, math.nan, math.inf, old
    if rated >= 2 * FOLDS and not blocked:
        gain, error = _held_out(x, y, old)
        strength = _best_strength(x, y, old)
        learned = _scaled(Said.of(x, y).weights(old, strength), old)
    beats = bool(gain > ERRORS * error) and gain > 0
    adopted = beats and rated >= NEEDED and not blocked
    after = learned if adopted else old
    changes = tuple(
        sorted(
            (
                WeightChange(*each)
                for each in zip(keys, old.tolist(), after.tolist(), learned.tolist(), spread.tolist())
            ),
            key=lambda each: (-abs(each.learned - each.before), each.key),
        )
    )
    proof = _needed_for_proof(gain, error, rated)
    made = {**weights, **dict(zip(keys, after.tolist()))}
    report = _report(adopted, rated, blocked, gain, error, _baseline(y), proof, changes)
    return Learned(adopted, made, rated, NEEDED, gain, error, proof, strength, changes, report)


# -- what is given -------------------------------------------------------------------------------------------------------


def _columns(given: Any) -> tuple[tuple[str, ...], FloatArray]:
    try:
        keys: tuple[str, ...]
        if isinstance(given, Features):
            keys, table = given.keys, given.values
        elif isinstance(given, Mapping):
            keys = tuple(str(key) for key in given)
            columns = [np.asarray(given[key], dtype=np.float64).reshape(-1) for key in given]
            if len({len(each) for each in columns}) > 1:
                raise InvalidProblem("features: the columns differ in length")
            table = np.column_stack(columns) if columns else np.empty((0, 0))
        elif hasattr(given, "columns") and hasattr(given, "to_numpy"):
            keys, table = tuple(str(key) for key in given.columns), np.asarray(given.to_numpy(), dtype=np.float64)
        else:
            table = np.asarray(given, dtype=np.float64)
            if table.ndim == 1 and table.size == 0:
                table = table.reshape(0, 0)
            if table.ndim != 2:
                raise InvalidProblem(f"features has {table.ndim} dimensions; one row a pair, one column a dimension")
            keys = tuple(f"column {k}" for k in range(table.shape[1]))
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidProblem):
            raise
        raise InvalidProblem(
            "features must be a table of numbers, one row a pair and one column a dimension"
        ) from error
    if len(set(keys)) < len(keys):
        raise InvalidProblem("features: two columns have the same name")
    far = np.abs(table) > LARGEST
    if far.any():
        row, column = (int(k) for k in np.argwhere(far)[0])
        raise InvalidProblem(
            f"features[{row}, {keys[column]!r}] is {table[row, column]:g}; a score is needed, as in features"
        )
    return keys, np.array(table, dtype=np.float64)


def _outcome(given: Any, count: int) -> FloatArray:
    try:
        target = np.array([math.nan if each is None else each for each in _items(given)], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidProblem("outcome must be numbers from 0 to 1, NaN where it isn't known yet") from error
    if target.ndim != 1 or len(target) != count:
        raise InvalidProblem(f"outcome has {'x'.join(map(str, target.shape))} entries for {count} pairs")
    bad = (target < 0) | (target > 1)
    if bad.any():
        index = int(np.flatnonzero(bad)[0])
        raise InvalidProblem(f"outcome[{index}] is {target[index]:g}; an outcome lies between 0 and 1")
    return target


def _items(given: Any) -> list[Any]:
    return list(given.tolist()) if hasattr(given, "tolist") else list(given)


def _prior(given: Any, keys: Sequence[str]) -> tuple[dict[str, float], FloatArray]:
    """All weights by dimension, and those of the features in their order."""
    if given is None:
        given = [1.0] * len(keys)
    if isinstance(given, Mapping):
        missing = [key for key in keys if key not in given]
        if missing:
            raise InvalidProblem(f"prior has no weight for {missing[0]!r}")
        weights = {str(key): _weight(value, str(key)) for key, value in given.items()}
    else:
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise InvalidProblem("prior must be a mapping from dimension to weight, or a list of weights")
        listed = _items(given)
        if len(listed) != len(keys):
            raise InvalidProblem(f"prior has {len(listed)} weights for {len(keys)} dimensions")
        weights = {key: _weight(value, key) for key, value in zip(keys, listed)}
    return weights, np.array([weights[key] for key in keys], dtype=np.float64)


def _weight(value: Any, key: str) -> float:
    try:
        weight = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidProblem(f"prior[{key!r}] is {value!r}; a number, 0 or more, is needed") from error
    if not (math.isfinite(weight) and weight >= 0):
        raise InvalidProblem(f"prior[{key!r}] is {value!r}; a number, 0 or more, is needed")
    return weight


def _filled(table: FloatArray) -> FloatArray:
    """Unknown values as the column's mean; a column of which nothing is known says nothing."""
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    means = np.divide(np.where(known, table, 0.0).sum(axis=0), count, out=np.zeros(table.shape[1]), where=count > 0)
    return np.where(known, table, means)


# -- the model -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Said:
    """What pairs say, in as few rows as columns: the triangle of features and outcome (QR), their means and spread."""

    corner: FloatArray
    means: FloatArray
    middle: float
    scale: float

    @classmethod
    def of(cls, x: FloatArray, y: FloatArray) -> Said:
        """By a QR decomposition of the centered table."""
        means, middle = x.mean(axis=0), float(y.mean())
        centered = x - means
        corner: FloatArray = np.asarray(np.linalg.qr(np.column_stack([centered, y - middle]), mode="r"))
        return cls(corner, means, middle, float((centered**2).sum()) / max(1, x.shape[1]))

    def weights(self, old: FloatArray, strength: float) -> FloatArray:
        """Weights not below zero, drawn to a multiple of the old ones.

        Least squares over weights and the multiple together; an infinite strength leaves the multiple alone.
        """
        from scipy.optimize import nnls

        d = len(old)
        table, target = self.corner[:, :d], self.corner[:, d]
        if not np.isfinite(strength):
            line = table @ old
            size = float(line @ line)
            return old * (max(0.0, float(line @ target)) / size if size > 0 else 0.0)
        hold = math.sqrt(strength * self.scale)
        rows = np.vstack([np.column_stack([table, np.zeros(len(table))]), hold * np.column_stack([np.eye(d), -old])])
        return np.asarray(nnls(rows, np.concatenate([target, np.zeros(d)]), maxiter=100 * (d + 1))[0][:d])

    def errors(self, x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
        """Squared error of other pairs."""
        return np.asarray((y - self.middle - (x - self.means) @ weights) ** 2)


def _folds(x: FloatArray, y: FloatArray) -> IntArray:
    """Folds of which each has its share of good and bad outcomes; decided by the pairs alone, by no chance and no row."""
    folds = np.empty(len(y), dtype=np.int64)
    folds[np.lexsort((*x.T[::-1], y))] = np.arange(len(y)) % FOLDS
    return folds


def _best_strength(x: FloatArray, y: FloatArray, old: FloatArray) -> float:
    """The strength with the least error on held-out pairs."""
    is_wide = x.shape[1] > WIDE
    folds = _folds(x, y) % (3 if is_wide else FOLDS)
    choices = [*STRENGTHS[:: 3 if is_wide else 1], math.inf]
    errors = np.zeros(len(choices))
    for fold in range(3 if is_wide else FOLDS):
        out: BoolArray = folds == fold
        said = Said.of(x[~out], y[~out])
        for k, strength in enumerate(choices):
            errors[k] += said.errors(x[out], y[out], said.weights(old, strength)).sum()
    return choices[int(np.argmin(errors))]


def _held_out(x: FloatArray, y: FloatArray, old: FloatArray) -> tuple[float, float]:
    """By how much the mean squared error falls with new weights, on pairs that had no part even in choosing the strength;
    and the standard error of that."""
    folds = _folds(x, y)
    better = np.empty(len(y))
    for fold in range(FOLDS):
        out: BoolArray = folds == fold
        said = Said.of(x[~out], y[~out])
        new = said.weights(old, _best_strength(x[~out], y[~out], old))
        kept = said.weights(old, math.inf)
        better[out] = said.errors(x[out], y[out], kept) - said.errors(x[out], y[out], new)
    return float(better.mean()), float(better.std(ddof=1) / math.sqrt(len(better)))


def _scaled(weights: FloatArray, old: FloatArray) -> FloatArray:
    """The same proportions with the sum of the old weights; the old ones where nothing is left."""
    total, before = float(weights.sum()), float(old.sum())
    if total <= 0:
        return old
    return weights * (before / total if before > 0 else len(old) / total)


# -- what is said of it --------------------------------------------------------------------------------------------------


def _why_not_tried(rated: int, y: FloatArray, spread: FloatArray) -> str:
    if rated == 0:
        return "No pair has been rated yet."
    if np.ptp(y) <= 1e-12:
        return "All rated pairs had the same outcome, so nothing tells good matches from others."
    if len(spread) == 0 or not spread.any():
        return "No dimension varies among the rated pairs, so none can be shown to matter."
    return ""


def _baseline(y: FloatArray) -> float:
    return float(y.var()) if len(y) else math.nan


def _needed_for_proof(gain: float, error: float, rated: int) -> int | None:
    """The standard error falls with the root of the pairs."""
    if not (gain > 0 and error > 0):
        return None
    return max(NEEDED, min(10**7, math.ceil(rated * (ERRORS * error / gain) ** 2)))


def _report(
    adopted: bool,
    rated: int,
    blocked: str,
    gain: float,
    error: float,
    variance: float,
    proof: int | None,
    changes: Sequence[WeightChange],
) -> tuple[str, ...]:
    mean = sum(each.before for each in changes) / max(1, len(changes))
    large = [each for each in changes if abs(each.learned - each.before) > NOTEWORTHY * max(mean, 1e-12)][:5]
    moves = "; ".join(f"{each.key} from {each.before:.3g} to {each.learned:.3g}" for each in large)
    share = f"{100 * gain / variance:.1f} % of what outcomes vary" if variance > 0 and math.isfinite(gain) else ""
    if adopted:
        said = [
            f"New weights: {moves or 'all change by little'}.",
            f"Evidence: {_pairs(rated)}. On pairs that the weights were not learned from, the new ones explain {share} more "
            f"than the old ones, {gain / error if error > 0 else math.inf:.1f} standard errors above none "
            f"({ERRORS:g} are asked for).",
            "This makes it likely, not certain, that the next round is better matched. The old weights can be taken back.",
        ]
    else:
        said = ["Keep the old weights."]
        if blocked:
            said.append(blocked)
        if rated < NEEDED:
            said.append(
                f"About {NEEDED} rated pairs are needed to learn from; there {_are(rated)}, {NEEDED - rated} short."
            )
        if math.isfinite(gain):
            if gain <= 0:
                said.append("On held-out pairs, learned weights do no better than the old ones.")
            elif proof is not None and gain <= ERRORS * error:
                said.append(
                    f"On held-out pairs, learned weights explain {share} more than the old ones, which may well be chance: "
                    f"{gain / error:.1f} standard errors, {ERRORS:g} are asked for. If the difference is real, about {proof} "
                    "rated pairs would show it."
                )
            else:
                said.append(f"Learned weights explain {share} more on held-out pairs, but of too few pairs to rely on.")
            if moves and gain > 0:
                said.append(f"What they would change: {moves}.")
    silent = [each.key for each in changes if each.spread == 0]
    if silent and not blocked:
        said.append(f"Nothing can be said of {', '.join(silent)}: no two rated pairs differ there.")
    return tuple(said)


def _pairs(count: int) -> str:
    return "1 rated pair" if count == 1 else f"{count} rated pairs"


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"
