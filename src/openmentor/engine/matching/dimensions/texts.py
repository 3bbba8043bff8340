"""Texts compared by their meaning: what people wrote in their own words, and roles by what they are about."""

from __future__ import annotations

import numpy as np

from .. import meaning
from ..lens import BoolArray, FloatArray, Lens, codes, same
from ..people import Side
from ..shapes import COSINE_DIGITS, Cosine, Shape, Sum
from .base import Dimension, Sentences

UNAVAILABLE = "texts aren't compared by their meaning: no model for that is installed, or the settings want none"
CLOSE, NEAR = 0.5, 0.25
"""Cosines of texts that are about the same, and that touch each other."""


class Meaning(Dimension):
    """The cosine of what the two wrote, at least 0. Not active where no model is there to compare texts."""

    direction = "similar"
    vectors: tuple[meaning.Vectors, meaning.Vectors] | None = None

    def prepare(self) -> None:
        sides = (self.mentors, self.mentor_fields), (self.mentees, self.mentee_fields)
        self.mentor_answered, self.mentee_answered = (_any_answered(side, fields) for side, fields in sides)
        if self.mentor_answered.any() and self.mentee_answered.any():
            self.compare()
        if self.spec.model == meaning.NONE:
            self.note = UNAVAILABLE

    def compare(self) -> None:
        """Have both sides' texts ready to be read, each when it is first looked at."""
        encoder = self.context.encoder(self.key)
        if encoder is None:
            return
        sides = (self.mentors, self.mentor_fields), (self.mentees, self.mentee_fields)
        mentors, mentees = (
            meaning.Vectors(encoder, _written(side, fields), self.context.progress) for side, fields in sides
        )
        self.vectors = mentors, mentees

    def is_answered(self) -> bool:
        return self.vectors is not None

    def cosine(self, lens: Lens) -> FloatArray:
        """0..1 to six digits, so that a text is wholly like itself; 0 for texts that have nothing to do with each other."""
        if self.vectors is None:
            return np.zeros(lens.shape)
        return np.rint(np.clip(lens.product(*self.vectors), 0.0, 1.0) * COSINE_DIGITS) / COSINE_DIGITS

    def score(self, lens: Lens) -> FloatArray:
        return super().score(lens) if self.vectors is not None else np.full(lens.shape, np.nan)

    def fit(self, lens: Lens) -> FloatArray:
        return self.cosine(lens)

    def shape(self) -> Shape:
        if self.vectors is None:
            return super().shape()
        mentors, mentees = self.vectors
        return Cosine((mentors.take(None), mentees.take(None)))

    def say(self, i: int, j: int, score: float) -> Sentences:
        how = _how_near(score)
        return (f"Your and their {self.label} {how}.",) * 2 + (f"Their {self.label} {how}.",)


class Text(Meaning):
    """The cosine of the mentee's goals and text about themself with what the mentor helps with and theirs, at least 0."""

    key, label, direction = "text", "texts by their meaning", "covers"
    mentor_fields, mentee_fields = ("helps_with", "about"), ("goals", "about")

    def say(self, i: int, j: int, score: float) -> Sentences:
        how = _how_near(score)
        return (
            f"What they want to reach and what you can give, in your own words, {how}.",
            f"What you want to reach and what they can give, in your own words, {how}.",
            f"What the mentee wants to reach and what the mentor can give, in their own words, {how}.",
        )


class TargetRole(Meaning):
    """1 if the mentor holds the position that the mentee has in view, else the cosine of both, at least 0.

    Without a model to compare them, another position is 0.
    """

    key, label, direction = "target_role", "role in view", "covers"
    mentor_fields, mentee_fields = ("position",), ("target_role",)

    def prepare(self) -> None:
        super().prepare()
        self.note = ""
        self.of_mentor, self.of_mentee = codes(self.mentors.list("position"), self.mentees.list("target_role"))

    def is_answered(self) -> bool:
        return bool(self.mentor_answered.any() and self.mentee_answered.any())

    def score(self, lens: Lens) -> FloatArray:
        return Dimension.score(self, lens)

    def fit(self, lens: Lens) -> FloatArray:
        return np.where(lens.a(self.of_mentor) == lens.b(self.of_mentee), 1.0, self.cosine(lens))

    def shape(self) -> Shape:
        # Titles are few: with a model, a table of both sides' is filled by this dimension itself.
        return Dimension.shape(self) if self.vectors is not None else Sum(same(self.of_mentor, self.of_mentee))

    def say(self, i: int, j: int, score: float) -> Sentences:
        if self.of_mentor[i] == self.of_mentee[j]:
            role = self.written([self.mentors.list("position")[i]])
            return (
                f"You hold the role they have in view: {role}.",
                f"They hold the role you have in view: {role}.",
                f"The mentor holds the role the mentee has in view: {role}.",
            )
        but = "another than" if score < NEAR else "near" if score < CLOSE else "much like"
        return (
            f"Your position is {but} the role they have in view.",
            f"Their position is {but} the role you have in view.",
            f"The mentor's position is {but} the role the mentee has in view.",
        )


def _how_near(score: float) -> str:
    if score >= CLOSE:
        return "are about the same things"
    return "touch each other" if score >= NEAR else "are about different things"


def _any_answered(side: Side, fields: tuple[str, ...]) -> BoolArray:
    known = np.zeros(len(side), dtype=np.bool_)
    for name in fields:
        known |= side.answered(name)
    known[list(side.absent)] = False
    return known


def _written(side: Side, fields: tuple[str, ...]) -> list[list[list[str]]]:
    """For each person what they wrote in each of the columns that they answered; a list of words is a text a word."""
    parts: list[list[list[str]]] = [[] for _ in range(len(side))]
    for name in fields:
        for k, cell in enumerate(side.list(name)):
            if cell is not None:
                parts[k].append([cell] if isinstance(cell, str) else list(cell))
    return parts
