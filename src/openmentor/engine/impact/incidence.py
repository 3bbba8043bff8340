"""Weighted incidence with weights that grow over time, and what each row contributes to it.

The estimate is Aalen and Johansen's with weights. Each row's contribution is its derivative by that row's weight (the infinitesimal
jackknife), from which come pseudo-values for a model and variances by person. Without weights it is Greenwood's variance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .figures import FloatArray, IntArray

Growth = Callable[[FloatArray, IntArray], FloatArray]
"""By what factor the weights of these rows have grown by that moment (months since each row's start)."""


@dataclass(frozen=True)
class Weighted:
    """To what share it has happened by the horizon, and how that came about.

    value         the share at the horizon.
    pseudo        one for each row: the share plus what the row pulls it by; their weighted mean is the share.
    time, share   at each time at which something happened, the share so far; ``rough``: variance of it, rows taken as independent.
    """

    value: float
    pseudo: FloatArray
    time: FloatArray
    share: FloatArray
    rough: FloatArray


def weighted_incidence(
    months: FloatArray, cause: IntArray, weight: FloatArray, horizon: float, growth: Growth | None = None
) -> Weighted:
    """Incidence of cause 1 while others compete.

    months  of each row until the event, or until it was last seen; at most ``horizon``. weight: at the start, together 1.
    growth  weights for rows that are lost from view not by chance; None: constant weights.
    """
    order = np.argsort(months, kind="stable")
    t, c, w = months[order], cause[order], weight[order]
    edges = np.linspace(0, horizon, round(horizon * 4) + 1) if growth is not None else np.array([0.0, horizon])
    factors: list[FloatArray] = []
    first: list[int] = []
    times, risk, mine, others, squares = [], [], [], [], []
    low = 0
    for begin, end in pairwise(edges.tolist()):
        rows = order[low:]
        # In the middle of the step: nobody's weight waits a whole step for its growth.
        heft = w[low:] * growth(np.full(len(rows), (begin + end) / 2), rows) if growth is not None else w[low:]
        high = int(np.searchsorted(t, end, side="right"))
        size = high - low
        factors.append(heft)
        first.append(low)
        happened = np.flatnonzero(c[low:high] > 0)
        if len(happened):
            within, place = np.unique(t[low:high][happened], return_inverse=True)
            reverse = np.concatenate((np.cumsum(heft[::-1])[::-1], [0.0]))
            times.append(within)
            risk.append(reverse[np.searchsorted(t[low:], within, side="left")])
            pulls, kinds = heft[:size][happened], c[low:high][happened]
            mine.append(np.bincount(place, weights=pulls * (kinds == 1), minlength=len(within)))
            others.append(np.bincount(place, weights=pulls * (kinds != 1), minlength=len(within)))
            squares.append(np.bincount(place, weights=pulls**2, minlength=len(within)))
        low = high
    if not times:
        nothing = np.zeros(0)
        return Weighted(0.0, np.zeros(len(months)), nothing, nothing, nothing)
    when, at_risk, h1, h2 = (np.concatenate(each) for each in (times, risk, mine, others))
    h1, h2 = h1 / at_risk, h2 / at_risk
    stays = np.maximum(1 - h1 - h2, 0.0)
    before = np.concatenate(([1.0], np.cumprod(stays)[:-1]))
    share = np.cumsum(before * h1)
    value = float(share[-1])
    # What follows a time is lost to whom something happens at it.
    after = np.divide(value - share, stays, out=np.zeros_like(stays), where=stays > 1e-12)
    gain_mine, gain_other = before - after, -after
    drift = np.cumsum((h1 * gain_mine + h2 * gain_other) / at_risk)
    total = np.concatenate(([0.0], drift))
    pull = np.zeros(len(months))
    at_edges = total[np.searchsorted(when, edges, side="right")]
    at_edges[0] = (
        0.0  # everybody is there from the beginning: what happens at it, on the day of the start itself, is in ``until``
    )
    until = total[np.searchsorted(when, t, side="right")]
    at_event = np.minimum(np.searchsorted(when, t, side="left"), len(when) - 1)
    gains = np.where(c == 1, gain_mine[at_event], gain_other[at_event]) / at_risk[at_event]
    for step, (low, heft) in enumerate(zip(first, factors)):
        high = first[step + 1] if step + 1 < len(first) else len(t)
        size = high - low
        grown = heft / np.where(w[low:] > 0, w[low:], 1.0)
        pull[low:high] -= grown[:size] * (until[low:high] - at_edges[step])
        pull[high:] -= grown[size:] * (at_edges[step + 1] - at_edges[step])
        happened = np.flatnonzero(c[low:high] > 0)
        pull[low:high][happened] += grown[:size][happened] * gains[low:high][happened]
    pseudo = np.empty(len(months))
    pseudo[order] = value + pull
    stays_for = np.where(stays > 1e-12, stays, np.inf)
    rough = np.cumsum(np.concatenate(squares) / (at_risk * stays_for) ** 2) * (1 - share) ** 2
    return Weighted(value, pseudo, when, share, rough)
