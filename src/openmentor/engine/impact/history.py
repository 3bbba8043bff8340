"""Who was there when, and what had happened to them by then: people, events and starts, checked against one another.

Days are whole numbers here (days since 1970). Somebody is employed from the day of hiring up to the day of leaving, which is no
longer one of theirs; who is hired back is employed again from that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from .columns import Column, column_of
from .errors import Fault, InvalidHistory
from .figures import BoolArray, FloatArray, IntArray, is_missing

KINDS = ("left", "hired", "promoted", "transferred", "role_changed", "ramped_up")
MOVES = ("transferred", "role_changed")
NEVER = np.int64(1) << 40
"""A day that doesn't come."""
_EARLIEST = int(np.datetime64("1900-01-01", "D").astype(np.int64))
_LATEST = int(np.datetime64("9999-12-31", "D").astype(np.int64))
_SPAN = np.int64(1) << 23  # more days than there are between the two


@dataclass(frozen=True)
class Series:
    """Days on which something happened to people, ordered by person and day; asked for many (person, day) at once."""

    key: IntArray
    first: IntArray  # where each person's begin, and one more: where the last one's end

    @staticmethod
    def of(person: IntArray, day: IntArray, people: int) -> Series:
        key = np.sort(person * _SPAN + (day - _EARLIEST))
        return Series(key, np.searchsorted(key, np.arange(people + 1, dtype=np.int64) * _SPAN))

    def before(self, person: IntArray, day: IntArray) -> IntArray:
        """How many happened before that day."""
        return np.searchsorted(self.key, self._key(person, day), side="left") - self.first[person]

    def by(self, person: IntArray, day: IntArray) -> IntArray:
        """How many happened on that day or before."""
        return np.searchsorted(self.key, self._key(person, day), side="right") - self.first[person]

    def nth(self, person: IntArray, number: IntArray) -> IntArray:
        """The day of a person's event number 0, 1, ...; ``NEVER`` where there are not as many."""
        at = self.first[person] + number
        there = (number >= 0) & (at < self.first[person + 1])
        if not len(self.key):
            return np.full(len(person), NEVER)
        found = self.key[np.where(there, at, 0)] % _SPAN + _EARLIEST
        return np.where(there, found, NEVER)

    def _key(self, person: IntArray, day: IntArray) -> IntArray:
        return person * _SPAN + np.clip(day - _EARLIEST, 0, _SPAN - 1)


@dataclass(frozen=True)
class History:
    """Everybody's history, without contradictions.

    hired     day of each person's first hiring; ``started``: of the start of mentoring, ``NEVER`` for nobody's.
    covariates, exact  columns of people.
    as_of     the last day that was seen.
    """

    hired: IntArray
    started: IntArray
    eligible: BoolArray
    covariates: dict[str, Column]
    exact: dict[str, Column]
    kinds: dict[str, Series]
    as_of: int

    @property
    def size(self) -> int:
        return len(self.hired)

    def of(self, kind: str) -> Series:
        none = np.zeros(0, dtype=np.int64)
        return self.kinds.get(kind) or Series.of(none, none, self.size)

    def is_employed(self, person: IntArray, day: IntArray) -> BoolArray:
        left, back = self.of("left").by(person, day), self.of("hired").by(person, day)
        return np.asarray((self.hired[person] <= day) & (left == back))

    def last_hired(self, person: IntArray, day: IntArray) -> IntArray:
        """The day from which tenure counts."""
        back = self.of("hired")
        times = back.by(person, day)
        return np.where(times > 0, back.nth(person, times - 1), self.hired[person])

    def leaves(self, person: IntArray, day: IntArray) -> IntArray:
        """The next leaving after that day, on which they are employed."""
        left = self.of("left")
        return left.nth(person, left.by(person, day))

    def next(self, kind: str, person: IntArray, day: IntArray) -> IntArray:
        """The first event of that kind on that day or after."""
        series = self.of(kind)
        return series.nth(person, series.before(person, day))

    def known_before(self, person: IntArray, day: IntArray) -> dict[str, FloatArray]:
        """What had happened by that day: months since the last hiring, promotions and moves so far."""
        moves = np.zeros(len(person))
        for kind in MOVES:
            moves += self.of(kind).before(person, day)
        return {
            "tenure": (day - self.last_hired(person, day)) / 30.4375,
            "promotions": self.of("promoted").before(person, day).astype(np.float64),
            "moves": moves,
        }


