"""Who they are and how they work: values, style, interests, where they stand in the organization."""

from __future__ import annotations

import numpy as np

from ..lens import Bag, FloatArray, Lens, codes, same
from ..shapes import Common, Distances, Ranked, Shape, Slope, Sum
from .base import Dimension, Sentences, count_of, how_well, to_all


class Values(Dimension):
    """Σ over common (1/r_a + 1/r_b) / Σ over r up to max(3, the longer list) of 2/r, r the ranks on both lists."""

    key, label, direction = "values", "values", "similar"
    mentor_fields, mentee_fields = ("values",), ("values",)

    def prepare(self) -> None:
        mine = [words or () for words in self.mentors.list("values")]
        theirs = [words or () for words in self.mentees.list("values")]
        ones = [[dict.fromkeys(words, 1.0) for words in side] for side in (mine, theirs)]
        ranks = [[{word: 1 / r for r, word in enumerate(words, 1)} for words in side] for side in (mine, theirs)]
        self.by_mentor = Bag(ranks[0], ones[1])
        self.by_mentee = Bag(ones[0], ranks[1])
        self.lengths = [np.array([max(3, len(words)) for words in side], dtype=np.int64) for side in (mine, theirs)]
        longest = max((int(side.max()) for side in self.lengths if len(side)), default=3)
        self.totals: FloatArray = np.cumsum([0.0, *(2 / r for r in range(1, longest + 1))], dtype=np.float64)

    def fit(self, lens: Lens) -> FloatArray:
        longer = np.maximum(lens.a(self.lengths[0]), lens.b(self.lengths[1]))
        return np.minimum((lens.dot(self.by_mentor) + lens.dot(self.by_mentee)) / self.totals[longer], 1.0)

    def shape(self) -> Shape:
        return Ranked(self.by_mentor, self.by_mentee, (self.lengths[0], self.lengths[1]), self.totals)

    def say(self, i: int, j: int, score: float) -> Sentences:
        theirs = set(self.mentees.list("values")[j])
        common = [word for word in self.mentors.list("values")[i] if word in theirs]
        return _in_common("values", self.written(common))


def _in_common(label: str, words: str) -> Sentences:
    if not words:
        return (
            f"You named no {label} in common.",
            f"You named no {label} in common.",
            f"They have no {label} in common.",
        )
    return (
        f"You share {label}: {words}.",
        f"You share {label}: {words}.",
        f"They share {label}: {words}.",
    )


class Style(Dimension):
    """The share of the styles sought by the mentee that the mentor offers."""

    key, label, direction = "style", "mentoring style", "covers"
    mentor_fields, mentee_fields = ("style_offered",), ("style_sought",)

    def prepare(self) -> None:
        offered = [words or () for words in self.mentors.list(self.mentor_fields[0])]
        sought = [words or () for words in self.mentees.list(self.mentee_fields[0])]
        self.bag = Bag(
            [dict.fromkeys(words, 1.0) for words in offered], [dict.fromkeys(words, 1.0) for words in sought]
        )
        self.count = np.array([max(len(words), 1) for words in sought], dtype=np.float64)

    def fit(self, lens: Lens) -> FloatArray:
        return lens.dot(self.bag) / lens.b(self.count)

    def shape(self) -> Shape:
        return Sum(self.bag, None, self.count)

    def say(self, i: int, j: int, score: float) -> Sentences:
        offered = set(self.mentors.list(self.mentor_fields[0])[i])
        met = self.written([word for word in self.mentees.list(self.mentee_fields[0])[j] if word in offered])
        if not met:
            return (
                f"You offer another {self.label} than they look for.",
                f"They offer another {self.label} than you look for.",
                f"The mentor offers another {self.label} than the mentee looks for.",
            )
        return (
            f"You offer the {self.label} they look for: {met}.",
            f"They offer the {self.label} you look for: {met}.",
            f"The mentor offers the {self.label} the mentee looks for: {met}.",
        )


class WorkStyle(Dimension):
    """1 - the mean of |a - b|/4 over five traits; |a - b|/4 for those in which unlike people fit."""

    key, label, direction = "work_style", "ways of working", "similar"
    mentor_fields, mentee_fields = ("work_style",), ("work_style",)

    def prepare(self) -> None:
        self.traits = [_traits(side.numbers("work_style")) for side in (self.mentors, self.mentees)]

    def fit(self, lens: Lens) -> FloatArray:
        total = np.zeros(lens.shape)
        for k in range(5):
            apart = np.abs(lens.a(self.traits[0][:, k]) - lens.b(self.traits[1][:, k])) / 4
            total += apart if k + 1 in self.spec.complement else 1 - apart
        return total / 5

    def shape(self) -> Shape:
        unlike = [k + 1 in self.spec.complement for k in range(5)]
        factors = np.where(unlike, 1.0, -1.0) / 20
        return Distances((self.traits[0], self.traits[1]), factors, 1 - sum(unlike) / 5)

    def say(self, i: int, j: int, score: float) -> Sentences:
        well = how_well(score)
        return (
            f"Your ways of working go {well} together.",
            f"Your ways of working go {well} together.",
            f"Their ways of working go {well} together.",
        )


