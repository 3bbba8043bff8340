"""How accounts come to be: by the first administrator's token, an invitation or a claim code; never by signing up. And how they end."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest, HttpResponse

from openmentor.people.models import PendingAddress, Person


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Asked when somebody signs in and on every page after: who has left or was suspended is nobody to either."""

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, Person) and user.may_sign_in

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        """By a known address, or by one that its owner typed and has not confirmed: it opens their own account and nothing else."""
        if found := super()._authenticate_by_email(email, password):
            return found
        waiting = PendingAddress.objects.filter(address=email.strip().lower()).select_related("person").order_by("pk")
        return next((pending.person for pending in waiting if self._check_password(pending.person, password)), None)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Every way in comes by here, a passkey and a fresh password too."""
        if not user.may_sign_in:
            user.is_active = (
                False  # not kept: what follows says that this account is closed, in the words for all of them
            )
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer
