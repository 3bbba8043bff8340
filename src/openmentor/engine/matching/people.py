"""People as typed columns: cells of text, or lists at hand, become words, numbers, hours and checked references.

Cells that can't be read and references that can't hold are faults; what may be left out without harm is a warning.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from . import hours
from .columns import CADENCES, COLUMNS
from .errors import InvalidProblem
from .files import InvalidFile, Note, Table, heading, nearest, reads_like_veto, shown
from .spec import Spec

FloatArray = npt.NDArray[np.float64]
ROLES = ("mentor", "mentee", "both", "peer")
_NUMBERS = frozenset({"number", "minutes", "share", "date", "year", "cadence", "count"})
_LISTS = frozenset({"words", "levelled", "hours", "people", "vetoes", "languages", "identity", "wish", "traits"})
_CEFR = {"a1": 1.0, "a2": 2.0, "b1": 3.0, "b2": 4.0, "c1": 5.0, "c2": 5.0, "native": 5.0}
_CADENCE_WORDS = {
    "weekly": 0, "every week": 0, "once a week": 0,
    "every two weeks": 1, "every 2 weeks": 1, "biweekly": 1, "bi-weekly": 1, "fortnightly": 1, "twice a month": 1,
    "monthly": 2, "every month": 2, "once a month": 2, "every four weeks": 2, "every 4 weeks": 2,
    "quarterly": 3, "every quarter": 3, "every three months": 3, "every 3 months": 3,
}  # fmt: skip
MOST_PLACES = 1_000_000
MOST_FAULTS = 200  # in one column; each costs a search for the nearest name

Levelled = tuple[tuple[str, float | None], ...]
Wish = tuple[tuple[str, str, bool], ...]  # kind or '', value, whether it is a must
Vetoes = tuple[tuple[str, str], ...]  # 'person' | 'team' | 'site', and who


@lru_cache(maxsize=200_000)
def normal(text: str) -> str:
    """A word as it is compared: casefolded, trimmed, by its normal form."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


@dataclass
class Side:
    """People in typed columns, in the caller's order.

    ids      who they are.
    columns  by name: float64 arrays with NaN for numbers, shares, dates (in 372nds of a year), years and cadences;
             (people, 5) for work_style; lists with None for blank otherwise.
    places   how many each takes as mentor.
    roles    as in the file.
    spelling how a compared word was written, for sentences.
    absent   indices of rows that have no part on this side, because their role says so.
    """

    ids: tuple[str, ...]
    columns: dict[str, Any]
    places: npt.NDArray[np.int64]
    roles: tuple[str, ...]
    spelling: dict[str, str]
    absent: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)

    def list(self, name: str) -> list[Any]:
        """A column of lists or words; None for everybody if it isn't there."""
        found = self.columns.get(name)
        return found if isinstance(found, list) else [None] * len(self)

    def numbers(self, name: str) -> FloatArray:
        """A column of numbers; NaN for everybody if it isn't there."""
        found = self.columns.get(name)
        return found if isinstance(found, np.ndarray) else np.full(len(self), np.nan)

    def answered(self, name: str) -> npt.NDArray[np.bool_]:
        """Who has something in the column."""
        found = self.columns.get(name)
        if found is None:
            return np.zeros(len(self), dtype=np.bool_)
        if isinstance(found, np.ndarray):
            known: npt.NDArray[np.bool_] = ~np.isnan(found).reshape(len(self), -1)
            return np.asarray(known.all(axis=1), dtype=np.bool_)
        return np.array([each is not None for each in found], dtype=np.bool_)

    def take(self, index: Sequence[int]) -> Side:
        """The same columns for some of the people."""
        at = np.asarray(index, dtype=np.int64)
        columns = {
            name: values[at] if isinstance(values, np.ndarray) else [values[k] for k in index]
            for name, values in self.columns.items()
        }
        ids = tuple(self.ids[k] for k in index)
        roles = tuple(self.roles[k] for k in index)
        absent = frozenset(k for k, old in enumerate(index) if old in self.absent)
        return Side(ids, columns, self.places[at], roles, self.spelling, absent)


