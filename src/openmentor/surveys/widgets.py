"""Inputs for answers, made for a thumb: what is likely is there to be tapped, one's own words can stand beside it.

Each is plain HTML and posts the same without scripts. ``value`` has the shape that the kind of question says (``models.Answer``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from openmentor.engine.matching import hours
from openmentor.foundation.ui.widgets import LANGUAGES, WeekHours
from openmentor.surveys.values import hours_text

SKILL_LEVELS = (
    (1, pgettext_lazy("skill level", "beginner")),
    (2, pgettext_lazy("skill level", "some practice")),
    (3, pgettext_lazy("skill level", "solid")),
    (4, pgettext_lazy("skill level", "advanced")),
    (5, pgettext_lazy("skill level", "expert")),
)
LANGUAGE_LEVELS = (
    (1, gettext_lazy("a few words")),
    (2, gettext_lazy("simple talk")),
    (3, gettext_lazy("everyday talk")),
    (4, gettext_lazy("work")),
    (5, gettext_lazy("fluent")),
)
#: hours that most people mean, by name; those that one chooses are joined
PRESETS = (
    ("Mon-Fri 07:00-09:00", gettext_lazy("Weekdays, early")),
    ("Mon-Fri 09:00-12:00", gettext_lazy("Weekday mornings")),
    ("Mon-Fri 12:00-14:00", gettext_lazy("Weekday lunchtimes")),
    ("Mon-Fri 14:00-17:00", gettext_lazy("Weekday afternoons")),
    ("Mon-Fri 17:00-20:00", gettext_lazy("Weekday evenings")),
    ("Sat-Sun 09:00-18:00", gettext_lazy("Weekends")),
)
MOST_LIKELY_LANGUAGES = 4


def _getlist(data: Any, name: str) -> list[str]:
    if hasattr(data, "getlist"):
        return [str(each) for each in data.getlist(name)]
    found = data.get(name) or []
    return [str(each) for each in found] if isinstance(found, (list, tuple)) else [str(found)]


def _own_words(data: Any, name: str) -> list[str]:
    return [text.strip() for text in str(data.get(f"{name}-own", "")).replace("\n", ",").split(",") if text.strip()]


class _Group(forms.Widget):
    """Several controls under one question. What is not ticked posts nothing, so nothing can be left out by accident."""

    use_fieldset = True

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class Picks(_Group):
    """Any of several words to tap; one's own may be added where ``own`` is set. ``ordered``: the order of tapping counts."""

    template_name = "surveys/widgets/picks.html"

    def __init__(
        self, choices: Iterable[tuple[str, Any]], *, own: bool = False, ordered: bool = False, most: int | None = None
    ) -> None:
        super().__init__()
        self.choices, self.own, self.ordered, self.most = list(choices), own, ordered, most

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = [str(each) for each in value or []]
        known = {key for key, _label in self.choices}
        offered = [*self.choices, *((each, each) for each in chosen if each not in known)]
        rows = [
            {
                "value": key,
                "label": label,
                "checked": key in chosen,
                "place": chosen.index(key) + 1 if key in chosen else "",
            }
            for key, label in offered
        ]
        context["widget"].update(rows=rows, own=self.own, ordered=self.ordered, most=self.most)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        chosen = [*_getlist(data, name), *_own_words(data, name)]
        if not self.ordered:
            return chosen

        def place(at: int) -> tuple[float, int]:
            try:
                return float(data.get(f"{name}-place-{chosen[at]}", "")), at
            except ValueError:
                return float("inf"), at

        return [chosen[at] for at in sorted(range(len(chosen)), key=place)]


