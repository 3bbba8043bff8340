"""allauth's forms in the product's words: an address is an "e-mail" on every page."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django.forms import Field
from django.utils.translation import gettext_lazy as _


def _in_our_words(field: Field) -> None:
    field.label = _("E-mail")
    field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _in_our_words(self.fields["login"])


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _in_our_words(self.fields["email"])
