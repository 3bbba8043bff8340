"""Dimensions that an organization adds by configuration: same, different, overlap, covers, near, band, text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..lens import FloatArray, Lens
from ..shapes import Shape, Slope
from .base import Context, Dimension, Sentences, count_of, how_well
from .likeness import Equal, Gap, Overlap, Style
from .texts import Meaning

if TYPE_CHECKING:
    from ..spec import Field


class Covers(Style):
    """The share of what the mentee names that the mentor names too."""


class Near(Dimension):
    """1 - |Δ| / span, at least 0."""

    direction = "similar"
    span = 1.0

    def prepare(self) -> None:
        self.values = self.mentors.numbers(self.mentor_fields[0]), self.mentees.numbers(self.mentee_fields[0])

    def fit(self, lens: Lens) -> FloatArray:
        return np.maximum(1 - np.abs(lens.a(self.values[0]) - lens.b(self.values[1])) / self.span, 0.0)

    def shape(self) -> Shape:
        return Slope(self.values, 0.0, 0.0, 1 / self.span)

    def say(self, i: int, j: int, score: float) -> Sentences:
        text = f"goes {how_well(score)} together"
        return (f"Your {self.label} {text}.",) * 2 + (f"Their {self.label} {text}.",)


class Band(Gap):
    """1 if mentor's minus mentee's lies in a band, a step less for each unit outside."""

    given = (0.0, 0.0)

    def band(self) -> tuple[float, float]:
        return self.given

    def say(self, i: int, j: int, score: float) -> Sentences:
        gap = self.between(i, j)
        amount, more = count_of(abs(gap), "unit").split(" ", 1)[0], gap >= 0
        return (
            f"You are {amount} {'above' if more else 'below'} them in {self.label}.",
            f"They are {amount} {'above' if more else 'below'} you in {self.label}.",
            f"The mentor is {amount} {'above' if more else 'below'} the mentee in {self.label}.",
        )


_KINDS: dict[str, tuple[type[Dimension], str]] = {
    "same": (Equal, "similar"),
    "different": (Equal, "different"),
    "overlap": (Overlap, "similar"),
    "covers": (Covers, "covers"),
    "near": (Near, "similar"),
    "band": (Band, "gap"),
    "text": (Meaning, "similar"),
}


def make(field: Field, context: Context) -> Dimension:
    """The dimension of a configured field."""
    base, direction = _KINDS[field.kind]
    attributes = {
        "__doc__": base.__doc__,
        "key": field.key,
        "label": field.label or field.key.replace("_", " "),
        "direction": direction,
        "mentor_fields": (field.mentor,),
        "mentee_fields": (field.mentee,),
        "private": field.confidential,
        "is_different": field.kind == "different",
        "span": field.span,
        "given": (field.low, field.high),
        "loss": field.step,
    }
    made: Dimension = type(f"Custom{base.__name__}", (base,), attributes)(context)
    return made
