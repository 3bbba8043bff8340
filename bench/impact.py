"""The evidence for the impact engine: made organizations in which the truth is known, LaLonde's experiment, tables that nobody can
take apart, and how long a large study takes.

OPENMENTOR_WORLDS says how many organizations of each kind (200); every one has its own seed, so a run can be repeated.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from tests.engine.impact.worlds import COVARIATES, Setting, World, make, seen_by

from bench.measure import Figure, timed
from openmentor.engine import impact

WORLDS = int(os.environ.get("OPENMENTOR_WORLDS", "200"))
SETTINGS = {
    "effect": Setting(),
    "no effect": Setting(ratio=1.0),
    "150 participants": Setting(people=1200, rate=0.125),
    "150 participants, no effect": Setting(people=1200, rate=0.125, ratio=1.0),
    "20 to 40 participants": Setting(people=600, rate=0.055),
    "20 to 40 participants, no effect": Setting(people=600, rate=0.055, ratio=1.0),
    "strong selection": Setting(selection=1.0, rate=0.4),
    "strong selection, no effect": Setting(selection=1.0, rate=0.4, ratio=1.0),
    "hidden confounder, no effect": Setting(ratio=1.0, hidden=0.4),
}


@dataclass(frozen=True)
class Summary:
    """Over many organizations of one kind; differences in points."""

    worlds: int
    known: int
    truth: float
    bias: float
    bias_error: float
    naive_bias: float
    coverage: float
    called: float
    e_values: tuple[float, float]


def study(world: World, looks: int = 1) -> impact.Effect:
    return impact.Study(
        world.people, world.events, world.starts, world.as_of, covariates=COVARIATES, primary=True, looks=looks
    ).effect()


def summary(name: str, worlds: int = WORLDS, first: int = 0) -> Summary:
    """The truth is the mean over all these organizations: each one's own participants are a sample of those who might have been."""
    truths, found = [], []
    for seed in range(first, first + worlds):
        world = make(10_000 * (1 + list(SETTINGS).index(name)) + seed, SETTINGS[name])
        truths.append(world.truth)
        found.append(study(world))
        if sys.stderr.isatty():
            print(f"\r{name}: {len(found)} of {worlds}", end="", file=sys.stderr, flush=True)
    truth = float(np.mean(truths))
    known = [each for each in found if each.value is not None]
    rows = np.array([(each.value, each.low, each.high, each.naive) for each in known], dtype=float).reshape(-1, 4)
    value, low, high, naive = rows.T
    strengths = np.array([each.e_value for each in known], dtype=float).reshape(-1, 2)
    return Summary(
        worlds,
        len(known),
        100 * truth,
        100 * float(np.mean(value) - truth),
        100 * float(np.std(value) / max(len(known), 1) ** 0.5),
        100 * float(np.mean(naive) - truth),
        float(np.mean((low <= truth) & (truth <= high))),
        float(np.mean((low > 0) | (high < 0))),
        (float(np.median(strengths[:, 0])), float(np.median(strengths[:, 1]))),
    )


def told(found: Summary) -> str:
    return (
        f"{found.known} of {found.worlds} gave a figure; truth {found.truth:.2f}, bias {found.bias:+.2f} (error "
        f"{found.bias_error:.2f}), naive {found.naive_bias:+.2f} points; called {found.called:.1%}"
    )


def looks(worlds: int, fixed: int) -> float:
    """In how many organizations without effect twelve monthly looks at the primary figure find one at least once; ``fixed``: how
    many were fixed before the launch."""
    called = 0
    for seed in range(worlds):
        world = make(900_000 + seed, SETTINGS["no effect"])
        days = [world.as_of - 30 * k for k in range(12)]
        called += any(study(seen_by(world, day), fixed).verdict != "can't tell yet" for day in days)
    return called / worlds


EXPERIMENT = 1794
"""Dollars that the job training of 1976 brought, by the experiment itself."""


