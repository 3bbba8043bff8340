"""Names of people: split into given and family name, and keys by which two spellings of one name are found equal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from openmentor.people.importing.wording import words

_PARTICLES = words(
    "al ap bin bint da das de degli dei del della den der des di do dos du el ibn la las le lo los mac san santa "
    "st st. ten ter 't van vande vanden vander ver von vom zu zum zur"
)
_TITLES = words("mr mrs ms miss mx dr prof professor herr frau mme mlle m. sr. sra. srta.")
_SUFFIXES = words("jr sr ii iii iv phd ph.d md m.d mba msc bsc esq cpa dds rn pe")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_NO_WORD = re.compile(r"[^\w\s-]|_")
_GAP = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its parts; ``given`` holds first and middle names. Either may be empty, never both."""

    given: str
    family: str

    @property
    def full(self) -> str:
        """As one says it: given name first."""
        return f"{self.given} {self.family}".strip()


def _bare(token: str) -> str:
    return token.strip(".,").casefold()


def split(text: str) -> Name | None:
    """The parts of ``Last, First  M``, ``First M. Last``, ``DUPONT Jean``, ``Dr. Ann van Loon, PhD``; None for ''."""
    text = " ".join(text.split()).strip(" ,;")
    if not any(character.isalpha() for character in text):
        return None
    parts = [part.strip() for part in text.split(",") if part.strip()]
    while len(parts) > 1 and all(_bare(token) in _SUFFIXES for token in parts[-1].split()):
        parts.pop()
    if len(parts) > 1:
        return Name(_without_titles(" ".join(parts[1:])), parts[0])
    tokens = _without_titles(parts[0]).split()
    while len(tokens) > 2 and _bare(tokens[-1]) in _SUFFIXES:
        tokens.pop()
    if len(tokens) == 1:
        return Name(tokens[0], "")
    return _by_capitals(tokens) or _by_position(tokens)


def _without_titles(text: str) -> str:
    tokens = text.split()
    while len(tokens) > 1 and (_bare(tokens[0]) in _TITLES or tokens[0].casefold() in _TITLES):
        tokens = tokens[1:]
    return " ".join(tokens)


def _by_capitals(tokens: list[str]) -> Name | None:
    """Where some tokens alone are in capitals, they are the family name: 'DUPONT Jean', 'Jean DUPONT'."""
    loud = [len(token) > 2 and token.isupper() for token in tokens]
    if all(loud) or not any(loud):
        return None
    if loud[0]:
        count = loud.index(False)
        return None if any(loud[count:]) else Name(" ".join(tokens[count:]), " ".join(tokens[:count]))
    count = loud.index(True)
    while count > 1 and tokens[count - 1].casefold() in _PARTICLES:
        count -= 1
    return Name(" ".join(tokens[:count]), " ".join(tokens[count:])) if all(loud[loud.index(True) :]) else None


def _by_position(tokens: list[str]) -> Name:
    """The last token with the particles before it is the family name."""
    start = len(tokens) - 1
    while start > 1 and tokens[start - 1].casefold() in _PARTICLES:
        start -= 1
    return Name(" ".join(tokens[:start]), " ".join(tokens[start:]))


def plain(text: str) -> str:
    """Casefolded, without accents and punctuation, single spaces: 'Jene\\'ya O’Hare-Smith' is 'jeneya ohare smith'."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        text = "".join(character for character in text if not unicodedata.combining(character))
    return _GAP.sub(" ", _NO_WORD.sub("", text.casefold())).strip()


def key(name: Name) -> str:
    """Equal for two spellings of one name, in whichever order they were written."""
    return plain(name.full)


def initials_and_core(name: Name) -> tuple[str, str]:
    """Middle initials ('k'), and the key without them ('wilson adinolfi'): one file writes them, the other does not."""
    given = plain(name.given).split()
    initials = [token for token in given[1:] if len(token) == 1]
    kept = given[:1] + [token for token in given[1:] if len(token) > 1]
    return "".join(initials), " ".join([*kept, plain(name.family)]).strip()


def mailbox(text: str) -> str:
    """The letters and digits of ``text`` as an address can hold them: 'Müller-Lüdenscheid' is 'muller-ludenscheid'."""
    flat = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.sub(r"[^a-z0-9-]", "", flat).strip("-")
