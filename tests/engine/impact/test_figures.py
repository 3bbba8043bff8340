"""Plain figures against cases worked by hand and against statsmodels; too little is an answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from openmentor.engine import impact

Z = 1.959963984540054


@given(st.integers(5, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_wilsons_interval(case):
    successes, n = case
    found = impact.share(successes, n)
    low, high = proportion_confint(successes, n, method="wilson")
    assert (found.value, found.n, found.unknown) == (successes / n, n, None)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_nobody_and_everybody_still_leave_doubt():
    assert (impact.share(0, 20).low, impact.share(20, 20).high) == (0.0, 1.0)
    assert impact.share(0, 20).high == pytest.approx(Z**2 / (20 + Z**2))


@pytest.mark.parametrize("n", range(5))
def test_fewer_than_five_are_too_few(n):
    words = ["no answers", "only 1 answer", "only 2 answers", "only 3 answers", "only 4 answers"]
    sentence = f"There {'is' if n == 1 else 'are'} {words[n]}; 5 are needed."
    for found in (impact.share(0, n), impact.mean([1.0] * n), impact.nps([9] * n + [None] * 2)):
        assert (found.value, found.low, found.high, found.n, found.unknown) == (None, None, None, n, sentence)
    assert impact.change([1.0] * n, [2.0] * n).unknown is not None


@pytest.mark.parametrize(
    ("successes", "n", "words"),
    [
        (3, 2, "can't be more"),
        (-1, 9, "0 or more"),
        (1.5, 9, "whole"),
        (math.nan, 9, "whole"),
        ("x", 9, "whole"),
        (1, math.inf, "whole"),
    ],
)
def test_a_share_of_nonsense_is_refused_in_words(successes, n, words):
    with pytest.raises(ValueError, match=words):
        impact.share(successes, n)


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=60))
def test_a_mean_has_students_interval(values):
    found, oracle = impact.mean(values), DescrStatsW(values)
    low, high = oracle.tconfint_mean()
    assert (found.value, found.n) == (pytest.approx(np.mean(values)), len(values))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9 * (1 + np.max(np.abs(values))))


def test_who_did_not_answer_is_left_out_and_frames_will_do():
    plain = impact.mean([3, 4, 5, None, 4, math.nan, 2])
    assert (plain.value, plain.n) == (3.6, 5)
    assert impact.mean(pd.Series([3, 4, 5, None, 4, None, 2])) == plain
    assert impact.mean(pd.Series([3, 4, 5, None, 4, None, 2], dtype="Int64")) == plain
    assert impact.mean(pl.Series([3, 4, 5, None, 4, None, 2])) == plain


@pytest.mark.parametrize("values", [["a"] * 9, [[1, 2], [3, 4]], [1e200] * 9, [math.inf] * 9, [object()] * 9])
def test_what_is_no_number_is_refused(values):
    with pytest.raises(ValueError):
        impact.mean(values)


def test_nps_by_hand():
    # 5 promoters, 3 in between, 2 detractors: 50 - 20 = 30; variance (0.7 - 0.09) / 10.
    found = impact.nps([10, 9, 9, 10, 9, 7, 8, 7, 6, 0])
    half = 100 * Z * math.sqrt(0.61 / 10)
    assert (found.value, found.low, found.high, found.n) == pytest.approx((30, 30 - half, 30 + half, 10), abs=1e-9)


@pytest.mark.parametrize(("answer", "value"), [(10, 100), (8, 0), (3, -100)])
def test_an_nps_of_answers_all_alike_still_leaves_doubt(answer, value):
    found = impact.nps([answer] * 8)
    assert found.value == value
    assert found.high - found.low > 50
    assert -100 <= found.low <= value <= found.high <= 100


def test_nps_says_when_few_answered_and_refuses_an_eleven():
    assert "only 6 of 40 answered" in impact.nps([9] * 6 + [None] * 34).method
    assert "only" not in impact.nps([9] * 20 + [None] * 20).method
    with pytest.raises(ValueError, match="0 to 10; there is 11"):
        impact.nps([9, 11, 3, 4, 5, 6])


def test_a_change_is_of_the_same_people():
    before, after = [3, 4, 2, None, 5, 4, 3], [4, 4, 3, 5, None, 5, 3]
    found = impact.change(before, after)  # differences 1, 0, 1, 1, 0
    low, high = DescrStatsW([1, 0, 1, 1, 0]).tconfint_mean()
    assert (found.value, found.low, found.high, found.n) == pytest.approx((0.6, low, high, 5), abs=1e-9)
    with pytest.raises(ValueError, match="before has 2 entries and after has 3"):
        impact.change([1, 2], [1, 2, 3])


def test_answers_that_are_all_equal_say_that_their_interval_is_none():
    assert impact.mean([4] * 5).method.endswith("; all are equal, so how far others would vary is not known")
    assert impact.change([4] * 5, [5] * 5).method.endswith("; all are equal, so how far others would vary is not known")
    assert impact.mean([4, 4, 4, 4, 5]).method == "Mean with Student's interval"
