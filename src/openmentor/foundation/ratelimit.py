"""How often something may be tried: a small count in the cache, for sign-in, claim codes and the like."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

from django.core.cache import cache


def allow(what: str, who: str, *, most: int, per: timedelta) -> bool:
    """Count one try of ``who`` at ``what``; false once there were more than ``most`` in this stretch of ``per``.

    The count is kept in Django's cache: with the in-memory one each process counts for itself.
    """
    seconds = int(per.total_seconds())
    stretch = int(time.time()) // seconds
    key = f"ratelimit:{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{stretch}"
    cache.add(key, 0, timeout=seconds + 1)
    try:
        return cache.incr(key) <= most
    except ValueError:  # it expired between the two
        return True
