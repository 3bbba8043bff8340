"""What people asked for, and what was before. Nobody is told what the other one wished."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..lens import Bag, FloatArray, IntArray, Lens, Links
from ..people import Side, Wish
from ..shapes import Highest, Kinds, Shape, Sum
from .base import Dimension, Sentences

Identity = tuple[tuple[str, str], ...]


class WishesOfMentee(Dimension):
    """1 - (rank - 1)/n for the mentors whom the mentee lists, 0 for others; no list: missing."""

    key, label, direction = "wishes_of_mentee", "wishes of the mentee", "covers"
    mentee_fields = ("wants",)

    def prepare(self) -> None:
        self.wishes = _ranked(self.mentees, self.mentors)
        self.mentee_answered = np.array([bool(row) for row in self.wishes], dtype=np.bool_)
        self.table: Bag = Links(self.mentors.ids, self.wishes)

    def fit(self, lens: Lens) -> FloatArray:
        return lens.dot(self.table)

    def shape(self) -> Shape:
        return Sum(self.table)

    def say(self, i: int, j: int, score: float) -> Sentences:
        if score == 0:
            return "", "You wished for others.", "The mentee wished for others."
        return "", "You wished for them.", "The mentee wished for this mentor."


class WishesOfMentor(Dimension):
    """The same for the mentees whom the mentor lists."""

    key, label, direction = "wishes_of_mentor", "wishes of the mentor", "covers"
    mentor_fields = ("wants",)

    def prepare(self) -> None:
        self.wishes = _ranked(self.mentors, self.mentees)
        self.mentor_answered = np.array([bool(row) for row in self.wishes], dtype=np.bool_)
        self.table = Bag(self.wishes, [{each: 1.0} for each in self.mentees.ids])

    def fit(self, lens: Lens) -> FloatArray:
        return lens.dot(self.table)

    def shape(self) -> Shape:
        return Sum(self.table)

    def say(self, i: int, j: int, score: float) -> Sentences:
        if score == 0:
            return "You wished for others.", "", "The mentor wished for others."
        return "You wished for them.", "", "The mentor wished for this mentee."


def _ranked(side: Side, others: Side) -> list[dict[str, float]]:
    """Each one's wishes among the other side: who is both has one list, of which each role reads its part."""
    there = {each for k, each in enumerate(others.ids) if k not in others.absent}
    ranked = []
    for k, listed in enumerate(side.list("wants")):
        wishes = [each for each in listed or () if each in there] if k not in side.absent else []
        ranked.append({each: 1 - rank / len(wishes) for rank, each in enumerate(wishes)})
    return ranked


class Past(Dimension):
    """0 if they were paired before, else 1."""

    key, label, direction = "past", "new to each other", "different"

    def prepare(self) -> None:
        self.table = past_table(self.mentors, self.mentees)

    def is_answered(self) -> bool:
        return bool(self.mentors.answered("past").any() or self.mentees.answered("past").any())

    def fit(self, lens: Lens) -> FloatArray:
        return 1 - np.minimum(lens.dot(self.table), 1.0)

    def shape(self) -> Shape:
        return Sum(self.table, factor=-1.0, constant=1.0)  # nobody is listed twice, so the table holds 1 at most

    def say(self, i: int, j: int, score: float) -> Sentences:
        if score == 1:
            return ("You haven't been paired before.",) * 2 + ("They haven't been paired before.",)
        return ("You have been paired before.",) * 2 + ("They have been paired before.",)


def past_table(mentors: Side, mentees: Side) -> Links:
    """1 for mentors with whom a mentee was paired before, by either's account."""
    rows = [dict.fromkeys(listed or (), 1.0) for listed in mentees.list("past")]
    at = {each: j for j, each in enumerate(mentees.ids)}
    for mentor, listed in zip(mentors.ids, mentors.list("past")):
        for each in listed or ():
            if each in at:
                rows[at[each]][mentor] = 1.0
    return Links(mentors.ids, rows)


class Waited(Dimension):
    """min(1, the mentee's rounds / 3)."""

    key, label, direction = "waited", "rounds waited", "gap"
    mentee_fields = ("waited",)

    def prepare(self) -> None:
        self.share = np.minimum(self.mentees.numbers("waited") / 3, 1.0)

    def fit(self, lens: Lens) -> FloatArray:
        return np.broadcast_to(lens.b(self.share), lens.shape)

    def say(self, i: int, j: int, score: float) -> Sentences:
        if score == 0:
            return "", "You joined in this round.", "The mentee joined in this round."
        return "", "You have waited for a match before.", "The mentee has waited before."


