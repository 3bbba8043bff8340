"""allauth's forms in the product's words: an address is an "e-mail" on every page."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
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


def _called(field: Field, label: Any, help_text: Any = "") -> None:
    field.label, field.help_text = label, help_text or field.help_text
    field.widget.attrs.pop("placeholder", None)


def _code(field: Field) -> None:
    _called(field, _("Code"))
    field.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _called(self.fields["password"], _("Password"))


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _called(self.fields["oldpassword"], _("Password until now"))
        _called(self.fields["password1"], _("New password"), _("At least ten characters."))
        _called(self.fields["password2"], _("New password once more"))


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _code(self.fields["code"])


class CodeAgainForm(ReauthenticateByCodeForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _code(self.fields["code"])


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _code(self.fields["code"])


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _called(self.fields["name"], _("Name"), _("To tell it from others later, such as: phone, laptop."))
        self.initial["name"] = _("Passkey")
        only = self.fields["passwordless"]
        _called(only, _("Sign in by it alone"), _("Without this it is asked for after the password."))
        only.initial = True