def read(
    people: Any, events: Any, starts: Any, as_of: Any, covariates: Sequence[str], exact: Sequence[str], eligible: Any
) -> History:
    """Read and check all three tables. Raises InvalidHistory with every fault found."""
    last = _as_of(as_of)
    ids = _ids("people", people)
    order, index = _ordered(ids)
    faults: list[Fault] = []
    hired = _days("people", "hired", people, len(ids), faults)
    columns = {name: _column(people, name, len(ids)) for name in dict.fromkeys([*covariates, *exact])}
    may = _eligible(people, eligible, len(ids))
    faults += _doubles("people", ids, index)
    faults += [
        Fault("people", int(k), "hired", f"{_told(hired[k])} is after {_told(last)}, the last day that was seen")
        for k in np.flatnonzero((hired > last) & (hired != NEVER))
    ]
    who, day, kind = _happenings("events", events, index, faults, with_kind=True)
    beginner, start, _ = _happenings("starts", starts, index, faults, with_kind=False)
    if faults:
        raise InvalidHistory(faults)
    check = _Check(ids, hired, last)
    kept, kinds = check.events(who, day, kind)
    if not check.faults:  # else it isn't known who was there on the day
        check.between(who[kept], day[kept], kind[kept], kept, kinds)
        check.starts(beginner, start, kinds)
    else:
        check.starts(beginner, start, None)
    if check.faults:
        raise InvalidHistory(sorted(check.faults, key=lambda fault: (fault.table, fault.row or 0)))
    started = np.full(len(ids), NEVER)
    started[beginner] = start
    # In the order of ids, so that the order of rows changes no figure.
    place = np.empty(len(ids), dtype=np.int64)
    place[order] = np.arange(len(ids))
    of_kind = {
        str(each): Series.of(place[who[kept]][kind[kept] == each], day[kept][kind[kept] == each], len(ids))
        for each in np.unique(kind[kept])
    }
    return History(
        hired[order],
        started[order],
        may[order],
        {name: columns[name].take(order) for name in covariates},
        {name: columns[name].take(order) for name in exact},
        of_kind,
        last,
    )


def _told(day: Any) -> str:
    return str(np.datetime64(int(day), "D"))


def _shown(value: Any) -> str:
    line = "".join(c if c.isprintable() else "�" for c in str(value)[:41])
    return line if len(line) <= 40 else line[:40] + "…"


def _as_of(given: Any) -> int:
    faults: list[Fault] = []
    found = _day("as_of", 0, "day", given, faults)
    if faults:
        raise InvalidHistory([Fault("as_of", None, "day", faults[0].text)])
    return found


def names_of(table: Any) -> list[Any]:
    """The columns of a dict, or of a pandas or polars frame."""
    return list(table.keys()) if hasattr(table, "keys") else list(getattr(table, "columns", ()))


def _values(table: str, given: Any, name: str) -> Any:
    if name not in names_of(given):
        raise InvalidHistory([Fault(table, None, name, "is missing")])
    values = given[name]
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise InvalidHistory([Fault(table, None, name, "must be a list, one entry for each row")])
    if getattr(values, "ndim", 1) != 1:
        raise InvalidHistory([Fault(table, None, name, "must have one entry for each row, and no further dimension")])
    return values


def _sized(table: str, given: Any, name: str, size: int) -> Any:
    values = _values(table, given, name)
    if len(values) != size:
        raise InvalidHistory([Fault(table, None, name, f"has {len(values)} entries where person has {size}")])
    return values


def _array(values: Any) -> Any:
    """An array in which a list of many things keeps each as it is: NumPy would write a gap beside words as a word."""
    return np.asarray(values) if hasattr(values, "dtype") else np.array([*values, None], dtype=object)[:-1]


def _ids(table: str, given: Any) -> list[Any]:
    values = _values(table, given, "person")
    ids = (
        values.tolist()
        if hasattr(values, "tolist")
        else values.to_list()
        if hasattr(values, "to_list")
        else list(values)
    )
    wrong = [k for k, each in enumerate(ids) if is_missing(each) or each == ""]
    if wrong:
        raise InvalidHistory([Fault(table, k, "person", "is missing") for k in wrong])
    wrong = [k for k, each in enumerate(ids) if not _can_be_an_id(each)]
    if wrong:
        raise InvalidHistory(
            [Fault(table, k, "person", "can't stand for a person; a number or a name can") for k in wrong]
        )
    return ids


def _can_be_an_id(each: Any) -> bool:
    if isinstance(each, str | int | float):
        return True
    try:
        hash(each)
    except TypeError:
        return False
    return True


