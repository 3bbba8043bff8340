"""Whether fit predicts outcome: bands, rank correlation and area."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from openmentor.engine import impact


def made(seed, n=200, slope=1.0):
    rng = np.random.default_rng(seed)
    score = np.round(rng.random(n), 2)
    return score, (rng.random(n) < 1 / (1 + np.exp(-slope * 4 * (score - 0.5)))).astype(int)


@pytest.mark.parametrize("seed", range(5))
def test_area_and_correlation_as_others_have_them(seed):
    score, outcome = made(seed)
    found = impact.calibration(score, outcome)
    assert found.area.value == pytest.approx(roc_auc_score(outcome, score), abs=1e-12)
    assert found.rank_correlation.value == pytest.approx(spearmanr(score, outcome).statistic, abs=1e-12)
    for figure in (found.area, found.rank_correlation):
        assert figure.low < figure.value < figure.high
        assert figure.n == 200


def test_bands_hold_everybody_once_in_order_and_never_part_equal_scores():
    score, outcome = made(1)
    bands = impact.calibration(score, outcome, bands=5).bands
    assert len(bands) == 5
    assert sum(figure.n for _, _, figure in bands) == 200
    assert all(high < low for (_, high, _), (low, _, _) in pairwise(bands))
    low, high, figure = bands[0]
    inside = (score >= low) & (score <= high)
    assert figure == impact.share(int(outcome[inside].sum()), int(inside.sum()))
    few = impact.calibration([0.2] * 40 + [0.8] * 40, [0, 1] * 40, bands=5).bands
    assert [(low, high, figure.n) for low, high, figure in few] == [(0.2, 0.2, 40), (0.8, 0.8, 40)]


def test_intervals_hold():
    held = [0, 0]
    for seed in range(200):
        score, outcome = made(seed, n=80)
        found = impact.calibration(score, outcome)
        for k, (figure, truth) in enumerate(((found.area, TRUTH[0]), (found.rank_correlation, TRUTH[1]))):
            held[k] += figure.low <= truth <= figure.high
    assert min(held) >= 182  # 95 % of 200, less three standard errors


LARGE = made(10_000, n=400_000)
TRUTH = (roc_auc_score(LARGE[1], LARGE[0]), spearmanr(*LARGE).statistic)


def test_fewer_than_fifty_finished_are_too_few_also_where_more_are_unfinished():
    score, outcome = made(2, n=60)
    found = impact.calibration(score, np.where(np.arange(60) < 49, outcome, np.nan))
    assert (
        found.area.unknown == found.rank_correlation.unknown == "There are only 49 finished mentorships; 50 are needed."
    )
    assert all(figure.unknown == found.area.unknown and figure.value is None for _, _, figure in found.bands)
    assert impact.calibration(score[:50], outcome[:50]).area.unknown is None


def test_what_cannot_be_told_is_said():
    score, outcome = made(3)
    assert (
        impact.calibration(score, outcome * 0).area.unknown
        == "All mentorships ended alike, so there is nothing to predict."
    )
    assert "same score" in impact.calibration(score * 0, outcome).area.unknown
    number = impact.calibration(score, outcome + score)
    assert "needs an outcome that is there or not" in number.area.unknown
    assert number.rank_correlation.unknown is None
    assert impact.calibration([], []).bands == ()


def test_a_perfect_score_still_leaves_doubt():
    found = impact.calibration(np.arange(60), np.arange(60) >= 30)
    assert (found.area.value, found.area.high) == (1, 1)
    assert found.area.low < 0.99
    found = impact.calibration(np.arange(60), np.arange(60) * 2.0)
    assert (found.rank_correlation.value, found.rank_correlation.high) == (1, 1)
    assert found.rank_correlation.low < 1


@pytest.mark.parametrize(("bands", "outcome"), [(0, [1] * 60), (2.5, [1] * 60), (5, [1] * 59), (5, ["a"] * 60)])
def test_nonsense_is_refused(bands, outcome):
    with pytest.raises(ValueError):
        impact.calibration(np.arange(60), outcome, bands=bands)