def lalonde(halves: int = 100, draws: int = 10) -> list[Figure]:
    """What a survey's people make of LaLonde's experiment; and who comes nearer, we or plain propensity matching.

    One sample tells little of that: matching to single people scatters by hundreds of dollars with whoever happens to be in the
    survey. So it is asked over random halves of the survey too, and with outcomes drawn around what forests make of the survey's,
    where the truth is known; with and without a column for having earned nothing, and also for the experiment's own comparison
    group, of whom nobody was trained.
    """
    earned, treated, columns = _experiment()
    found = impact.effect(earned, treated, columns)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    whole = [f"{matched(treated, columns, k).difference(earned):,.0f} to the nearest {k}" for k in (1, 5)]
    note = f"{found.value:,.0f} ({found.low:,.0f} to {found.high:,.0f}), naive {found.naive:,.0f}; matched {', '.join(whole)}"
    figures = [
        Figure(
            "LaLonde with the CPS as comparison: dollars from the experiment's 1,794",
            abs(found.value - EXPERIMENT),
            500,
            "dollars",
            note=note,
        ),
        Figure(
            "LaLonde: the experiment's 1,794 lies in the interval",
            float(found.low <= EXPERIMENT <= found.high),
            1,
            "",
            least=True,
        ),
    ]
    for chosen in (columns, _without_gaps(columns)):
        off = []
        for seed in range(halves):
            rng = np.random.default_rng(seed)
            rows = np.concatenate((np.flatnonzero(treated), rng.permutation(np.flatnonzero(~treated))[::2]))
            half = {name: column[rows] for name, column in chosen.items()}
            ours = impact.effect(earned[rows], treated[rows], half).value
            assert ours is not None
            theirs = [matched(treated[rows], half, k).difference(earned[rows]) for k in (1, 5)]
            off.append(np.abs(np.array([ours, *theirs]) - EXPERIMENT))
        figures.append(
            _nearer(
                f"LaLonde, {len(chosen)} columns, {halves} halves of the survey: mean distance", np.mean(off, axis=0)
            )
        )
    for trained in (True, False):
        earned, treated, columns = _experiment(trained)
        for chosen in (columns, _without_gaps(columns)):
            who = "trained" if trained else "not trained"
            figures.append(
                _nearer(
                    f"LaLonde's {who}, {len(chosen)} columns, outcomes drawn around known surfaces: error",
                    _errors(earned, treated, columns, chosen, draws),
                )
            )
    return figures


def _without_gaps(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: column for name, column in columns.items() if name not in ("u74", "u75")}


def _nearer(what: str, off: np.ndarray) -> Figure:
    ours, one, five = off
    note = f"{ours:,.0f} dollars; matched to the nearest one {one:,.0f}, to the nearest five {five:,.0f}"
    return Figure(f"{what} against matching to the nearest one", float(ours / one), 1, "x", note=note)


def _errors(
    earned: np.ndarray, treated: np.ndarray, columns: dict[str, np.ndarray], chosen: dict[str, np.ndarray], draws: int
) -> np.ndarray:
    """Root mean square error of ours, and of matching to the nearest one and five, where nobody gained anything.

    What somebody earns is drawn around what trees make of half the survey, with deviations as large as theirs were.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

    x = np.stack(list(columns.values()), axis=1).astype(float)
    survey = np.flatnonzero(~treated)
    theirs = [matched(treated, chosen, k) for k in (1, 5)]
    errors = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        half = rng.permutation(survey)[::2]
        forest = RandomForestRegressor(200, min_samples_leaf=10, max_features=0.5, random_state=seed)
        boosted = HistGradientBoostingRegressor(max_iter=100, learning_rate=0.05, max_leaf_nodes=12, random_state=seed)
        for model in (forest, boosted):
            expected = model.fit(x[half], earned[half]).predict(x)
            deviation = np.where(treated, 0.0, earned - expected)  # whatever befell the participants is no error
            for _ in range(draws):
                drawn = expected + deviation * rng.choice([-1.0, 1.0], len(expected))
                ours = impact.effect(drawn, treated, chosen).value
                errors.append([ours, *(each.difference(drawn) for each in theirs)])
    return np.sqrt(np.mean(np.square(errors), axis=0))


def _experiment(trained: bool = True) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Dollars earned in 1978, who was of the experiment, and what was known before: its trained (or the others), and the survey's people."""
    from causaldata import cps_mixtape, nsw_mixtape

    ours = nsw_mixtape.load_pandas().data.query(f"treat == {int(trained)}")
    survey = cps_mixtape.load_pandas().data
    columns = {
        name: np.concatenate((ours[name], survey[name])).astype(float)
        for name in ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "re78")
    }
    earned = columns.pop("re78")
    columns |= {"u74": columns["re74"] == 0, "u75": columns["re75"] == 0}
    return earned, np.arange(len(earned)) < len(ours), columns


