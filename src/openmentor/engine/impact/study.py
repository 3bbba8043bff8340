"""Participants against those who had not started by the same day: a trial for each month of starts, pooled.

Everybody's clock starts on a day on which a participant started and they were employed, so nobody owes months to having stayed
until then. Who starts later is comparison until that day, and those like them who don't count for more from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .balancing import effective, one_thread
from .columns import Column
from .comparable import Comparable, Rows, cells, comparable, gaps, telling_nothing, too_few_tell
from .conclusion import Effect, Events, conclude, doubly_robust, rarer, unknown_effect
from .figures import BoolArray, Figure, FloatArray, IntArray, counted, whole
from .history import KINDS, NEVER, read
from .incidence import Growth, Weighted, weighted_incidence
from .looks import MOST_LOOKS
from .survival import FEWEST_AT_RISK, Curve, curve_of, incidence, limits, survival, too_few_at_risk

MONTH_DAYS = 30.4375
MOST_ROWS = 100_000
ROWS_A_PARTICIPANT = 25
FEWEST_IN_STRATUM = 10
MOST_STARTED = 0.6
"""Of the comparison's weight, within the horizon: each of the rest speaks for one and a half others at most. Beyond that the odds of
starting would have to be known better than they are: of 100 made organizations with no effect intervals held 94 at 0.44, 92 at 0.56.
"""
MOST_GROWTH = 50.0
"""A weight for those who start later grows no further: a few rows would else decide alone."""
_METHOD = (
    "Trials by month of start, pooled; weights by the odds of taking part (entropy balancing of means, squares and what columns "
    "are together) and for later starts, a linear model of pseudo-values; interval by influence functions, by person"
)


@dataclass(frozen=True)
class _Trials:
    """One row for each participant and each comparison clock.

    month  the trial, 0, 1, ...; ``months``: the first day of each; ``staff``: how many could have started, shape (cells, months):
           employed, eligible, not started yet.
    """

    treated: BoolArray
    person: IntArray
    day: IntArray
    month: IntArray
    months: IntArray
    stratum: IntArray
    cell: IntArray
    staff: FloatArray

    def keep(self, rows: BoolArray) -> _Trials:
        return _Trials(
            self.treated[rows], self.person[rows], self.day[rows], self.month[rows], self.months, self.stratum[rows],
            self.cell[rows], self.staff,
        )  # fmt: skip


@dataclass(frozen=True)
class _Follow:
    """What became of each row within the horizon: months until, and 1 it happened, 2 they left first, 0 last seen."""

    months: FloatArray
    cause: IntArray


@dataclass(frozen=True)
class _Compared:
    """The rows that can be compared, how they went on, and the weighted incidence of the comparison."""

    trials: _Trials
    found: Comparable
    follow: _Follow
    comparison: Weighted
    growth: Growth | None
    known: FloatArray  # weight of each comparison row when it was last followed, where its outcome is known; else 0


class Study:
    """A program's participants, and comparable people on the same calendar days.

    people      a mapping of columns: ``person`` (any hashable id), ``hired`` (day), one for each of ``covariates`` and ``exact``.
    events      ``person``, ``day``, ``kind``: left, hired (back), promoted, transferred, role_changed, ramped_up or one's own.
    starts      ``person``, ``day`` on which their mentoring began.
    as_of       the last day that was seen.
    horizon     calendar months from each start within which something counts.
    covariates  what was known of people before: numbers, or text for categories. Tenure, promotions and moves up to the day
                are added by themselves.
    exact       columns in which people are compared only with their like.
    eligible    who may be compared with: the name of a boolean column, an array, or None for everybody.
    primary     True for the figure that was fixed before the launch; its effects are else marked as exploratory.
    looks       how often it will be looked at in all, as fixed before the launch: of 12 monthly looks all intervals hold then, 95
                times of 100, and each is a third wider than that of a single look.
    Raises      InvalidHistory, naming table, row and column, for histories that contradict themselves; ValueError for a
                horizon that is no whole number of months, or looks that are none. Inputs stay unchanged; frames of pandas and polars will do.
    Source      Hernán and Robins (2016) on trials that one could have run; Danaei et al. (2013) on pooling them.
    """

    def __init__(
        self,
        people: Any,
        events: Any,
        starts: Any,
        as_of: Any,
        *,
        horizon: int = 12,
        covariates: Sequence[str] = (),
        exact: Sequence[str] = (),
        eligible: Any = None,
        primary: bool = False,
        looks: int = 1,
    ) -> None:
        self.horizon = whole("horizon", horizon, 1)
        if self.horizon > 1200:
            raise ValueError("horizon must be 1,200 months at most")
        self.primary = bool(primary)
        self.looks = whole("looks", looks, 1)
        if self.looks > MOST_LOOKS:
            raise ValueError(f"looks must be {MOST_LOOKS} at most")
        named = [[each] if isinstance(each, str) else list(each) for each in (covariates, exact)]
        self._history = read(people, events, starts, as_of, named[0], named[1], eligible)

    def effect(self, of: str = "left", rng: np.random.Generator | None = None) -> Effect:
        """Whether ``of`` happens to participants more or less often within the horizon than to people alike.

        of       a kind of event. Leaving competes with all others. Of 'ramped_up', who had got there before is left out.
        rng      deals comparison people to the days of each month, and samples them where there are very many. None: always
                 the same way.
        Returns  an Effect on shares. Unknown: fewer than 30 participants; fewer than 20 people of either group still followed
                 at the horizon, or a comparison that by its weights tells no more than so few would; more than three fifths of its
                 weight on people who start themselves; groups that can't be made alike; nobody alike for more than a fifth;
                 being hired back, which nobody can be who is there.
        Raises   ValueError for a kind of event that there is none of, unless it is one of the usual six.
        """
        self._check(of)
        trials = self._trials(of, rng)
        naive = self._naive(trials, of)
        notes = self._notes(trials, of)
        with one_thread():
            compared = self._compare(trials, of)
        if not isinstance(compared, _Compared):
            assert compared.unknown is not None
            return unknown_effect(compared, naive, _METHOD, compared.unknown, notes, primary=self.primary)
        found, follow, treated = compared.found, compared.follow, compared.trials.treated
        notes += telling_nothing(self._history.covariates, found) + gaps(found)
        figure = self._figure(follow.months[treated], follow.cause[treated], of)
        why = figure.unknown
        if of == "hired":
            why = "Nobody who is there can be hired back before leaving, so it can't be compared."
        if why is None:
            why = self._too_few_left(compared, self.horizon)
        if why is not None:
            return unknown_effect(found, naive, _METHOD, why, notes, primary=self.primary)
        with one_thread():
            estimate = doubly_robust(found, self._pseudo(compared))
        events = self._events(compared, figure)
        return conclude(found, figure, estimate, events, naive, _METHOD, notes, primary=self.primary, looks=self.looks)

    def curves(self, of: str = "left", rng: np.random.Generator | None = None) -> dict[str, Curve]:
        """The share to whom ``of`` has not happened, month by month, of 'participants' and 'comparison'.

        rng      as for ``effect``: the same seed for both gives curves that end where its figures stand.
        Returns  a Curve each, whose last share is one less what ``effect`` shows of the group before its linear model. The
                 comparison's ends with the last whole month at which it can still speak for the participants (see ``effect``);
                 one of no length where there is nobody, or nobody comparable.
        """
        self._check(of)
        trials = self._trials(of, rng)
        with one_thread():
            compared = self._compare(trials, of)
        if isinstance(compared, _Compared):
            follow, ours = compared.follow, compared.trials.treated
            comparison = self._weighted_curve(compared)
        else:
            follow, ours = self._follow(trials, of), trials.treated
            comparison = curve_of(np.zeros(0), np.zeros(0, dtype=np.int64))
        return {"participants": curve_of(follow.months[ours], follow.cause[ours]), "comparison": comparison}

    # Who is compared on which day

    def _trials(self, of: str, rng: np.random.Generator | None) -> _Trials:
        history = self._history
        rng = np.random.default_rng(0) if rng is None else rng
        ours = np.flatnonzero(history.started < NEVER)
        starts = history.started[ours]
        months, month = np.unique(_month(starts), return_inverse=True)
        people = np.flatnonzero(history.eligible)
        per_month = _share_out(len(people), np.bincount(month, minlength=len(months)))
        turn, dealt = 0, rng.permutation(people)
        persons, days, trial = [ours], [starts], [month]
        fit = []
        for k, count in enumerate(per_month):
            # The next so many, round and round: everybody serves about as often.
            chosen = dealt[(turn + np.arange(count)) % max(len(dealt), 1)]
            turn += count
            of_month = np.sort(starts[month == k])
            day = of_month[rng.permutation(count) * len(of_month) // max(count, 1)]
            may = history.is_employed(chosen, day) & (history.started[chosen] > day)
            fit.append(np.full(int(may.sum()), len(people) / max(count, 1)))
            persons.append(chosen[may])
            days.append(day[may])
            trial.append(np.full(int(may.sum()), k))
        person, day, trial_of = np.concatenate(persons), np.concatenate(days), np.concatenate(trial)
        treated = np.arange(len(person)) < len(ours)
        stands_for = np.concatenate((np.ones(len(ours)), *fit))
        if of == "ramped_up":
            fresh = history.of(of).before(person, day) == 0
            person, day, trial_of, treated = person[fresh], day[fresh], trial_of[fresh], treated[fresh]
            stands_for = stands_for[fresh]
        cell = cells([column.take(person) for column in history.exact.values()], len(person))
        staff = np.zeros((int(cell.max(initial=-1)) + 1, len(months)))
        np.add.at(staff, (cell[~treated], trial_of[~treated]), stands_for[~treated])
        return _Trials(treated, person, day, trial_of, months, _strata(trial_of, cell, treated), cell, staff)

    def _columns(self, trials: _Trials) -> dict[str, Column]:
        history = self._history
        found = {
            name: column.take(trials.person) for name, column in history.covariates.items() if name not in history.exact
        }
        known = history.known_before(trials.person, trials.day)
        known["tenure (log)"] = np.log1p(known["tenure"])
        for name, values in known.items():
            found[self._own(name)] = Column(values)
        return found

    def _own(self, name: str) -> str:
        """The name of a column that the study adds; another where somebody's own column has it."""
        return f"{name} on the day" if name in self._history.covariates or name in self._history.exact else name

    def _compare(self, trials: _Trials, of: str) -> _Compared | Comparable:
        rows = Rows(trials.treated, trials.person, self._columns(trials), trials.cell, trials.stratum)
        found = comparable(rows)
        if found.unknown is not None:
            return found
        assert found.balance is not None
        assert found.features is not None
        kept = trials.keep(found.kept)
        follow = self._follow(kept, of)
        theirs = ~kept.treated
        growth = self._growth(trials, kept, found)
        comparison = weighted_incidence(
            follow.months[theirs], follow.cause[theirs], found.balance.weight, float(self.horizon), growth
        )
        seen = (follow.cause[theirs] > 0) | (follow.months[theirs] >= self.horizon)
        grown = found.balance.weight
        if growth is not None:
            grown = grown * growth(follow.months[theirs], np.arange(len(grown)))
        return _Compared(kept, found, follow, comparison, growth, np.where(seen, grown, 0.0))

    def _follow(self, trials: _Trials, of: str) -> _Follow:
        history, person, day = self._history, trials.person, trials.day
        end = _add_months(day, self.horizon)
        lost = np.minimum(history.as_of + 1, np.where(trials.treated, NEVER, history.started[person]))
        leaves = history.leaves(person, day)
        happens = leaves if of == "left" else history.next(of, person, day)
        until = np.minimum(end, lost)
        does = (happens < until) & (happens <= leaves)
        goes = ~does & (leaves < until)
        stop = np.where(does, happens, np.where(goes, leaves, until))
        months = (stop - day) / MONTH_DAYS
        # A calendar month may be longer than a month of rates: what comes before the end stays before it.
        months = np.where(stop >= end, float(self.horizon), np.minimum(months, self.horizon * (1 - 1e-9)))
        return _Follow(months, np.where(does, 1, np.where(goes, 2, 0)))

    def _growth(self, trials: _Trials, kept: _Trials, found: Comparable) -> Growth | None:
        """Weights for those like the ones who start later.

        Taking part on a day has odds exp(a + score), with ``a`` such that as many start in the month as did, of each cell that must
        agree exactly; the score is that of the day, by the tenure one has by then. One who has not started for so long counts for
        all who, being like them, would have by then.
        """
        theirs = ~kept.treated
        if not np.any(self._history.started[kept.person[theirs]] < NEVER):
            return None
        score, later = self._scores(kept, found)
        month, cell, count = kept.month[theirs], kept.cell[theirs], len(kept.months)
        cells_months = trials.staff.shape
        started = np.zeros(cells_months)
        np.add.at(started, (trials.cell[trials.treated], trials.month[trials.treated]), 1.0)
        heft = np.exp(score[theirs] - score[theirs].max())
        sums, rows = np.zeros(cells_months), np.zeros(cells_months)
        np.add.at(sums, (cell, month), heft)
        np.add.at(rows, (cell, month), 1.0)
        alike = np.divide(sums, rows, out=np.ones(cells_months), where=rows > 0)
        ready = trials.staff * alike
        odds = np.divide(started, ready, out=np.zeros(cells_months), where=ready > 0)
        # Odds are those of a day. Over a month with as many days of starts, log(1 + odds) of each are added up.
        _, first_on, on_day = np.unique(trials.day[trials.treated], return_index=True, return_counts=True)
        squares = np.bincount(
            trials.month[trials.treated][first_on], weights=on_day.astype(float) ** 2, minlength=count
        )
        started = started.sum(axis=0)
        days = np.divide(started**2, squares, out=np.ones(count), where=squares > 0)
        hazard = np.zeros((len(heft), count), dtype=np.float32)  # of each row in each month of starts
        for k in range(count):
            due = np.flatnonzero((month <= k) & (month >= k - self.horizon - 1))  # nobody is followed longer
            now = heft[due] * np.exp(np.minimum(later(due, int(kept.months[k])), 50.0)) * odds[cell[due], k] / days[k]
            hazard[due, k] = np.log1p(np.minimum(now, 1e9)) * days[k]  # no odds are so high that they'd have no end
        so_far = np.concatenate((np.zeros((len(hazard), 1), dtype=np.float32), np.cumsum(hazard, axis=1)), axis=1)
        ours_day = trials.day[trials.treated]
        first = int(ours_day.min(initial=0))
        calendar = np.arange(first, int(ours_day.max(initial=0)) + 2)
        # By each day: months that are over, and of the one that runs the part of its starts that has been.
        of_day = np.searchsorted(kept.months, _month(calendar), side="right") - 1
        per_day = np.bincount(ours_day - first, minlength=len(calendar)).astype(float)
        within = np.cumsum(per_day)
        month_start = np.searchsorted(_month(calendar), kept.months)
        base = np.concatenate(([0.0], within))[month_start]
        part = np.minimum((within - base[of_day]) / np.maximum(started[of_day], 1.0), 1.0)
        begun = kept.day[theirs]

        def total(rows: IntArray, day: IntArray) -> FloatArray:
            at = np.clip(day - first, 0, len(calendar) - 1)
            month = of_day[at]
            return np.asarray(so_far[rows, month] + hazard[rows, month] * part[at], dtype=np.float64)

        def growth(moment: FloatArray, rows: IntArray) -> FloatArray:
            now = begun[rows] + np.floor(moment * MONTH_DAYS).astype(np.int64)
            gone = total(rows, now) - total(rows, begun[rows])
            return np.asarray(np.minimum(np.exp(np.maximum(gone, 0.0)), MOST_GROWTH))

        return growth

    def _scores(self, kept: _Trials, found: Comparable) -> tuple[FloatArray, Callable[[IntArray, int], FloatArray]]:
        """Log-odds of taking part of each kept row on its day, and by how much a comparison row's differ in a later month.

        Tenure goes on while somebody is compared: who is new in January is not in June, and programs for newcomers take nobody
        then. Tenure stays within what was seen on any day of the comparison.
        """
        assert found.features is not None
        assert found.balance is not None
        features, slope = found.features, found.balance.slope
        name, log = self._own("tenure"), self._own("tenure (log)")
        own = {name, f"{name} squared", log, f"{log} squared"}
        goes_on = np.flatnonzero([each in own for each in features.names])
        theirs = ~kept.treated
        tenure, day = found.rows.columns[name].values[theirs], kept.day[theirs]
        part = features.matrix[theirs][:, goes_on] @ slope[goes_on]

        def terms(months: FloatArray) -> FloatArray:
            years, slow = months / 12, np.log1p(months)
            return np.stack([np.ones_like(years), years, years**2, slow, slow**2], axis=1)

        # The features are affine in these: the part of the score that goes by tenure is found back exactly.
        by_tenure = np.linalg.lstsq(terms(tenure), part, rcond=None)[0]
        least, most = float(tenure.min()), float(tenure.max())

        def later(rows: IntArray, month: int) -> FloatArray:
            since = np.maximum(month + MONTH_DAYS / 2 - day[rows], 0) / MONTH_DAYS
            return np.asarray(terms(np.clip(tenure[rows] + since, least, most)) @ by_tenure - part[rows])

        return features.matrix @ slope, later

    # What became of them

    def _figure(self, months: FloatArray, cause: IntArray, of: str) -> Figure:
        """Of participants: to what share it happened."""
        if of == "left":
            stayed = survival(months, cause == 1, at=float(self.horizon))
            if stayed.value is None or stayed.low is None or stayed.high is None:
                return stayed
            return Figure(1 - stayed.value, 1 - stayed.high, 1 - stayed.low, stayed.n, f"One less {stayed.method}")
        return incidence(months, cause, of=1, at=float(self.horizon))

    def _pseudo(self, compared: _Compared) -> FloatArray:
        treated, follow = compared.trials.treated, compared.follow
        count = int(treated.sum())
        ours = weighted_incidence(
            follow.months[treated], follow.cause[treated], np.full(count, 1 / count), float(self.horizon)
        )
        outcome = np.empty(len(treated))
        outcome[treated], outcome[~treated] = ours.pseudo, compared.comparison.pseudo
        return outcome

    def _events(self, compared: _Compared, figure: Figure) -> Events:
        treated, follow = compared.trials.treated, compared.follow
        ours = int(np.sum(follow.cause[treated] == 1))
        n_ours = float(np.sum(follow.months[treated] >= self.horizon))
        if ours and figure.value is not None and 0 < figure.value < 1:
            both = weighted_incidence(
                follow.months[treated], follow.cause[treated], np.full(figure.n, 1 / figure.n), float(self.horizon)
            )
            variance = float(np.sum((both.pseudo - both.value) ** 2)) / figure.n**2
            n_ours = min(float(figure.n), figure.value * (1 - figure.value) / variance) if variance > 0 else n_ours
        n_theirs = effective(compared.known, compared.trials.person[~treated])
        return Events(min(float(ours), rarer(n_theirs, compared.comparison.value)), n_ours, n_theirs)

    def _too_few_left(self, compared: _Compared, at: int) -> str | None:
        """Why those of the comparison who are still followed after so many months can't speak for all, if they can't.

        Weights of those who stay grow for those who start themselves, so heads say little: many may stay who count for nothing.
        """
        theirs = ~compared.trials.treated
        person, months = compared.trials.person[theirs], compared.follow.months[theirs]
        at_risk = months >= at
        heads = len(np.unique(person[at_risk]))
        if heads < FEWEST_AT_RISK:
            return too_few_at_risk(heads, at, "of the comparison ")
        assert compared.found.balance is not None
        weight = compared.found.balance.weight
        started = (compared.follow.cause[theirs] == 0) & ~at_risk & (self._history.started[person] < NEVER)
        part = float(weight[started].sum())
        if part > MOST_STARTED:
            return (
                f"{100 * part:.0f} % of the comparison, by weight, took part themselves within {counted(at, 'month')}; "
                "the rest can't speak for more than three fifths."
            )
        if compared.growth is not None:
            weight = weight * compared.growth(np.full(len(weight), float(at)), np.arange(len(weight)))
        return too_few_tell(
            np.where(at_risk, weight, 0.0), person, f" who are still followed at {counted(at, 'month')}"
        )

    def _speaks_until(self, compared: _Compared) -> int:
        """The last whole month up to which the comparison can speak for all."""
        if self._too_few_left(compared, self.horizon) is None:
            return self.horizon
        fits, fails = 0, self.horizon
        while fails - fits > 1:
            middle = (fits + fails) // 2
            fits, fails = (middle, fails) if self._too_few_left(compared, middle) is None else (fits, middle)
        return fits

    def _naive(self, trials: _Trials, of: str) -> float | None:
        """The difference between the groups as they are."""
        if trials.treated.all() or not trials.treated.any():
            return None
        follow = self._follow(trials, of)
        found = []
        for group in (trials.treated, ~trials.treated):
            count = int(group.sum())
            weight = np.full(count, 1 / count)
            found.append(
                weighted_incidence(follow.months[group], follow.cause[group], weight, float(self.horizon)).value
            )
        return found[0] - found[1]

    def _notes(self, trials: _Trials, of: str) -> list[str]:
        notes = []
        if of not in self._history.kinds and of != "left":
            notes.append(
                f"No event of the kind {of} is recorded. If it was not written down, this figure says nothing."
            )
        if of == "ramped_up":
            before = int(np.sum(self._history.started < NEVER)) - int(trials.treated.sum())
            if before:
                notes.append(f"{counted(before, 'participant')} had ramped up before the start and can't again.")
        late = int(np.sum(_add_months(trials.day[trials.treated], self.horizon) > self._history.as_of + 1))
        if late:
            notes.append(
                f"{late:,} of {counted(int(trials.treated.sum()), 'participant')} started less than {self.horizon} months ago "
                "and count for as long as they have been seen."
            )
        return notes

    def _weighted_curve(self, compared: _Compared) -> Curve:
        until = self._speaks_until(compared)
        if not until:
            return curve_of(np.zeros(0), np.zeros(0, dtype=np.int64))
        trials, follow, table = compared.trials, compared.follow, compared.comparison
        theirs = ~trials.treated
        if until < self.horizon:
            assert compared.found.balance is not None
            months = np.minimum(follow.months[theirs], until)
            cause = np.where(follow.months[theirs] <= until, follow.cause[theirs], 0)
            table = weighted_incidence(months, cause, compared.found.balance.weight, float(until), compared.growth)
        people, place = np.unique(trials.person[theirs], return_inverse=True)
        longest = np.zeros(len(people))
        np.maximum.at(longest, place, follow.months[theirs])
        longest.sort()
        # Rows of one person are alike: variances by row are stretched by as much as at the horizon.
        rough = float(table.rough[-1]) if len(table.rough) else 0.0
        weight = compared.found.balance.weight if compared.found.balance is not None else np.zeros(0)
        pull = np.bincount(place, weights=weight * (table.pseudo - table.value))
        stretch = max(float(pull @ pull) / rough, 1.0) if rough > 0 else 1.0
        last = min(float(follow.months[theirs].max()), float(until))
        month = np.unique(np.concatenate(([0.0], table.time[table.time <= last], [last])))
        so_far = np.searchsorted(table.time, month, side="right")
        share = np.concatenate(([0.0], table.share))[so_far]
        variance = np.concatenate(([0.0], table.rough))[so_far] * stretch
        at_risk = len(people) - np.searchsorted(longest, month, side="left")
        low, high = limits(share, variance, at_risk)
        if month[0] == 0 and share[0] == 0:
            low[0] = high[0] = 0.0
        return Curve(month, 1 - share, 1 - high, 1 - low, at_risk.astype(np.int64))

    def _check(self, of: Any) -> None:
        kinds = self._history.kinds
        if not isinstance(of, str) or (of not in KINDS and of not in kinds):
            raise ValueError(f"there is no event of the kind {of!r}; there are {', '.join(sorted(kinds)) or 'none'}")


