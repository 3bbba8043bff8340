"""From weights and outcomes to an effect: the difference, its interval, the verdict and the reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, stdtrit

from .balancing import effective
from .comparable import Comparable
from .figures import Figure, FloatArray, Z, no_figure, sentence, wilson
from .looks import reach
from .sensitivity import e_value_of

FEWEST_EVENTS = 10
MOST_SKEWNESS = 0.25
"""Of a mean; beyond it Student's interval holds 90 times of 100 rather than 95. Corrections by the sample's own skewness were tried
and changed nothing: where a few have nearly all, a sample that lacks them doesn't show it.
"""
CANT_TELL = "can't tell yet"
EXPLORATORY = (
    "This is an exploratory look: of many such looks some show a difference by chance. "
    "What was fixed before the launch as the primary figure counts more."
)


@dataclass(frozen=True)
class Effect:
    """Participants minus comparison, on those who took part.

    value, low, high  the difference with its 95 % interval: of a share, -0.04 is four in a hundred fewer; None where unknown.
    treated, compared a Figure of each group: the comparison's is what these participants would have had without.
    naive             the difference without weights or model; also where value is unknown; None if a group is empty.
    n_treated, n_compared  people, those left out not counted.
    balance           (covariate, difference before, difference after), in standard deviations, of means and of squares.
    overlap           share of participants for whom there is anybody alike; None where nobody could be compared.
    e_value           see ``e_value``; (None, None) where unknown.
    verdict           'more' if low > 0, 'fewer' if high < 0, else "can't tell yet".
    reasons           what a reader should know beside it, in sentences.
    unknown           why there is no value; None if there is.
    primary           fixed before the launch; False marks an exploratory look.
    deviation         of a number as outcome, its standard deviation, by which ``e_value`` goes; None for shares.
    """

    value: float | None
    low: float | None
    high: float | None
    treated: Figure
    compared: Figure
    naive: float | None
    n_treated: int
    n_compared: int
    balance: tuple[tuple[str, float, float], ...]
    overlap: float | None
    e_value: tuple[float | None, float | None]
    verdict: str
    reasons: tuple[str, ...]
    unknown: str | None
    method: str
    primary: bool = False
    deviation: float | None = None


@dataclass(frozen=True)
class Estimate:
    """The difference, the variance of either part of it, and the skewness that a mean of so many such outcomes has."""

    difference: float
    variance: float
    variance_compared: float
    skewness: float = 0.0


def doubly_robust(found: Comparable, outcome: FloatArray, weight: FloatArray | None = None) -> Estimate:
    """The difference of means of ``outcome`` after weights and a linear model of it among the comparison.

    outcome  of each kept row (a number, 0 or 1, or a pseudo-value); weight: of each comparison row, together 1.
    Returns  also the variance by influence functions, clustered by person; residuals are made larger by their leverage
             (MacKinnon and White, 1985), all rows of a person together, since a model fits best to those who weigh most.
    Source   Bang and Robins (2005); Andersen, Klein and Rosthøj (2003) for pseudo-values.
    """
    assert found.features is not None
    assert found.balance is not None
    treated = found.rows.treated
    x, heft = found.features.matrix, found.balance.weight if weight is None else weight
    ones = np.ones((len(treated), 1))
    design = np.concatenate((ones, x), axis=1)
    theirs, ours = design[~treated], design[treated]
    weighted = theirs * heft[:, None]
    gram = weighted.T @ theirs
    # Lightly held back, so that features that follow from one another do no harm.
    gram[np.diag_indices_from(gram)] += np.concatenate(([0.0], np.full(x.shape[1], 1e-3)))
    inverse = np.linalg.inv(gram)
    slope = inverse @ (weighted.T @ outcome[~treated])
    rest_ours, rest_theirs = outcome[treated] - ours @ slope, outcome[~treated] - theirs @ slope
    difference = float(rest_ours.mean() - heft @ rest_theirs)
    count = len(rest_ours)
    part_ours = (rest_ours - rest_ours.mean()) / math.sqrt(count * (count - 1))
    number = np.unique(found.rows.person, return_inverse=True)[1]
    size = int(number.max()) + 1
    leverage = np.bincount(number[~treated], weights=np.sum((weighted @ inverse) * theirs, axis=1), minlength=size)
    # The difference is linear in the comparison's outcomes; where weights leave a gap, the model's slope carries them too.
    gap = ours.mean(axis=0) - heft @ theirs
    carried = heft * (1 + theirs @ (inverse @ gap))
    by_theirs = -np.bincount(number[~treated], weights=carried * rest_theirs, minlength=size) / (
        1 - np.minimum(leverage, 0.5)
    )
    by_person = np.bincount(number[treated], weights=part_ours, minlength=size) + by_theirs
    variance, variance_theirs = float(by_person @ by_person), float(by_theirs @ by_theirs)
    uneven = (_skewness(rest_ours - rest_ours.mean(), np.full(count, 1 / count)) + _skewness(rest_theirs, heft)) / 2
    return Estimate(difference, variance, variance_theirs, abs(uneven) / math.sqrt(count))


def _skewness(rest: FloatArray, weight: FloatArray) -> float:
    """Of what is left of outcomes, by weight."""
    rest = rest - weight @ rest / weight.sum()
    spread = float(weight @ rest**2 / weight.sum())
    return float(weight @ rest**3 / weight.sum()) / spread**1.5 if spread > 1e-100 else 0.0


@dataclass(frozen=True)
class Events:
    """Of an outcome that is there or not: how often the rarer case came in either group, and how many people tell.

    Of the comparison people count by their weights: whatever came to those who weigh nothing tells nothing.
    """

    fewest: float
    n_ours: float
    n_theirs: float

    @staticmethod
    def of(ours: FloatArray, theirs: FloatArray, weight: FloatArray) -> Events:
        n_ours, n_theirs = float(len(ours)), effective(weight, np.arange(len(weight), dtype=np.int64))
        of_ours = float(min(ours.sum(), (1 - ours).sum()))
        fewest = min(of_ours, rarer(n_theirs, float(np.average(theirs, weights=weight))))
        return Events(fewest, n_ours, n_theirs)


def rarer(people: float, share: float) -> float:
    """To how many of so many people it happened or did not, whichever is less."""
    return people * min(share, 1 - share)


def conclude(
    found: Comparable,
    treated: Figure,
    estimate: Estimate,
    events: Events | None,
    naive: float | None,
    method: str,
    notes: Sequence[str] = (),
    *,
    primary: bool = False,
    deviation: float | None = None,
    looks: int = 1,
) -> Effect:
    """The effect with its interval, verdict and reasons. ``events``: of a share; None for a number; ``looks``: see ``reach``."""
    assert treated.value is not None
    assert found.balance is not None
    ours, n_compared = int(found.rows.treated.sum()), len(np.unique(found.rows.person[~found.rows.treated]))
    value = estimate.difference
    enough = min(
        ours, effective(found.balance.weight, np.unique(found.rows.person[~found.rows.treated], return_inverse=True)[1])
    )
    if events is not None:  # how far a rare outcome varies is known no better than by how often it happened
        enough = min(enough, events.fewest)
    z, freedom = reach(looks), max(enough - 1, 1)
    half = float(stdtrit(freedom, ndtr(z))) * math.sqrt(estimate.variance)
    low, high = value - half, value + half
    if events is None and estimate.skewness > MOST_SKEWNESS:
        notes = [*notes, "A few people have far more of it than all others, so the interval may be too narrow."]
    other = treated.value - value
    half_other = float(stdtrit(freedom, ndtr(Z))) * math.sqrt(estimate.variance_compared)
    compared = Figure(
        other, other - half_other, other + half_other, n_compared, "Weighted and modeled mean of people alike"
    )
    if events is not None:
        other = min(max(other, 0.0), 1.0)
        value = treated.value - other  # no share lies outside 0 to 1, which the interval reaches then
        low, high = min(low, value), max(high, value)
        # As many people as would leave this variance, but never more than the weights say.
        n_theirs = events.n_theirs
        if 0 < other < 1 and estimate.variance_compared > 0:
            n_theirs = min(n_theirs, other * (1 - other) / estimate.variance_compared)
        n_theirs = max(n_theirs, 1.0)
        compared = Figure(other, *wilson(other, n_theirs), n_compared, "Weighted and modeled share of people alike")
        if events.fewest < FEWEST_EVENTS:
            low, high = _score_interval((treated.value, max(events.n_ours, 1.0)), (other, n_theirs), value, z)
            method += "; with so few events, the interval from both groups' score intervals"
        low, high = max(low, -1.0), min(high, 1.0)
    if looks > 1:
        method += f"; wide enough for {looks} looks (Pocock)"
    verdict = "more" if low > 0 else "fewer" if high < 0 else CANT_TELL
    reasons = [*notes, *found.reasons, *(() if primary else (EXPLORATORY,))]
    made = Effect(
        value, low, high, treated, compared, naive, ours, n_compared, found.table, found.overlap, (None, None), verdict,
        tuple(reasons), None, method, primary, deviation,
    )  # fmt: skip
    strength = e_value_of(made)
    return replace(made, e_value=strength, reasons=(*reasons, *_about_hidden(strength, verdict)))


def _score_interval(
    treated: tuple[float, float], compared: tuple[float, float], value: float, z: float
) -> tuple[float, float]:
    """From both groups' score intervals (Newcombe 1998, method 10); of each group the share and how many people tell it."""
    low, high = wilson(*treated, z)
    least, most = wilson(*compared, z)
    return value - math.hypot(treated[0] - low, most - compared[0]), value + math.hypot(
        high - treated[0], compared[0] - least
    )


def _about_hidden(strength: tuple[float | None, float | None], verdict: str) -> tuple[str, ...]:
    near = strength[1]
    if near is None or verdict == CANT_TELL or not math.isfinite(near):
        return ()
    return (
        f"Something unmeasured could explain the difference away only if it made both taking part and the outcome at least "
        f"{near:.1f} times as likely, beyond what is measured.",
    )


def unknown_effect(
    found: Comparable, naive: float | None, method: str, why: str, notes: Sequence[str] = (), *, primary: bool = False
) -> Effect:
    """The answer where there is too little to tell from."""
    ours, theirs = int(found.rows.treated.sum()), len(np.unique(found.rows.person[~found.rows.treated]))
    reasons = [*notes, *found.reasons, *(() if primary else (EXPLORATORY,))]
    return Effect(
        None, None, None, no_figure(ours, method, why), no_figure(theirs, method, why), naive, ours, theirs, found.table, found.overlap, (None, None), CANT_TELL,
        (sentence(why), *reasons), why, method, primary,
    )  # fmt: skip
