from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_bidi

from openmentor.foundation.ui import nav

THEMES = {"light", "dark"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs. Nothing is looked up before a template asks for it."""
    theme = request.COOKIES.get("theme")
    return {
        "actor": getattr(request, "actor", None),
        # Without a choice the page follows the system, by CSS alone.
        "theme": theme if theme in THEMES else "",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "nav_sections": SimpleLazyObject(lambda: nav.sections(request)),
    }
