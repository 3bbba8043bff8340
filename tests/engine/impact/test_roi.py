"""Cost against gain: worked by hand where all is known, by quantiles where it isn't."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openmentor.engine import impact
from openmentor.engine.impact import Range

RNG = np.random.default_rng


def exact(**values):
    return {name: Range(value, value, value) for name, value in values.items()}


ALL = exact(
    pairs=100, cost_per_pair=200, hours_per_pair=20, cost_per_hour=50, avoided_leavers_share=0.04, replacement_cost=60_000,
    months_sooner_productive=0.5, monthly_value=3000, posts_filled_within=4, value_per_post=10_000,
)  # fmt: skip


def test_by_hand():
    # 100 * (200 + 20 * 50) = 120,000 spent; 4 * 60,000 + 100 * 0.5 * 3,000 + 4 * 10,000 = 430,000 gained.
    found = impact.roi(ALL, rng=RNG(0))
    assert (found.net.value, found.net.low, found.net.high) == pytest.approx((310_000,) * 3)
    assert (found.ratio.value, found.ratio.low, found.ratio.high) == pytest.approx((430 / 120,) * 3)
    assert found.break_even["cost_per_hour"] == pytest.approx(50 + 310_000 / 2000)
    assert found.break_even["replacement_cost"] == pytest.approx(60_000 - 310_000 / 4)
    assert set(found.break_even) == set(found.spread) == set(ALL)
    assert set(found.spread.values()) == {0.0}


def test_at_break_even_nothing_is_gained_or_lost():
    found = impact.roi(ALL, rng=RNG(0))
    for name, value in found.break_even.items():
        if value is not None and value >= 0 and name != "pairs":
            assert impact.roi({**ALL, **exact(**{name: value})}, rng=RNG(0)).net.value == pytest.approx(0, abs=1e-6)


def test_one_uncertain_input_gives_its_own_interval():
    found = impact.roi({**ALL, "avoided_leavers_share": Range(-0.01, 0.04, 0.07)}, rng=RNG(0))
    fixed = 310_000 - 240_000
    assert found.net.value == pytest.approx(310_000)
    assert found.net.low == pytest.approx(fixed - 60_000, rel=0.02)
    assert found.net.high == pytest.approx(fixed + 420_000, rel=0.02)
    assert found.spread["avoided_leavers_share"] == 1


def test_the_spread_goes_to_what_is_least_known():
    inputs = {**ALL, "avoided_leavers_share": Range(0, 0.04, 0.08), "cost_per_hour": Range(45, 50, 55)}
    spread = impact.roi(inputs, rng=RNG(0)).spread
    assert sum(spread.values()) == pytest.approx(1)
    # Standard deviations 0.04 / 1.96 * 6,000,000 and 5 / 1.96 * 2,000.
    assert spread["cost_per_hour"] == pytest.approx(1e4**2 / (24e4**2 + 1e4**2), rel=0.1)


def test_what_is_left_out_counts_nothing():
    found = impact.roi(exact(pairs=10, cost_per_pair=100), rng=RNG(0))
    assert (found.net.value, found.ratio.value) == (-1000, 0)
    nothing = impact.roi({}, rng=RNG(0))
    assert nothing.net.value == 0
    assert nothing.ratio.unknown == "Nothing is known to be spent, so there is nothing to divide by."
    assert (
        impact.roi(exact(pairs=10, cost_per_pair=100, monthly_value=5), rng=RNG(0)).break_even["monthly_value"] is None
    )


def test_an_effect_without_interval_leaves_the_result_unknown():
    for missing in (Range(None, None, None), Range(None, 0.04, None), Range(math.nan, 0.04, 0.1)):
        found = impact.roi({**ALL, "avoided_leavers_share": missing}, rng=RNG(0))
        for figure in (found.net, found.ratio):
            assert figure.value is None
            assert figure.unknown == "The interval of avoided_leavers_share is not known, so the result isn't either."


def test_the_same_numbers_give_the_same_figures():
    inputs = {**ALL, "avoided_leavers_share": Range(0, 0.04, 0.08)}
    assert impact.roi(inputs, rng=RNG(3)) == impact.roi(dict(reversed(inputs.items())), rng=RNG(3))


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"pears": Range(1, 1, 1)}, "no input called pears; known: pairs, cost_per_pair"),
        ({"pairs": Range(3, 2, 4)}, "in order"),
        ({"pairs": Range(-1, 2, 4)}, "below 0"),
        ({"avoided_leavers_share": Range(1, 4, 8)}, "share"),
        ({"pairs": "many"}, "Range of three numbers"),
        ({"pairs": Range(1, 2, math.inf)}, "Range of three numbers"),
    ],
)
def test_nonsense_is_refused_in_words(inputs, words):
    with pytest.raises(ValueError, match=words):
        impact.roi(inputs, rng=RNG(0))


def test_the_likely_result_is_within_its_range_and_what_may_cost_nothing_is_said():
    rng = np.random.default_rng(0)
    edge = impact.roi(
        {
            "pairs": impact.Range(1, 1, 100),
            "posts_filled_within": impact.Range(1, 1, 50),
            "value_per_post": impact.Range(9, 9, 500),
            "cost_per_pair": 1,
        },
        rng=rng,
    )
    assert edge.net.low <= edge.net.value <= edge.net.high
    free = impact.roi({"pairs": 10, "cost_per_pair": impact.Range(0, 100, 200)}, rng=rng)
    assert free.ratio.unknown == "It may be that nothing is spent, so there may be nothing to divide by."
    with pytest.raises(ValueError, match="up to 1e"):
        impact.roi({"pairs": 1e99}, rng=rng)
