"""A figure that is looked at again and again: how wide its interval must be."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from .figures import Z

MOST_LOOKS = 120
_NODES = 200


@cache
def reach(looks: int) -> float:
    """How many standard errors an interval must reach to either side so that, of so many looks, all hold 95 times of 100.

    looks    1 to 120, of which each adds as much as the one before: monthly looks at a program in which people start all the time.
             Where the first looks see nearly nothing, fewer of them are independent than this takes them for, or more by a little.
    Returns  1.96 for one look, 2.58 for twelve.
    Source   Pocock (1977), Biometrika 64; Armitage, McPherson and Rowe (1969) for the sums, one look after the other.
    """
    from scipy.optimize import brentq  # heavy, and needed here alone

    if looks == 1:
        return Z
    return float(brentq(lambda edge: _all_within(looks, edge) - 0.95, Z, 5.0, xtol=1e-9))


def _all_within(looks: int, edge: float) -> float:
    """The chance that the sum of k standard normal steps stays within ``edge`` times the root of k, at each of so many k."""
    nodes, heft = np.polynomial.legendre.leggauss(_NODES)
    place, density = (
        edge * nodes,
        norm.pdf(edge * nodes) * edge * heft,
    )  # of the sum so far, times the width of its node
    for k in range(2, looks):
        wide = edge * k**0.5
        density = (norm.pdf(wide * nodes[:, None] - place[None, :]) @ density) * wide * heft
        place = wide * nodes
    last = edge * looks**0.5
    return float(density @ (ndtr(last - place) - ndtr(-last - place)))
