"""What the mentee wants to reach, and what the mentor can give: goals and skills."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..lens import Bag, FloatArray, Lens
from ..people import Levelled
from ..shapes import Shape, Sum
from .base import Dimension, Sentences, how_well


class Goals(Dimension):
    """Σ v_r x_r / Σ v_r over r = 1..max(3, n), v_r = 1/r; places not named count as the pool's hit rate."""

    key, label, direction = "goals", "goals", "covers"
    mentor_fields, mentee_fields = ("helps_with",), ("goals",)
    places = 3

    def prepare(self) -> None:
        helps = _given(self.mentors.list("helps_with"), self.mentor_answered)
        wanted = _given(self.mentees.list("goals"), self.mentee_answered)
        hit = self.context.figures.figure(
            "goals: hit rate", lambda: _hit_rate(helps, wanted, self.mentor_answered.sum())
        )
        self.bag = Bag(
            [dict.fromkeys(words, 1.0) for words in helps],
            [{word: 1 / r for r, word in enumerate(words, 1)} for words in wanted],
        )
        unnamed = [sum(1 / r for r in range(len(words) + 1, self.places + 1)) for words in wanted]
        self.base: FloatArray = np.array(unnamed, dtype=np.float64) * hit
        self.total: FloatArray = np.array(
            [sum(1 / r for r in range(1, max(self.places, len(words)) + 1)) for words in wanted], dtype=np.float64
        )

    def fit(self, lens: Lens) -> FloatArray:
        return np.minimum((lens.dot(self.bag) + lens.b(self.base)) / lens.b(self.total), 1.0)

    def shape(self) -> Shape:
        return Sum(self.bag, self.base, self.total)

    def say(self, i: int, j: int, score: float) -> Sentences:
        goals = self.mentees.list("goals")[j]
        helps = set(self.mentors.list("helps_with")[i])
        met = [goal for goal in goals if goal in helps]
        if not met:
            return (
                "Their goals lie outside what you help with.",
                "Your goals lie outside what they help with.",
                "The mentee's goals lie outside what the mentor helps with.",
            )
        words = self.written(met)
        if len(goals) == 1:
            return (
                f"You can help with their goal: {words}.",
                f"They can help with your goal: {words}.",
                f"The mentor helps with the mentee's goal: {words}.",
            )
        return (
            f"You can help with {len(met)} of their {len(goals)} goals: {words}.",
            f"They can help with {len(met)} of your {len(goals)} goals: {words}.",
            f"The mentor helps with {len(met)} of the mentee's {len(goals)} goals: {words}.",
        )


def _given(lists: Sequence[tuple[str, ...] | None], answered: np.typing.NDArray[np.bool_]) -> list[tuple[str, ...]]:
    return [words if words is not None and known else () for words, known in zip(lists, answered)]


def _hit_rate(offered: Sequence[Sequence[object]], wanted: Sequence[Sequence[object]], mentors: int) -> float:
    """The share of a random mentor's hits among all that mentees named."""
    offering = Counter(word for words in offered for word in set(words))
    named = [word for words in wanted for word in words]
    if not named or not mentors:
        return 0.0
    return sum(offering[word] for word in named) / (len(named) * int(mentors))


