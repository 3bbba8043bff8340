"""What a pool knows of itself: before a run, which dimensions can decide anything; after it, which did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .dimensions import Dimension
from .dimensions.wishes import IdentityWish, Past
from .lens import BoolArray
from .people import Side
from .scoring import Scored


@dataclass(frozen=True)
class Readiness:
    """One dimension before a run.

    answered          share of those asked who answered, 0..1; both sides where both are asked.
    varies            whether it tells any two admissible pairs apart; only then it is used.
    weight            as set.       weight_in_effect  its share among the dimensions that are used, 0..1.
    note              why it can't count, where that isn't for want of answers; else ''.
    """

    key: str
    label: str
    answered: float
    varies: bool
    weight: float
    weight_in_effect: float
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Decisive:
    """A dimension that decided: its weight times the spread (standard deviation) of its scores among the proposed pairs."""

    key: str
    label: str
    effect: float

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def readiness(scored: Scored) -> list[Readiness]:
    """Every dimension of the specification, in the order of reports."""
    weights = scored.spec.weights
    varies = {}
    for key in weights:
        survey = scored.surveys.get(key)
        varies[key] = survey is not None and survey.known > 0 and survey.most - survey.least > 1e-9
    used = {key for key in scored.active if varies[key]}
    total = sum(weights[key] for key in used)
    found = []
    for key, weight in weights.items():
        dimension = scored.dimensions[key]
        note = dimension.note
        if key == "commitment" and scored.spec.commitment_hours is None:
            note = "the program doesn't say how many hours it asks"
        found.append(
            Readiness(
                key,
                dimension.label,
                _answered(dimension),
                varies[key],
                weight,
                weight / total if key in used else 0.0,
                note,
            )
        )
    return found


def _answered(dimension: Dimension) -> float:
    sides = (dimension.mentors, dimension.mentor_answered), (dimension.mentees, dimension.mentee_answered)
    if isinstance(dimension, Past):
        asked = [(side, side.answered("past")) for side, _ in sides]
    elif isinstance(dimension, IdentityWish):
        asked = list(sides)
    else:
        fields = dimension.mentor_fields, dimension.mentee_fields
        asked = [side for side, needed in zip(sides, fields) if needed]
    counts = [_count(side, answered) for side, answered in asked]
    people = sum(count for _, count in counts)
    return sum(count for count, _ in counts) / people if people else 0.0


def _count(side: Side, answered: BoolArray) -> tuple[int, int]:
    here = [k for k in range(len(side)) if k not in side.absent]
    return int(answered[here].sum()), len(here)


def decisive(scored: Scored, pairs: Any, most: int = 3) -> list[Decisive]:
    """What decides most among proposed pairs: the largest weight times spread; fewer where fewer vary."""
    keys, parts = scored.parts(pairs)
    if not len(parts):
        return []
    effects = np.array([scored.spec.weights[key] for key in keys]) * parts.std(axis=0)
    order = sorted(range(len(keys)), key=lambda k: (-effects[k], k))
    return [
        Decisive(keys[k], scored.dimensions[keys[k]].label, float(effects[k]))
        for k in order[:most]
        if effects[k] > 1e-12
    ]


def sentence(found: Sequence[Decisive]) -> str:
    """'3 dimensions decide most: goals, skills, values.'"""
    if not found:
        return "No dimension tells the proposed pairs apart."
    if len(found) == 1:
        return f"1 dimension decides: {found[0].label}."
    return f"{len(found)} dimensions decide most: {', '.join(each.label for each in found)}."
