"""Why a pair fits, in sentences for the mentor, the mentee and the manager.

No sentence tells of a veto, of a wish of the other, or of a sensitive or confidential answer. What may not be said to a reader
is None, whatever stands behind it. ``key``, ``score`` and ``share`` are for managers: pages for members show texts alone,
in an order that doesn't come from the shares of what is private (``for_reader``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .dimensions import Dimension

READERS = ("mentor", "mentee", "manager")
_ROLE = re.compile(r"\b(The|the|this) (mentor|mentee)\b")
NOT_KNOWN = "Not answered by both; it counts as for the average pair."


class Reason(NamedTuple):
    """What one dimension adds to a pair's score.

    key      the dimension.            score   its score, 0..1; the reference mean where one of the two didn't answer.
    weight   what it counts.           share   its part of the pair's whole score, 0..1; the shares of a pair add up to 1.
    text     a sentence for 'mentor', 'mentee' and 'manager'; None: not for them.
    is_known whether both answered.
    """

    key: str
    score: float
    weight: float
    share: float
    text: Mapping[str, str | None]
    is_known: bool = True

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "key": self.key,
            "score": self.score,
            "weight": self.weight,
            "share": self.share,
            "text": dict(self.text),
            "is_known": self.is_known,
        }


Texts = dict[str, str | None]


def texts(
    dimension: Dimension, pairs: Sequence[Sequence[int]], scores: Sequence[float], known: Sequence[Sequence[bool]]
) -> list[Texts]:
    """The sentences of one dimension for each pair: one for each reader.

    known  whether the pair answered; in a pool without roles two values, for (i, j) and for (j, i).
    """
    if dimension.is_hidden:
        return [dict.fromkeys(READERS) for _ in pairs]
    say, unknown = dimension.say, _unknown(dimension)
    found = []
    for (i, j), score, answered in zip(pairs, scores, known):
        if True not in answered:
            is_told = dimension.is_told(i, j) and (len(answered) == 1 or dimension.is_told(j, i))
            mentor, mentee, manager = unknown if is_told else ("", "", "")
        elif len(answered) == 1:
            mentor, mentee, manager = say(i, j, score)
        else:
            mentor, mentee, manager = _of_peers(dimension, i, j, score, (answered[0], answered[1]))
        # Said of what is private and of what isn't known alike: not even that a wish was made may show.
        found.append({"mentor": mentor or None, "mentee": mentee or None, "manager": manager or None})
    return found


def _of_peers(dimension: Dimension, i: int, j: int, score: float, known: tuple[bool, bool]) -> tuple[str, str, str]:
    """Peers have no roles: what each gives and gets is said in one, and nobody is called a mentor."""
    there = dimension.say(i, j, score) if known[0] else ("", "", "")
    back = dimension.say(j, i, score) if known[1] else ("", "", "")
    if known[0] and dimension.mentor_fields == dimension.mentee_fields:
        back = ("", "", "")
    first = " ".join(text for text in (there[0], back[1]) if text)
    second = " ".join(text for text in (there[1], back[0]) if text)
    return first, second, _without_roles(there[2] or back[2])


def _without_roles(text: str) -> str:
    """Whoever is named first is one, whoever else is the other."""
    named = _ROLE.search(text)

    def word(found: re.Match[str]) -> str:
        word = "one" if named is not None and found[2] == named[2] else "the other"
        return word.capitalize() if found[1] == "The" else word

    return _ROLE.sub(word, text)


def _unknown(dimension: Dimension) -> tuple[str, str, str]:
    """An answer that isn't there; of a wish only to who could have made it."""
    mentor = "" if dimension.mentee_fields and not dimension.mentor_fields else NOT_KNOWN
    mentee = "" if dimension.mentor_fields and not dimension.mentee_fields else NOT_KNOWN
    return mentor, mentee, NOT_KNOWN


def for_reader(reasons: Iterable[Reason], reader: str, most: int = 5) -> list[str]:
    """The sentences that a member or a manager reads: those that say something, the weightiest first."""
    said = [each.text[reader] for each in reasons if each.is_known and each.share > 0]
    return [text for text in said if text is not None and text != NOT_KNOWN][:most]
