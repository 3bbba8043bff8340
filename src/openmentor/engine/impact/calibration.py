"""Does fit predict outcome? What came of mentorships, by the score they were made with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .figures import Figure, FloatArray, Z, mean, no_figure, numbers, only, same_length, sentence, share, whole

FEWEST_MENTORSHIPS = 50


@dataclass(frozen=True)
class Calibration:
    """What ``calibration`` returns.

    bands             (lowest score, highest score, Figure of the outcome) from the lowest band to the highest.
    rank_correlation  Spearman's, -1 to 1: 0 where the score tells nothing.
    area              the chance that, of one mentorship that went well and one that didn't, the first had the higher score.
    """

    bands: tuple[tuple[float, float, Figure], ...]
    rank_correlation: Figure
    area: Figure


def calibration(score: Any, outcome: Any, bands: int = 5) -> Calibration:
    """Outcome by band of score, and how well the order of scores agrees with that of outcomes.

    score    of each mentorship when it was made.
    outcome  0 or 1 (went well), or a number; NaN or None for what isn't finished, which is left out.
    bands    how many, of about as many mentorships each; equal scores are never parted, so there may be fewer.
    Returns  a Calibration; every Figure is unknown below 50 finished mentorships.
    Raises   ValueError if lengths differ or something is no number.
    Source   Bonett and Wright (2000) for the interval of the correlation; Newcombe (2006) for that of the area.
    """
    scores, results, most = numbers("score", score), numbers("outcome", outcome), whole("bands", bands, 1)
    same_length(score=scores, outcome=results)
    known = ~(np.isnan(scores) | np.isnan(results))
    scores, results = scores[known], results[known]
    is_share = bool(np.all((results == 0) | (results == 1)))
    why = None
    if len(scores) < FEWEST_MENTORSHIPS:
        there = "is" if len(scores) == 1 else "are"
        why = f"There {there} {only(len(scores), 'finished mentorship')}; {FEWEST_MENTORSHIPS} are needed."
    elif scores.min() == scores.max():
        why = "All mentorships have the same score, so it can't tell them apart."
    return Calibration(
        _bands(scores, results, most, is_share, why),
        _correlation(scores, results, why),
        _area(scores, results, is_share, why),
    )


def _bands(
    scores: FloatArray, results: FloatArray, most: int, is_share: bool, why: str | None
) -> tuple[tuple[float, float, Figure], ...]:
    if not len(scores):
        return ()
    inner = np.quantile(scores, np.arange(1, most) / most, method="inverted_cdf")
    band = np.searchsorted(np.unique(inner), scores, side="left")
    found = []
    for each in np.unique(band):
        mine = band == each
        figure = share(int(results[mine].sum()), int(mine.sum())) if is_share else mean(results[mine])
        if why and figure.unknown is None:
            figure = no_figure(figure.n, figure.method, why)
        found.append((float(scores[mine].min()), float(scores[mine].max()), figure))
    return tuple(found)


def _correlation(scores: FloatArray, results: FloatArray, why: str | None) -> Figure:
    n, method = len(scores), "Spearman's rank correlation, interval as of Bonett and Wright"
    if why is None and results.min() == results.max():
        why = "All mentorships ended alike, so there is nothing to predict."
    if why:
        return no_figure(n, method, why)
    value = float(np.clip(np.corrcoef(_ranks(scores), _ranks(results))[0, 1], -1, 1))
    if abs(value) == 1:
        value_for_interval = math.copysign(1 - 1 / n, value)  # Fisher's transformation has no place for 1 itself
        low, high = _fisher(value_for_interval, n)
        return Figure(value, low if value > 0 else -1.0, 1.0 if value > 0 else high, n, method)
    return Figure(value, *_fisher(value, n), n, method)


def _ranks(values: FloatArray) -> FloatArray:
    """From 1 on; equal values share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place], dtype=np.float64)


def _fisher(value: float, n: int) -> tuple[float, float]:
    half = Z * math.sqrt((1 + value * value / 2) / (n - 3))
    return math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half)


def _area(scores: FloatArray, results: FloatArray, is_share: bool, why: str | None) -> Figure:
    n, method = len(scores), "Area under the ROC curve, interval as of Newcombe"
    if why is None and not is_share:
        why = "The outcome is a number; the area needs an outcome that is there or not."
    if why is None and results.min() == results.max():
        why = "All mentorships ended alike, so there is nothing to predict."
    if why:
        return no_figure(n, method, why)
    well = results == 1
    from scipy.optimize import brentq  # heavy, and needed here alone

    hits, misses = int(well.sum()), int((~well).sum())
    value = (float(_ranks(scores)[well].sum()) - hits * (hits + 1) / 2) / (hits * misses)

    def gap(area: float) -> float:
        more = (hits + misses) / 2 - 1
        variance = area * (1 - area) / (hits * misses) * (1 + more * (1 - area) / (2 - area) + more * area / (1 + area))
        return abs(area - value) - Z * math.sqrt(max(variance, 0.0))

    # At 0 and at 1 the equation holds of itself; the limit sought is the other one.
    low = 0.0 if value == 0 else float(brentq(gap, 0.0, min(value, 1 - 1e-9)))
    high = 1.0 if value == 1 else float(brentq(gap, max(value, 1e-9), 1.0))
    return Figure(value, low, high, n, sentence(method))