def _ordered(ids: list[Any]) -> tuple[IntArray, dict[Any, int]]:
    """Everybody by id, whatever the ids are; and where each id stands."""
    index: dict[Any, int] = {}
    for k, each in enumerate(ids):
        index.setdefault(each, k)
    try:
        order = sorted(range(len(ids)), key=ids.__getitem__)
    except TypeError:  # of several kinds, or of one that has no order
        order = sorted(range(len(ids)), key=lambda k: (type(ids[k]).__name__, repr(ids[k])))
    return np.array(order, dtype=np.int64), index


def _doubles(table: str, ids: list[Any], index: dict[Any, int]) -> list[Fault]:
    if len(index) == len(ids):
        return []
    return [
        Fault(table, k, "person", f"{_shown(each)} stands in row {index[each]} already; one row a person", index[each])
        for k, each in enumerate(ids)
        if index[each] != k
    ]


def _column(people: Any, name: str, size: int) -> Column:
    try:
        return column_of(name, _sized("people", people, name, size))
    except ValueError as error:
        if isinstance(error, InvalidHistory):
            raise
        raise InvalidHistory([Fault("people", None, name, str(error))]) from None


def _eligible(people: Any, given: Any, size: int) -> BoolArray:
    if given is None:
        return np.ones(size, dtype=np.bool_)
    table = "people" if isinstance(given, str) else "eligible"
    name = given if isinstance(given, str) else "eligible"
    values = _sized("people", people, given, size) if isinstance(given, str) else given
    if not hasattr(values, "__len__") or len(values) != size:
        raise InvalidHistory([Fault(table, None, name, f"must have one entry for each of {size} people")])
    found = np.zeros(size, dtype=np.bool_)
    faults = []
    for k, each in enumerate(values.tolist() if hasattr(values, "tolist") else values):
        if not is_missing(each) and isinstance(each, bool | int | float | np.bool_) and each in (True, False):
            found[k] = bool(each)
        else:
            faults.append(Fault(table, k, name, f"must be true or false, not {_shown(each)}"))
    if faults:
        raise InvalidHistory(faults)
    return found


def _days(table: str, name: str, given: Any, size: int, faults: list[Fault]) -> IntArray:
    held = _sized(table, given, name, size)
    zone = getattr(getattr(held, "dtype", None), "time_zone", None)
    # Polars hands out UTC as an array, and local moments, whose day is meant, as a list.
    values = _array(held.to_list() if zone is not None else held)
    if values.dtype.kind == "M":
        days = values.astype("datetime64[D]")
        found = np.where(np.isnat(days), NEVER, days.astype(np.int64))
        wrong = np.flatnonzero(np.isnat(days) | (found < _EARLIEST) | (found > _LATEST))
        for k in wrong:
            text = "is missing" if np.isnat(days[k]) else f"{days[k]} is no day that can be meant"
            faults.append(Fault(table, int(k), name, text))
            found[k] = NEVER
        return found
    return np.array([_day(table, k, name, each, faults) for k, each in enumerate(values.tolist())], dtype=np.int64)


def _day(table: str, row: int, name: str, given: Any, faults: list[Fault]) -> int:
    text = f"{_shown(given)} is no day; a day is written 2026-03-31"
    if is_missing(given) or (isinstance(given, str) and not given.strip()):
        text = "is missing"
    elif isinstance(given, str | date | np.datetime64):
        try:
            # A moment with a zone is the local day: dates are local to the person.
            if isinstance(given, str):
                written = given.strip()
                if len(written) > 10 and written[10] in "T ":
                    written = written[:10]
                if len(written) != 10:
                    raise ValueError  # 20260331 and 2026-W14 are days to Python, and hardly ever meant
                given = date.fromisoformat(written)
            day = np.datetime64(date(given.year, given.month, given.day), "D") if isinstance(given, date) else given
            found = int(day.astype("datetime64[D]").astype(np.int64))
            if np.isnat(day):
                text = "is missing"
            elif _EARLIEST <= found <= _LATEST:
                return found
        except (ValueError, OverflowError):
            pass
    faults.append(Fault(table, row, name, text))
    return int(NEVER)


