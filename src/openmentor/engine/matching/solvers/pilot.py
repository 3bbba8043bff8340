"""What places may cost before anybody has looked at everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..problem import FloatArray
from .transport import Transport

if TYPE_CHECKING:
    from .large import Search

PILOT = 256
"""So many mentees, and as large a share of the mentors, tell what prices are like before the first look at everybody."""


def likely_prices(search: Search) -> FloatArray:
    """What places may cost, so that the first look finds whom it would find at the prices in the end.

    A small pool drawn from this one is solved; there, a mentor's price depends on how well they fit people on the whole. Nothing
    is proved by it: it only spares looks.
    """
    n, m = len(search.seeking), int((search.closed == 0).sum())
    likely = np.zeros(len(search.rows))
    if n <= 2 * PILOT or m == 0:
        return likely
    some = search.seeking[np.arange(PILOT) * n // PILOT]
    share = max(8, min(m, PILOT * m // n))
    theirs = np.flatnonzero(search.closed == 0)[np.arange(share) * m // share]
    scores = search.tiles.block(some, closely=False)
    possible = np.isfinite(scores)
    liked = np.where(possible, scores, 0.0).mean(axis=0)
    mentee, mentor = np.nonzero(possible[:, theirs])
    pilot = Transport(PILOT, search.capacity[theirs])
    pilot.add(mentee, mentor, search.rounded(scores[mentee, theirs[mentor]]))
    pilot.solve()
    pilot.settle()
    known = np.column_stack([np.ones(share), liked[theirs]])
    (base, slope), *_ = np.linalg.lstsq(known, pilot.price / search.unit, rcond=None)
    likely[:] = np.maximum(0.0, base + slope * liked)
    return likely
