"""When, how and how often they can meet, and in which language."""

from __future__ import annotations

import numpy as np

from ..columns import CADENCES
from ..lens import Bag, FloatArray, Lens
from ..shapes import Highest, Hours, Shape, Slope
from .base import Dimension, Sentences, count_of, to_all


class CommonHours(Dimension):
    """min(1, common quarters of an hour in the week / (minutes/15)); minutes: the longer of what both said, blank 60."""

    key, label, direction = "common_hours", "hours in common", "similar"
    mentor_fields = mentee_fields = ("availability",)

    def prepare(self) -> None:
        self.week = self.context.week
        # Blank counts as nothing said: fmax passes over NaN, and only if both are blank it is 60.
        self.minutes = self.mentors.numbers("minutes"), self.mentees.numbers("minutes")

    def needed(self, lens: Lens) -> FloatArray:
        """Quarters of an hour that a meeting takes."""
        minutes = np.fmax(lens.a(self.minutes[0]), lens.b(self.minutes[1]))
        return np.where(np.isnan(minutes), 60.0, minutes) / 15

    def fit(self, lens: Lens) -> FloatArray:
        return np.minimum(self.week.common(lens) / self.needed(lens), 1.0)

    def shape(self) -> Shape:
        return Hours(self.minutes)

    def say(self, i: int, j: int, score: float) -> Sentences:
        quarters = self.week.common_of(i, j)
        if not quarters:
            return to_all("No free hour in common in the week.")
        hours = count_of(quarters / 4, "hour")
        return (f"You have {hours} a week in common.",) * 2 + (f"They have {hours} a week in common.",)


class TimeZone(Dimension):
    """1 - hours apart on the week's Monday / 12."""

    key, label, direction = "time_zone", "time zone", "similar"
    mentor_fields = mentee_fields = ("timezone",)

    def fit(self, lens: Lens) -> FloatArray:
        return 1 - self.context.week.apart(lens) / 12

    def say(self, i: int, j: int, score: float) -> Sentences:
        apart = (1 - score) * 12
        if apart < 0.01:
            return to_all("The same time on the clock.")
        return (f"Your clocks are {count_of(apart, 'hour')} apart.",) * 2 + (
            f"Their clocks are {count_of(apart, 'hour')} apart.",
        )


class Cadence(Dimension):
    """How often they want to meet: the same 1, neighboring 1/2, else 0."""

    key, label, direction = "cadence", "how often to meet", "similar"
    mentor_fields = mentee_fields = ("cadence",)

    def prepare(self) -> None:
        self.rates = self.mentors.numbers("cadence"), self.mentees.numbers("cadence")

    def fit(self, lens: Lens) -> FloatArray:
        steps = np.abs(lens.a(self.rates[0]) - lens.b(self.rates[1]))
        return np.where(steps == 0, 1.0, np.where(steps == 1, 0.5, 0.0))

    def say(self, i: int, j: int, score: float) -> Sentences:
        mine, theirs = CADENCES[int(self.rates[0][i])], CADENCES[int(self.rates[1][j])]
        if mine == theirs:
            return ("You want to meet equally often: " + mine + ".",) * 2 + (
                f"They want to meet equally often: {mine}.",
            )
        return (
            f"You would meet {mine}, they {theirs}.",
            f"You would meet {theirs}, they {mine}.",
            f"The mentor would meet {mine}, the mentee {theirs}.",
        )


class Minutes(Dimension):
    """1 - |Δ| / 60, at least 0."""

    key, label, direction = "minutes", "length of a meeting", "similar"
    mentor_fields = mentee_fields = ("minutes",)

    def prepare(self) -> None:
        self.minutes = self.mentors.numbers("minutes"), self.mentees.numbers("minutes")

    def fit(self, lens: Lens) -> FloatArray:
        return np.maximum(1 - np.abs(lens.a(self.minutes[0]) - lens.b(self.minutes[1])) / 60, 0.0)

    def shape(self) -> Shape:
        return Slope(self.minutes, 0.0, 0.0, 1 / 60)

    def say(self, i: int, j: int, score: float) -> Sentences:
        mine, theirs = self.minutes[0][i], self.minutes[1][j]
        if mine == theirs:
            return to_all(f"The same length of a meeting: {mine:g} minutes.")
        return (
            f"You would meet for {mine:g} minutes, they for {theirs:g}.",
            f"You would meet for {theirs:g} minutes, they for {mine:g}.",
            f"The mentor would meet for {mine:g} minutes, the mentee for {theirs:g}.",
        )


