"""Free hours as people write them, and as the engine compares them: 672 quarters of an hour of a week in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import numpy.typing as npt

QUARTERS = 672
WORDS = 11  # uint64 words that hold 672 bits
_DAY = 1440
_LONGEST = 300  # characters of one item
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {"mo": 0, "tu": 1, "we": 2, "th": 3, "fr": 4, "sa": 5, "su": 6, "tues": 1, "wednes": 2, "thur": 3, "thurs": 3}
_GROUPS = {"daily": range(7), "every day": range(7), "weekdays": range(5), "weekend": (5, 6), "weekends": (5, 6)}
_SPAN = re.compile(r"\s*(?:-|–|—|\bto\b|\buntil\b)\s*")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|h)?")
_ITEM = re.compile(r"(?P<days>[^\d]+?)\s*(?P<times>\d.*)")

Spans = tuple[tuple[int, int], ...]
"""Local (start, end) in minutes from Monday 00:00; an end may lie in the next week."""


@cache
def zones_by_name() -> dict[str, str]:
    """Every IANA zone by its casefolded name."""
    return {name.casefold(): name for name in available_timezones()}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def parse(items: Iterable[str]) -> Spans:
    """Spans of a week from items such as "Mon-Fri 09:00-11:00", "Mon 9-11" or "Sat 22:00-02:00" (into the next day).

    Raises ValueError with a sentence that quotes nothing but says what is wrong.
    """
    return tuple(sorted({span for item in items for span in _item(item)}))


@lru_cache(maxsize=20_000)
def _item(text: str) -> tuple[tuple[int, int], ...]:
    text = " ".join(text.casefold().split())
    found = _ITEM.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError("a day and hours are needed, as in Mon 09:00-11:00")
    days = _days(found["days"])
    spans = []
    for part in re.split(r"\s*(?:,|\+|\band\b|\s&\s)\s*", found["times"].strip()):
        ends = _SPAN.split(part)
        if len(ends) != 2:
            raise ValueError("hours need a start and an end, as in 09:00-11:00")
        start, end = _minutes(ends[0], _half(ends[1])), _minutes(ends[1])
        if not _half(ends[0]) and _half(ends[1]) and start >= end:  # "11-1pm" starts in the morning
            start = (start + _DAY // 2) % _DAY
        if start == end:
            raise ValueError("the hours start and end at the same time; the whole day is 00:00-24:00")
        if start == _DAY:
            start = 0
            days = [day + 1 for day in days]
        if end <= start:
            end += _DAY
        spans += [(day * _DAY + start, day * _DAY + end) for day in days]
    return tuple(spans)


def _days(text: str) -> list[int]:
    text = text.strip().rstrip(":,").strip()
    if text in _GROUPS:
        return list(_GROUPS[text])
    days: list[int] = []
    for part in re.split(r"\s*(?:,|/|\+|&|\band\b)\s*", text):
        ends = [_day(each) for each in _SPAN.split(part)]
        if len(ends) > 2:
            raise ValueError("days are written as Mon, Mon-Fri or Mon,Wed")
        days += [(ends[0] + k) % 7 for k in range((ends[-1] - ends[0]) % 7 + 1)]
    return days


def _day(text: str) -> int:
    name = text.strip().rstrip(".")
    for k, day in enumerate(_DAYS):
        if name in (day, day[:3], day + "s"):
            return k
    if name in _SHORT:
        return _SHORT[name]
    raise ValueError("no day of the week; write Mon, Tue, Wed, Thu, Fri, Sat or Sun")


def _half(text: str) -> str:
    """'am', 'pm' or nothing."""
    return next((half for half in ("am", "pm") if text.replace(".", "").strip().endswith(half)), "")


def _minutes(text: str, half: str = "") -> int:
    """Minutes from midnight; ``half`` is taken where the text doesn't say am or pm itself."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError("no time of day; write 09:00 or 9")
    hour, minute = int(found[1]), int(found[2] or 0)
    half = _half(text) or half
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no time of day; am and pm go from 1 to 12")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if minute > 59 or hour * 60 + minute > _DAY:
        raise ValueError("no time of day; hours go from 00:00 to 24:00")
    return hour * 60 + minute


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=100_000)
def _to_utc(zone: str, monday: date, minute: int) -> float:
    """A local minute of the week, in minutes of UTC from the week's Monday 00:00."""
    midnight = datetime(monday.year, monday.month, monday.day)  # noqa: DTZ001 - local by intent, the zone is set below
    local = midnight + timedelta(minutes=minute)
    offset = local.replace(tzinfo=_zone(zone)).utcoffset()
    return minute - (offset.total_seconds() / 60 if offset is not None else 0.0)


@lru_cache(maxsize=20_000)
def _mask(spans: Spans, zone: str, monday: date) -> int:
    mask = 0
    for start, end in spans:
        first = -int(-_to_utc(zone, monday, start) // 15)  # starts round up, ends down
        last = int(_to_utc(zone, monday, end) // 15)
        length = min(last - first, QUARTERS)
        if length > 0:
            bits = ((1 << length) - 1) << (first % QUARTERS)
            mask |= (bits | bits >> QUARTERS) & ((1 << QUARTERS) - 1)
    return mask


def quarters(spans: Sequence[Spans | None], zones: Sequence[str | None], monday: date) -> npt.NDArray[np.uint64]:
    """Bits of the free quarters of an hour in UTC in that week, shape (people, 11); hours without a zone are UTC."""
    raw = bytearray()
    for each, zone in zip(spans, zones):
        raw += _mask(each or (), zone or "UTC", monday).to_bytes(WORDS * 8, "little")
    return np.frombuffer(bytes(raw), dtype="<u8").astype(np.uint64).reshape(-1, WORDS)


def offsets(zones: Sequence[str | None], monday: date) -> npt.NDArray[np.float64]:
    """Hours ahead of UTC at noon of that Monday, shape (people,); NaN where no zone is known."""
    found = {zone: _offset(zone, monday) for zone in {each for each in zones if each}}
    return np.array([found[zone] if zone else np.nan for zone in zones], dtype=np.float64)


def _offset(zone: str, monday: date) -> float:
    noon = datetime(monday.year, monday.month, monday.day, 12, tzinfo=UTC)
    offset = noon.astimezone(_zone(zone)).utcoffset()
    return offset.total_seconds() / 3600 if offset is not None else 0.0


def weeks_of(start: date, end: date | None, zones: Iterable[str | None]) -> tuple[date, ...]:
    """The Mondays to compare: that of ``start``, and up to ``end`` the first after each change of clocks in a zone."""
    first = monday_of(start)
    weeks = [first]
    if end is None:
        return (first,)
    names = sorted({zone for zone in zones if zone})
    before = [_offset(zone, first) for zone in names]
    monday = first + timedelta(days=7)
    while monday <= end:
        now = [_offset(zone, monday) for zone in names]
        if now != before:
            weeks.append(monday)
        before = now
        monday += timedelta(days=7)
    return tuple(weeks)
