"""Saying less does not pay: what one gets by fewer hours, goals, skills or wishes, measured by one's full answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bench import gaming

POOLS = 25
PAYS = 0.02
"""Of score: far less than what setting scores against one's own mean would have paid somebody who names one goal (0.05)."""


@pytest.fixture(scope="module")
def gains() -> dict[str, np.ndarray]:
    return gaming.gains(POOLS)


@pytest.mark.parametrize("way", gaming.WAYS)
def test_who_says_less_is_not_expected_to_fit_better(gains, way):
    gain = gains[way]
    error = gain.std(ddof=1) / math.sqrt(POOLS)
    assert gain.shape == (POOLS,)
    assert gain.mean() - 2 * error <= 0, "it pays beyond chance"
    assert gain.mean() <= PAYS


def test_what_is_said_does_change_what_one_gets(gains):
    # Else nothing would be measured: most ways move some of the pools, and cost those who try them.
    moved = {way: (np.abs(gain) > 1e-9).mean() for way, gain in gains.items()}
    assert sum(share > 0.03 for share in moved.values()) >= 6
    assert np.mean([gain.mean() for gain in gains.values()]) < 0
