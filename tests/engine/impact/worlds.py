"""Made organizations, day by day, in which the truth is known and the method is not what made them.

What the study's models do not contain: a hazard that rises and falls with tenure, thresholds and interactions of covariates,
frailty that nobody measures, seasons, a reorganization in which many leave on one day, people hired back, an engagement survey
that a third did not answer, newcomers all along, starts up to the last days that were seen. Everything is drawn from one seed.

The truth: the same organization lives twice on the same random numbers, once with mentoring that works and once with mentoring
that does nothing. Nobody's past before the start differs, so the same people start on the same days, and the difference of
what became of them is the effect on those who took part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

FIRST = int(np.datetime64("2019-01-01", "D").astype(int))
DAYS_AFTER = 380  # lived on after ``as_of``, for the truth of late joiners


@dataclass(frozen=True)
class Setting:
    """ratio: of hazards of leaving under mentoring (1: none); selection: how strongly they are chosen for what keeps people;
    hidden: how much of what drives both is in no column; rate: how many start, more or less."""

    people: int = 3000
    months: int = 40
    ratio: float = 0.72
    selection: float = 0.5
    hidden: float = 0.0
    rate: float = 0.45
    yearly_leaving: float = 0.28


@dataclass(frozen=True)
class World:
    people: dict[str, np.ndarray]
    events: dict[str, np.ndarray]
    starts: dict[str, np.ndarray]
    as_of: np.datetime64
    truth: float  # of these participants, share left within 12 months with mentoring less without
    setting: Setting


COVARIATES = ("level", "performance", "engagement", "department")


def make(seed: int, setting: Setting = Setting()) -> World:
    """One organization. The truth is that of its own participants, on common random numbers."""
    real = _live(seed, setting)
    without = _live(seed, replace(setting, ratio=1.0)) if setting.ratio != 1 else real
    took_part = np.flatnonzero(real["started"] >= 0)
    assert np.array_equal(real["started"], without["started"])
    truth = _left_within(real, took_part).mean() - _left_within(without, took_part).mean() if len(took_part) else 0.0
    last = FIRST + 30 * setting.months
    order = np.random.default_rng(seed + 1).permutation(setting.people)  # rows in no order
    here = order[real["hired"][order] <= last]
    engagement = np.where(real["answered"], real["engagement"], np.nan)
    people = {
        "person": np.array([f"p{k}" for k in here]),
        "hired": _days(real["hired"][here]),
        "level": real["level"][here].astype(float),
        "performance": real["performance"][here].astype(float),
        "engagement": engagement[here],
        "department": np.array(DEPARTMENTS)[real["department"][here]],
    }
    happened = [(p, d, kind) for p, d, kind in real["events"] if d <= last]
    started = np.flatnonzero((real["started"] >= 0) & (real["started"] <= last))
    return World(
        people,
        {
            "person": np.array([f"p{p}" for p, _, _ in happened]),
            "day": _days(np.array([d for _, d, _ in happened], dtype=int)),
            "kind": np.array([kind for _, _, kind in happened]),
        },
        {"person": np.array([f"p{p}" for p in started]), "day": _days(real["started"][started])},
        np.datetime64(last, "D"),
        float(truth),
        setting,
    )


def seen_by(world: World, as_of: np.datetime64) -> World:
    """The same organization as it was known on an earlier day."""
    here = world.people["hired"] <= as_of
    events, starts = (table["day"] <= as_of for table in (world.events, world.starts))
    return replace(
        world,
        people={name: column[here] for name, column in world.people.items()},
        events={name: column[events] for name, column in world.events.items()},
        starts={name: column[starts] for name, column in world.starts.items()},
        as_of=as_of,
    )


DEPARTMENTS = ("Sales", "Engineering", "Finance", "People")


def _days(numbers):
    return np.asarray(numbers, dtype=np.int64).astype("datetime64[D]")


def _left_within(life, who):
    """Whether each left within 12 calendar months of the start."""
    found = np.zeros(len(who))
    start = life["started"][who]
    month = start.astype("datetime64[D]").astype("datetime64[M]")
    end = (month + 12).astype("datetime64[D]").astype(int) + (start - month.astype("datetime64[D]").astype(int))
    leavings = life["leavings"]
    for k, person in enumerate(who):
        found[k] = any(start[k] < day < end[k] for day in leavings.get(person, ()))
    return found


def _live(seed, setting):
    rng = np.random.default_rng(seed)
    n, last = setting.people, FIRST + 30 * setting.months
    newcomer = rng.random(n) < 0.3
    hired = np.where(
        newcomer, FIRST + rng.integers(0, 30 * setting.months, n), FIRST - (rng.gamma(1.2, 1300, n)).astype(int) - 1
    )
    hired = np.maximum(hired, FIRST - 10_000)
    level = np.minimum(rng.poisson(1.6, n), 6)
    department = rng.choice(4, n, p=[0.3, 0.4, 0.2, 0.1])
    hidden = rng.normal(size=n)
    performance = np.clip(np.rint(3 + 0.8 * rng.normal(size=n) + 0.1 * level), 1, 5).astype(int)
    engagement = np.clip(3.4 + 0.7 * rng.normal(size=n) + 0.25 * (performance - 3), 1, 5)
    answered = rng.random(n) < np.where(department == 0, 0.55, 0.72)
    frailty = np.exp(0.4 * rng.normal(size=n) - 0.08)
    keeps = 0.35 * (performance - 3) + 0.45 * np.minimum(engagement - 3.4, 0.6) * (1 + 0.5 * (level < 2))
    nature = (
        frailty * np.exp(-keeps - 0.1 * level - setting.hidden * hidden) * np.array([1.25, 0.9, 1.0, 0.85])[department]
    )
    known = np.where(answered, engagement - 3.4, 0.0)
    draw = 0.75 * (performance - 3) + 0.6 * known + 0.15 * level + 0.3 * (department == 1) - 0.2 * (level > 4)
    wish = setting.selection * draw + setting.hidden * hidden
    employed, started = np.zeros(n, dtype=bool), np.full(n, -1)
    since, promotions, back_at = hired.copy(), np.zeros(n), np.full(n, -1)
    events, leavings = [], {}
    reorganization = FIRST + int(0.62 * 30 * setting.months)
    waves = [
        (FIRST + 30 * a, FIRST + 30 * b)
        for a, b in ((8, 10), (14, 15), (20, 22), (27, 28), (setting.months - 5, setting.months - 3))
    ]
    employed |= hired < FIRST
    for day in range(FIRST, last + DAYS_AFTER):
        if (day - FIRST) % 15 == 0:  # slow things are brought up to date twice a month
            tenure = np.maximum(day - since, 0) / 365.25
            shape = 0.55 + 1.6 * tenure * np.exp(-tenure / 1.1) + 0.25 * (tenure > 8)
            season = 1 + 0.45 * np.sin(2 * np.pi * (day - FIRST) / 365.25)
            hazard = (
                setting.yearly_leaving / 365.25 * shape * season * nature * np.exp(-0.2 * np.minimum(promotions, 2))
            )
            ambition = wish + 0.35 * np.minimum(promotions, 2) - 0.25 * np.abs(tenure - 3) / 3
            promotable = (0.10 / 365.25) * np.exp(0.5 * (performance - 3)) * (tenure > 0.7)
        chance, luck, call = rng.random(n), rng.random(n), rng.random(n)
        employed |= hired == day
        returns = back_at == day
        for p in np.flatnonzero(returns):
            events.append((p, day, "hired"))
        employed |= returns
        since = np.where(returns, day, since)
        in_wave = any(a <= day < b for a, b in waves)
        if day <= last:
            daily = setting.rate * (0.0045 if in_wave else 0.0004)
            begins = employed & (started < 0) & (call < daily * np.exp(ambition)) & (day > since)
            started[begins] = day
        mentored = (started >= 0) & (started < day)
        risk = hazard * np.where(mentored, setting.ratio, 1.0)
        if day == reorganization:
            risk = np.where(department == 0, 0.06, 0.015) * nature * np.where(mentored, setting.ratio, 1.0)
        goes = employed & (chance < risk) & (started != day) & (day > since)
        for p in np.flatnonzero(goes):
            events.append((p, day, "left"))
            leavings.setdefault(p, []).append(day)
            if luck[p] < 0.08:
                back_at[p] = day + 60 + int(luck[p] / 0.08 * 300)
        employed &= ~goes
        rises = employed & (luck > 1 - promotable)
        for p in np.flatnonzero(rises):
            events.append((p, day, "promoted"))
        promotions += rises
        for p in np.flatnonzero(employed & (luck > 0.5) & (luck < 0.5 + 0.06 / 365.25)):
            events.append((p, day, "transferred" if p % 2 else "role_changed"))
    return {
        "hired": hired, "level": level, "department": department, "performance": performance, "engagement": engagement,
        "answered": answered, "started": started, "events": events, "leavings": leavings,
    }  # fmt: skip