@dataclass(frozen=True)
class Matched:
    treated: np.ndarray
    weight: np.ndarray

    def difference(self, outcome: np.ndarray) -> float:
        """Participants less those they were matched to."""
        return float(np.mean(outcome[self.treated]) - self.weight @ outcome[~self.treated])


def matched(treated: np.ndarray, columns: dict[str, np.ndarray], nearest: int) -> Matched:
    """Plain propensity matching: a logistic regression on the columns as they are, the nearest by its log-odds, with
    replacement; of those equally near, all."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    x = StandardScaler().fit_transform(np.stack(list(columns.values()), axis=1).astype(float))
    score = LogisticRegression(C=1e6, max_iter=5000).fit(x, treated).decision_function(x)
    distance = np.abs(score[treated][:, None] - score[~treated])
    chosen = distance <= np.partition(distance, nearest - 1, axis=1)[:, nearest - 1 : nearest] + 1e-12
    return Matched(treated, (chosen / chosen.sum(axis=1, keepdims=True)).mean(axis=0))


def disclosed(tables: int) -> list[Figure]:
    """Random tables of 2 to 8 rows and columns, thin and full; every hidden count bounded by linear programming."""
    rng = np.random.default_rng(0)
    recovered, others, totals = 0, [0, 0], [0, 0]
    for _ in range(tables):
        rows, columns = rng.integers(2, 9, 2)
        counts = rng.poisson(rng.gamma(1.0, rng.choice([5, 10, 20, 40]), (rows, columns)))
        shown = impact.disclose(counts)
        full = np.vstack([counts, counts.sum(axis=0)])
        full = np.hstack([full, full.sum(axis=1, keepdims=True)])
        small = (full > 0) & (full < 5)
        assert not np.any(shown & small)
        recovered += sum(width < 5 - 1e-6 for width in widths(full, shown))
        inner = np.zeros_like(small)
        inner[:-1, :-1] = True
        for count, place in ((others, inner & ~small), (totals, ~inner & ~small)):
            count[0] += int(np.sum(~shown & place))
            count[1] += int(np.sum(place))
    return [
        Figure(f"hidden counts that can be bounded within 5, over {tables:,} random tables", recovered, 0, "counts"),
        Figure("other cells hidden with the small ones", 100 * others[0] / others[1], 25, "%"),
        Figure("totals hidden with them", 100 * totals[0] / totals[1], 20, "%"),
    ]


def widths(full: np.ndarray, shown: np.ndarray) -> list[float]:
    """Between the least and the most that each hidden count can be, by linear programming over all that is shown."""
    rows, columns = full.shape
    place = np.arange(full.size).reshape(rows, columns)
    sums = []
    for line in [*place, *place.T]:
        row = np.zeros(full.size)
        row[line[:-1]], row[line[-1]] = 1, -1
        sums.append(row)
    bounds = [(v, v) if s else (0, None) for v, s in zip(full.ravel().tolist(), shown.ravel().tolist(), strict=True)]
    found = []
    for each in np.flatnonzero(~shown.ravel()):
        goal = np.zeros(full.size)
        goal[each] = 1
        least, most = (
            linprog(way * goal, A_eq=np.array(sums), b_eq=np.zeros(len(sums)), bounds=bounds, method="highs")
            for way in (1, -1)
        )
        found.append(float("inf") if most.status == 3 else -most.fun - least.fun)
    return found


def large(participants: int = 15_000, others: int = 100_000) -> list[Figure]:
    """Ten years of events; of the participants drawn two thirds stay until their start. Against the bare libraries on the same arrays."""
    rng = np.random.default_rng(0)
    count = participants + others
    first = np.datetime64("2014-01-01")
    hired = first + rng.integers(-3000, 3200, count)
    tenure = rng.exponential(2200, count).astype(int) + 1
    left = hired + tenure
    last = first + 3650
    started = hired[:participants] + (
        rng.random(participants) * np.minimum(tenure[:participants], (last - hired[:participants]).astype(int))
    ).astype(int)
    may = (started < left[:participants]) & (started > hired[:participants]) & (started >= first)
    names = np.array([f"p{k}" for k in range(count)])
    promoted = hired + (rng.random(count) * tenure).astype(int)
    is_promoted, is_left = (rng.random(count) < 0.5) & (promoted <= last) & (promoted < left), left <= last
    people = {"person": names, "hired": hired, **{f"x{k}": rng.normal(size=count) for k in range(8)}}
    people["site"] = rng.choice(["Berlin", "Pune", "Austin"], count)
    events = {
        "person": np.concatenate((names[is_promoted], names[is_left])),
        "day": np.concatenate((promoted[is_promoted], left[is_left])),
        "kind": np.array(["promoted"] * int(is_promoted.sum()) + ["left"] * int(is_left.sum())),
    }
    starts = {"person": names[:participants][may], "day": started[may]}
    found: list[impact.Effect] = []
    run = timed(
        lambda: found.append(
            impact.Study(people, events, starts, last, covariates=[*(f"x{k}" for k in range(8)), "site"]).effect()
        )
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    bare = timed(lambda: _bare(people, events, starts))
    note = f"{run.cpu:.1f} s against {bare.cpu:.2f} s; {found[0].n_treated:,} participants, {found[0].n_compared:,} compared"
    return [
        Figure("CPU of a study of 10,000 participants, 100,000 others, ten years", run.cpu, 10, "s", note=note),
        Figure("memory of the whole process then", memory, 1, "GB"),
        Figure("the same against the bare library calls on the same arrays", run.cpu / bare.cpu, 20, "x"),
    ]


def _bare(people: dict[str, np.ndarray], events: dict[str, np.ndarray], starts: dict[str, np.ndarray]) -> None:
    """One logistic regression of taking part on everybody's columns, and one Kaplan-Meier, without any design."""
    from lifelines import KaplanMeierFitter
    from sklearn.linear_model import LogisticRegression

    x = np.stack([people[f"x{k}"] for k in range(8)], axis=1)
    treated = np.isin(people["person"], starts["person"])
    weight = (
        LogisticRegression(max_iter=200).fit(np.hstack([x, x**2]), treated).predict_proba(np.hstack([x, x**2]))[:, 1]
    )
    order = np.argsort(events["person"])
    last = dict(zip(events["person"][order], events["day"][order], strict=True))
    gone = np.array([last.get(each, np.datetime64("2024-01-01")) for each in people["person"]], dtype="datetime64[D]")
    KaplanMeierFitter().fit(np.maximum((gone - people["hired"]).astype(float), 0), treated, weights=weight + 1e-6)