def _happenings(
    table: str, given: Any, index: Mapping[Any, int], faults: list[Fault], *, with_kind: bool
) -> tuple[IntArray, IntArray, Any]:
    ids = _ids(table, given)
    who = np.array([index.get(each, -1) for each in ids], dtype=np.int64)
    faults += [
        Fault(table, int(k), "person", f"{_shown(ids[k])} is not among the people") for k in np.flatnonzero(who < 0)
    ]
    day = _days(table, "day", given, len(ids), faults)
    kind: Any = np.zeros(len(ids), dtype="U1")
    if with_kind:
        values = _array(_sized(table, given, "kind", len(ids)))
        if values.dtype.kind == "U":
            kind = values
        else:
            kinds = values.tolist()
            for k, each in enumerate(kinds):
                if not isinstance(each, str):
                    faults.append(Fault(table, k, "kind", "is missing" if is_missing(each) else "must be a word"))
            kind = np.array([str(each) for each in kinds], dtype="U") if kinds else np.zeros(0, dtype="U1")
        kind = np.strings.strip(kind)
        for each in np.unique(kind).tolist():
            if each not in KINDS and each.casefold().replace(" ", "_") in KINDS:
                known = each.casefold().replace(" ", "_")
                faults += [
                    Fault(table, int(k), "kind", f"{_shown(each)} is written {known}")
                    for k in np.flatnonzero(kind == each)
                ]
        faults += [Fault(table, int(k), "kind", "is missing") for k in np.flatnonzero(kind == "")]
    return who, day, kind


class _Check:
    """What can't all be true together."""

    def __init__(self, ids: list[Any], hired: IntArray, last: int) -> None:
        self.ids, self.hired, self.last = ids, hired, last
        self.faults: list[Fault] = []

    def fault(self, table: str, row: Any, who: Any, text: str, other: int | None = None) -> None:
        if len(self.faults) < 100_000:
            column = "day" if other is None else "person"
            self.faults.append(Fault(table, int(row), column, f"person {_shown(self.ids[int(who)])}: {text}", other))

    def within(self, table: str, who: IntArray, day: IntArray) -> None:
        """Neither before the hiring nor after the last day that was seen."""
        for k in np.flatnonzero(day < self.hired[who]):
            self.fault(table, k, who[k], f"{_told(day[k])} is before the hiring on {_told(self.hired[who[k]])}")
        for k in np.flatnonzero(day > self.last):
            self.fault(table, k, who[k], f"{_told(day[k])} is after {_told(self.last)}, the last day that was seen")

    def events(self, who: IntArray, day: IntArray, kind: Any) -> tuple[IntArray, dict[str, Series]]:
        """Leaving and being hired back take turns. Returns the rows that count, and those two kinds."""
        self.within("events", who, day)
        comes, goes = kind == "hired", kind == "left"
        # An export may list the hiring itself among the events: that is no being hired back.
        first = comes & (day == self.hired[who])
        rows = np.flatnonzero((comes | goes) & ~first)
        # On one day, leaving comes before being hired back.
        rows = rows[np.lexsort((comes[rows], day[rows], who[rows]))]
        same = np.concatenate(([False], who[rows][1:] == who[rows][:-1]))
        goes_before = np.concatenate(([False], goes[rows][:-1]))
        for k in np.flatnonzero(goes[rows] & same & goes_before):
            self.fault(
                "events", rows[k], who[rows[k]], f"left on {_told(day[rows[k]])} again without being hired back between"
            )
        for k in np.flatnonzero(comes[rows] & ~(same & goes_before)):
            self.fault("events", rows[k], who[rows[k]], f"hired back on {_told(day[rows[k]])} without having left")
        kept = np.flatnonzero(~first)
        size = len(self.ids)
        return kept, {
            "left": Series.of(who[goes], day[goes], size),
            "hired": Series.of(who[comes & ~first], day[comes & ~first], size),
        }

    def between(self, who: IntArray, day: IntArray, kind: Any, rows: IntArray, kinds: dict[str, Series]) -> None:
        """Nothing happens to somebody who has left and is not back; what is dated on either day itself may stand."""
        other = (kind != "left") & (kind != "hired")
        gone = kinds["left"].before(who, day) > kinds["hired"].by(who, day)
        for k in np.flatnonzero(other & gone):
            self.fault(
                "events",
                rows[k],
                who[k],
                f"{_shown(kind[k])} on {_told(day[k])}, after leaving and not hired back by then",
            )

    def starts(self, who: IntArray, day: IntArray, kinds: dict[str, Series] | None) -> None:
        self.within("starts", who, day)
        seen: dict[int, int] = {}
        for row, each in enumerate(who.tolist()):
            if each in seen:
                self.fault("starts", row, each, f"starts a second time; the first is row {seen[each]}", seen[each])
            seen.setdefault(each, row)
        if kinds is None:
            return
        gone = kinds["left"].by(who, day) > kinds["hired"].by(who, day)
        for k in np.flatnonzero(gone & (day >= self.hired[who])):
            self.fault("starts", k, who[k], f"starts on {_told(day[k])}, on or after the day of leaving")
