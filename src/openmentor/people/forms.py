"""What people type about themselves and others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from openmentor.foundation import clock
from openmentor.people.importing.text import one_line
from openmentor.people.models import Person


class NamesMixin:
    """A name that holds at least one letter, its invisible signs left out."""

    cleaned_data: dict[str, Any]

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not any(sign.isalpha() for sign in name):
            raise forms.ValidationError(_("Write a name that others can read: with at least one letter."))
        return name


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


class AddressForm(EmailMixin):
    """An address alone."""


class SetupForm(NamesMixin, PasswordMixin, EmailMixin):
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


class OwnForm(NamesMixin, forms.ModelForm[Person]):
    """What everybody may change of themselves."""

    timezone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, required=False)

    class Meta:
        model = Person
        fields = ("name", "timezone")


class PersonForm(NamesMixin, forms.ModelForm[Person]):
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
            "left_on",
        )
        labels = {"left_on": _("Last day here")}
        help_texts = {
            "left_on": _(
                "From this day on they can't sign in and get no mails. As soon as it is known they are asked and matched no more. "
                "Mentorships that run stay until a program's manager ends them. Empty it if they did not leave."
            )
        }
        widgets = {
            "hired_on": forms.DateInput(attrs={"type": "date"}),
            "left_on": forms.DateInput(attrs={"type": "date"}),
        }

    def clean_given_name(self) -> str:
        return one_line(self.cleaned_data["given_name"])

    def clean_family_name(self) -> str:
        return one_line(self.cleaned_data["family_name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        hired, left = data.get("hired_on"), data.get("left_on")
        if hired and left and left < hired:
            self.add_error("left_on", _("This is before the day on which they were hired."))
        return data

    def clean_email(self) -> str | None:
        value: Any = self.cleaned_data.get("email")
        return str(value).strip().lower() if value else None
