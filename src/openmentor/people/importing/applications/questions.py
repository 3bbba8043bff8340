"""From the cells of a form's export to answers: each kind of question has one shape, as the survey keeps it.

What is not known is never taken for something else: it is reported with the nearest known answer, and left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from openmentor.engine.matching import hours
from openmentor.people.importing import values
from openmentor.people.importing.names import plain
from openmentor.people.importing.wording import words

Kind = Literal[
    "text", "long_text", "number", "scale", "choice", "choices", "ranking", "tags", "skills", "hours", "languages",
    "traits", "boolean",
]  # fmt: skip

_LEVEL_WORDS = {
    "none": 0, "no": 0, "never": 0, "not at all": 0, "keine": 0,
    "beginner": 1, "basic": 1, "basics": 1, "novice": 1, "little": 1, "a little": 1, "a1": 1, "anfanger": 1, "debutant": 1,
    "elementary": 2, "some": 2, "a2": 2, "familiar": 2, "conversational": 3, "intermediate": 3, "medium": 3, "b1": 3,
    "mittel": 3, "moyen": 3, "good": 4, "advanced": 4, "proficient": 4, "b2": 4, "gut": 4, "avance": 4, "working": 4,
    "expert": 5, "fluent": 5, "native": 5, "native speaker": 5, "mother tongue": 5, "c1": 5, "c2": 5, "experte": 5,
    "fliessend": 5, "muttersprache": 5, "courant": 5, "nativo": 5,
}  # fmt: skip
_LANGUAGES = {
    "ar": "arabic arabisch arabe العربية", "zh": "chinese mandarin chinesisch chinois chino 中文", "cs": "czech tschechisch",
    "da": "danish danisch dansk", "nl": "dutch niederlandisch nederlands", "en": "english englisch anglais ingles",
    "fi": "finnish finnisch suomi", "fr": "french franzosisch francais frances", "de": "german deutsch allemand aleman",
    "el": "greek griechisch", "he": "hebrew hebraisch", "hi": "hindi", "hu": "hungarian ungarisch magyar",
    "it": "italian italienisch italiano italien", "ja": "japanese japanisch japonais", "ko": "korean koreanisch",
    "no": "norwegian norwegisch norsk", "pl": "polish polnisch polski polonais",
    "pt": "portuguese portugiesisch portugues portugais", "ro": "romanian rumanisch", "ru": "russian russisch russe ruso",
    "es": "spanish spanisch espanol espagnol castellano", "sv": "swedish schwedisch svenska", "tr": "turkish turkisch turkce",
    "uk": "ukrainian ukrainisch",
}  # fmt: skip
_LANGUAGE_CODES = {name: code for code, text in _LANGUAGES.items() for name in [code, *map(plain, text.split())]}
_WITH_LEVEL = re.compile(r"(?P<word>.+?)\s*(?:[:=–—]|\s-|\((?=[^()]*\)$))\s*(?P<level>[^():=]+?)\)?")
_LEADING_NUMBER = re.compile(r"\s*(\d)\b(?!\s*[\d.,/])")
_NUMBERED = re.compile(r"^\s*\(?\d{1,2}[.)]\s+")
_RANK = re.compile(r"\D*?(\d{1,2})\D*")
_YES_WORDS = words("checked selected ticked agree")
_NEAR = 0.5
_SURELY_MEANT = 0.75


@dataclass(frozen=True, slots=True)
class UnknownAnswer:
    """A cell, or a part of one, that is none of the known answers.

    nearest    value and words of the nearest known answer, None if nothing is near.
    is_kept    whether it stays as the person's own words (where the question allows these).
    """

    row: int
    column: str
    question: str
    text: str
    nearest: tuple[str, str] | None = None
    is_kept: bool = False


@dataclass(frozen=True)
class Asked:
    """A question as it was asked, and how its cells are read.

    choices   (value, words) pairs.
    own       whether one's own words may stand beside the choices.
    ends      (low, high) words of a scale, or of each trait.
    names     other words by which its column may be called: key and label are known anyway.
    """

    key: str
    text: str
    kind: Kind
    choices: Sequence[tuple[str, str]] = ()
    role: str = ""
    own: bool = False
    most: int | None = None
    least: float | None = None
    greatest: float | None = None
    ends: Sequence[tuple[str, str]] = ()
    names: Sequence[str] = ()
    is_timezone: bool = False

    @cached_property
    def known(self) -> dict[str, str]:
        """Plain words of each choice, and its value."""
        found = {plain(value): value for value, _label in self.choices}
        found.update({plain(label): value for value, label in self.choices})
        return found

    def label_of(self, value: str) -> str:
        """The words of a choice."""
        return next((label for known, label in self.choices if known == value), value)

    def nearest(self, text: str) -> tuple[str, str] | None:
        """Value and words of the choice most like ``text``."""
        near = difflib.get_close_matches(plain(text), self.known, n=1, cutoff=_NEAR)
        if not near:
            tokens = set(plain(text).split())
            near = [known for known in self.known if len(tokens & set(known.split())) * 2 > len(known.split())][:1]
        return (self.known[near[0]], self.label_of(self.known[near[0]])) if near else None


@dataclass(slots=True)
class Reader:
    """Reads the cells of one question; ``unknown`` collects what is none of its answers.

    corrections   plain words of an unknown answer → value of the choice it means, or '' to leave it out.
    """

    asked: Asked
    corrections: Mapping[str, str] = field(default_factory=dict)
    unknown: list[UnknownAnswer] = field(default_factory=list)

    def read(self, row: int, cells: Sequence[tuple[str, str, str]]) -> Any:
        """The answer of one row, None for none.

        cells   (column, line of a grid or '', cell) for each column of the question, not all empty.
        """
        filled = [(column, line, cell) for column, line, cell in cells if not values.is_nothing(cell)]
        if not filled:
            return None
        answer = _READERS[self.asked.kind](self, row, filled)
        return None if answer in ("", [], {}) else answer

    def miss(
        self, row: int, column: str, text: str, nearest: tuple[str, str] | None = None, *, kept: bool = False
    ) -> None:
        """Report what is not known."""
        self.unknown.append(UnknownAnswer(row, column, self.asked.key, " ".join(text.split()), nearest, kept))

    def choice(self, row: int, column: str, text: str) -> str | None:
        """The value of the choice that ``text`` is, or is corrected to; one's own words where they are allowed."""
        word = plain(text)
        if word in self.asked.known:
            return self.asked.known[word]
        if word in self.corrections:
            return self.corrections[word] or None
        near = self.asked.nearest(text)
        if self.asked.own:
            if near and difflib.SequenceMatcher(None, word, plain(near[1])).ratio() >= _SURELY_MEANT:
                self.miss(row, column, text, near, kept=True)
            return " ".join(text.split())
        self.miss(row, column, text, near)
        return None


