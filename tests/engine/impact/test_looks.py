"""``looks``: a figure that is looked at again and again, and how often it then shows what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from tests.engine.impact.worlds import COVARIATES, Setting, make

from openmentor.engine import impact
from openmentor.engine.impact.looks import reach


@pytest.mark.parametrize(
    ("looks", "level"), [(1, 0.05), (2, 0.0294), (3, 0.0221), (4, 0.0182), (5, 0.0158), (10, 0.0106)]
)
def test_levels_are_pococks(looks, level):
    # Pocock (1977), Biometrika 64, table 1
    assert 2 * (1 - ndtr(reach(looks))) == pytest.approx(level, abs=0.00006)


def test_of_many_looks_at_a_walk_all_hold_as_often_as_one_would():
    rng = np.random.default_rng(0)
    walks = np.abs(np.cumsum(rng.normal(size=(40_000, 60)), axis=1) / np.sqrt(np.arange(1, 61)))
    for looks in (12, 60):
        assert np.mean(walks[:, :looks].max(axis=1) > reach(looks)) == pytest.approx(0.05, abs=0.004)
    assert np.mean(walks[:, :12].max(axis=1) > reach(1)) > 0.2


def compared(world, looks, of="left"):
    return impact.Study(
        world.people, world.events, world.starts, world.as_of, covariates=COVARIATES, primary=True, looks=looks
    ).effect(of=of)


def test_the_interval_is_wider_and_nothing_else_changes():
    world = make(1, Setting(people=1500))
    one, twelve = (compared(world, looks) for looks in (1, 12))
    wider = (twelve.high - twelve.low) / (one.high - one.low)
    assert wider == pytest.approx(2.588 / 1.960, abs=0.02)
    assert (twelve.value, twelve.treated, twelve.compared, twelve.naive) == (
        one.value,
        one.treated,
        one.compared,
        one.naive,
    )
    assert twelve.method == f"{one.method}; wide enough for 12 looks (Pocock)"
    # Where events are few and the interval comes from both groups' score intervals, too.
    few, more = (compared(world, looks, of="ramped_up") for looks in (1, 12))
    assert "score intervals; wide enough" in more.method
    assert more.low < 1.5 * few.low < 0 < 1.5 * few.high < more.high


@pytest.mark.parametrize("looks", [0, 121, 2.5, None])
def test_looks_are_a_whole_number(looks):
    world = make(1, Setting(people=100, months=20))
    with pytest.raises(ValueError, match="looks must be"):
        compared(world, looks)
