from __future__ import annotations

from datetime import timedelta

import time_machine

from openmentor.foundation import ratelimit


def test_so_many_tries_and_no_more_until_the_stretch_is_over():
    minute = timedelta(minutes=1)
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as travel:
        tries = [ratelimit.allow("claim", "10.0.0.1", most=3, per=minute) for _ in range(5)]
        assert tries == [True, True, True, False, False]
        assert ratelimit.allow("claim", "10.0.0.2", most=3, per=minute)
        assert ratelimit.allow("sign-in", "10.0.0.1", most=3, per=minute)
        travel.shift(61)
        assert ratelimit.allow("claim", "10.0.0.1", most=3, per=minute)
