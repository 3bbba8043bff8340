"""Time until something happens, when not everybody has been watched to the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from scipy.special import chdtrc

from .figures import (
    BoolArray,
    Figure,
    FloatArray,
    IntArray,
    Z,
    claims,
    is_missing,
    no_figure,
    numbers,
    only,
    same_length,
    sentence,
    wilson,
)

FEWEST_AT_RISK = 20
MOST_CAUSES = 1_000_000


@dataclass(frozen=True)
class Curve:
    """Steps for drawing, arrays of one length: from each ``month`` on the share is this, until the next.

    month      since the start; the first is 0, the last the last that was seen.
    share      to whom it has not happened yet; ``low``, ``high`` its 95 % interval at each month.
    at_risk    people still watched just before that month, those with something on it included.
    """

    month: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: IntArray


@dataclass(frozen=True)
class Steps:
    """The table under every figure here: one row for each time at which something happened, in order."""

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray  # of the cause asked about
    others: FloatArray  # of causes that compete with it

    @property
    def hazard(self) -> FloatArray:
        return np.asarray((self.events + self.others) / self.at_risk)

    @property
    def still_there(self) -> FloatArray:
        """Share without any event after each time."""
        return np.asarray(np.cumprod(1 - self.hazard), dtype=np.float64)

    @property
    def before(self) -> FloatArray:
        """Share without any event just before each time."""
        return np.concatenate(([1.0], self.still_there[:-1]))

    @property
    def incidence(self) -> FloatArray:
        return np.asarray(np.cumsum(self.before * self.events / self.at_risk), dtype=np.float64)


def steps(months: FloatArray, cause: IntArray, of: int = 1) -> Steps:
    """Who is at risk and to whom it happens, at each time at which anything happens."""
    ordered = np.sort(months)
    times = np.unique(months[cause > 0])
    at_risk = len(months) - np.searchsorted(ordered, times, side="left")
    mine = np.bincount(np.searchsorted(times, months[cause == of]), minlength=len(times))
    theirs = months[(cause > 0) & (cause != of)]
    others = np.bincount(np.searchsorted(times, theirs), minlength=len(times))
    return Steps(times, at_risk.astype(float), mine.astype(float), others.astype(float))


@overload
def survival(months: Any, happened: Any, at: Sequence[float]) -> list[Figure]: ...
@overload
def survival(months: Any, happened: Any, at: float = 12) -> Figure: ...
def survival(months: Any, happened: Any, at: Any = 12) -> Figure | list[Figure]:
    """What share is still there ``at`` months after their own start (Kaplan-Meier, log-log interval).

    months    since each person's start, 0 or more: to the event, or to when they were last seen.
    happened  true where the event ended it, false where they were still there when last seen.
    at        months, or a list of them, which gives a list.
    Returns   a Figure from 0 to 1; unknown where fewer than 20 people were still at risk at that month, those whose time
              is exactly it included. Where nobody left (or all did) the interval is Wilson's of those still at risk.
    Raises    ValueError if lengths differ or months are missing or negative.
    Source    Kaplan and Meier (1958), JASA 53; Kalbfleisch and Prentice (1980) for the interval.
    """
    times, hits = _times(months), claims("happened", happened)
    same_length(months=times, happened=hits)
    table = steps(times, hits.astype(np.int64))
    method = "Kaplan-Meier with log-log interval"
    found = [_at(times, moment, method, table.time, _survivals(table), 1.0) for moment in _moments(at)]
    return found if _is_list(at) else found[0]


def _survivals(table: Steps) -> tuple[FloatArray, FloatArray]:
    """The share still there after each time, and the variance of its estimate (Greenwood's)."""
    n, d, share = table.at_risk, table.events + table.others, table.still_there
    rate = np.divide(d, n * (n - d), out=np.zeros_like(n), where=n > d)
    return share, share**2 * np.cumsum(rate)


@overload
def incidence(months: Any, cause: Any, of: int, at: Sequence[float]) -> list[Figure]: ...
@overload
def incidence(months: Any, cause: Any, of: int = 2, at: float = 12) -> Figure: ...
def incidence(months: Any, cause: Any, of: int = 2, at: Any = 12) -> Figure | list[Figure]:
    """To what share ``of`` has happened ``at`` months after their own start, while other causes end it for good (Aalen-Johansen).

    months   since each person's start, 0 or more.
    cause    0: still there when last seen; 1, 2, ...: what happened.
    of       the cause asked about; at: months, or a list of them, which gives a list.
    Returns  a Figure from 0 to 1; unknown where fewer than 20 people were still at risk at that month, ties included.
             Where it happened to nobody (or to all) the interval is Wilson's of those still at risk.
    Raises   ValueError if lengths differ, months are missing or negative, or causes are no whole numbers.
    Source   Aalen and Johansen (1978); variance as in Marubini and Valsecchi (1995), interval log-log.
    """
    times, causes = _times(months), _causes(cause)
    same_length(months=times, cause=causes)
    which = whole_cause(of)
    table = steps(times, causes, which)
    method = "Aalen-Johansen with log-log interval; other causes compete"
    found = [_at(times, moment, method, table.time, _incidences(table), 0.0) for moment in _moments(at)]
    return found if _is_list(at) else found[0]


def _incidences(table: Steps) -> tuple[FloatArray, FloatArray]:
    """The share to whom it has happened after each time, and the variance of its estimate."""
    n, mine, before, share = table.at_risk, table.events, table.before, table.incidence
    every = mine + table.others
    # Where nobody is left at risk nothing follows: 0 * infinity means 0.
    rate = np.divide(every, n * (n - every), out=np.zeros_like(n), where=n > every)
    own = before**2 * mine * (n - mine) / n**3
    shared = before * mine / n**2
    variance = (
        share**2 * np.cumsum(rate)
        - 2 * share * np.cumsum(share * rate)
        + np.cumsum(share**2 * rate)
        + np.cumsum(own)
        - 2 * share * np.cumsum(shared)
        + 2 * np.cumsum(share * shared)
    )
    return share, np.maximum(variance, 0.0)


def _at(
    months: FloatArray, moment: float, method: str, time: FloatArray, found: tuple[FloatArray, FloatArray], start: float
) -> Figure:
    at_risk = int(np.sum(months >= moment))
    if at_risk < FEWEST_AT_RISK:
        return no_figure(len(months), method, too_few_at_risk(at_risk, moment))
    until = int(np.searchsorted(time, moment, side="right"))
    share, variance = (float(found[0][until - 1]), float(found[1][until - 1])) if until else (start, 0.0)
    return Figure(share, *log_log(share, variance, at_risk), len(months), method)


def too_few_at_risk(at_risk: int, moment: float, who: str = "") -> str:
    """The sentence."""
    people = only(at_risk, "person", "people")
    were = "was" if at_risk == 1 else "were"
    month = "month" if moment == 1 else "months"
    return sentence(f"{people} {who}{were} still followed at {moment:g} {month}; {FEWEST_AT_RISK} are needed.")


def log_log(share: float, variance: float, at_risk: float) -> tuple[float, float]:
    """Limits that stay between 0 and 1; Wilson's where the share is 0 or 1, of which the variance says nothing."""
    if share <= 0 or share >= 1 or variance <= 0:
        return wilson(min(max(share, 0.0), 1.0), at_risk)
    spread = math.exp(Z * math.sqrt(variance) / abs(share * math.log(share)))
    return share**spread, share ** (1 / spread)


def survival_curve(months: Any, happened: Any) -> Curve:
    """``survival`` at every month at which somebody left, as steps for drawing.

    Returns  a Curve; of no length where there is nobody.
    Raises   ValueError as ``survival`` does.
    """
    times, hits = _times(months), claims("happened", happened)
    same_length(months=times, happened=hits)
    return curve_of(times, hits.astype(np.int64))


def curve_of(times: FloatArray, cause: IntArray, of: int = 1) -> Curve:
    """The share to whom ``of`` has not happened, other causes competing."""
    if not len(times):
        nothing = np.zeros(0)
        return Curve(nothing, nothing, nothing, nothing, np.zeros(0, dtype=np.int64))
    table = steps(times, cause, of)
    months = np.unique(np.concatenate(([0.0], table.time[table.events > 0], [times.max()])))
    at_risk = len(times) - np.searchsorted(np.sort(times), months, side="left")
    competes = bool(table.others.any())
    share, variance = _incidences(table) if competes else _survivals(table)
    until = np.searchsorted(table.time, months, side="right")
    share = np.concatenate(([0.0 if competes else 1.0], share))[until]
    low, high = limits(share, np.concatenate(([0.0], variance))[until], at_risk)
    if months[0] == 0 and until[0] == 0:
        low[0] = high[0] = share[0]  # at the start itself everybody is there: nothing to be unsure of
    if competes:
        share, low, high = 1 - share, 1 - high, 1 - low
    return Curve(months, share, low, high, at_risk.astype(np.int64))


def limits(share: FloatArray, variance: FloatArray, at_risk: IntArray) -> tuple[FloatArray, FloatArray]:
    """``log_log`` for many at once."""
    rows = zip(share.tolist(), variance.tolist(), at_risk.tolist())
    pairs = np.array([log_log(s, v, max(n, 1)) for s, v, n in rows])
    return pairs[:, 0], pairs[:, 1]


def logrank(months: Any, happened: Any, group: Any) -> float:
    """Whether groups leave at different rates: the p-value of the log-rank test, for two groups or more.

    months, happened  as in ``survival``; group: a label for each person.
    Returns           p from 0 to 1; NaN where there is nothing to compare: one group only, or nobody left.
    Raises            ValueError if lengths differ, months are missing or negative, or a label is missing.
    Source            Mantel (1966); Peto and Peto (1972).
    """
    times, hits = _times(months), claims("happened", happened)
    labels = list(group.tolist() if hasattr(group, "tolist") else group)
    same_length(months=times, happened=hits, group=labels)
    for k, label in enumerate(labels):
        if is_missing(label):
            raise ValueError(f"group[{k}] is missing; everybody needs a group")
    known = {label: k for k, label in enumerate(dict.fromkeys(labels))}
    members = np.array([known[label] for label in labels], dtype=np.int64)
    if len(known) < 2 or not hits.any():
        return math.nan
    return _logrank(times, hits, members, len(known))


def _logrank(times: FloatArray, hits: BoolArray, members: IntArray, groups: int) -> float:
    moments = np.unique(times[hits])
    at_risk = np.stack(
        [
            np.sum(members == g) - np.searchsorted(np.sort(times[members == g]), moments, side="left")
            for g in range(groups)
        ],
        axis=1,
    ).astype(float)
    events = np.stack(
        [
            np.bincount(np.searchsorted(moments, times[hits & (members == g)]), minlength=len(moments))
            for g in range(groups)
        ],
        axis=1,
    )
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    expected = at_risk * (d / n)[:, None]
    gap = (events - expected).sum(axis=0)
    factor = np.divide(d * (n - d), n * n * (n - 1), out=np.zeros_like(n), where=n > 1)
    spread = np.diag((factor * n) @ at_risk) - (at_risk * factor[:, None]).T @ at_risk
    # One group follows from the others, and a group that was never at risk beside an event tells nothing.
    if not np.any(np.abs(spread) > 1e-12):
        return math.nan
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    freedom = int(np.linalg.matrix_rank(spread, hermitian=True))
    return float(chdtrc(freedom, statistic))


def _times(months: Any) -> FloatArray:
    times = numbers("months", months)
    wrong = np.flatnonzero(~(times >= 0))
    if len(wrong):
        raise ValueError(f"months[{wrong[0]}] must be 0 or more, not {times[wrong[0]]:g}")
    return times


def _causes(cause: Any) -> IntArray:
    found = numbers("cause", cause)
    wrong = np.flatnonzero(~((found >= 0) & (found == np.floor(found))))
    if len(wrong):
        raise ValueError(f"cause[{wrong[0]}] must be 0 or a whole number above, not {found[wrong[0]]:g}")
    if np.any(found > MOST_CAUSES):
        raise ValueError(f"causes go up to {MOST_CAUSES:,}; there is {float(found.max()):g}")
    return found.astype(np.int64)


def whole_cause(of: Any) -> int:
    """A cause that can be asked about."""
    is_number = isinstance(of, int | float | np.number) and not isinstance(of, bool) and math.isfinite(of)
    if not is_number or int(of) != of or of < 1:
        raise ValueError(f"of must be a cause: 1, 2, ...; not {of}")
    return int(of)


def _is_list(at: Any) -> bool:
    return np.ndim(at) > 0


def _moments(at: Any) -> list[float]:
    moments = np.atleast_1d(numbers("at", np.atleast_1d(at)))
    if not np.all(moments >= 0):
        raise ValueError("at must be months, 0 or more")
    return [float(each) for each in moments.tolist()]
