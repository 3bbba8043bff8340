"""Compared with whom: what became of participants against people alike who did not take part."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtr, stdtrit

from .balancing import MOST_DIFFERENCE, Balance, alike, balance, effective, one_thread
from .columns import Column, Features, column_of, farthest_pair, features, together
from .figures import (
    BoolArray,
    Figure,
    FloatArray,
    IntArray,
    Z,
    claims,
    counted,
    mean,
    no_figure,
    numbers,
    only,
    same_length,
    sentence,
    share,
    wilson,
)
from .looks import reach
from .sensitivity import e_value_of

FEWEST_PARTICIPANTS = 30
PARTICIPANTS_A_FEATURE = 2
MOST_APART_TOGETHER = 0.2
"""What two columns are together may differ by this much before the reasons say so; with few participants chance alone makes 0.1."""
CAUTION = (1.0, 0.1, 0.001)
FEWEST_COMPARED = 20
FEWEST_EVENTS = 10
MOST_WITHOUT_PARTNER = 0.2
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
class Rows:
    """One row for each participant and each comparison clock.

    person    number of the person, by whom rows belong together; stratum: rows are compared within it only.
    cell      the part of the stratum that was asked for (``exact``), within which somebody alike is looked for.
    """

    treated: BoolArray
    person: IntArray
    columns: Mapping[str, Column]
    cell: IntArray
    stratum: IntArray

    def keep(self, rows: BoolArray) -> Rows:
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return Rows(self.treated[rows], self.person[rows], columns, self.cell[rows], self.stratum[rows])


@dataclass(frozen=True)
class Comparable:
    """What ``comparable`` found: rows of people who can be compared, with weights; or why they can't be.

    kept      which of the rows given are in it; ``rows``, ``features`` and ``balance`` are those of the kept.
    """

    kept: BoolArray
    rows: Rows
    features: Features | None
    balance: Balance | None
    table: tuple[tuple[str, float, float], ...]
    overlap: float | None
    reasons: tuple[str, ...]
    unknown: str | None


def comparable(rows: Rows) -> Comparable:
    """Leave out who has nobody alike, and weigh the comparison so that both groups looked alike before the start."""
    everybody = np.ones(len(rows.treated), dtype=np.bool_)
    ours, theirs = int(rows.treated.sum()), len(np.unique(rows.person[~rows.treated]))
    early = _too_few(ours, theirs)
    if early:
        return Comparable(everybody, rows, None, None, (), None, (), early)
    with_partner = np.isin(rows.stratum, rows.stratum[~rows.treated]) & np.isin(
        rows.stratum, rows.stratum[rows.treated]
    )
    without = ours - int((with_partner & rows.treated).sum())
    reasons: list[str] = []
    if without:
        reasons.append(_left_out(without, ours, "nobody to compare with in the groups that must agree exactly"))
    if without > MOST_WITHOUT_PARTNER * ours:
        return Comparable(
            everybody, rows, None, None, (), 1 - without / ours, tuple(reasons), _nobody_alike(without, ours)
        )
    first = rows.keep(with_partner)
    found, weighed = _weigh(first)
    near = alike(found.matrix @ weighed.slope, first.treated, first.cell)
    alone = int(np.sum(~near))
    overlap = 1 - (without + alone) / ours
    if alone:
        reasons.append(_left_out(alone, ours, "nobody in the comparison who was as likely to take part"))
    kept = with_partner.copy()
    if without + alone > MOST_WITHOUT_PARTNER * ours:
        table = _table(found, weighed, first)
        reasons += _many_columns(found, ours)
        return Comparable(kept, first, None, None, table, overlap, tuple(reasons), _nobody_alike(without + alone, ours))
    rest = first
    if alone:
        keep = np.ones(len(first.treated), dtype=np.bool_)
        keep[np.flatnonzero(first.treated)[~near]] = False
        keep &= np.isin(first.stratum, first.stratum[keep & first.treated])
        kept[np.flatnonzero(kept)[~keep]] = False
        rest = first.keep(keep)
        found, weighed = _weigh(rest)
    weighed, apart = _refine(rest, found, weighed)
    if apart is not None:
        reasons.append(apart)
    table = _table(found, weighed, rest)
    unknown = _too_few(int(rest.treated.sum()), len(np.unique(rest.person[~rest.treated])))
    if unknown is None:
        unknown = too_few_tell(weighed.weight, rest.person[~rest.treated])
    worst = max(table, key=lambda row: abs(row[2]), default=None)
    if unknown is None and worst is not None and abs(worst[2]) > MOST_DIFFERENCE:
        unknown = (
            f"The groups can't be made alike: in {worst[0]} they differ by {abs(worst[2]):.2f} standard deviations "
            f"after weighting; {MOST_DIFFERENCE:g} is the most that is allowed."
        )
        reasons += _many_columns(found, ours)
    return Comparable(kept, rest, found, weighed, table, overlap, tuple(reasons), unknown)


def _too_few(ours: int, theirs: int) -> str | None:
    if not ours:
        return "Nobody took part, so there is nobody to compare."
    if not theirs:
        return "There is nobody to compare with: all who could be took part."
    if ours < FEWEST_PARTICIPANTS:
        there = "is" if ours == 1 else "are"
        return f"There {there} {only(ours, 'participant')}; {FEWEST_PARTICIPANTS} are needed."
    if theirs < FEWEST_COMPARED:
        there = "is" if theirs == 1 else "are"
        return f"There {there} {only(theirs, 'person', 'people')} to compare with; {FEWEST_COMPARED} are needed."
    return None


def too_few_tell(weight: FloatArray, person: IntArray, who: str = "") -> str | None:
    """Why the comparison is too few, however many they are, where a handful carry the weight."""
    tell = int(effective(weight, np.unique(person, return_inverse=True)[1]) + 1e-6)
    if tell >= FEWEST_COMPARED:
        return None
    would = counted(tell, "person", "people")
    return (
        f"By their weights, those of the comparison{who} tell no more than {would} would; {FEWEST_COMPARED} are needed."
    )


def telling_nothing(given: Iterable[str], found: Comparable) -> list[str]:
    """A sentence on the columns of ``given`` of which the comparison knows nothing, if there are any."""
    if found.balance is None:
        return []
    known = [name for name, _, _ in found.table]
    silent = [
        each for each in given if not any(name == each or name.startswith((f"{each}:", f"{each} ")) for name in known)
    ]
    if not silent:
        return []
    tells = "tells" if len(silent) == 1 else "tell"
    return [
        f"{', '.join(silent)} {tells} nothing: blank, the same for all who are compared, or another word for almost each."
    ]


def _left_out(count: int, of: int, why: str) -> str:
    has = "has" if count == 1 else "have"
    was = "was" if count == 1 else "were"
    return f"{count:,} of {counted(of, 'participant')} {has} {why} and {was} left out."


def _many_columns(found: Features, ours: int) -> list[str]:
    """What to do about it, if there is more to agree in than participants could tell apart from chance."""
    count = found.matrix.shape[1]
    if PARTICIPANTS_A_FEATURE * count <= ours:
        return []
    return [
        f"They would have to agree in {count} means and squares, many for {counted(ours, 'participant')}; with fewer columns "
        "more people are alike."
    ]


def _nobody_alike(count: int, of: int) -> str:
    return (
        f"For {count:,} of {counted(of, 'participant')} there is nobody alike to compare with; "
        "more than a fifth can't be left out."
    )


@dataclass(frozen=True)
class _Shares:
    """Of each comparison row the stratum and its weight before anything is balanced; of each stratum its share of the participants."""

    stratum: IntArray
    base: FloatArray
    share: FloatArray
    participants: int

    @staticmethod
    def of(rows: Rows) -> _Shares:
        known, stratum = np.unique(rows.stratum, return_inverse=True)
        theirs, ours = stratum[~rows.treated], stratum[rows.treated]
        part = np.bincount(ours, minlength=len(known)) / len(ours)
        return _Shares(theirs, (part / np.bincount(theirs, minlength=len(known)))[theirs], part, len(ours))

    def balance(self, matrix: FloatArray, single: int, start: FloatArray | None = None) -> Balance:
        """A light hand first; a firmer one, on the first ``single`` features, where that leaves a difference in them."""
        caution = np.ones(matrix.shape[1])
        for each in CAUTION:
            caution[:single] = each
            found = balance(
                matrix, self.stratum, self.base, self.share, self.participants, caution=caution, start=start
            )
            start = found.slope
            if not single or float(np.max(np.abs(found.left[:single]))) <= MOST_DIFFERENCE / 2:
                break
        return found


def _weigh(rows: Rows) -> tuple[Features, Balance]:
    """Weights with which means and squares agree."""
    shares = _Shares.of(rows)
    weight = np.ones(len(rows.treated))
    weight[~rows.treated] = shares.base
    found = features(rows.columns, rows.treated, weight)
    return found, shares.balance(found.matrix[~rows.treated], found.matrix.shape[1])


def _refine(rows: Rows, found: Features, weighed: Balance) -> tuple[Balance, str | None]:
    """Weights with which smooth functions of all columns together agree too, as far as that can be had; a sentence where it can't.

    Weights know nothing of the outcome: to balance more can't find what isn't there. It leaves fewer people who effectively
    compare, which the interval knows. Slopes of what columns are together are always held back, so what can't be balanced does no
    harm; and the odds of taking part stay those of the columns alone: together with tenure they would be out of date a month later.

    Source  Hazlett (2020), Statistica Sinica 30; Wong and Chan (2018), Biometrika 105, hold back what is less smooth.
    """
    weight = np.ones(len(rows.treated))
    weight[~rows.treated] = weighed.weight
    single = found.matrix.shape[1]
    more = together(found, rows.treated, found.matrix @ weighed.slope, weight)
    if not more.shape[1]:
        return weighed, None
    matrix = np.concatenate((found.matrix[~rows.treated], more[~rows.treated]), axis=1)
    both = _Shares.of(rows).balance(matrix, single, start=weighed.slope)
    weight[~rows.treated] = both.weight
    pair = farthest_pair(found, rows.treated, weight)
    apart = None
    if pair is not None and pair[1] > MOST_APART_TOGETHER:
        apart = f"What {pair[0]} are together still differs between the groups, by {pair[1]:.2f} standard deviations after weighting."
    return Balance(both.weight, weighed.slope, both.left[:single]), apart


def _table(found: Features, weighed: Balance, rows: Rows) -> tuple[tuple[str, float, float], ...]:
    """Participants less comparison, before and after."""
    before = found.matrix[~rows.treated].mean(axis=0)
    return tuple((name, -float(b), -float(a)) for name, b, a in zip(found.names, before, weighed.left))


@dataclass(frozen=True)
class Estimate:
    """The difference and the variance of either part of it."""

    difference: float
    variance: float
    variance_compared: float


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
    return Estimate(difference, float(by_person @ by_person), float(by_theirs @ by_theirs))


def effect(
    outcome: Any,
    treated: Any,
    covariates: Any,
    *,
    exact: Sequence[Any] | None = None,
    rng: np.random.Generator | None = None,
) -> Effect:
    """What taking part changed, for those who took part, one row a person: doubly robust.

    outcome     0 or 1, or a number, one for each person; NaN or None where it isn't known: they are left out and counted.
    treated     boolean: who took part.
    covariates  what was known before: an array (n, p), or a mapping of columns of numbers or text; may have gaps.
    exact       names of columns (positions in an array) in which people are compared only with their like.
    rng         not used: the interval comes from influence functions.
    Returns     an Effect, exploratory. Unknown: fewer than 30 participants or 20 to compare with (by their weights), groups
                that can't be made alike, nobody alike for more than a fifth.
    Raises      ValueError for shapes that disagree, columns that aren't there, and what can't be read.
    """
    del rng
    results, took_part = numbers("outcome", outcome), claims("treated", treated)
    same_length(outcome=results, treated=took_part)
    columns = _columns(covariates, len(results))
    chosen = _exact(exact, columns)
    known = ~np.isnan(results)
    results, took_part, missing = results[known], took_part[known], int(np.sum(~known))
    columns = {name: column.take(known) for name, column in columns.items()}
    cell = cells([columns[name] for name in chosen], len(results))
    rest = {name: column for name, column in columns.items() if name not in chosen}
    rows = Rows(took_part, np.arange(len(results), dtype=np.int64), rest, cell, cell)
    with one_thread():
        found = comparable(rows)
    notes = []
    if missing:
        is_ = "is" if missing == 1 else "are"
        notes.append(
            f"For {counted(missing, 'person', 'people')} the outcome {is_} not known; they were left out.".replace(
                "outcome are", "outcome is"
            )
        )
    notes += telling_nothing(rest, found)
    is_share = bool(len(results)) and bool(np.all((results == 0) | (results == 1)))
    naive = None
    if took_part.any() and not took_part.all():
        naive = float(results[took_part].mean() - results[~took_part].mean())
    method = (
        "Weights by the odds of taking part (entropy balancing of means, squares and what columns are together) and a linear model; "
        "interval by influence functions"
    )
    kept = results[found.kept]
    unknown = found.unknown
    if unknown is None and not is_share and kept.min() == kept.max():
        unknown = "Everybody has the same outcome, so there is nothing to compare."
    if unknown is None:
        ours = kept[found.rows.treated]
        figure = share(int(ours.sum()), len(ours)) if is_share else mean(ours)
        with one_thread():
            estimate = doubly_robust(found, kept)
        assert found.balance is not None
        theirs = kept[~found.rows.treated]
        counts = Events.of(ours, theirs, found.balance.weight) if is_share else None
        return conclude(
            found,
            figure,
            estimate,
            counts,
            naive,
            method,
            notes,
            deviation=_deviation(ours, theirs, found) if not is_share else None,
        )
    return unknown_effect(found, naive, method, unknown, notes)


def _deviation(ours: FloatArray, theirs: FloatArray, found: Comparable) -> float:
    assert found.balance is not None
    heft = found.balance.weight
    spread = float(np.average((theirs - np.average(theirs, weights=heft)) ** 2, weights=heft))
    return math.sqrt((float(np.var(ours)) + spread) / 2)


def _columns(covariates: Any, size: int) -> dict[str, Column]:
    if covariates is None:
        return {}
    if isinstance(covariates, Mapping) or hasattr(covariates, "columns"):
        names = list(covariates.keys()) if hasattr(covariates, "keys") else list(covariates.columns)
        given = {str(name): covariates[name] for name in names}
    else:
        array = np.asarray(covariates)
        if array.ndim == 1:
            array = array.reshape(len(array), 1) if len(array) else array.reshape(size, 0)
        if array.ndim != 2:
            raise ValueError("covariates must be a table: one row a person, one column for each thing known")
        given = {str(k): array[:, k] for k in range(array.shape[1])}
    columns = {name: column_of(name, values) for name, values in given.items()}
    for name, column in columns.items():
        if len(column.values) != size:
            raise ValueError(f"covariate {name} has {len(column.values)} entries and outcome has {size}")
    return columns


def _exact(exact: Sequence[Any] | None, columns: Mapping[str, Column]) -> list[str]:
    if exact is None:
        return []
    chosen = []
    for each in [exact] if isinstance(exact, str | int) else exact:
        name = str(each)
        if isinstance(each, int | np.integer) and name not in columns and -len(columns) <= each < len(columns):
            name = list(columns)[each]
        if name not in columns:
            raise ValueError(f"exact: there is no covariate {each!r}; there are {', '.join(columns) or 'none'}")
        chosen.append(name)
    return chosen


def cells(columns: Sequence[Column], size: int) -> IntArray:
    """One number for each combination of values."""
    found = np.zeros(size, dtype=np.int64)
    for column in columns:
        own = column.cells()
        found = np.unique(found * (int(own.max(initial=0)) + 1) + own, return_inverse=True)[1].astype(np.int64)
    return found


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
    blank: Callable[[int], Figure] = lambda n: no_figure(n, method, why)  # noqa: E731
    reasons = [*notes, *found.reasons, *(() if primary else (EXPLORATORY,))]
    return Effect(
        None, None, None, blank(ours), blank(theirs), naive, ours, theirs, found.table, found.overlap, (None, None), CANT_TELL,
        (sentence(why), *reasons), why, method, primary,
    )  # fmt: skip
