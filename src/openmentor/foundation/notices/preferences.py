"""What people want to be told, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from openmentor.foundation import clock
from openmentor.foundation.models import Mute, QuietHours

if TYPE_CHECKING:
    from openmentor.people.models import Person


def mute(category: str, *, person_id: int | None = None, address: str = "") -> None:
    """Turn a category of mails off for a person, or for an address of somebody we do not know. Twice is as good as once."""
    Mute.objects.bulk_create(
        [Mute(person_id=person_id, address="" if person_id else address, category=category, since=clock.now())],
        ignore_conflicts=True,
    )


def unmute(category: str, *, person_id: int | None = None, address: str = "") -> None:
    _mutes(category, person_id, address).delete()


def is_muted(category: str, *, person_id: int | None = None, address: str = "") -> bool:
    return _mutes(category, person_id, address).exists()


def _mutes(category: str, person_id: int | None, address: str) -> QuerySet[Mute]:
    mutes = Mute.objects.filter(category=category)
    return mutes.filter(person=None, address=address) if person_id is None else mutes.filter(person=person_id)


def muted(category: str, people: Iterable[int]) -> set[int]:
    """Those of ``people`` who turned it off."""
    found = Mute.objects.filter(category=category, person__in=list(people)).values_list("person_id", flat=True)
    return {person_id for person_id in found if person_id is not None}


def quiet_hours(people: Iterable[int]) -> dict[int, tuple[time, time]]:
    """The hours of those who chose their own."""
    rows = QuietHours.objects.filter(person__in=list(people)).values_list("person_id", "starts", "ends")
    return {person_id: (starts, ends) for person_id, starts, ends in rows}


def zone_of(person: Person | None) -> ZoneInfo:
    """The reader's time zone, or the installation's where theirs is not known."""
    known = person is not None and person.timezone in clock.zones()
    return ZoneInfo(person.timezone if person is not None and known else settings.TIME_ZONE)


def quiet_until(person: Person, hours: tuple[time, time] = QuietHours.USUAL, *, at: datetime) -> datetime:
    """When what can wait may reach ``person``: ``at``, or the end of the quiet hours that ``at`` falls into, on their own clock."""
    starts, ends = hours
    zone = zone_of(person)
    local = at.astimezone(zone)
    now = local.time()
    if starts == ends:
        return at
    quiet = starts <= now < ends if starts < ends else now >= starts or now < ends
    if not quiet:
        return at
    day = local.date() + timedelta(days=1) if now >= ends else local.date()
    return datetime.combine(day, ends, tzinfo=zone).astimezone(at.tzinfo)