class Skills(Dimension):
    """Σ idf · [offered level > wanted], with places not named at the mean idf and the hit rate; over Σ idf of all."""

    key, label, direction = "skills", "skills", "covers"
    mentor_fields, mentee_fields = ("skills_offered",), ("skills_wanted",)
    has_levels = True
    places = 2

    def prepare(self) -> None:
        offered = self._given(self.mentors.list(self.mentor_fields[0]), self.mentor_answered)
        wanted = self._given(self.mentees.list(self.mentee_fields[0]), self.mentee_answered)
        count, words = self.context.figures.frequencies(
            self.key,
            lambda: (
                len(self.mentors) - len(self.mentors.absent),
                Counter(word for row in offered for word, _ in row),
            ),
        )
        idf = {word: math.log((count + 1) / (words.get(word, 0) + 1)) for row in wanted for word, _ in row}
        idf = {word: max(each, 0.0) for word, each in idf.items()}  # below 0 only with frozen frequencies
        steps: dict[str, set[float]] = {}
        for row in wanted:
            for word, level in row:
                steps.setdefault(word, set()).add(_step(level))
        # A wish is a word with the level to exceed; who offers a skill holds every such wish below their level.
        holds = [
            {(word, step): 1.0 for word, level in row for step in steps.get(word, ()) if _exceeds(level, step)}
            for row in offered
        ]
        wishes = [[(word, _step(level)) for word, level in row] for row in wanted]
        mentors = int(self.mentor_answered.sum())
        hit = self.context.figures.figure(
            f"{self.key}: hit rate", lambda: _hit_rate([list(row) for row in holds], wishes, mentors)
        )
        mean = self.context.figures.figure(f"{self.key}: mean rarity", lambda: _mean_of(idf, wanted))
        weights, base, total = [], [], []
        for wished in wishes:
            unnamed = max(0, self.places - len(wished))
            rarity = {wish: idf[wish[0]] for wish in wished}
            each_unnamed = mean
            if sum(rarity.values()) + unnamed * mean == 0:  # everybody offers all of it: nothing is rarer than the rest
                rarity, each_unnamed = dict.fromkeys(rarity, 1.0), 1.0
            weights.append(rarity)
            base.append(unnamed * each_unnamed * hit)
            total.append(sum(rarity.values()) + unnamed * each_unnamed)
        self.bag = Bag(holds, weights)
        self.base = np.array(base, dtype=np.float64)
        self.total = np.array(total, dtype=np.float64)

    def _given(self, rows: Sequence[Levelled | None], answered: np.typing.NDArray[np.bool_]) -> list[Levelled]:
        kept = [row if row is not None and known else () for row, known in zip(rows, answered)]
        return kept if self.has_levels else [tuple((word, None) for word, _ in row) for row in kept]

    def fit(self, lens: Lens) -> FloatArray:
        return np.minimum((lens.dot(self.bag) + lens.b(self.base)) / lens.b(self.total), 1.0)

    def shape(self) -> Shape:
        return Sum(self.bag, self.base, self.total)

    def say(self, i: int, j: int, score: float) -> Sentences:
        offered = dict(self.mentors.list(self.mentor_fields[0])[i])
        wanted: Levelled = self.mentees.list(self.mentee_fields[0])[j]
        if not self.has_levels:
            wanted = tuple((word, None) for word, _ in wanted)
            offered = dict.fromkeys(offered)
        met = [word for word, level in wanted if word in offered and _exceeds(offered[word], _step(level))]
        if not met:
            return (
                f"You offer none of the {self.label} they look for.",
                f"They offer none of the {self.label} you look for.",
                f"The mentor offers none of the {self.label} the mentee looks for.",
            )
        words = self.written(met)
        return (
            f"You offer {self.label} they look for: {words}.",
            f"They offer {self.label} you look for: {words}.",
            f"The mentor offers {self.label} the mentee looks for: {words}.",
        )


class SoftSkills(Skills):
    """As skills, without levels."""

    key, label = "soft_skills", "people skills"
    mentor_fields, mentee_fields = ("soft_offered",), ("soft_wanted",)
    has_levels = False


def _step(level: float | None) -> float:
    """The level to exceed; none said: any will do."""
    return -math.inf if level is None else level


def _exceeds(offered: float | None, step: float) -> bool:
    """An offer without a level meets only wishes without one: it isn't known to be more."""
    return step == -math.inf if offered is None else offered > step


def _mean_of(idf: dict[str, float], wanted: Sequence[Levelled]) -> float:
    named = [idf[word] for row in wanted for word, _ in row]
    return math.fsum(named) / len(named) if named else 0.0


class Priority(Dimension):
    """The score of the dimension that the mentee named as the most important."""

    key, label, direction = "priority", "what matters most to the mentee", "covers"
    mentee_fields = ("priority",)

    def prepare(self) -> None:
        named = self.mentees.list("priority")
        self.keys = sorted({key for key in named if key is not None})
        self.of_mentee = np.array([-1 if key is None else self.keys.index(key) for key in named], dtype=np.int64)

    def score(self, lens: Lens) -> FloatArray:
        if self.key not in lens.scores:
            named = lens.b(self.of_mentee)
            found = np.full(lens.shape, np.nan)
            for k, key in enumerate(self.keys):
                dimension = self.context.dimensions.get(key)
                if dimension is not None:  # one that isn't available scores nobody
                    found = np.where(named == k, dimension.score(lens), found)
            lens.scores[self.key] = found
        return lens.scores[self.key]

    def say(self, i: int, j: int, score: float) -> Sentences:
        if not self.is_told(i, j):
            return "", "", ""
        well, label = how_well(score), self._named(j).label
        return (
            f"What matters most to them fits {well}.",
            f"What matters most to you, {label}, fits {well}.",
            f"What matters most to the mentee, {label}, fits {well}.",
        )

    def is_told(self, i: int, j: int) -> bool:
        """Who named it knows what it is: how well that fits would tell what the other keeps to themself, or wishes."""
        if self.of_mentee[j] < 0:
            return True
        named = self._named(j)
        is_mentors_own = bool(named.mentor_fields) and not named.mentee_fields
        return not (self.is_hidden or named.is_hidden or is_mentors_own)

    def _named(self, j: int) -> Dimension:
        return self.context.dimensions[self.keys[self.of_mentee[j]]]