class Challenge(Dimension):
    """Any challenge in common 1, else 0, both having opted in; otherwise missing."""

    key, label, direction = "challenge", "challenges shared", "similar"
    mentor_fields = mentee_fields = ("challenge",)

    def prepare(self) -> None:
        rows = [
            [dict.fromkeys(words or (), 1.0) for words in s.list("challenge")] for s in (self.mentors, self.mentees)
        ]
        self.bag = Bag(*rows)

    def fit(self, lens: Lens) -> FloatArray:
        return (lens.dot(self.bag) > 0).astype(np.float64)

    def shape(self) -> Shape:
        return Highest(self.bag)


class IdentityWish(Dimension):
    """1 if what either wished of the other's identity is met, else 0; nobody wished: missing.

    A wish for somebody who doesn't say who they are is neither met nor unmet: missing too. The rule for a must is stricter.
    """

    key, label, direction = "identity_wish", "wishes for identity", "covers"
    mentor_fields = mentee_fields = ("identity_wish",)

    def prepare(self) -> None:
        self.of_mentees = WishTable(self.mentees, self.mentors, musts_only=False)
        self.of_mentors = WishTable(self.mentors, self.mentees, musts_only=False)

    def is_answered(self) -> bool:
        return bool(self.mentor_answered.any() or self.mentee_answered.any())

    def score(self, lens: Lens) -> FloatArray:
        if self.key not in lens.scores:
            by_mentee = self.of_mentees.met[lens.b(self.of_mentees.row), lens.a(self.of_mentees.column)]
            by_mentor = self.of_mentors.met[lens.a(self.of_mentors.row), lens.b(self.of_mentors.column)]
            # -1 nobody wished, 0 unmet, 1 met, 2 not known: unmet decides, then not known, then met.
            unmet = (by_mentee == 0) | (by_mentor == 0)
            unknown = (by_mentee == 2) | (by_mentor == 2) | ((by_mentee == -1) & (by_mentor == -1))
            lens.scores[self.key] = np.where(unmet, 0.0, np.where(unknown, np.nan, 1.0))
        return lens.scores[self.key]

    def shape(self) -> Shape:
        columns = ("identity", "identity_wish")
        return Kinds(columns, columns)


class WishTable:
    """Who meets which wish for an identity: -1 no wish, 0 unmet, 1 met, 2 not known.

    met     (different wishes, different identities) of the other side.
    row     the wish of each person of ``side``; ``column``: the identity of each of ``others``.
    """

    def __init__(self, side: Side, others: Side, *, musts_only: bool) -> None:
        wishes = [_meant(wish, identity, musts_only) for wish, identity in zip(_wishes(side), side.list("identity"))]
        self.row, distinct = _numbered([None, *wishes])
        self.column, identities = _numbered(others.list("identity"))
        self.row = self.row[1:]
        table = [[_met(wish, identity) for identity in identities] for wish in distinct]
        self.met = np.array(table, dtype=np.int8).reshape(len(distinct), len(identities))


def _wishes(side: Side) -> Sequence[Wish | None]:
    return side.list("identity_wish")


def _meant(wish: Wish | None, identity: Identity | None, musts_only: bool) -> Wish | None:
    """'same' replaced by what the person themself is; musts alone where only those are asked for."""
    meant: list[tuple[str, str, bool]] = []
    for kind, value, must in wish or ():
        if musts_only and not must:
            continue
        if value != "same":
            meant.append((kind, value, must))
            continue
        own = [(k, v) for k, v in identity or () if not kind or k == kind]
        meant += [(kind, v, must) for _, v in own] if own else [(kind, "same", must)]
    return tuple(meant) or None


def _numbered(values: Sequence[object]) -> tuple[IntArray, list[object]]:
    known: dict[object, int] = {}
    numbers = np.array([known.setdefault(each, len(known)) for each in values], dtype=np.int64)
    return numbers, list(known)


def _met(wish: object, identity: object) -> int:
    if wish is None:
        return -1
    if identity is None:
        return 2
    assert isinstance(wish, tuple)
    assert isinstance(identity, tuple)
    verdicts = set()
    for kind in {kind for kind, _, _ in wish}:  # of one kind any will do; of several kinds, each
        wanted = {value for k, value, _ in wish if k == kind}
        said = {value for k, value in identity if k in (kind, "") or not kind}
        verdicts.add(2 if not said else int(bool(wanted & said)))
    return min(verdicts)