def _traits(column: FloatArray) -> FloatArray:
    return column if column.ndim == 2 else np.full((len(column), 5), np.nan)


class Communication(Dimension):
    """1 - (|Δ communication| + |Δ formality|)/2."""

    key, label, direction = "communication", "way of communicating", "similar"
    mentor_fields = mentee_fields = ("communication", "formality")

    def prepare(self) -> None:
        self.columns = [(self.mentors.numbers(name), self.mentees.numbers(name)) for name in self.mentor_fields]

    def fit(self, lens: Lens) -> FloatArray:
        (live_a, live_b), (formal_a, formal_b) = self.columns
        return 1 - (np.abs(lens.a(live_a) - lens.b(live_b)) + np.abs(lens.a(formal_a) - lens.b(formal_b))) / 2

    def shape(self) -> Shape:
        mentors, mentees = (np.column_stack([column[side] for column in self.columns]) for side in (0, 1))
        return Distances((mentors, mentees), np.array([-0.5, -0.5]), 1.0)

    def say(self, i: int, j: int, score: float) -> Sentences:
        if score >= 0.75:
            return ("You like to communicate in the same way.",) * 2 + ("They like to communicate in the same way.",)
        if score >= 0.4:
            return ("Your ways of communicating differ a little.",) * 2 + (
                "Their ways of communicating differ a little.",
            )
        return ("Your ways of communicating differ.",) * 2 + ("Their ways of communicating differ.",)


class Overlap(Dimension):
    """Common / all of both; 1 minus it where 'different' is set."""

    direction = "similar"
    is_different = False

    def prepare(self) -> None:
        mine = [words or () for words in self.mentors.list(self.mentor_fields[0])]
        theirs = [words or () for words in self.mentees.list(self.mentee_fields[0])]
        self.bag = Bag([dict.fromkeys(words, 1.0) for words in mine], [dict.fromkeys(words, 1.0) for words in theirs])
        self.counts = [np.array([len(words) for words in side], dtype=np.float64) for side in (mine, theirs)]

    def fit(self, lens: Lens) -> FloatArray:
        common = lens.dot(self.bag)
        everything = lens.a(self.counts[0]) + lens.b(self.counts[1]) - common
        share = common / np.maximum(everything, 1)
        return 1 - share if self.is_different else share

    def shape(self) -> Shape:
        return Common(self.bag, (self.counts[0], self.counts[1]), self.is_different)

    def say(self, i: int, j: int, score: float) -> Sentences:
        theirs = set(self.mentees.list(self.mentee_fields[0])[j])
        common = self.written([word for word in self.mentors.list(self.mentor_fields[0])[i] if word in theirs])
        if self.is_different and not common:
            return (f"You bring different {self.label}.",) * 2 + (f"They bring different {self.label}.",)
        return _in_common(self.label, common)


class Interests(Overlap):
    """Professional interests."""

    key, label = "interests", "interests"
    mentor_fields = mentee_fields = ("interests",)


class Hobbies(Overlap):
    """What they do after work."""

    key, label = "hobbies", "hobbies"
    mentor_fields = mentee_fields = ("hobbies",)


class Industry(Overlap):
    """Industries they know."""

    key, label = "industry", "industries"
    mentor_fields = mentee_fields = ("industry",)


class Education(Overlap):
    """Schools and degrees."""

    key, label = "education", "education"
    mentor_fields = mentee_fields = ("education",)


class Certifications(Overlap):
    """Certificates held."""

    key, label = "certifications", "certifications"
    mentor_fields = mentee_fields = ("certifications",)


class Networks(Overlap):
    """Networks and employee groups."""

    key, label = "networks", "networks"
    mentor_fields = mentee_fields = ("networks",)

    def prepare(self) -> None:
        self.is_different = self.spec.direction("networks") == "different"
        super().prepare()