class Medium(Dimension):
    """Any way of meeting in common 1, else 0."""

    key, label, direction = "medium", "way of meeting", "similar"
    mentor_fields = mentee_fields = ("medium",)

    def prepare(self) -> None:
        sides = [
            [dict.fromkeys(words or (), 1.0) for words in side.list("medium")] for side in (self.mentors, self.mentees)
        ]
        self.bag = Bag(*sides)

    def fit(self, lens: Lens) -> FloatArray:
        return (lens.dot(self.bag) > 0).astype(np.float64)

    def shape(self) -> Shape:
        return Highest(self.bag)

    def say(self, i: int, j: int, score: float) -> Sentences:
        theirs = set(self.mentees.list("medium")[j])
        common = self.written([word for word in self.mentors.list("medium")[i] if word in theirs])
        if not common:
            return ("You named no way of meeting in common.",) * 2 + ("They named no way of meeting in common.",)
        return (f"You can both meet by: {common}.",) * 2 + (f"Both can meet by: {common}.",)


class Commitment(Dimension):
    """min(1, the lesser of both / what the program asks); not active where the program asks nothing."""

    key, label, direction = "commitment", "time they can give", "covers"
    mentor_fields = mentee_fields = ("commitment_hours",)

    def prepare(self) -> None:
        self.hours = self.mentors.numbers("commitment_hours"), self.mentees.numbers("commitment_hours")

    def is_answered(self) -> bool:
        return self.spec.commitment_hours is not None and super().is_answered()

    def score(self, lens: Lens) -> FloatArray:
        return super().score(lens) if self.spec.commitment_hours is not None else np.full(lens.shape, np.nan)

    def fit(self, lens: Lens) -> FloatArray:
        assert self.spec.commitment_hours is not None
        return np.minimum(np.minimum(lens.a(self.hours[0]), lens.b(self.hours[1])) / self.spec.commitment_hours, 1.0)

    def say(self, i: int, j: int, score: float) -> Sentences:
        if score == 1:
            return to_all("Both can give the time that the program asks.")
        return to_all("The time that both can give is less than the program asks.")


class Languages(Dimension):
    """The best common language by the lower level / 5; no level said counts as 5."""

    key, label, direction = "languages", "languages", "similar"
    mentor_fields = mentee_fields = ("languages",)

    def prepare(self) -> None:
        spoken = [
            [{word: 5.0 if level is None else level for word, level in row or ()} for row in side.list("languages")]
            for side in (self.mentors, self.mentees)
        ]
        levels = sorted({level for side in spoken for row in side for level in row.values()})
        # The lower level is at least x for a language that both speak at x or better: one table a level that occurs.
        self.tables = [
            (x, Bag(*[[{word: 1.0 for word, level in row.items() if level >= x} for row in side] for side in spoken]))
            for x in levels
        ]
        self.spoken = spoken

    def best(self, lens: Lens) -> FloatArray:
        """The lower level in the best common language; 0 for none."""
        best = np.zeros(lens.shape)
        for level, table in self.tables:
            if not table.is_empty:
                best = np.where(lens.dot(table) > 0, level, best)
        return best

    def fit(self, lens: Lens) -> FloatArray:
        return self.best(lens) / 5

    def shape(self) -> Shape:
        return Highest(Bag(*self.spoken), 1 / 5)

    def say(self, i: int, j: int, score: float) -> Sentences:
        mine, theirs = self.spoken[0][i], self.spoken[1][j]
        common = sorted(
            (word for word in mine if word in theirs), key=lambda word: (-min(mine[word], theirs[word]), word)
        )
        if not common:
            return ("You named no language in common.",) * 2 + ("They have no language in common.",)
        word = self.written(common[:1])
        return (f"You both speak {word}.",) * 2 + (f"Both speak {word}.",)
