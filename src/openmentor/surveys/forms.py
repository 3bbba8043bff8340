"""Questions as a Django form: one field for each, with the note who sees the answer. Half a screen may be saved; a whole one is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.ui.widgets import Scale, Tags
from openmentor.surveys import values, widgets
from openmentor.surveys.models import Item, Question


@dataclass(frozen=True)
class Hints:
    """What makes answering quicker, known of the reader and the pool.

    languages  codes, the likeliest first.
    skills     names that others of the pool gave, the most frequent first.
    """

    languages: Sequence[str] = ("en",)
    skills: Sequence[str] = ()


class AnswerField(forms.Field):
    """The field of one question. Its cleaned value has the shape of an answer; None is no answer."""

    def __init__(self, question: Question, *, required: bool, hints: Hints) -> None:
        super().__init__(
            required=required,
            label=_(question.text),
            help_text=_(question.help) if question.help else "",
            widget=_widget(question, hints),
        )
        self.question = question
        self.audience = question.audience
        self.must = required

    def clean(self, value: Any) -> Any:
        if self.question.kind == Question.Kind.TAGS and isinstance(value, str):
            value = value.split(",")
        if self.question.kind == Question.Kind.BOOLEAN:
            value = {"yes": True, "no": False}.get(str(value), value if isinstance(value, bool) else None)
        cleaned = values.clean(self.question, value)
        if cleaned is None and self.required:
            raise ValidationError(_("Please answer this."), code="required")
        return cleaned

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True

    def prepare_value(self, value: Any) -> Any:
        if self.question.kind == Question.Kind.BOOLEAN and isinstance(value, bool):
            return "yes" if value else "no"
        return value


def _widget(question: Question, hints: Hints) -> forms.Widget:
    Kind = Question.Kind  # noqa: N806 - the class itself, under its own name
    choices = [(value, _(label)) for value, label in question.choices]
    ends = [[_(low), _(high)] for low, high in question.options.get("ends", [])]
    if question.column == "timezone":
        return forms.Select(choices=_zones(), attrs={"data-browser-zone": ""})
    match question.kind:
        case Kind.LONG_TEXT:
            return forms.Textarea(attrs={"rows": 4})
        case Kind.NUMBER:
            bounds = {"min": question.options.get("least"), "max": question.options.get("greatest")}
            return forms.NumberInput(
                attrs={"inputmode": "numeric", **{name: value for name, value in bounds.items() if value is not None}}
            )
        case Kind.SCALE:
            low, high = ends[0] if ends else ("", "")
            return Scale(low=low, high=high, choices=[(step, str(step)) for step in range(1, 6)])
        case Kind.CHOICE:
            return forms.RadioSelect(choices=choices, attrs={"class": "om-picks"})
        case Kind.BOOLEAN:
            return forms.RadioSelect(choices=[("yes", _("Yes")), ("no", _("No"))], attrs={"class": "om-picks"})
        case Kind.CHOICES | Kind.RANKING:
            return widgets.Picks(
                choices,
                own=bool(question.options.get("own")),
                ordered=question.kind == Kind.RANKING,
                most=question.most,
            )
        case Kind.TAGS:
            return Tags(suggestions=question.options.get("suggestions", ()))
        case Kind.SKILLS:
            known = [*hints.skills, *(each for each in question.options.get("suggestions", ()))]
            distinct = {each.casefold(): each for each in reversed(known)}
            return widgets.Skills(list(reversed(distinct.values()))[:MOST_SKILLS])
        case Kind.HOURS:
            return widgets.Hours()
        case Kind.LANGUAGES:
            return widgets.Languages(hints.languages)
        case Kind.TRAITS:
            return widgets.Traits(ends)
    return forms.TextInput()


#: as many as a thumb scrolls past without losing patience
MOST_SKILLS = 16


def _zones() -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(clock.zones()):
        region, _slash, city = zone.partition("/")
        if city and region not in ("Etc", "SystemV", "posix", "right"):
            groups.setdefault(region, []).append((zone, city.replace("_", " ").replace("/", ", ")))
    return [("", _("Choose one")), ("UTC", "UTC"), *groups.items()]


class AnswersForm(forms.Form):
    """The questions of one screen.

    items    with their questions joined, in order.
    answers  key → value as it stands; what is not answered takes what ``defaults`` propose.
    partial  while one is still answering: nothing is required.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        items: Iterable[Item],
        answers: Mapping[str, Any],
        defaults: Mapping[str, Any] | None = None,
        hints: Hints | None = None,
        partial: bool = False,
        **kwargs: Any,
    ) -> None:
        items = list(items)
        initial = {
            each.question.key: answers.get(each.question.key, (defaults or {}).get(each.question.key)) for each in items
        }
        super().__init__(data, initial=initial, **kwargs)
        for each in items:
            field = AnswerField(each.question, required=each.required, hints=hints or Hints())
            if partial:
                field.required = False
            self.fields[each.question.key] = field

    def given(self) -> dict[Question, Any]:
        """What can be kept of what was posted, by question: also of a form whose other fields have errors."""
        self.is_valid()
        found: dict[Question, Any] = {}
        for key, field in self.fields.items():
            if isinstance(field, AnswerField) and key not in self.errors:
                found[field.question] = self.cleaned_data.get(key)
        return found