class Equal(Dimension):
    """Equal 1, else 0; 'different' turns it round."""

    direction = "similar"
    is_different = False

    def prepare(self) -> None:
        mine, theirs = self.mentors.list(self.mentor_fields[0]), self.mentees.list(self.mentee_fields[0])
        self.of_mentor, self.of_mentee = codes(mine, theirs)

    def fit(self, lens: Lens) -> FloatArray:
        equal = lens.a(self.of_mentor) == lens.b(self.of_mentee)
        return np.where(equal, 0.0, 1.0) if self.is_different else np.where(equal, 1.0, 0.0)

    def shape(self) -> Shape:
        sign, constant = (-1.0, 1.0) if self.is_different else (1.0, 0.0)
        return Sum(same(self.of_mentor, self.of_mentee), factor=sign, constant=constant)

    def say(self, i: int, j: int, score: float) -> Sentences:
        if self.of_mentor[i] != self.of_mentee[j]:
            return (f"Another {self.label} than yours.",) * 2 + (f"Different {self.label}.",)
        word = self.written([self.mentors.list(self.mentor_fields[0])[i]])
        return to_all(f"The same {self.label}: {word}.")


class Placed(Equal):
    """One of the fields whose direction the specification sets."""

    def prepare(self) -> None:
        self.is_different = self.spec.direction(self.key) == "different"
        self.direction = "different" if self.is_different else "similar"
        super().prepare()


class Function(Placed):
    """What they do in the organization."""

    key, label = "function", "function"
    mentor_fields = mentee_fields = ("function",)


class Department(Placed):
    """Where they belong; a mentor from elsewhere sees what a colleague doesn't."""

    key, label = "department", "department"
    mentor_fields = mentee_fields = ("department",)


class Site(Placed):
    """Where they work."""

    key, label = "site", "site"
    mentor_fields = mentee_fields = ("site",)


class Gap(Dimension):
    """1 if the difference lies in a band, ``loss`` less for each unit outside, never below 0."""

    direction = "gap"
    loss = 1.0
    unit = 1.0
    sign = 1.0

    def prepare(self) -> None:
        self.low, self.high = self.band()
        self.values = self.mentors.numbers(self.mentor_fields[0]), self.mentees.numbers(self.mentee_fields[0])

    def band(self) -> tuple[float, float]:
        """From and to."""
        return self.spec.effective_bands[self.key]

    def gap(self, lens: Lens) -> FloatArray:
        """Mentor's minus mentee's, in units."""
        return self.sign * (lens.a(self.values[0]) - lens.b(self.values[1])) / self.unit

    def fit(self, lens: Lens) -> FloatArray:
        gap = self.gap(lens)
        outside = np.maximum(np.maximum(self.low - gap, gap - self.high), 0.0)
        return np.maximum(1 - outside * self.loss, 0.0)

    def shape(self) -> Shape:
        return Slope(self.values, self.low * self.unit, self.high * self.unit, self.loss / self.unit, self.sign)

    def between(self, i: int, j: int) -> float:
        """The gap of one pair."""
        return float(self.sign * (self.values[0][i] - self.values[1][j]) / self.unit)


class LevelGap(Gap):
    """How many levels the mentor stands above the mentee; a third less for each level outside the band."""

    key, label, loss = "level_gap", "difference in level", 1 / 3
    mentor_fields = mentee_fields = ("level",)

    def say(self, i: int, j: int, score: float) -> Sentences:
        gap = self.between(i, j)
        if gap == 0:
            return ("You stand on the same level.",) * 2 + ("They stand on the same level.",)
        levels, above = count_of(abs(gap), "level"), gap > 0
        return (
            f"You stand {levels} {'above' if above else 'below'} them.",
            f"They stand {levels} {'above' if above else 'below'} you.",
            f"The mentor stands {levels} {'above' if above else 'below'} the mentee.",
        )


class TenureGap(Gap):
    """How many years longer the mentor has been here; a fifth less for each year outside the band."""

    key, label, loss, unit, sign = "tenure_gap", "difference in years here", 1 / 5, 372.0, -1.0
    mentor_fields = mentee_fields = ("hired",)

    def say(self, i: int, j: int, score: float) -> Sentences:
        gap = self.between(i, j)
        years, longer = count_of(abs(gap), "year"), gap >= 0
        if abs(gap) < 1:  # a few months between them tell nobody anything
            return ("You have been here about equally long.",) * 2 + ("They have been here about equally long.",)
        return (
            f"You have been here {years} {'longer' if longer else 'less'} than they have.",
            f"They have been here {years} {'longer' if longer else 'less'} than you.",
            f"The mentor has been here {years} {'longer' if longer else 'less'} than the mentee.",
        )


class Generation(Dimension):
    """min(1, |Δ year of birth| / 15)."""

    key, label, direction = "generation", "generation", "different"
    mentor_fields = mentee_fields = ("birth_year",)

    def prepare(self) -> None:
        self.years = self.mentors.numbers("birth_year"), self.mentees.numbers("birth_year")

    def fit(self, lens: Lens) -> FloatArray:
        return np.minimum(np.abs(lens.a(self.years[0]) - lens.b(self.years[1])) / 15, 1.0)

    def shape(self) -> Shape:
        return Slope(self.years, 0.0, 0.0, 1 / 15, is_turned=True)
