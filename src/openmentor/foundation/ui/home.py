"""The first page. Each app says in its ``nav.py`` what it has to show there, and for whom; the page draws what is there, in order.

from openmentor.foundation.ui import home

home.add(home.Panel(order=10, template="mentorships/_home.html", context=my_matches))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openmentor.foundation.actors import Actor


@dataclass(frozen=True)
class Panel:
    """``context(actor)`` gives what the fragment needs, or None where it has nothing for this reader."""

    order: int
    template: str
    context: Callable[[Actor], dict[str, Any] | None]


_panels: list[Panel] = []


def add(panel: Panel) -> None:
    if panel not in _panels:
        _panels.append(panel)


def panels(actor: Actor) -> list[tuple[str, dict[str, Any]]]:
    """Template and context of each panel that has something for this reader."""
    found = []
    for panel in sorted(_panels, key=lambda panel: panel.order):
        context = panel.context(actor)
        if context is not None:
            found.append((panel.template, context))
    return found
