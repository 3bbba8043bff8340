"""Was it worth it? Cost against what was gained, as a range and a point of break-even, never as a point alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from scipy.special import ndtri

from .figures import Figure, FloatArray, Z, no_figure

DRAWS = 20_000
MOST = 1e15
INPUTS = (
    "pairs",
    "cost_per_pair",
    "hours_per_pair",
    "cost_per_hour",
    "avoided_leavers_share",
    "replacement_cost",
    "months_sooner_productive",
    "monthly_value",
    "posts_filled_within",
    "value_per_post",
)
_METHOD = f"Monte Carlo over the inputs' intervals, {DRAWS:,} draws; the value is that of the likely inputs"


@dataclass(frozen=True)
class Range:
    """An input that isn't known exactly: 95 times of 100 between ``low`` and ``high``, above and below ``likely`` alike often."""

    low: float | None
    likely: float | None
    high: float | None


@dataclass(frozen=True)
class Roi:
    """What ``roi`` returns.

    ratio       gained for each unit spent; 1 is break-even.
    net         gained less spent, in the currency of the inputs.
    break_even  for each input given: at what value of it, the others as likely, as much is gained as spent. None where it
                changes nothing; a value below 0 says that it would be worth it at any.
    spread      for each input given: which share of what isn't known about ``net`` is due to it; together 1.
    """

    ratio: Figure
    net: Figure
    break_even: dict[str, float | None]
    spread: dict[str, float]


def roi(inputs: Mapping[str, Range], *, rng: np.random.Generator) -> Roi:
    """What mentoring brought, against what it cost.

    inputs   {name: Range}, or a plain number for what is known exactly. Spent: pairs x (cost_per_pair + hours_per_pair x
             cost_per_hour). Gained: pairs x (avoided_leavers_share x replacement_cost + months_sooner_productive x
             monthly_value) + posts_filled_within x value_per_post. A name left out counts nothing.
    rng      draws within the ranges.
    Returns  a Roi. ``ratio`` and ``net`` are unknown where a range lacks a limit, as that of an effect that can't be told yet
             does, and ``ratio`` where nothing is spent.
    Raises   ValueError for a name that is none of these, or a range out of order.
    """
    unknown = [str(name) for name in inputs if name not in INPUTS]
    if unknown:
        raise ValueError(f"there is no input called {', '.join(sorted(unknown))}; known: {', '.join(INPUTS)}")
    ranges = {name: _range(name, inputs[name]) for name in INPUTS if name in inputs}
    open_ended = [name for name, each in ranges.items() if each is None]
    if open_ended:
        why = f"The interval of {' and '.join(open_ended)} is not known, so the result isn't either."
        blank = no_figure(0, _METHOD, why)
        return Roi(blank, blank, dict.fromkeys(ranges), {})
    known = {name: each for name, each in ranges.items() if each is not None}
    likely = {name: np.array([each[1]]) for name, each in known.items()}
    draws = {name: _draw(each, rng) for name, each in known.items()}
    cost, gain = _flows(likely)
    costs, gains = _flows(draws)
    low, high = np.quantile(gains - costs, [0.025, 0.975])
    net = _figure(float((gain - cost)[0]), float(low), float(high))
    if float(cost[0]) <= 0 and np.all(costs <= 0):
        ratio = no_figure(DRAWS, _METHOD, "Nothing is known to be spent, so there is nothing to divide by.")
    elif float(cost[0]) <= 0 or np.any(costs <= 0):
        ratio = no_figure(DRAWS, _METHOD, "It may be that nothing is spent, so there may be nothing to divide by.")
    else:
        low, high = np.quantile(gains / costs, [0.025, 0.975])
        ratio = _figure(float((gain / cost)[0]), float(low), float(high))
    return Roi(ratio, net, {name: _break_even(name, likely) for name in known}, _spread(draws))


def _figure(value: float, low: float, high: float) -> Figure:
    """Where all inputs are as likely at one end of their ranges, the likely result may lie beyond 95 of 100."""
    return Figure(value, min(low, value), max(high, value), DRAWS, _METHOD)


def _range(name: str, given: Any) -> tuple[float, float, float] | None:
    """Its three numbers; None where a limit isn't known."""
    if isinstance(given, Real):
        given = Range(float(given), float(given), float(given))
    parts = [getattr(given, each, math.inf) for each in ("low", "likely", "high")]
    if any(each is None or each != each for each in parts):
        return None
    if not all(isinstance(each, Real) and abs(float(each)) <= MOST for each in parts):
        raise ValueError(f"{name} must be a Range of three numbers up to {MOST:g}: low, likely, high")
    low, likely, high = (float(each) for each in parts)
    if not low <= likely <= high:
        raise ValueError(f"{name}: low, likely and high must be in order, not {low:g}, {likely:g}, {high:g}")
    if low < 0 and name not in ("avoided_leavers_share", "months_sooner_productive", "monthly_value", "value_per_post"):
        raise ValueError(f"{name} can't be below 0")
    if name == "avoided_leavers_share" and not (low >= -1 and high <= 1):
        raise ValueError(f"{name} is a share: between -1 and 1, as 0.04 for four in a hundred")
    return low, likely, high


def _draw(each: tuple[float, float, float], rng: np.random.Generator) -> FloatArray:
    """Half a bell to either side, so that 2.5 % fall below ``low`` and 2.5 % above ``high``: what an interval of 95 % says."""
    low, likely, high = each
    # Spread evenly and then shuffled: the same picture as of far more draws at random.
    position = ndtri((rng.permutation(DRAWS) + rng.random(DRAWS)) / DRAWS) / Z
    drawn = likely + np.where(position < 0, likely - low, high - likely) * position
    return np.asarray(np.maximum(drawn, 0.0) if low >= 0 else drawn)


def _flows(values: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """What is spent and what is gained."""

    def get(name: str) -> FloatArray:
        return values.get(name, np.zeros(1))

    pairs = get("pairs")
    cost = pairs * (get("cost_per_pair") + get("hours_per_pair") * get("cost_per_hour"))
    gain = (
        pairs * get("avoided_leavers_share") * get("replacement_cost")
        + pairs * get("months_sooner_productive") * get("monthly_value")
        + get("posts_filled_within") * get("value_per_post")
    )
    return cost, gain


def _net(values: Mapping[str, FloatArray]) -> float:
    cost, gain = _flows(values)
    return float(np.mean(gain - cost))


def _line(name: str, values: Mapping[str, FloatArray]) -> tuple[float, float]:
    """What is net without this input, and what one unit of it adds: net is linear in each."""
    none = _net({**values, name: np.zeros(1)})
    return none, _net({**values, name: np.ones(1)}) - none


def _break_even(name: str, likely: Mapping[str, FloatArray]) -> float | None:
    none, each = _line(name, likely)
    return None if each == 0 else -none / each + 0.0


def _spread(draws: Mapping[str, FloatArray]) -> dict[str, float]:
    """Of independent inputs, and net linear in each, the part of the variance that knowing one would take away."""
    means = {name: np.array([float(np.mean(each))]) for name, each in draws.items()}
    parts = {name: (_line(name, means)[1] * float(np.std(each))) ** 2 for name, each in draws.items()}
    total = sum(parts.values())
    return {name: part / total if total > 0 else 0.0 for name, part in parts.items()}
