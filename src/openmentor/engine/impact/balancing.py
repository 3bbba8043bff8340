"""Weights under which those who did not take part look, before the start, like those who did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from .figures import BoolArray, FloatArray, IntArray

MOST_DIFFERENCE = 0.1
ALIKE = 1.0
"""Log-odds of taking part within which two people count as alike, at least; else a fifth of their standard deviation."""


def one_thread() -> threadpool_limits:
    """While it is entered, linear algebra keeps to one thread.

    Sums are then added in the same order everywhere, and tables as tall and narrow as ours take a fiftieth of the time on a busy
    machine, where several threads wait for one another.
    """
    return threadpool_limits(limits=1, user_api="blas")


@dataclass(frozen=True)
class Balance:
    """Weights of the comparison rows.

    weight  one for each comparison row, together 1; in each stratum as much as it has of the participants.
    slope   log-odds of taking part for each unit of each feature.
    left    difference of means that remains, in standard deviations, one for each feature.
    """

    weight: FloatArray
    slope: FloatArray
    left: FloatArray


def balance(
    matrix: FloatArray,
    stratum: IntArray,
    base: FloatArray,
    share: FloatArray,
    participants: int,
    *,
    caution: float | FloatArray = 1.0,
    start: FloatArray | None = None,
) -> Balance:
    """Odds of taking part, log-linear in the features within each stratum, chosen so that means agree (entropy balancing).

    matrix    shape (comparison rows, features), each less the participants' mean, in standard deviations.
    stratum   of each row, 0, 1, ...; base: weight of each row before; share: the part of the participants in each stratum.
    caution   how strongly slopes are held back, one for all or for each; a difference left over in a mean is this times slope
              by participants.
    start     slopes to begin at, for the first features; where it begins changes how long it takes, not what is found.
    Source    Hainmueller (2012), Political Analysis 20; Zhao and Percival (2017) on why this is doubly robust.
    """
    order = np.argsort(stratum, kind="stable")
    x, heft, groups = matrix[order], base[order], stratum[order]
    starts = np.searchsorted(groups, np.arange(len(share)))
    penalty = np.broadcast_to(caution, x.shape[1]) / max(participants, 1)
    slope = np.zeros(x.shape[1])
    if start is not None:
        slope[: len(start)] = start

    def weigh(at: FloatArray) -> tuple[float, FloatArray]:
        score = x @ at
        top = np.maximum.reduceat(score, starts)
        raised = heft * np.exp(score - top[groups])
        sums = np.add.reduceat(raised, starts)
        value = float(share @ (np.log(sums) + top)) + float(penalty @ at**2) / 2
        return value, raised * (share / sums)[groups]

    value, weight = weigh(slope)
    for _ in range(200):
        weighted = x * weight[:, None]
        gradient = weighted.sum(axis=0) + penalty * slope
        if not len(slope) or float(np.max(np.abs(gradient))) < 1e-9:
            break
        means = np.add.reduceat(weighted, starts, axis=0)
        curvature = weighted.T @ x - (means / share[:, None]).T @ means
        curvature[np.diag_indices_from(curvature)] += penalty + 1e-10
        step = np.linalg.solve(curvature, gradient)
        size, promised = 1.0, float(gradient @ step)
        while size > 1e-8:
            next_value, next_weight = weigh(slope - size * step)
            if next_value <= value - 1e-4 * size * promised:
                break
            size /= 2
        else:
            break
        slope, value, weight = slope - size * step, next_value, next_weight
    result = np.empty_like(weight)
    result[order] = weight
    return Balance(result, slope, matrix.T @ result)


def alike(score: FloatArray, treated: BoolArray, cell: IntArray) -> BoolArray:
    """For each participant whether anybody of the comparison, of the same cell, had about the same odds of taking part."""
    caliper = max(ALIKE, 0.2 * float(np.std(score)))
    # One line of numbers for all cells, each too far from the next for a caliper.
    span = float(np.ptp(score)) + 4 * caliper + 1
    place = score - float(score.min()) + span * cell
    theirs = np.sort(place[~treated])
    ours = place[treated]
    if not len(theirs):
        return np.zeros(len(ours), dtype=np.bool_)
    at = np.searchsorted(theirs, ours)
    above = theirs[np.minimum(at, len(theirs) - 1)]
    below = theirs[np.maximum(at - 1, 0)]
    return np.asarray(np.minimum(np.abs(above - ours), np.abs(below - ours)) <= caliper)


def effective(weight: FloatArray, person: IntArray) -> float:
    """How many people of equal weight would tell as much: Kish's number, by person."""
    each = np.bincount(person, weights=weight)
    return float(each.sum() ** 2 / np.sum(each**2)) if len(each) and each.sum() > 0 else 0.0
