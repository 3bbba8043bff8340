"""What a dimension is: the fields it needs, how it scores a pair 0..1, and the sentence it explains itself with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .. import hours, meaning
from ..columns import SENSITIVE
from ..lens import BoolArray, FloatArray, Lens
from ..meaning.encoder import Progress
from ..people import Side
from ..reference import Figures
from ..shapes import Kinds, Shape

if TYPE_CHECKING:
    from ..spec import Spec

Sentences = tuple[str, str, str]
"""For the mentor, for the mentee, for the manager; '' where a reader must not learn anything."""


@dataclass
class Context:
    """All that a dimension may know: both sides, the specification, the weeks, and figures frozen or being made."""

    mentors: Side
    mentees: Side
    spec: Spec
    weeks: tuple[date, ...]
    figures: Figures
    progress: Progress | None = None
    dimensions: dict[str, Dimension] = field(default_factory=dict)

    @cached_property
    def spelling(self) -> dict[str, str]:
        """How each compared word is written in sentences."""
        mentors, mentees = self.mentors.spelling, self.mentees.spelling
        return {word: min(mentors.get(word, written), written) for word, written in {**mentors, **mentees}.items()}

    def encoder(self, key: str) -> meaning.Encoder | None:
        """What compares texts for a dimension; None if the specification wants none.

        Raises InvalidProblem if it counts and the specification's model isn't installed: another would change scores silently.
        """
        name = self.spec.model
        if name is None or name == meaning.NONE:
            return None
        return meaning.encoder(name) if self.spec.weights[key] > 0 or meaning.is_installed(name) else None

    @cached_property
    def week(self) -> Week:
        """Everybody's hours."""
        return Week(self)


class Dimension:
    """One thing that makes two people fit.

    key        its name in weights and reports.         label   its name for people, in the middle of a sentence.
    direction  'similar', 'different', 'covers' (one side has what the other seeks) or 'gap'.
    mentor_fields, mentee_fields   columns that each side must have answered, all of them, for the pair to have a score.
    private    nobody is ever told what stands behind it.
    note       why it can't count, whatever was answered; else ''.
    """

    key: str
    label: str
    direction: str
    mentor_fields: tuple[str, ...] = ()
    mentee_fields: tuple[str, ...] = ()
    private: bool = False
    note: str = ""

    def __init__(self, context: Context) -> None:
        self.mentors = context.mentors
        self.mentees = context.mentees
        self.spec = context.spec
        self.context = context
        self.mentor_answered = _answered(self.mentors, self.mentor_fields)
        self.mentee_answered = _answered(self.mentees, self.mentee_fields)
        fields = {*self.mentor_fields, *self.mentee_fields}
        self.is_hidden = self.private or bool(fields & SENSITIVE) or bool(fields & self.spec.confidential)
        self.prepare()

    def prepare(self) -> None:
        """Make arrays of the columns, once."""

    def is_answered(self) -> bool:
        """Whether both sides have somebody who answered."""
        return bool(self.mentor_answered.any() and self.mentee_answered.any())

    def score(self, lens: Lens) -> FloatArray:
        """Scores of the lens's pairs, NaN where one of the two didn't answer."""
        if self.key not in lens.scores:
            known = lens.a(self.mentor_answered) & lens.b(self.mentee_answered)
            lens.scores[self.key] = np.where(known, self.fit(lens), np.nan)
        return lens.scores[self.key]

    def fit(self, lens: Lens) -> FloatArray:
        """Scores of pairs who both answered; what it gives for others doesn't matter."""
        raise NotImplementedError

    def shape(self) -> Shape:
        """How it can be computed fast for very many pairs."""
        return Kinds(self.mentor_fields, self.mentee_fields)

    def say(self, i: int, j: int, score: float) -> Sentences:
        """Sentences for a pair who both answered."""
        raise NotImplementedError

    def is_told(self, i: int, j: int) -> bool:
        """Whether anybody may read of it for this pair, be it that one of the two didn't answer."""
        return not self.is_hidden

    def written(self, words: Sequence[str]) -> str:
        """Words as people wrote them, as a list for a sentence, the first five."""
        shown = [self.context.spelling.get(word, word) for word in words[:5]]
        more = len(words) - len(shown)
        return ", ".join(shown) + (f" and {more} more" if more else "")


def _answered(side: Side, fields: tuple[str, ...]) -> BoolArray:
    known = np.ones(len(side), dtype=np.bool_)
    for name in fields:
        known &= side.answered(name)
    known[list(side.absent)] = False
    return known


class Week:
    """Free quarters of an hour and offsets from UTC of everybody, for each week that is compared."""

    def __init__(self, context: Context) -> None:
        mentors, mentees = context.mentors, context.mentees
        self.masks = [
            tuple(hours.quarters(side.list("availability"), side.list("timezone"), week) for side in (mentors, mentees))
            for week in context.weeks
        ]
        self.offsets = [
            tuple(hours.offsets(side.list("timezone"), week) for side in (mentors, mentees)) for week in context.weeks
        ]

    def common(self, lens: Lens) -> FloatArray:
        """Quarters of an hour in common; of several weeks, the least."""
        if "common quarters" not in lens.scores:
            least: npt.NDArray[np.uint16] | None = None
            for mentors, mentees in self.masks:
                total = np.zeros(lens.shape, dtype=np.uint16)
                for k in range(hours.WORDS):
                    total += np.bitwise_count(lens.a(mentors[:, k]) & lens.b(mentees[:, k]))
                least = total if least is None else np.minimum(least, total)
            lens.scores["common quarters"] = np.zeros(lens.shape) if least is None else least.astype(np.float64)
        return lens.scores["common quarters"]

    def common_of(self, i: int, j: int) -> int:
        """``common`` of one pair."""
        both = [(mentors[i].tobytes(), mentees[j].tobytes()) for mentors, mentees in self.masks]
        return min((int.from_bytes(a) & int.from_bytes(b)).bit_count() for a, b in both)

    def apart(self, lens: Lens) -> FloatArray:
        """Hours between the two clocks, 0..12 round the globe; of several weeks, the most. NaN where a zone is unknown."""
        if "hours apart" not in lens.scores:
            most = np.zeros(lens.shape)
            for mentors, mentees in self.offsets:
                apart = np.abs(lens.a(mentors) - lens.b(mentees)) % 24
                most = np.maximum(most, np.minimum(apart, 24 - apart))
            lens.scores["hours apart"] = most
        return lens.scores["hours apart"]


def how_well(score: float) -> str:
    """A score in a word."""
    if score >= 0.75:
        return "well"
    return "partly" if score >= 0.4 else "little"


def to_all(text: str) -> Sentences:
    """One sentence for the three readers."""
    return text, text, text


def count_of(count: float, word: str) -> str:
    """'1 year', '2.5 years'."""
    number = f"{count:.1f}".rstrip("0").rstrip(".")
    return f"{number} {word}" if number == "1" else f"{number} {word}s"
