"""Naming somebody of a big organization: by address, by name, or from the suggestions that come while typing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from openmentor.people.models import Person

SUGGESTIONS = 8
_ADDRESS = re.compile(r"<([^<>]+)>\s*$")
_NUMBER = re.compile(r"\(no\.\s*(\d+)\)\s*$")


def label_of(person: Person) -> str:
    """How a person is written in the field, so that it is read back as that very one."""
    return f"{person.name} <{person.email}>" if person.email else f"{person.name} (no. {person.pk})"


def suggestions(text: str) -> QuerySet[Person]:
    """People who work here and whose name or address holds every word of ``text``."""
    found: QuerySet[Person] = Person.objects.present().filter(is_active=True)
    for word in text.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word.strip("<>")))
    return found[:SUGGESTIONS]


class PersonWidget(forms.TextInput):
    template_name = "programs/widgets/person.html"

    def __init__(self) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["suggest_url"] = reverse_lazy("programs:suggestions")
        return context


class PersonField(forms.CharField):
    """Cleans to a Person who works here, or None where it may be left empty."""

    widget = PersonWidget

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Person):
            return label_of(value)
        if isinstance(value, int):  # a ModelForm's initial value of a foreign key
            person = Person.objects.filter(pk=value).first()
            return label_of(person) if person else ""
        return value

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "").strip()
        return self._find(text) if text else None

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """The text's own validators do not fit a person."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True

    def _find(self, text: str) -> Person:
        found = list(self._candidates(text))
        if not found:
            raise ValidationError(_("Nobody of this name or address works here."), code="unknown")
        if len(found) > 1:
            raise ValidationError(
                _("Several people are called so. Choose one from the suggestions, or write the e-mail address."),
                code="ambiguous",
            )
        return found[0]

    def _candidates(self, text: str) -> Iterable[Person]:
        people: QuerySet[Person] = Person.objects.present().filter(is_active=True)
        if number := _NUMBER.search(text):
            return people.filter(pk=int(number[1]))
        if address := _ADDRESS.search(text):
            return people.filter(email=address[1].strip().lower())
        if "@" in text:
            return people.filter(email=text.lower())
        return people.filter(name__iexact=" ".join(text.split()))[:2]
