"""Time until something happens, against cases worked by hand, lifelines and statsmodels."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.datasets import load_waltons
from lifelines.statistics import logrank_test, multivariate_logrank_test
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from openmentor.engine import impact

WALTONS = load_waltons()


def made(seed, n=200, ties=True):
    rng = np.random.default_rng(seed)
    months = rng.exponential(15, n)
    months = np.ceil(months) if ties else months
    return months, rng.integers(0, 3, n), rng.integers(0, 3, n)


def test_kaplan_meier_by_hand():
    # 30 people; 3 leave at 2, one is lost at 5, 2 leave at 8 of 26 still there.
    months = [2] * 3 + [5] + [8] * 2 + [20] * 24
    found = impact.survival(months, [1] * 3 + [0] + [1] * 2 + [0] * 24, at=[1, 2, 8, 12, 20, 21])
    assert [each.value for each in found] == pytest.approx([1, 0.9, 0.9 * 24 / 26, 0.9 * 24 / 26, 0.9 * 24 / 26, None])
    assert found[-1].unknown == "No people were still followed at 21 months; 20 are needed."
    assert {each.n for each in found} == {30}


@pytest.mark.parametrize("seed", range(5))
def test_as_lifelines_and_statsmodels_have_it(seed):
    months, cause, _ = made(seed)
    fitted = KaplanMeierFitter().fit(months, cause > 0)
    for at in (1, 3.5, 6, 12):
        found = impact.survival(months, cause > 0, at=at)
        limits = fitted.confidence_interval_survival_function_.loc[:at].iloc[-1]
        assert found.value == pytest.approx(fitted.predict(at), abs=1e-9)
        assert (found.low, found.high) == pytest.approx(tuple(limits), abs=1e-9)
    other = SurvfuncRight(months, (cause > 0).astype(int))
    curve = impact.survival_curve(months, cause > 0)
    place = np.searchsorted(curve.month, other.surv_times)
    assert curve.share[place] == pytest.approx(other.surv_prob, abs=1e-9)
    assert curve.at_risk[place] == pytest.approx(other.n_risk)


def test_on_their_own_example():
    months, happened = WALTONS["T"], WALTONS["E"]
    fitted = KaplanMeierFitter().fit(months, happened)
    curve = impact.survival_curve(months, happened)
    assert (curve.month[0], curve.share[0], curve.low[0], curve.high[0]) == (0, 1, 1, 1)
    assert curve.share == pytest.approx(fitted.survival_function_at_times(curve.month).to_numpy(), abs=1e-9)
    limits = fitted.confidence_interval_survival_function_.loc[curve.month].to_numpy()
    inner = (curve.share > 0) & (curve.share < 1)
    assert curve.low[inner] == pytest.approx(limits[inner, 0], abs=1e-9)
    assert curve.high[inner] == pytest.approx(limits[inner, 1], abs=1e-9)
    group = WALTONS["group"] == "control"
    theirs = logrank_test(months[group], months[~group], happened[group], happened[~group]).p_value
    assert impact.logrank(months, happened, WALTONS["group"]) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_incidence_as_statsmodels_and_lifelines_have_it(seed, ties):
    months, cause, _ = made(seed, ties=ties)
    fitted = CumIncidenceRight(months, cause)
    for of in (1, 2):
        for at in (3, 12):
            place = np.searchsorted(fitted.times, at, side="right") - 1
            found = impact.incidence(months, cause, of=of, at=at)
            share, error = fitted.cinc[of - 1][place], fitted.cinc_se[of - 1][place]
            spread = math.exp(Z * error / abs(share * math.log(share)))
            assert (found.value, found.low, found.high) == pytest.approx(
                (share, share**spread, share ** (1 / spread)), abs=1e-9
            )
            if not ties:
                lifelines = AalenJohansenFitter().fit(months, cause, event_of_interest=of)
                row = lifelines.confidence_interval_.loc[:at].iloc[-1]
                assert sorted([found.low, found.high]) == pytest.approx(sorted(row), abs=1e-9)


Z = 1.959963984540054


@pytest.mark.parametrize("seed", range(4))
def test_logrank_of_two_and_of_three_groups(seed):
    months, cause, group = made(seed)
    three = multivariate_logrank_test(months, group, cause > 0).p_value
    assert impact.logrank(months, cause > 0, group) == pytest.approx(three, rel=1e-9)
    two = group > 0
    assert impact.logrank(months, cause > 0, two) == pytest.approx(survdiff(months, cause > 0, two)[1], rel=1e-9)


def test_nothing_to_compare_has_no_p():
    assert math.isnan(impact.logrank([1, 2, 3], [1, 1, 0], ["a"] * 3))
    assert math.isnan(impact.logrank([1, 2, 3], [0, 0, 0], ["a", "b", "b"]))
    assert math.isnan(impact.logrank([], [], []))
    with pytest.raises(ValueError, match=r"group\[1\] is missing"):
        impact.logrank([1, 2], [1, 0], ["a", None])


def test_twenty_must_be_at_risk_at_the_month_ties_included():
    months, left = [3] * 15 + [12] * 20, [1] * 15 + [0] * 20
    assert impact.survival(months, left).value == pytest.approx(20 / 35)
    assert (
        impact.survival(months[:-1], left[:-1]).unknown
        == "Only 19 people were still followed at 12 months; 20 are needed."
    )
    assert (
        impact.incidence(months[:-1], left[:-1]).unknown
        == "Only 19 people were still followed at 12 months; 20 are needed."
    )
    assert impact.survival([], []).unknown == "No people were still followed at 12 months; 20 are needed."


def test_nobody_left_and_all_left_still_leave_doubt():
    nobody = impact.survival([12] * 30, [0] * 30)
    assert (nobody.value, nobody.high, nobody.low) == (1, 1, pytest.approx(30 / (30 + Z**2)))
    everybody = impact.survival([12] * 30, [1] * 30)
    assert (everybody.value, everybody.low, everybody.high) == (0, 0, pytest.approx(Z**2 / (30 + Z**2)))
    never = impact.incidence([12] * 30, [0] * 30, of=2)
    assert (never.value, never.low, never.high) == (0, 0, pytest.approx(Z**2 / (30 + Z**2)))


@pytest.mark.parametrize(
    ("months", "happened", "words"),
    [
        ([1, -2], [0, 1], r"months\[1\] must be 0 or more"),
        ([1, math.nan], [0, 1], r"months\[1\] must be 0 or more"),
        ([1, 2], [0, 2], r"happened\[1\] must be true or false"),
        ([1, 2], [0, None], r"happened\[1\] must be true or false"),
        ([1, 2, 3], [0, 1], "months has 3 entries and happened has 2"),
        (["x", 2], [0, 1], "no number"),
    ],
)
def test_nonsense_is_refused_in_words(months, happened, words):
    for call in (impact.survival, impact.survival_curve):
        with pytest.raises(ValueError, match=words):
            call(months, happened)


def test_a_curve_of_nobody_has_no_length_and_of_a_million_takes_no_age():
    empty = impact.survival_curve([], [])
    assert [len(each) for each in (empty.month, empty.share, empty.low, empty.high, empty.at_risk)] == [0] * 5
    rng = np.random.default_rng(1)
    curve = impact.survival_curve(rng.exponential(10, 100_000), rng.random(100_000) < 0.5)
    assert len({len(each) for each in (curve.month, curve.share, curve.low, curve.high, curve.at_risk)}) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        impact.survival_curve([3.0, 4.0], [1, 1])


@pytest.mark.parametrize("of", [None, np.inf, 1.5, 0, True, "left"])
def test_what_is_no_cause_is_refused_in_words(of):
    with pytest.raises(ValueError, match="of must be a cause"):
        impact.incidence([12] * 30, [0] * 30, of=of)


def test_the_cause_asked_about_is_the_second_where_nothing_is_said():
    months, cause = [3.0] * 10 + [12.0] * 30, [1] * 4 + [2] * 6 + [0] * 30
    assert impact.incidence(months, cause).value == impact.incidence(months, cause, of=2).value == pytest.approx(0.15)


def test_causes_too_large_to_count_are_refused():
    with pytest.raises(ValueError, match="causes go up to 1,000,000"):
        impact.incidence([1.0] * 50, [1e19] * 50, of=1)