class Skills(_Group):
    """Skills to tap, each with a level that shows once it is chosen, and one's own beside them."""

    template_name = "surveys/widgets/skills.html"

    def __init__(self, suggestions: Sequence[str] = ()) -> None:
        super().__init__()
        self.suggestions = list(suggestions)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        levels = {skill["name"]: skill.get("level") for skill in value or []}
        offered = [
            *levels,
            *(each for each in self.suggestions if each.casefold() not in {name.casefold() for name in levels}),
        ]
        # In the order of the suggestions, so that nothing moves under a thumb when the page is saved and read again.
        order = {each.casefold(): at for at, each in enumerate(self.suggestions)}
        offered.sort(key=lambda each: order.get(each.casefold(), len(order)))
        rows = [{"value": each, "checked": each in levels, "level": levels.get(each)} for each in offered]
        context["widget"].update(rows=rows, levels=SKILL_LEVELS)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        chosen = [{"name": each, "level": data.get(f"{name}-level-{each}") or None} for each in _getlist(data, name)]
        for text in _own_words(data, name):
            word, _colon, level = text.partition(":")
            chosen.append({"name": word, "level": level.strip() if level.strip().isdigit() else None})
        return chosen


class Hours(_Group):
    """Hours of the week: what people usually mean to be tapped, and the exact hours behind it."""

    template_name = "surveys/widgets/hours.html"

    def __init__(self) -> None:
        super().__init__()
        self.exact = WeekHours()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        free = _minutes(value)
        rows, rest = [], set(free)
        for text, label in PRESETS:
            whole = _minutes(text)
            rows.append({"value": text, "label": label, "checked": whole <= free})
            if whole <= free:
                rest -= whole
        exact = _text(rest)
        inner = self.exact.get_context(f"{name}-exact", exact, {"id": f"{(attrs or {}).get('id', name)}_exact"})
        context["widget"].update(rows=rows, exact=inner["widget"], has_exact=bool(exact))
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return ";".join(
            [*_getlist(data, name), *(part for part in str(data.get(f"{name}-exact", "")).split(";") if part.strip())]
        )


_QUARTER = 15


def _minutes(text: Any) -> set[int]:
    """The quarters of an hour of a week that ``text`` names; nothing where it can't be read."""
    try:
        spans = hours.parse(part for part in str(text or "").split(";") if part.strip())
    except ValueError:
        return set()
    return {minute for start, end in spans for minute in range(start, end, _QUARTER)}


def _text(minutes: set[int]) -> str:
    return hours_text((minute, minute + _QUARTER) for minute in minutes)


class Languages(_Group):
    """Languages to tap, the likely ones first, each with a level that shows once it is chosen; others from a list."""

    template_name = "surveys/widgets/languages.html"

    def __init__(self, likely: Sequence[str] = ("en",)) -> None:
        super().__init__()
        self.likely = list(likely)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = {code: str(label) for code, label in LANGUAGES}
        levels = {language["code"]: language.get("level") for language in value or []}
        codes = list(dict.fromkeys([*(code for code in self.likely if code in names), *levels]))
        rows = [
            {"value": code, "label": names.get(code, code), "checked": code in levels, "level": levels.get(code) or 5}
            for code in codes
        ]
        others = sorted(((code, label) for code, label in names.items() if code not in codes), key=lambda pair: pair[1])
        context["widget"].update(rows=rows, levels=LANGUAGE_LEVELS, others=others)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        codes = [*_getlist(data, name), *(code for code in _getlist(data, f"{name}-other") if code)]
        return [{"code": code, "level": data.get(f"{name}-level-{code}") or 5} for code in codes]


class Traits(_Group):
    """Five lines with two ends each; one step in each."""

    template_name = "surveys/widgets/traits.html"

    def __init__(self, ends: Sequence[Sequence[Any]]) -> None:
        super().__init__()
        self.ends = list(ends)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        steps = list(value or [])
        rows = [
            {
                "name": f"{name}-{at}",
                "low": _(low),
                "high": _(high),
                "chosen": str(steps[at]) if at < len(steps) else "",
            }
            for at, (low, high) in enumerate(self.ends)
        ]
        context["widget"].update(rows=rows, steps=["1", "2", "3", "4", "5"])
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [str(data.get(f"{name}-{at}", "")) for at in range(len(self.ends))]
