"""How often somebody may try a secret. Counted in the cache by address: enough against guessing 59 bits."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

MINUTES = 10


def _key(request: HttpRequest, what: str) -> str:
    return f"tries:{what}:{request.META.get('REMOTE_ADDR', '')}"


def are_used_up(request: HttpRequest, what: str, most: int) -> bool:
    """Whether ``most`` tries were counted within ten minutes; counts none itself."""
    return int(cache.get(_key(request, what), 0)) >= most


def too_many(request: HttpRequest, what: str, most: int) -> bool:
    """Count one try; true from the one after ``most`` within ten minutes."""
    key = _key(request, what)
    cache.add(key, 0, MINUTES * 60)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ran out between the two
        return False
