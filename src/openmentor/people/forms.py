"""What people type about themselves and others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from openmentor.foundation import clock
from openmentor.people.models import Person


class PasswordMixin(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = Person(email=self.data.get("email", ""), name=self.data.get("name", ""))
        password_validation.validate_password(password, person)
        return password


class EmailMixin(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class SetupForm(PasswordMixin, EmailMixin):
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "email", "password")


class ClaimForm(PasswordMixin, EmailMixin):
    field_order = ("email", "password")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your code"),
        max_length=30,
        help_text=_("Twelve letters and digits, as on the sheet you were given."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


def zone_choices() -> list[tuple[str, str]]:
    names = sorted(
        name for name in clock.zones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    )
    return [("", "—"), ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class OwnForm(forms.ModelForm[Person]):
    """What everybody may change of themselves."""

    timezone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, required=False)

    class Meta:
        model = Person
        fields = ("name", "timezone")


class PersonForm(forms.ModelForm[Person]):
    """What administrators correct. An import that says otherwise later wins for the columns it brings."""

    timezone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, required=False)

    class Meta:
        model = Person
        fields = (
            "name",
            "given_name",
            "family_name",
            "email",
            "timezone",
            "position",
            "function",
            "department",
            "team",
            "level",
            "site",
            "country",
            "performance_tier",
            "hired_on",
        )
        widgets = {"hired_on": forms.DateInput(attrs={"type": "date"})}

    def clean_email(self) -> str | None:
        value: Any = self.cleaned_data.get("email")
        return str(value).strip().lower() if value else None