@dataclass
class Notes:
    """Faults and warnings as they are found, each with the row's index."""

    faults: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[tuple[int, str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def fault(self, row: int, column: str, text: str) -> None:
        self.faults.append((row, column, text))
        self.counts[column] = self.counts.get(column, 0) + 1

    def is_full(self, column: str) -> bool:
        """Whether a column has so many faults that more would tell nobody anything, and only cost time."""
        return self.counts.get(column, 0) >= MOST_FAULTS

    def warn(self, row: int, column: str, text: str) -> None:
        self.warnings.append((row, column, text))


# ---- one cell ----------------------------------------------------------------------------------------------


class _Unreadable(ValueError):
    """A cell that can't be read; the message says what is needed."""


def _is_blank(cell: Any) -> bool:
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell or cell.isspace()
    if isinstance(cell, float):
        return math.isnan(cell)
    if isinstance(cell, list | tuple | dict | set | frozenset):
        return len(cell) == 0
    return type(cell).__name__ in ("NAType", "NaTType")


def _items(cell: Any) -> list[Any]:
    """The entries of a list, from "a; b" or from a list at hand; blank ones left out."""
    if isinstance(cell, str):
        return [part for each in cell.replace("\n", ";").replace("\r", ";").split(";") if (part := each.strip())]
    parts: list[Any]
    if isinstance(cell, Mapping):
        parts = list(cell.items())
    elif isinstance(cell, Iterable):
        parts = list(cell)
    else:
        parts = [cell]
    return [part.strip() if isinstance(part, str) else part for part in parts if not _is_blank(part)]


def _number(cell: Any) -> float:
    if isinstance(cell, bool):
        raise _Unreadable("a number is needed")
    text = str(cell).strip()
    if "," in text and re.fullmatch(r"[+-]?\d+,\d+", text):  # a decimal comma
        text = text.replace(",", ".")
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _Unreadable(f"{shown(cell)!r} is no number")
    return number


def _between(least: float, most: float) -> Callable[[Any], float]:
    def read(cell: Any) -> float:
        number = _number(cell)
        if not least <= number <= most:
            raise _Unreadable(f"{shown(cell)}: a number from {least:g} to {most:g} is needed")
        return number

    return read


def _whole(cell: Any) -> float:
    number = _number(cell)
    if number < 0 or number != math.floor(number) or number > MOST_PLACES:
        raise _Unreadable(f"{shown(cell)}: a whole number is needed, 0 or more")
    return number


def _date(cell: Any) -> float:
    """Days of a calendar in which equal days of the year are whole years apart, so that no leap year moves a band."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if not isinstance(cell, date):
        cell = _day(str(cell).strip())
    if cell.year <= 1900:  # what spreadsheets write for 'none'
        return math.nan
    return float(cell.year * 372 + (cell.month - 1) * 31 + cell.day - 1)


def _day(text: str) -> date:
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ].*)?", text):
            return date(int(found[1]), int(found[2]), int(found[3] or 1))
        if found := re.fullmatch(r"(\d{4})/(\d{1,2})/(\d{1,2})", text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 1, 1)
        if found := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text):
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            if first <= 12 and second <= 12 and first != second:
                raise _Unreadable(
                    f"{shown(text)} can be read two ways; write {year}-{first:02}-{second:02} or the other"
                )
            return date(year, min(first, second), second) if first <= 12 else date(year, second, first)
    except _Unreadable:
        raise
    except ValueError:
        pass
    raise _Unreadable(f"{shown(text)!r} is no date; write it as 2024-09-01")


def _cadence(cell: Any) -> float:
    word = normal(str(cell))
    if word not in _CADENCE_WORDS:
        raise _Unreadable(f"{shown(cell)!r} is not known; one of {', '.join(CADENCES)} is needed")
    return float(_CADENCE_WORDS[word])


def _word(cell: Any) -> str:
    """As it is written. Where a column of numbers has gaps a frame makes 1 into 1.0: it is the 1 that others wrote."""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def _words(cell: Any) -> tuple[str, ...]:
    return tuple(map(_word, _items(cell)))


def _person(cell: Any) -> str:
    return _word(cell).strip()


def _persons(cell: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_person, _items(cell))))


def _levelled(cell: Any, read_level: Callable[[str], float], needed: str) -> Levelled:
    found: dict[str, tuple[str, float | None]] = {}
    for item in _items(cell):
        if isinstance(item, str):
            word, _, level = item.rpartition(":") if ":" in item else (item, "", "")
        elif isinstance(item, tuple | list):
            if len(item) != 2:
                raise _Unreadable(f"{shown(item)!r}: a word and a level are needed")
            word, level = _word(item[0]), "" if _is_blank(item[1]) else str(item[1])
        else:
            word, level = _word(item), ""
        key = normal(word)
        if not key:
            raise _Unreadable(f"{shown(item)!r}: a level without a word")
        value = None
        if level.strip():
            try:
                value = read_level(level)
            except ValueError:
                raise _Unreadable(f"{shown(item)!r}: {needed}") from None
        if key in found:  # said twice: the higher level holds
            value = max((each for each in (value, found[key][1]) if each is not None), default=None)
        found[key] = word, value
    return tuple(found.values())


@lru_cache(maxsize=10_000)  # few levels are written by many
def _skill_level(text: str) -> float:
    return _between(0, 100)(text)


@lru_cache(maxsize=10_000)
def _language_level(text: str) -> float:
    return _CEFR.get(normal(text)) or _between(1, 5)(text)


def _skills(cell: Any) -> Levelled:
    return _levelled(cell, _skill_level, "the level behind the colon must be a number")


def _languages(cell: Any) -> Levelled:
    return _levelled(cell, _language_level, "a level of 1 to 5 or A1 to C2 is needed")


@lru_cache(maxsize=10_000)
def _trait(text: str) -> float:
    return _between(1, 5)(text)


def _traits(cell: Any) -> tuple[float, ...]:
    items = _items(cell)
    if len(items) != 5:
        raise _Unreadable(f"five numbers from 1 to 5 are needed, {len(items)} are given")
    return tuple(_trait(str(each)) for each in items)


def _hours(cell: Any) -> hours.Spans:
    try:
        return hours.parse(str(each) for each in _items(cell))
    except ValueError as error:
        raise _Unreadable(f"{shown(cell)!r}: {error}") from error


def _zone(cell: Any) -> str:
    known = hours.zones_by_name()
    name = str(cell).strip().casefold().replace(" ", "_")
    if name in known:
        return known[name]
    by_city = {zone.rpartition("/")[2]: zone for zone in known}  # people write the city, or mistype the region
    near = by_city.get(name.rpartition("/")[2]) or nearest(name, known)
    raise _Unreadable(f"{shown(cell)!r} is no IANA time zone; the nearest is {known[near]}")


def _identity(cell: Any) -> tuple[tuple[str, str], ...]:
    """("gender", "woman") for "gender:woman", ("", "woman") for "woman"."""
    pairs = []
    for item in _items(cell):
        kind, _, value = str(item).rpartition(":")
        pairs.append((normal(kind), normal(value)))
    return tuple(dict.fromkeys(pairs))


def _wish(cell: Any) -> Wish:
    """Items "woman", "gender:woman", "gender:same", each with ":must" behind or in front; "must" alone concerns all."""
    parts = [[normal(part) for part in str(item).split(":") if part.strip()] for item in _items(cell)]
    all_must = ["must"] in parts
    wishes: list[tuple[str, str, bool]] = []
    for part in parts:
        rest = [each for each in part if each != "must"]
        if not rest and part == ["must"]:
            continue
        if not 1 <= len(rest) <= 2:
            raise _Unreadable("a wish reads as woman, gender:woman or gender:woman:must")
        kind = rest[0] if len(rest) == 2 else ""
        wishes.append((kind, rest[-1], all_must or "must" in part))
    if not wishes:
        raise _Unreadable("a must needs a wish, as in gender:woman:must")
    return tuple(dict.fromkeys(wishes))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _word,
    "zone": _zone,
    "hours": _hours,
    "words": _words,
    "word": _word,
    "levelled": _skills,
    "languages": _languages,
    "number": _between(0, 1e9),
    "share": _between(0, 1),
    "minutes": _between(1, 1440),
    "traits": _traits,
    "date": _date,
    "year": _between(1850, 2200),
    "cadence": _cadence,
    "identity": _identity,
    "wish": _wish,
    "people": _persons,
    "person": _person,
    "vetoes": _persons,
}


# ---- whole columns -----------------------------------------------------------------------------------------


def _cells(column: Any) -> list[Any]:
    for method in ("to_list", "tolist"):  # polars and pandas; NumPy
        if hasattr(column, method):
            return list(getattr(column, method)())
    return list(column)


def columns_of(given: Any) -> dict[str, list[Any]]:
    """Plain lists by column, from a mapping or a frame; the inputs stay unchanged. Raises InvalidProblem."""
    try:
        names = list(given.columns) if hasattr(given, "columns") else list(given.keys())
        columns: dict[str, list[Any]] = {}
        for name in names:
            key = heading(str(name))
            if key in columns:
                raise InvalidProblem(f"two columns are named {shown(key)}")
            columns[key] = _cells(given[name])
    except (AttributeError, TypeError, KeyError) as error:
        raise InvalidProblem("people come as a mapping of columns, each a list or an array") from error
    lengths = {key: len(cells) for key, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        most = max(lengths.values())
        short = next(key for key, length in lengths.items() if length != most)
        raise InvalidProblem(f"column {shown(short)} has {lengths[short]} cells, others have {most}")
    return columns


def read_columns(columns: Mapping[str, Sequence[Any]], spec: Spec, notes: Notes, *, role: str | None) -> Side:
    """Typed columns of people. ``role`` is that of all whose own isn't said; None: everybody must say it."""
    kinds = spec.columns
    keys = {*spec.weights} - {"priority"}
    ids = _ids(columns.get("id", ()), notes)
    count = len(ids)
    roles = _roles(columns.get("role", [None] * count), role, notes)
    typed: dict[str, Any] = {}
    spelling: dict[str, str] = {}
    for name, cells in columns.items():
        kind = kinds.get(name)
        if kind is None or kind in ("id", "role", "count") or all(_is_blank(cell) for cell in cells):
            continue
        read = _READERS.get(kind) or _priority(keys)
        typed[name] = _column(name, kind, read, cells, notes, spelling)
    places = np.ones(count, dtype=np.int64)
    for k, cell in enumerate(columns.get("places", ())):
        if not _is_blank(cell) and roles[k] != "mentee":
            try:
                places[k] = int(_whole(cell))
            except _Unreadable as error:
                notes.fault(k, "places", str(error))
    return Side(ids, typed, places, roles, spelling)


def _column(
    name: str, kind: str, read: Callable[[Any], Any], cells: Sequence[Any], notes: Notes, spelling: dict[str, str]
) -> Any:
    found: list[Any] = []
    read_before: dict[str, Any] = {}  # many people give the same answers
    kept = _kept(kind, spelling)
    for k, cell in enumerate(cells):
        is_text = type(cell) is str
        if is_text and cell in read_before:
            found.append(read_before[cell])
            continue
        value = None
        if not (_is_blank(cell) or notes.is_full(name)):
            try:
                value = kept(read(cell))
                if is_text:
                    read_before[cell] = value
            except _Unreadable as error:
                notes.fault(k, name, str(error))
        found.append(value)
    if kind in _NUMBERS:
        return np.array([math.nan if each is None else each for each in found], dtype=np.float64)
    if kind == "traits":
        return np.array([(math.nan,) * 5 if each is None else each for each in found], dtype=np.float64).reshape(-1, 5)
    return found


def _kept(kind: str, spelling: dict[str, str]) -> Callable[[Any], Any]:
    """What is kept of a cell that was read; a list with nothing in it counts as blank."""
    spelled = cache(lambda written: _spelled(written, spelling))
    if kind == "words":
        return lambda words: tuple(dict.fromkeys(filter(None, map(spelled, words)))) or None
    if kind == "word":
        return lambda word: spelled(word) or None
    if kind in ("levelled", "languages"):
        return lambda row: tuple([(spelled(word), level) for word, level in row]) or None
    if kind in _LISTS - {"traits", "hours"}:
        return lambda each: each or None
    return lambda each: each


def _spelled(written: str, spelling: dict[str, str]) -> str:
    """A word as it is compared; ``spelling`` learns how it was written."""
    word = normal(written)
    if word:
        # The least of all spellings, so that the order of rows doesn't decide which one is shown.
        written = written.strip()
        spelling[word] = min(spelling.get(word, written), written)
    return word


def _priority(keys: Collection[str]) -> Callable[[Any], str]:
    def read(cell: Any) -> str:
        key = heading(str(cell))
        if key not in keys:
            raise _Unreadable(f"{shown(cell)!r} is no dimension; the nearest is {nearest(key, keys)}")
        return key

    return read


def _ids(cells: Sequence[Any], notes: Notes) -> tuple[str, ...]:
    ids: list[str] = []
    seen: dict[str, int] = {}
    for k, cell in enumerate(cells):
        each = "" if _is_blank(cell) else _person(cell)
        if not each:
            notes.fault(k, "id", "blank; everybody needs an id of their own")
        elif any("\ud800" <= c <= "\udfff" for c in each):
            notes.fault(k, "id", "holds half a character; it can't be written down")
        elif each in seen:
            notes.fault(k, "id", f"{shown(each)} stands for somebody else already; one row a person")
        seen.setdefault(each, k)
        ids.append(each)
    return tuple(ids)


def _roles(cells: Sequence[Any], default: str | None, notes: Notes) -> tuple[str, ...]:
    roles = []
    for k, cell in enumerate(cells):
        if _is_blank(cell):
            if default is None:
                notes.fault(k, "role", f"blank; one of {', '.join(ROLES)} is needed")
            roles.append(default or "")
            continue
        role = normal(str(cell))
        if role not in ROLES:
            notes.fault(k, "role", f"{shown(cell)!r} is no role; one of {', '.join(ROLES)} is needed")
        roles.append(role)
    return tuple(roles)


# ---- who is meant ------------------------------------------------------------------------------------------


def link(sides: Sequence[Side], notes: Sequence[Notes], spec: Spec) -> None:
    """Check every reference among people, in place: unknown ids and loops of managers go, unknown vetoes are faults."""
    everybody = {each for side in sides for each in side.ids}
    for side, note in zip(sides, notes):
        _clean_lists(side, note, everybody)
        _clean_vetoes(side, note, everybody, spec.unknown_vetoes == "keep", sides)
        _clean_managers(side, note, everybody)
        _warn_of_hours_without_zone(side, note)
    _cut_loops(sides, notes)


def _clean_lists(side: Side, notes: Notes, everybody: set[str]) -> None:
    for name in ("wants", "past"):
        if name not in side.columns:
            continue
        kept: list[tuple[str, ...] | None] = []
        for k, listed in enumerate(side.list(name)):
            good = []
            for each in listed or ():
                if each == side.ids[k]:
                    notes.warn(k, name, "their own id, left out")
                elif each not in everybody:
                    notes.warn(k, name, f"nobody here has the id {shown(each)}, left out")
                else:
                    good.append(each)
            kept.append(tuple(good) or None)
        side.columns[name] = kept


def _clean_vetoes(side: Side, notes: Notes, everybody: set[str], keep: bool, sides: Sequence[Side]) -> None:
    if "never" not in side.columns:
        return
    places = {kind: {word for each in sides for word in each.list(kind) if word} for kind in ("team", "site")}
    read: list[Vetoes | None] = []
    for k, listed in enumerate(side.list("never")):
        vetoes: list[tuple[str, str]] = []
        for each in listed or ():
            kind, colon, name = each.partition(":")
            kind = normal(kind)
            if each == side.ids[k]:
                notes.fault(k, "never", "their own id; whom is it meant for?")
            elif each in everybody:
                vetoes.append(("person", each))
            elif colon and kind in places:
                word = normal(name)
                if not word:
                    notes.fault(k, "never", f"{shown(each)!r} names no {kind}")
                elif word not in places[kind]:
                    notes.warn(k, "never", f"nobody here is of the {kind} {shown(name.strip())}")
                vetoes.append((kind, word))
            elif colon:
                notes.fault(k, "never", f"{shown(each)!r} is no id here, and no veto of a team: or site:")
            elif not keep and not notes.is_full("never"):
                close = nearest(each, everybody)
                notes.fault(k, "never", f"nobody here has the id {shown(each)}; the nearest is {shown(close)}")
            # else: they said that those people aren't in this file
        read.append(tuple(vetoes) or None)
    side.columns["never"] = read


def _clean_managers(side: Side, notes: Notes, everybody: set[str]) -> None:
    managers = side.list("manager")
    for k, each in enumerate(managers):
        if each is None:
            continue
        if each == side.ids[k]:
            notes.warn(k, "manager", "their own id, left out")
            managers[k] = None
        elif each not in everybody:
            notes.warn(k, "manager", f"nobody here has the id {shown(each)}, left out")
            managers[k] = None


def _warn_of_hours_without_zone(side: Side, notes: Notes) -> None:
    for k, (spans, zone) in enumerate(zip(side.list("availability"), side.list("timezone"))):
        if spans is not None and zone is None:
            notes.warn(k, "timezone", "blank; their hours are taken as UTC")


def _cut_loops(sides: Sequence[Side], notes: Sequence[Notes]) -> None:
    """Leave out every edge that lies on a loop of managers; lines that lead into a loop stay."""
    above = managers_of(sides)
    state: dict[str, int] = {}  # 1: on the way up from here, 2: done
    on_loop: set[str] = set()
    for start in above:
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in state:
            state[at] = 1
            path.append(at)
            at = above.get(at)
        if at is not None and state[at] == 1:
            on_loop.update(path[path.index(at) :])
        for each in path:
            state[each] = 2
    for side, note in zip(sides, notes):
        managers = side.list("manager")
        for k, each in enumerate(side.ids):
            if each in on_loop and managers[k] is not None:
                note.warn(k, "manager", f"{shown(managers[k])} leads round in a loop, left out")
                managers[k] = None


def managers_of(sides: Iterable[Side]) -> dict[str, str]:
    """Everybody's manager by id. Somebody on both sides whose rows disagree has the first one's."""
    above: dict[str, str] = {}
    for side in sides:
        for each, manager in zip(side.ids, side.list("manager")):
            if manager is not None:
                above.setdefault(each, manager)
    return above


# ---- from the caller's mappings, and from a file -----------------------------------------------------------


def check_spec(spec: object) -> None:
    """Raise InvalidProblem for what is no specification."""
    if not isinstance(spec, Spec):
        raise InvalidProblem(f"spec is {shown(spec)}; a Spec is needed, as Spec() or Spec.from_mapping(settings)")


def from_mappings(mentors: Any, mentees: Any, spec: Spec) -> tuple[Side, Side, tuple[str, ...]]:
    """Both sides from mappings of columns or frames (or ``Side`` at hand), and warnings. Raises InvalidProblem."""
    check_spec(spec)
    if isinstance(mentors, Side) and isinstance(mentees, Side):
        return mentors, mentees, ()
    if isinstance(mentors, Side) or isinstance(mentees, Side):
        raise InvalidProblem("mentors and mentees must come in the same form")
    names = ("mentors", "mentees")
    sides: list[Side] = []
    all_notes = [Notes(), Notes()]
    for name, given, notes in zip(names, (mentors, mentees), all_notes):
        columns = columns_of(given)
        if "id" not in columns:
            if columns and any(len(cells) for cells in columns.values()):
                raise InvalidProblem(f"{name}, column id: missing; everybody needs an id")
            columns["id"] = []
        for column, cells in columns.items():
            if column not in spec.columns and reads_like_veto(column) and not all(_is_blank(cell) for cell in cells):
                raise InvalidProblem(
                    f"{name}, column {shown(column)}: not a known column; vetoes stand in the column never"
                )
        side = read_columns(columns, spec, notes, role=name[:-1])
        other = "mentee" if name == "mentors" else "mentor"
        side.absent = frozenset(k for k, role in enumerate(side.roles) if role == other)
        sides.append(side)
    link(sides, all_notes, spec)

    def place(name: str, row: int, column: str, text: str) -> str:
        side = sides[names.index(name)]
        return f"{name}, row {row} (id {shown(side.ids[row])}), column {column}: {text}"

    faults = [place(name, *each) for name, notes in zip(names, all_notes) for each in notes.faults]
    if faults:
        raise InvalidProblem(faults)
    warnings = tuple(place(name, *each) for name, notes in zip(names, all_notes) for each in notes.warnings)
    return sides[0], sides[1], warnings


def from_mapping_of_peers(pool: Any, spec: Spec) -> tuple[Side, tuple[str, ...]]:
    """A pool without roles from a mapping of columns or a frame, and warnings. Raises InvalidProblem."""
    check_spec(spec)
    columns = columns_of(pool)
    if "id" not in columns:
        if columns and any(len(cells) for cells in columns.values()):
            raise InvalidProblem("pool, column id: missing; everybody needs an id")
        columns["id"] = []
    for column, cells in columns.items():
        if column not in spec.columns and reads_like_veto(column) and not all(_is_blank(cell) for cell in cells):
            raise InvalidProblem(f"pool, column {shown(column)}: not a known column; vetoes stand in the column never")
    notes = Notes()
    side = read_columns(columns, spec, notes, role="peer")
    link([side], [notes], spec)

    def place(row: int, column: str, text: str) -> str:
        return f"pool, row {row} (id {shown(side.ids[row])}), column {column}: {text}"

    if notes.faults:
        raise InvalidProblem([place(*each) for each in notes.faults])
    return side, tuple(place(*each) for each in notes.warnings)


@dataclass
class People:
    """A file's people: mentors and mentees (who is both is on each side), or peers."""

    mentors: Side
    mentees: Side
    peers: Side | None
    warnings: tuple[Note, ...]


def from_table(table: Table, spec: Spec) -> People:
    """People of a file that was read; raises InvalidFile with every fault at its row and column."""
    notes = Notes()
    everybody = read_columns(table.columns, spec, notes, role=None)
    link([everybody], [notes], spec)
    peers = [k for k, role in enumerate(everybody.roles) if role == "peer"]
    others = [k for k, role in enumerate(everybody.roles) if role in ("mentor", "mentee", "both")]
    if peers and others:
        text = "peers can't stand beside mentors and mentees in one file; match them apart"
        notes.fault(max(peers[0], others[0]) if peers[0] > others[0] else peers[0], "role", text)
    if notes.faults:
        raise InvalidFile(sorted(Note(table.rows[row], column, text) for row, column, text in notes.faults))
    warnings = sorted([*table.warnings, *(Note(table.rows[row], column, text) for row, column, text in notes.warnings)])
    mentors = everybody.take([k for k, role in enumerate(everybody.roles) if role in ("mentor", "both")])
    mentees = everybody.take([k for k, role in enumerate(everybody.roles) if role in ("mentee", "both")])
    return People(mentors, mentees, everybody if peers else None, tuple(warnings))


def known_columns(spec: Spec) -> frozenset[str]:
    """Every heading that a file may have under this specification."""
    return frozenset({*COLUMNS, *spec.columns})