def _month(day: IntArray) -> IntArray:
    """The first day of its month."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _add_months(day: IntArray, months: int) -> IntArray:
    """The same day so many calendar months on; the last of the month where that has no such day."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    within = (date - month.astype("datetime64[D]")).astype(np.int64)
    goal = month + months
    length = ((goal + 1).astype("datetime64[D]") - goal.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(goal.astype("datetime64[D]").astype(np.int64) + np.minimum(within, length - 1))


def _share_out(people: int, participants: IntArray) -> list[int]:
    """How many comparison people each month's trial looks at: all, unless that made too many rows."""
    most = max(MOST_ROWS, ROWS_A_PARTICIPANT * int(participants.sum()))
    if people * len(participants) <= most:
        return [people] * len(participants)
    parts = participants / participants.sum()
    return [min(people, int(np.ceil(most * part))) for part in parts]


def _strata(month: IntArray, cell: IntArray, treated: BoolArray) -> IntArray:
    """Month by month within each cell; the months of a cell with few to compare with are taken together."""
    count = int(month.max(initial=0)) + 1
    each = cell * (count + 1) + month
    known, place = np.unique(each, return_inverse=True)
    few = np.bincount(place[~treated], minlength=len(known)) < FEWEST_IN_STRATUM
    return np.unique(np.where(few[place], cell * (count + 1) + count, each), return_inverse=True)[1].astype(np.int64)
