"""What makes applying quicker: what is known of the person, their browser and the pool."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.http import HttpRequest

from openmentor.enrollment.applying.application import Application
from openmentor.foundation.ui.widgets import LANGUAGES
from openmentor.people.importing import values as cells
from openmentor.people.models import Skill
from openmentor.surveys.forms import Hints

_KNOWN_LANGUAGES = {code for code, _label in LANGUAGES}
_FREQUENT = 12
_HOUR = 60 * 60


def browser_languages(request: HttpRequest) -> list[str]:
    """The languages that a browser asks for, the most wanted first, as far as we know them."""
    found: dict[str, float] = {}
    for part in request.headers.get("Accept-Language", "")[:500].split(","):
        code, _semicolon, quality = part.strip().partition(";q=")
        code = code.split("-")[0].lower()
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if code in _KNOWN_LANGUAGES and code not in found:
            found[code] = weight
    return sorted(found, key=lambda code: -found[code])


def hints(request: HttpRequest) -> Hints:
    languages = list(dict.fromkeys([*browser_languages(request), "en"]))[:5]
    return Hints(languages=languages, skills=_frequent_skills())


def _frequent_skills() -> list[str]:
    """The skills that most people of the organization have, by HR's account. Counted once an hour: it is a list of suggestions."""

    def count() -> list[str]:
        rows = Skill.objects.values("key").annotate(people=Count("pk")).order_by("-people", "key")[:_FREQUENT]
        keys = [row["key"] for row in rows]
        names = dict(Skill.objects.filter(key__in=keys).values_list("key", "name"))
        return [names[key] for key in keys if key in names]

    return cache.get_or_set("enrollment.frequent_skills", count, _HOUR) or []


def defaults(application: Application, request: HttpRequest) -> dict[str, Any]:
    """What stands in a question that is not answered yet, to be confirmed or changed: their profile, then what is likely."""
    person, cohort = application.person, application.cohort
    zones: dict[str, str] = (cohort.mappings or {}).get("timezone", {})
    first = browser_languages(request)[:1] or ["en"]
    found: dict[str, Any] = {
        "languages": [{"code": code, "level": 5} for code in first],
        "cadence": cohort.cadence,
        "timezone": person.timezone or cells.timezone(zones.get(person.site, "")) or "",
    }
    profile = {key: value for key, value in (person.profile or {}).items() if value}
    return {**found, **profile}
