"""Who can be compared, and weights under which the comparison looked like the participants before the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .balancing import MOST_DIFFERENCE, Balance, alike, balance, effective
from .columns import Column, Features, farthest_pair, features, together
from .figures import BoolArray, FloatArray, IntArray, counted, only

FEWEST_PARTICIPANTS = 30
FEWEST_COMPARED = 20
MOST_WITHOUT_PARTNER = 0.2
MOST_NOT_KNOWN = 0.2
PARTICIPANTS_A_FEATURE = 2
MOST_APART_TOGETHER = 0.2
"""What two columns are together may differ by this much before the reasons say so; with few participants chance alone makes 0.1."""
CAUTION = (1.0, 0.1, 0.001)


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
    plain = weighed
    weighed, apart = _refine(rest, found, plain)
    person = rest.person[~rest.treated]
    if too_few_tell(weighed.weight, person) is not None and too_few_tell(plain.weight, person) is None:
        weighed = plain
        apart = "Only means and squares are balanced, not what the columns are together: too few would carry all the weight."
    if apart is not None:
        reasons.append(apart)
    table = _table(found, weighed, rest)
    unknown = _too_few(int(rest.treated.sum()), len(np.unique(person)))
    if unknown is None:
        unknown = too_few_tell(weighed.weight, person)
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
        return "There is nobody to compare with: nobody else was there who might have taken part."
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
        each
        for each in given
        if not any(
            name in (each, f"{each} squared", f"{each} missing") or name.startswith(f"{each}: ") for name in known
        )
    ]
    if not silent:
        return []
    tells = "tells" if len(silent) == 1 else "tell"
    return [
        f"{', '.join(silent)} {tells} nothing: blank, the same for all who are compared, or another word for almost each."
    ]


def gaps(found: Comparable) -> list[str]:
    """A sentence for each column that isn't known of many of those who are compared."""
    if found.balance is None:
        return []
    treated = found.rows.treated
    weight = np.where(treated, 1 / max(int(treated.sum()), 1), 0.0)
    weight[~treated] = found.balance.weight
    said = []
    for name, column in found.rows.columns.items():
        missing = np.isnan(column.values) if column.labels is None else column.values < 0
        part = max(float(weight[missing & treated].sum()), float(weight[missing & ~treated].sum()))
        if MOST_NOT_KNOWN < part < 1:
            said.append(
                f"{name} is not known of {100 * part:.0f} %; as many are in both groups, but among them the groups may differ in it."
            )
    return said


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
    compare, which the interval knows; where too few would, ``comparable`` keeps to means and squares. Slopes of what columns are
    together are always held back, so what can't be balanced pulls at nothing else; and the odds of taking part stay those of the
    columns alone, which a later day's tenure can be put into.

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


def cells(columns: Sequence[Column], size: int) -> IntArray:
    """One number for each combination of values."""
    found = np.zeros(size, dtype=np.int64)
    for column in columns:
        own = column.cells()
        found = np.unique(found * (int(own.max(initial=0)) + 1) + own, return_inverse=True)[1].astype(np.int64)
    return found
