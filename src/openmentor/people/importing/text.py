"""What people type into one line, as it may stand in a list, a mail and a table."""

from __future__ import annotations

import unicodedata

# They have a shape or a class of their own and show nothing: fillers, the blank of Braille, the joiner of graphemes.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")


def one_line(text: str) -> str:
    """``text`` without what nobody sees: controls, marks that turn the direction of what follows, signs of no width.

    Joiners stay between letters that are written with them, as in Persian and Hindi names.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isprintable() and _UNSEEN.isdisjoint(text):  # nearly all are, and a file has hundred thousands
        return " ".join(text.split())
    kept = []
    for place, sign in enumerate(text):
        if sign in _JOINERS:
            if _joins(text, place):
                kept.append(sign)
        elif sign.isspace():
            kept.append(" ")
        elif sign not in _UNSEEN and not unicodedata.category(sign).startswith("C"):
            kept.append(sign)
    return " ".join("".join(kept).split())


def _joins(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and all(ord(sign) > 0x24F and unicodedata.category(sign)[0] in "LM" for sign in around)
