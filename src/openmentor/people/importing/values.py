"""Single cells: empty in many words, e-mail addresses, numbers, yes and no, time zones, levels, lists."""

from __future__ import annotations

import difflib
import re
from functools import cache
from zoneinfo import available_timezones

from openmentor.people.importing.wording import words

_NOTHING = words(
    "- -- --- – — . .. ? ?? / n/a #n/a #na n.a. n.a na/ null none nil (blank) (leer) (vide) blank empty k.a. "
    "keine ninguno aucun #ref! #name? #value! #null! nan undefined"
)
_YES = words("1 y yes true t x wahr ja j oui o vrai si sí s verdadero on ✓ ✔")
_NO = words("0 n no false f falsch nein non faux falso off")
_ADDRESS = re.compile(r"[^@\s<>(),;:\"\[\]\\]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_LEVEL = re.compile(r"(?:[a-z]{0,6}[ .-]?)?(\d{1,2})(?:[.,]0+)?", re.IGNORECASE)
_ITEM = re.compile(r"[;\n|]")


def is_nothing(cell: str) -> bool:
    """Whether ``cell`` is empty or one of the many ways to write that: '-', 'N/A', 'N/A-StillEmployed', '#REF!'."""
    if not cell:
        return True
    word = cell.casefold()
    return word in _NOTHING or word.startswith(("n/a-", "n/a ", "n/a("))


def email(cell: str) -> str | None:
    """The address in lower case, also out of 'Ann <ann@example.org>' and 'mailto:…'; None if it is none."""
    text = cell.strip()
    if "<" in text and text.endswith(">"):
        text = text[text.rindex("<") + 1 : -1]
    text = text.removeprefix("mailto:").strip().rstrip(".;,").lower()
    if len(text) > 254 or not _ADDRESS.fullmatch(text) or ".." in text or text.startswith("."):
        return None
    return text


def boolean(cell: str) -> bool | None:
    """Yes or no in several languages; None for anything else."""
    word = cell.strip().casefold().removesuffix(".0")
    return True if word in _YES else False if word in _NO else None


def level(cell: str) -> int | None:
    """The number of '4', 'L4', 'Grade 4', '4.0'; None for words."""
    found = _LEVEL.fullmatch(cell.strip())
    return int(found.group(1)) if found else None


@cache
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones()}


def timezone(cell: str) -> str | None:
    """The IANA name of ``cell`` in its own spelling, whatever case it is in; None if there is none."""
    return _zones().get(cell.strip().replace(" ", "_").replace("_/_", "/").casefold())


def nearest_timezone(cell: str) -> str | None:
    """The zone that ``cell`` may have meant: of its city, or spelled alike."""
    word = cell.strip().replace(" ", "_").casefold()
    for zone in sorted(_zones()):
        if word and zone.rsplit("/", 1)[-1] == word:
            return _zones()[zone]
    near = difflib.get_close_matches(word, _zones(), n=1, cutoff=0.75)
    return _zones()[near[0]] if near else None


def items(cell: str) -> list[str]:
    """The entries of a list in one cell: by semicolons or lines, else by commas."""
    parts = _ITEM.split(cell) if _ITEM.search(cell) else cell.split(",")
    return [" ".join(part.split()) for part in parts if part.strip()]


def identifier(cell: str) -> str:
    """An id as text; a spreadsheet's '10026.0' is 10026. Leading zeros stay."""
    return cell[:-2] if cell.endswith(".0") and cell[:-2].isdigit() else cell
