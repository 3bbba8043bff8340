"""The one clock. Everything that needs the time asks here, so that tests and the simulator can move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_shift = timedelta(0)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(tz=UTC) + _shift


def today(zone: str = "UTC") -> date:
    """The date it is now for somebody in ``zone`` (IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


@cache
def zones() -> frozenset[str]:
    """Every IANA time zone that this machine knows. Kept, since finding them reads hundreds of files."""
    return frozenset(available_timezones())


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Let time be ``by`` later than it is; for tests and the simulator."""
    global _shift
    before, _shift = _shift, _shift + by
    try:
        yield
    finally:
        _shift = before
