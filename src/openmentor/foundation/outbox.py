"""From committed events to their effects. See ``seal`` for the order and ``consume`` for the readers."""

from __future__ import annotations


def wake() -> None:
    """Tell the worker in this process that there is something to seal."""
