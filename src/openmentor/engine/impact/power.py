"""How many pairs are needed to see a difference of shares, and what difference a number of pairs can show."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from .figures import Z, whole

POWER = 0.8
SMALLEST = 1e-6
_WANTED = float(ndtri(POWER))


def power(n_pairs: int, *, base: float, compared: int | None = None) -> float:
    """The smallest difference from the share ``base`` that is seen with 80 % power, whether it is for more or for fewer.

    n_pairs   participants whose outcome will be known.
    base      the share without mentoring, 0 to 1: of 100 comparable people, how many leave within the year.
    compared  people in the comparison group; None: as many as participants.
    Returns   a difference of shares, above 0; NaN where so few can't show any.
    Raises    ValueError for numbers of people that are none, or a share outside 0 to 1.
    Method    two-sided test at 5 % of two independent shares, normal approximation (Fleiss, Levin and Paik, 2003). Where
              ``base`` is far from a half, fewer and more are not seen alike: the larger of the two differences is given.
    """
    n, m = whole("n_pairs", n_pairs, 1), whole("compared", n_pairs if compared is None else compared, 1)
    start = _share(base)
    found = [_smallest(n, m, start, way) for way in (1.0, -1.0)]
    seen = [each for each in found if each is not None]
    # What can't be reached one way (fewer than nobody) is no reason to say nothing of the other.
    return max(seen) if seen else math.nan


def pairs_needed(difference: float, *, base: float) -> int:
    """How many pairs (with as many people to compare with) it takes to see ``difference`` with 80 % power.

    difference  of shares, as 0.04 for four in a hundred; its sign doesn't matter: the number is enough for either.
    base        the share without mentoring, 0 to 1.
    Returns     a whole number.
    Raises      ValueError for a difference of 0, or one by which the share can change neither way.
    Method      as ``power``.
    """
    start = _share(base)
    try:
        size = abs(float(difference))
    except (TypeError, ValueError):
        raise ValueError(f"difference must be a number, not {str(difference)[:40]!r}") from None
    if math.isnan(size):
        raise ValueError("difference must be a number, not nan")
    if not size > 0:
        raise ValueError("difference must not be 0: no number of pairs shows that there is none")
    if size < SMALLEST:
        raise ValueError(f"difference must be {SMALLEST:g} at least: no organization is large enough for less")
    ways = [each for each in (start + size, start - size) if -1e-12 <= each <= 1 + 1e-12]
    if not ways:
        raise ValueError(f"a share of {start:g} can't change by {size:g}: it would leave 0 to 1")
    return max(_pairs(start, min(max(each, 0.0), 1.0)) for each in ways)


def _share(base: Any) -> float:
    try:
        found = float(base)
    except (TypeError, ValueError):
        raise ValueError(f"base must be a share from 0 to 1, not {str(base)[:40]!r}") from None
    if not 0 <= found <= 1:
        raise ValueError(f"base must be a share from 0 to 1, not {found:g}")
    return found


def _power(n: int, m: int, start: float, other: float) -> float:
    """The chance to see it; ``n`` people have the share ``other``, ``m`` the share ``start``."""
    pooled = (n * other + m * start) / (n + m)
    none = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    real = math.sqrt(other * (1 - other) / n + start * (1 - start) / m)
    room = abs(other - start) - Z * none
    if real == 0:
        return float(room > 0)
    return float(ndtr(room / real))


def _smallest(n: int, m: int, start: float, way: float) -> float | None:
    most = 1 - start if way > 0 else start
    if most <= 0:
        return None
    from scipy.optimize import brentq  # heavy, and needed here alone

    sizes = np.linspace(0, most, 201)[1:]
    enough = [float(size) for size in sizes if _power(n, m, start, min(max(start + way * size, 0.0), 1.0)) >= POWER]
    if not enough:
        return None
    high, low = enough[0], max(enough[0] - most / 200, 1e-12)
    if _power(n, m, start, start + way * low) >= POWER:
        return low
    return float(brentq(lambda size: _power(n, m, start, min(max(start + way * size, 0.0), 1.0)) - POWER, low, high))


def _pairs(start: float, other: float) -> int:
    middle = (start + other) / 2
    spread = Z * math.sqrt(2 * middle * (1 - middle)) + _WANTED * math.sqrt(start * (1 - start) + other * (1 - other))
    return max(1, math.ceil(spread**2 / (other - start) ** 2 - 1e-9))
