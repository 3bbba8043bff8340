"""Columns of dates: one order of day and month for the whole column, two-digit years, the dates that mean 'none'."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from openmentor.people.importing.names import plain

Order = Literal["dmy", "mdy"]

#: What databases and spreadsheets write where there is no date.
NO_DATES = frozenset(
    {date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1901, 1, 1)}
)
NEVER_YEARS = frozenset({2999, 9998, 9999})
EPOCH = date(1970, 1, 1)
_CLOCK = r"(?:[ T,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|[+-]\d{1,2}:?\d{0,2})*)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _CLOCK, re.IGNORECASE)
_PACKED = re.compile(r"(1[89]|2[01])(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_NUMBERS = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})" + _CLOCK, re.IGNORECASE)
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
_WORDS_DAY_FIRST = re.compile(r"(\d{1,2})\.?[\s/-]*(?:de )?([^\W\d_]{3,})\.?[\s/,-]*(?:de )?(\d{4}|\d{2})" + _CLOCK)
_WORDS_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?[\s/-]*(\d{1,2})(?:st|nd|rd|th)?[\s/,-]+(\d{4}|\d{2})" + _CLOCK)
_MONTHS = (
    "jan ene january januar janvier enero janner",
    "feb fev february februar fevrier febrero",
    "mar mrz march marz mars marzo",
    "apr avr abr april avril abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juillet julio",
    "aug aou ago august aout agosto",
    "sep sept set september septembre septiembre setiembre",
    "oct okt october oktober octobre octubre",
    "nov november novembre noviembre",
    "dec dez dic december dezember decembre diciembre",
)
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = (1, 80_000)


@dataclass(frozen=True, slots=True)
class Parts:
    """A date as written: ``first`` and ``second`` are day and month in an order still to be settled, if ``is_open``."""

    first: int
    second: int
    year: int
    has_short_year: bool = False
    is_open: bool = False
    separator: str = ""


@lru_cache(maxsize=50_000)
def parts(cell: str) -> Parts | date | None:
    """What ``cell`` says: a date if it can be read one way, its parts if not, None if it is no date."""
    text = cell.strip()
    if found := _ISO.fullmatch(text):
        return _real(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(text):
        short = len(found[4]) == 2
        return Parts(int(found[1]), int(found[3]), int(found[4]), short, True, found[2])
    if found := _PACKED.fullmatch(text):
        return _real(int(found[1] + found[2]), int(found[3]), int(found[4]))
    if _SERIAL.fullmatch(text):
        days = int(float(text))
        return _SERIAL_ZERO + timedelta(days) if _SERIALS[0] <= days <= _SERIALS[1] else None
    for pattern, day_at, month_at in ((_WORDS_DAY_FIRST, 1, 2), (_WORDS_MONTH_FIRST, 2, 1)):
        if found := pattern.fullmatch(text):
            month = _MONTH_NUMBERS.get(plain(found[month_at]))
            if month is None:
                return None
            if len(found[3]) == 2:
                return Parts(int(found[day_at]), month, int(found[3]), has_short_year=True)
            return _real(int(found[3]), month, int(found[day_at]))
    return None


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def means_none(cell: str) -> bool:
    """0000-00-00 and its kin, which are no dates of any calendar."""
    digits = cell.strip().split(" ")[0].split("T")[0]
    return bool(re.fullmatch(r"0*[-/.]?0+[-/.]0+|0{1,8}|1900-01-00", digits))


@dataclass(slots=True)
class Evidence:
    """What the cells of one column say about the order of day and month; rows are those of the file."""

    column: str
    dated: int = 0
    short_years: int = 0
    day_first: list[tuple[int, str]] = field(default_factory=list)
    month_first: list[tuple[int, str]] = field(default_factory=list)
    both_ways: list[tuple[int, str]] = field(default_factory=list)
    dots: int = 0
    epochs: int = 0
    short_example: tuple[int, str] | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def see(self, row: int, cell: str) -> None:
        """Take ``cell`` into account. A few examples of each kind are kept, and how many there were."""
        found = parts(cell)
        if found is None:
            return
        self.dated += 1
        if isinstance(found, date):
            self.epochs += found == EPOCH
            return
        if found.has_short_year:
            self.short_years += 1
            self.short_example = self.short_example or (row, cell)
        if not found.is_open:
            return
        self.dots += found.separator == "."
        if found.first > 12:
            kind, examples = "day", self.day_first
        elif found.second > 12:
            kind, examples = "month", self.month_first
        elif found.first != found.second:
            kind, examples = "both", self.both_ways
        else:
            return
        self.counts[kind] += 1
        if len(examples) < 3:
            examples.append((row, cell))

    @property
    def order(self) -> Order | None:
        """The order that most of the column's own rows prove; by its dots, which are written day first; or None."""
        day, month = self.counts["day"], self.counts["month"]
        if day != month:
            return "dmy" if day > month else "mdy"
        return "dmy" if self.dots and self.dots >= self.counts["both"] else None

    @property
    def is_undecided(self) -> bool:
        """Some date can be read two ways and no row tells which."""
        return self.order is None and bool(self.counts["both"] or self.counts["day"])


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of a column are read.

    order         of day and month.
    latest_year   two digits mean the last year with these digits that is not after it.
    """

    order: Order
    latest_year: int

    def full_year(self, short: int) -> int:
        """The year of two digits: the last one with these digits that is not after ``latest_year``."""
        year = self.latest_year - self.latest_year % 100 + short
        return year if year <= self.latest_year else year - 100

    def read(self, cell: str) -> date | None:
        """The date of ``cell``, None if it is none under this reading."""
        found = parts(cell)
        if found is None or isinstance(found, date):
            return found
        year = self.full_year(found.year) if found.has_short_year else found.year
        day, month = (found.first, found.second)
        if found.is_open and self.order == "mdy":
            day, month = month, day
        return _real(year, month, day)


def is_no_date(day: date) -> bool:
    """1/1/1900, 9999-12-31 and their kin: written where there is none."""
    return day in NO_DATES or day.year in NEVER_YEARS
