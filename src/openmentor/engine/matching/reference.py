"""What a specification's first run found out about its people, kept so that later runs compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import meaning
from .errors import InvalidProblem


@dataclass(frozen=True)
class Reference:
    """Frozen figures: what a missing answer counts as, and how rare a word is.

    means    by dimension: mean score over admissible pairs of those who answered; None where nobody did, and it isn't active.
    figures  by name: hit rates of unnamed places, mean rarity of a word.
    words    by dimension: how many mentors there were, and how many of them offer each word.
    weeks    the Mondays whose hours are compared.
    model    what compared texts by their meaning, as in ``meaning.MODELS``; 'none' where they weren't compared.
    """

    means: Mapping[str, float | None] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    weeks: tuple[date, ...] = ()
    model: str = meaning.NONE

    def to_json(self) -> dict[str, Any]:
        """As plain data for ``json``; ``from_json`` reads it back unchanged."""
        return {
            "means": dict(sorted(self.means.items())),
            "figures": dict(sorted(self.figures.items())),
            "words": {
                key: {"people": n, "offered": dict(sorted(w.items()))} for key, (n, w) in sorted(self.words.items())
            },
            "weeks": [each.isoformat() for each in self.weeks],
            "model": self.model,
        }

    @classmethod
    def from_json(cls, data: Any) -> Reference:
        """Raises InvalidProblem if ``data`` isn't what ``to_json`` made."""
        try:
            return cls(
                means={str(key): None if value is None else _share(value) for key, value in data["means"].items()},
                figures={str(key): _number(value) for key, value in data["figures"].items()},
                words={
                    str(key): (_count(each["people"]), {str(w): _count(n) for w, n in each["offered"].items()})
                    for key, each in data["words"].items()
                },
                weeks=tuple(date.fromisoformat(each) for each in data["weeks"]),
                model=_model(data.get("model", meaning.NONE)),  # earlier versions compared no texts
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidProblem("settings: reference: not what an earlier run wrote") from error


def _number(value: Any) -> float:
    number = float(value)
    if not 0 <= number < 1e9:  # also refuses NaN
        raise ValueError
    return number


def _share(value: Any) -> float:
    if not 0 <= float(value) <= 1:
        raise ValueError
    return float(value)


def _model(value: Any) -> str:
    if value not in (*meaning.MODELS, meaning.NONE):
        raise ValueError
    return str(value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError
    return value


class Figures:
    """Figures of a run: from the frozen reference where it has them, else computed here once and kept for the next."""

    def __init__(self, frozen: Reference | None) -> None:
        self.frozen = frozen
        self.figures: dict[str, float] = {}
        self.words: dict[str, tuple[int, Mapping[str, int]]] = {}

    def figure(self, name: str, compute: Callable[[], float]) -> float:
        """One number by its name."""
        if self.frozen is not None and name in self.frozen.figures:
            self.figures[name] = self.frozen.figures[name]
        elif name not in self.figures:
            self.figures[name] = compute()
        return self.figures[name]

    def frequencies(
        self, name: str, compute: Callable[[], tuple[int, Mapping[str, int]]]
    ) -> tuple[int, Mapping[str, int]]:
        """How many people, and how many of them offer each word."""
        if self.frozen is not None and name in self.frozen.words:
            self.words[name] = self.frozen.words[name]
        elif name not in self.words:
            self.words[name] = compute()
        return self.words[name]
