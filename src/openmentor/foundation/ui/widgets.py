"""Inputs that Django has not. Each is a plain field without scripts, and posts the same text either way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

LANGUAGES = (
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("cs", _("Czech")),
    ("da", _("Danish")),
    ("nl", _("Dutch")),
    ("en", _("English")),
    ("fi", _("Finnish")),
    ("fr", _("French")),
    ("de", _("German")),
    ("el", _("Greek")),
    ("he", _("Hebrew")),
    ("hi", _("Hindi")),
    ("hu", _("Hungarian")),
    ("it", _("Italian")),
    ("ja", _("Japanese")),
    ("ko", _("Korean")),
    ("no", _("Norwegian")),
    ("pl", _("Polish")),
    ("pt", _("Portuguese")),
    ("ro", _("Romanian")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
    ("sv", _("Swedish")),
    ("tr", _("Turkish")),
    ("uk", _("Ukrainian")),
)
LEVELS = (
    ("A1", _("A1, a few words")),
    ("A2", _("A2, simple talk")),
    ("B1", _("B1, everyday")),
    ("B2", _("B2, at work")),
    ("C1", _("C1, fluent")),
    ("C2", _("C2, native")),
)


class Scale(forms.RadioSelect):
    """A row of numbers to choose from, with words at both ends."""

    template_name = "foundation/widgets/scale.html"

    def __init__(self, low: Any = "", high: Any = "", attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__(attrs, choices)
        self.low, self.high = low, high

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(low=self.low, high=self.high)
        return context


class Tags(forms.TextInput):
    """Several short words, parted by commas: ``Python, SQL``. With ``closed``, only the suggestions."""

    template_name = "foundation/widgets/tags.html"

    def __init__(
        self,
        suggestions: Iterable[Any] = (),
        *,
        closed: bool = False,
        most: int | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.suggestions, self.closed, self.most = suggestions, closed, most

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(suggestions=list(self.suggestions), closed=self.closed, most=self.most)
        return context

    def format_value(self, value: Any) -> str | None:
        return (
            ", ".join(str(word) for word in value) if isinstance(value, (list, tuple)) else super().format_value(value)
        )


class WeekHours(forms.TextInput):
    """Free hours of a week as text: ``Mon 09:00-11:00;Wed 14:00-16:00``. With scripts, a grid of days and hours."""

    template_name = "foundation/widgets/week_hours.html"

    def __init__(
        self, first_hour: int = 7, last_hour: int = 20, days: Sequence[str] = DAYS, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.first_hour, self.last_hour, self.days = first_hour, last_hour, days

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        names = dict(zip(DAYS, WEEKDAYS.values(), strict=True))
        short = dict(zip(DAYS, WEEKDAYS_ABBR.values(), strict=True))
        context["widget"].update(
            days=[(day, names[day], short[day]) for day in self.days],
            hours=[(hour, f"{hour:02}:00") for hour in range(self.first_hour, self.last_hour)],
        )
        return context


class LanguageLevels(forms.TextInput):
    """Languages with how well: ``en:C2; de:B1``. Rows of two lists where there are scripts."""

    template_name = "foundation/widgets/language_levels.html"

    def __init__(
        self,
        languages: Iterable[tuple[str, Any]] = LANGUAGES,
        levels: Iterable[tuple[str, Any]] = LEVELS,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.languages, self.levels = list(languages), list(levels)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(languages=sorted(self.languages, key=lambda pair: str(pair[1])), levels=self.levels)
        return context


class Ranked(forms.Widget):
    """An order of known things, best first. Posts all keys under one name; the value is the ordered list.

    Without scripts each row has a place number to write, and the posted numbers give the order.
    """

    template_name = "foundation/widgets/ranked.html"
    use_fieldset = True

    def __init__(self, options: Iterable[tuple[str, Any]] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.options = list(options)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = {str(key): label for key, label in self.options}
        first = [str(key) for key in value or [] if str(key) in labels]
        order = [*first, *(key for key in labels if key not in first)]
        context["widget"].update(
            rows=[{"key": key, "label": labels[key], "place": place} for place, key in enumerate(order, 1)]
        )
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        keys: list[str] = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or [])

        def place(key: str) -> float:
            try:
                return float(data.get(f"{name}-place-{key}", ""))
            except ValueError:
                return float("inf")

        return sorted(dict.fromkeys(keys), key=place)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data


class FileDrop(forms.FileInput):
    """A file to choose or to drop. ``accept`` as in HTML; ``limit_mb`` is said before the upload, no more."""

    template_name = "foundation/widgets/file_drop.html"

    def __init__(
        self, accept: str = "", note: Any = "", limit_mb: int = 20, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__({**({"accept": accept} if accept else {}), **(attrs or {})})
        self.note, self.limit_mb = note, limit_mb

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(
            note=self.note, limit_mb=self.limit_mb, choose=pgettext_lazy("file", "Choose a file or drop it here")
        )
        return context