def parts_of(text: str, known: Mapping[str, str]) -> list[str]:
    """The chosen answers in one cell: by semicolons or lines; by commas, but not those within a known answer."""
    if ";" in text or "\n" in text:
        return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    pieces, found = text.split(","), []
    while pieces:
        for count in range(len(pieces), 0, -1):
            whole = ",".join(pieces[:count])
            if count == 1 or plain(whole) in known:
                break
        if whole.strip():
            found.append(whole.strip())
        del pieces[:count]
    return found


def level_of(text: str) -> int | None:
    """1..5 of '4', '4 - good', 'B2', 'Expert (5)'; 0 for 'none'; None for anything else."""
    word = plain(text)
    if word in _LEVEL_WORDS:
        return _LEVEL_WORDS[word]
    number = _LEADING_NUMBER.match(text.removesuffix(".0"))
    if number:
        return int(number[1]) if int(number[1]) <= 5 else None
    first = word.split(" ")[0]
    return _LEVEL_WORDS.get(first)


def _text(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    text = "\n".join(cell for _column, _line, cell in cells)
    if not reader.asked.is_timezone:
        return text
    zone = values.timezone(text)
    if zone is None:
        near = values.nearest_timezone(text)
        reader.miss(row, cells[0][0], text, (near, near) if near else None)
    return zone


def _number(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    column, _line, cell = cells[0]
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*\D*", cell)
    number = float(found[1].replace(",", ".")) if found else None
    least, greatest = reader.asked.least, reader.asked.greatest
    if number is None or (least is not None and number < least) or (greatest is not None and number > greatest):
        reader.miss(row, column, cell)
        return None
    return int(number) if number.is_integer() else number


def _step(cell: str, ends: Sequence[str] | None) -> int | None:
    """A step of a scale: its number, or the words of one of its ends."""
    if ends and plain(cell) in map(plain, ends):
        return 1 if plain(cell) == plain(ends[0]) else 5
    number = _LEADING_NUMBER.match(cell.removesuffix(".0"))
    return int(number[1]) if number and 1 <= int(number[1]) <= 5 else None


def _scale(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    column, _line, cell = cells[0]
    step = _step(cell, reader.asked.ends[0] if reader.asked.ends else None)
    if step is None:
        reader.miss(row, column, cell)
    return step


def _traits(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    """Five steps: from five columns, or from one cell with five numbers. All of them or none."""
    texts = (
        [cell for _column, _line, cell in cells] if len(cells) > 1 else re.split(r"[;,\s]+", cells[0][2].strip(" ;,"))
    )
    ends: list[Sequence[str] | None] = [*reader.asked.ends, *[None] * 5]
    steps = [_step(text, ends[i]) for i, text in enumerate(texts[:5])]
    if len(texts) != 5 or None in steps:
        reader.miss(row, cells[0][0], "; ".join(texts))
        return None
    return steps


def _choice(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    column, _line, cell = cells[0]
    return reader.choice(row, column, cell.strip(" ;"))


def _choices(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    texts: list[tuple[str, str]] = []
    for column, line, cell in cells:
        if not line:
            texts += [(column, part) for part in parts_of(cell, reader.asked.known)]
        elif values.boolean(cell) or plain(cell) in _YES_WORDS or plain(cell) == plain(line):
            texts.append((column, line))
        elif values.boolean(cell) is None:
            reader.miss(row, column, cell)
    return _different(reader, row, texts)


def _ranking(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    """In order: as listed in one cell, or by the rank in each line of a grid."""
    if not cells[0][1]:
        listed = [(column, part) for column, _line, cell in cells for part in parts_of(cell, reader.asked.known)]
        return _different(reader, row, [(column, _NUMBERED.sub("", part)) for column, part in listed])
    ranked: list[tuple[int, str, str]] = []
    for column, line, cell in cells:
        rank = _RANK.fullmatch(cell)
        if rank is None:
            reader.miss(row, column, cell)
        else:
            ranked.append((int(rank[1]), column, line))
    return _different(reader, row, [(column, line) for _rank, column, line in sorted(ranked)])


def _different(reader: Reader, row: int, texts: list[tuple[str, str]]) -> list[str]:
    chosen: dict[str, str] = {}
    for column, text in texts:
        value = reader.choice(row, column, text)
        if value is not None:
            chosen.setdefault(value.casefold(), value)
    return list(chosen.values())[: reader.asked.most]


def _tags(reader: Reader, _row: int, cells: list[tuple[str, str, str]]) -> Any:
    found = {item.casefold(): item for _column, _line, cell in cells for item in reversed(values.items(cell))}
    return list(reversed(found.values()))[: reader.asked.most]


def _with_levels(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> list[tuple[str, str, int | None]]:
    """(column, word, level) of 'Python:4; SQL (expert)', or of a grid with a line for each word. Level 0 is no answer."""
    found: list[tuple[str, str, int | None]] = []
    for column, line, cell in cells:
        if line:
            items = [(line, cell)]
        else:
            split = ((part, _WITH_LEVEL.fullmatch(part)) for part in values.items(cell))
            items = [(part, "") if match is None else (match["word"], match["level"]) for part, match in split]
        for word, text in items:
            level = level_of(text) if text else None
            if text and level is None and values.boolean(text) is None:
                reader.miss(row, column, f"{word}: {text}")
            if level != 0 and values.boolean(text) is not False:
                found.append((column, word.strip(), level))
    return found


def _skills(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    skills: dict[str, dict[str, Any]] = {}
    for _column, word, level in _with_levels(reader, row, cells):
        skills.setdefault(word.casefold(), {"name": word, "level": level})
    return list(skills.values())[: reader.asked.most]


def _languages(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    languages: dict[str, dict[str, Any]] = {}
    for column, word, level in _with_levels(reader, row, cells):
        code = _LANGUAGE_CODES.get(plain(word))
        if code is None:
            near = difflib.get_close_matches(plain(word), _LANGUAGE_CODES, n=1, cutoff=0.7)
            nearest = (_LANGUAGE_CODES[near[0]], near[0].capitalize()) if near else None
            reader.miss(row, column, word, nearest)
        else:
            languages.setdefault(code, {"code": code, "level": level})
    return list(languages.values())[: reader.asked.most]


def _hours(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    """'Mon 09:00-11:00;Thu 16:30-18:00', as written; from a grid with a line for each day, too."""
    items = []
    for column, line, cell in cells:
        parts = [part.strip() for part in re.split(r"[;\n]", cell) if part.strip()]
        for part in [f"{line} {part}" for part in parts] if line else parts:
            try:
                hours.parse([part])
            except ValueError:
                reader.miss(row, column, part)
            else:
                items.append(part)
    return ";".join(items)


def _boolean(reader: Reader, row: int, cells: list[tuple[str, str, str]]) -> Any:
    column, _line, cell = cells[0]
    answer = values.boolean(cell.split(",")[0])
    if answer is None and plain(cell).split(" ")[0] in ("yes", "no", "ja", "nein", "oui", "non", "si"):
        answer = values.boolean(plain(cell).split(" ")[0])
    if answer is None:
        reader.miss(row, column, cell)
    return answer


_READERS: dict[str, Callable[[Reader, int, list[tuple[str, str, str]]], Any]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "scale": _scale,
    "choice": _choice,
    "choices": _choices,
    "ranking": _ranking,
    "tags": _tags,
    "skills": _skills,
    "hours": _hours,
    "languages": _languages,
    "traits": _traits,
    "boolean": _boolean,
}