def figures() -> list[Figure]:
    found = [*large(), *lalonde(), *disclosed(10 * WORLDS)]
    for name in SETTINGS:
        began = time.process_time()
        each = summary(name)
        note = f"{told(each)}; {(time.process_time() - began) / WORLDS:.1f} s CPU a world"
        strict = "hidden" not in name
        if strict:
            found.append(Figure(f"{name}: intervals that hold", 100 * each.coverage, 93, "%", least=True, note=note))
            found.append(Figure(f"{name}: bias", abs(each.bias), 0.5 if "strong" in name else 0.3, "points"))
            if "no effect" in name:
                found.append(Figure(f"{name}: called an effect", 100 * each.called, 5, "%"))
        else:
            strength = f"E-values {each.e_values[0]:.2f}, of the limit {each.e_values[1]:.2f} (medians)"
            found.append(Figure(f"{name}: called an effect", 100 * each.called, 100, "%", note=f"{note}; {strength}"))
    for fixed, bound in ((12, 5), (1, 100)):
        said = "fixed before the launch" if fixed > 1 else "where one was fixed"
        called = 100 * looks(max(WORLDS // 4, 1), fixed)
        found.append(Figure(f"no effect, twelve monthly looks, {said}: called at least once", called, bound, "%"))
    return found
