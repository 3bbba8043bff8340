"""Does saying less pay? One person of a random pool states fewer hours, goals, skills or wishes; what they get is measured by their
full answers."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import numpy as np

from bench.measure import Figure
from openmentor.engine import matching as m

POOLS = int(os.environ.get("OPENMENTOR_BENCH_POOLS", "1000"))
PEOPLE = 10
HIGHEST = 0.002
"""Score that saying less may bring on average before it counts as paying: a hundredth of what pairs differ by."""
TOPICS = [f"topic {k}" for k in range(12)]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")

Columns = dict[str, list[str]]


def people(rng: np.random.Generator, prefix: str, others: str) -> Columns:
    """Everybody answers in full: three goals, three skills, five spells of an hour and a half, three wishes."""

    def some(count: int) -> list[str]:
        return [";".join(rng.choice(TOPICS, count, replace=False)) for _ in range(PEOPLE)]

    def hours() -> str:
        days = rng.permutation(5)
        return ";".join(f"{DAYS[d]} {h:02}:00-{h + 1:02}:30" for d, h in zip(days, rng.integers(9, 14, 5)))

    names = [f"{others}{k}" for k in range(PEOPLE)]
    return {
        "id": [f"{prefix}{k}" for k in range(PEOPLE)],
        "goals": some(3),
        "helps_with": some(5),
        "skills_wanted": some(3),
        "skills_offered": some(5),
        "values": some(3),
        "level": [str(each) for each in rng.integers(0, 6, PEOPLE)],
        "timezone": ["UTC"] * PEOPLE,
        "availability": [hours() for _ in range(PEOPLE)],
        "wants": [";".join(rng.choice(names, 3, replace=False)) for _ in range(PEOPLE)],
    }


def fewer(column: str, keep: int) -> Callable[[Columns], Columns]:
    """The first person's answer cut to its first entries."""

    def less(side: Columns) -> Columns:
        cut = ";".join(side[column][0].split(";")[:keep])
        return {**side, column: [cut, *side[column][1:]]}

    return less


WAYS: dict[str, tuple[str, Callable[[Columns], Columns]]] = {
    "a mentee states two of five free spells": ("mentee", fewer("availability", 2)),
    "a mentee states no hours": ("mentee", fewer("availability", 0)),
    "a mentor states two of five free spells": ("mentor", fewer("availability", 2)),
    "a mentee names one goal of three": ("mentee", fewer("goals", 1)),
    "a mentee names one skill of three": ("mentee", fewer("skills_wanted", 1)),
    "a mentee names one wish of three": ("mentee", fewer("wants", 1)),
    "a mentee names no wish": ("mentee", fewer("wants", 0)),
    "a mentor names one wish of three": ("mentor", fewer("wants", 1)),
}


def gains(pools: int, aim: str = "coverage") -> dict[str, np.ndarray]:
    """For each way of saying less (pools,) what it brought the one who did: fit by their full answers, after less before."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for seed in range(pools):
        rng = np.random.default_rng(seed)
        mentors, mentees = people(rng, "m", "e"), people(rng, "e", "m")
        truth = m.Problem(mentors=mentors, mentees=mentees, spec=m.Spec())
        honest = _got(truth, m.match(truth, aim=aim))
        frozen = m.Spec(reference=truth.scored.reference if truth.scored is not None else None)
        for way, (side, less) in WAYS.items():
            ours, theirs = (less(mentors), mentees) if side == "mentor" else (mentors, less(mentees))
            told = m.Problem(mentors=ours, mentees=theirs, spec=frozen)
            found[way].append(_got(truth, m.match(told, aim=aim))[side] - honest[side])
    return {way: np.array(each) for way, each in found.items()}


def _got(truth: m.Problem, result: m.Result) -> dict[str, float]:
    """What the first mentor and the first mentee have, by the full answers; nobody: 0."""
    return {
        side: math.fsum(truth.scores[i, j] for i, j in result.pairs.tolist() if (i, j)[column] == 0)
        for column, side in enumerate(("mentor", "mentee"))
    }


def figures() -> list[Figure]:
    found = []
    for way, gain in gains(POOLS).items():
        error = float(gain.std(ddof=1) / math.sqrt(len(gain)))
        note = f"± {error:.4f}, {POOLS} pools of {PEOPLE} + {PEOPLE}, helped in {100 * (gain > 1e-9).mean():.0f} %"
        found.append(Figure(f"{way}: what it brings", float(gain.mean()), HIGHEST, "of score", note=note))
    return found
