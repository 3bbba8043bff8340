"""Ids and small numbers as a form or an address brings them: whatever is written there, an answer and no error."""

from __future__ import annotations

from collections.abc import Iterable

#: more digits than a row's number has; beyond, a database refuses the number itself
_MOST_DIGITS = 18


def number(text: object) -> int | None:
    """A whole number from 0, or None for what is none: also '²' and '٣', which Python calls digits, and a number without end."""
    given = str(text).strip() if text is not None else ""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS else None


def numbers(texts: Iterable[object]) -> list[int]:
    """Those of ``texts`` that are numbers, in their order."""
    return [found for text in texts if (found := number(text)) is not None]
