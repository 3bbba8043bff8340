"""Criteria as a form: a filter above the list of people, and the cohort's own rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from openmentor.enrollment import eligibility
from openmentor.enrollment.eligibility import FACETS, Criteria
from openmentor.foundation.ui.widgets import Tags


class Several(forms.CheckboxSelectMultiple):
    """Any of some words, folded away until they are needed."""

    template_name = "enrollment/widgets/several.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["chosen"] = ", ".join(str(word) for word in value or [])
        return context


class CriteriaForm(forms.Form):
    """``criteria`` holds what was chosen. A fact that nobody here has is not asked about."""

    skill = forms.CharField(label=_l("Skills"), required=False, max_length=500)
    skill_level = forms.TypedChoiceField(
        label=_l("Least level of the skills"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _l("Any")), *((step, str(step)) for step in range(1, 6))],
    )
    min_level = forms.IntegerField(label=_l("Career level from"), required=False, min_value=-100, max_value=100)
    max_level = forms.IntegerField(label=_l("Career level to"), required=False, min_value=-100, max_value=100)
    min_tenure = forms.FloatField(
        label=_l("Years here, at least"),
        required=False,
        min_value=0,
        max_value=80,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    max_tenure = forms.FloatField(
        label=_l("Years here, less than"),
        required=False,
        min_value=0,
        max_value=80,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )

    FIRST = ("q", "asked", "skill", "skill_level", "department")
    field_order = ("q", "asked", "skill", "skill_level", *FACETS, "min_level", "max_level", "min_tenure", "max_tenure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial if not self.is_bound else {}
        for name, label in FACETS.items():
            words = eligibility.words_of(name)
            # A word of the stored rule stays a choice when the last person of, say, that department has left.
            words += [word for word in chosen.get(name, ()) if word not in words]
            if words:
                self.fields[name] = forms.MultipleChoiceField(
                    label=label, required=False, choices=[(word, word) for word in words], widget=Several
                )
        self.fields["skill"].widget = Tags(suggestions=eligibility.known_skills())
        self.order_fields(self.field_order)

    def clean_skill(self) -> list[str]:
        words = [" ".join(word.split()).casefold() for word in str(self.cleaned_data["skill"]).split(",")]
        return [word for word in dict.fromkeys(words) if word][:10]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for low, high in (("min_level", "max_level"), ("min_tenure", "max_tenure")):
            if data.get(low) is not None and data.get(high) is not None and data[low] > data[high]:
                self.add_error(high, _("This is less than where it begins."))
        return data

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that are used most."""
        return [field for field in self if field.name in self.FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.FIRST]

    @property
    def uses_more(self) -> bool:
        """Whether one of the others is filled in, or wrong."""
        return any(field.errors or field.value() not in (None, "", []) for field in self.more)

    @property
    def criteria(self) -> Criteria:
        return Criteria.of(self.cleaned_data)


class FindForm(CriteriaForm):
    """Also by name, and by whether they were asked already."""

    q = forms.CharField(label=_l("Name or e-mail"), required=False, max_length=200)
    asked = forms.ChoiceField(
        label=_l("Who"),
        required=False,
        choices=[("", _l("Not asked yet")), ("asked", _l("Asked or in it")), ("all", _l("Everybody"))],
    )
