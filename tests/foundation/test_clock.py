"""The one clock: what it knows of zones is read once, not with every page."""

from __future__ import annotations

from zoneinfo import available_timezones

from openmentor.foundation import clock


def test_zones_are_all_that_the_machine_knows_and_are_read_once() -> None:
    assert clock.zones() == available_timezones()
    assert clock.zones() is clock.zones()
