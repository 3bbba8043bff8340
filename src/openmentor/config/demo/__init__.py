"""A made organization to look around in. Whether a database is a demo is written into it when it is created, and never later."""

from __future__ import annotations

from django.core.cache import cache

PROPERTY = "demo"


def is_demo() -> bool:
    """Whether this database was made as a demo. Asked on each page, so it is remembered: it never changes."""
    known = cache.get("is_demo")
    if known is None:
        from openmentor.foundation.models import DatabaseProperty

        known = DatabaseProperty.read(PROPERTY) is True
        cache.set("is_demo", known, 60)
    return bool(known)
