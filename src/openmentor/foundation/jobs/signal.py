"""How threads of one process tell the worker beside them that there is something to do, so that it need not wait for its next look."""

from __future__ import annotations

import threading

_changed = threading.Condition()
_count = 0


def wake() -> None:
    global _count
    with _changed:
        _count += 1
        _changed.notify_all()


def seen() -> int:
    """A mark to take *before* looking for work; ``wait`` returns at once if somebody woke us since."""
    with _changed:
        return _count


def wait(mark: int, seconds: float) -> None:
    with _changed:
        _changed.wait_for(lambda: _count != mark, timeout=seconds)
