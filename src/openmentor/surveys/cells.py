"""From an answer to the cell of an engine's column: text, lists parted by semicolons, levels after a colon (MATCHING, People)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language_info

from openmentor.surveys.models import Answer, Question

#: The engine takes these from 0 to 1; people choose a step from 1 to 5.
_SHARES = frozenset({"communication", "formality"})
#: The engine takes these as keys of its own, not as words for people.
_KEYS = frozenset({"priority", "cadence"})


def cell(question: Question, value: Any) -> str:
    """``value`` (of the shape that the question's kind says) as text for ``question.column``; empty for no answer.

    What is chosen is written in its words, so that a reason can quote them; a key where the engine knows keys of its own.
    """
    match question.kind:
        case Question.Kind.SKILLS:
            return ";".join(_levelled(skill["name"].replace(":", " "), skill.get("level")) for skill in value)
        case Question.Kind.LANGUAGES:
            return ";".join(_levelled(_spoken(language["code"]), language.get("level")) for language in value)
        case Question.Kind.CHOICES | Question.Kind.RANKING | Question.Kind.TAGS:
            return ";".join(_one(question, each) for each in value)
        case Question.Kind.CHOICE:
            return _one(question, value)
        case Question.Kind.TRAITS:
            return ";".join(str(step) for step in value)
        case Question.Kind.SCALE if question.column in _SHARES:
            return str((int(value) - 1) / 4)
        case Question.Kind.BOOLEAN:
            return "yes" if value else "no"
    return "" if value is None else str(value)


def _one(question: Question, value: Any) -> str:
    text = str(value) if question.column in _KEYS else question.label_of(value)
    return (
        text.replace(";", ",").replace(":", " ")
        if question.column in ("identity", "identity_wish")
        else text.replace(";", ",")
    )


def _levelled(name: str, level: int | None) -> str:
    return f"{name}:{level}" if level else name


def cells(answers: Iterable[Answer], *, role: str = "") -> dict[str, str]:
    """Column → cell for one person's answers (each with its question joined), those asked of another role left out."""
    found: dict[str, str] = {}
    for answer in answers:
        question = answer.question
        if (
            question.column
            and (not role or not question.role or question.role == role)
            and question.audience != Question.Audience.FEEDBACK
        ):
            found[question.column] = cell(question, answer.value)
    return found


def _spoken(code: str) -> str:
    """The name of a language, so that a reason can quote it; its code where Django knows no name."""
    try:
        name: str = get_language_info(code)["name"]
    except KeyError:
        return code
    return name
