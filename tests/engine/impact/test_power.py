"""How many pairs: against simulation, and against itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from openmentor.engine import impact


def seen(n, m, base, other, draws=40_000):
    """How often a two-sided test of two shares sees the difference."""
    rng = np.random.default_rng(0)
    one, two = rng.binomial(n, other, draws) / n, rng.binomial(m, base, draws) / m
    pooled = (n * one + m * two) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return np.mean(np.abs(one - two) > norm.ppf(0.975) * np.maximum(error, 1e-12))


@pytest.mark.parametrize(("base", "difference"), [(0.16, 0.04), (0.5, 0.1), (0.84, 0.06)])
def test_so_many_pairs_see_it_four_times_of_five_either_way(base, difference):
    n = impact.pairs_needed(difference, base=base)
    chances = [seen(n, n, base, base + difference), seen(n, n, base, base - difference)]
    assert min(chances) == pytest.approx(0.8, abs=0.02)
    assert max(chances) < 0.92


def test_fleiss_by_hand():
    # 0.16 against 0.20: (1.96 * sqrt(2 * 0.18 * 0.82) + 0.8416 * sqrt(0.1344 + 0.16))² / 0.0016
    assert impact.pairs_needed(0.04, base=0.16) == impact.pairs_needed(-0.04, base=0.16) == 1447


@given(st.integers(60, 20_000), st.floats(0.05, 0.95))
def test_power_and_pairs_agree(n, base):
    difference = impact.power(n, base=base)
    assert impact.pairs_needed(difference, base=base) == pytest.approx(n, abs=1 + n / 200)


def test_more_to_compare_with_shows_less_and_is_seen():
    even, more = impact.power(300, base=0.2), impact.power(300, base=0.2, compared=3000)
    assert impact.power(300, base=0.2, compared=300) == even
    assert more < even
    assert seen(300, 3000, 0.2, 0.2 + more) == pytest.approx(0.8, abs=0.02)
    assert impact.power(1000, base=0.2) < even


def test_so_few_can_show_nothing():
    assert math.isnan(impact.power(1, base=0.5))
    assert math.isnan(impact.power(2, base=0.5))
    assert 0 < impact.power(40, base=0.0) <= 1
    assert 0 < impact.power(40, base=1.0) <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: impact.power(0, base=0.2),
        lambda: impact.power(10.5, base=0.2),
        lambda: impact.power(10, base=1.2),
        lambda: impact.power(10, base=math.nan),
        lambda: impact.power(10, base="x"),
        lambda: impact.power(10, base=0.2, compared=0),
        lambda: impact.pairs_needed(0, base=0.2),
        lambda: impact.pairs_needed(math.nan, base=0.2),
        lambda: impact.pairs_needed(0.9, base=0.5),
        lambda: impact.pairs_needed("x", base=0.5),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_a_difference_that_no_organization_could_see_is_refused():
    for size in (1e-17, 1e-170):
        with pytest.raises(ValueError, match="no organization is large enough"):
            impact.pairs_needed(size, base=0.5)
    with pytest.raises(ValueError, match="must be a number, not nan"):
        impact.pairs_needed(float("nan"), base=0.5)
