"""Who may come in by the link of their invitation alone."""

from __future__ import annotations

from openmentor.people.models import Person
from openmentor.programs.models import ProgramRole

#: of the links in invitations
PURPOSE = "enrollment.invitation"


def may_enter_by_link(person: Person) -> bool:
    """Who has no other way in yet, and nothing in their hands but their own application.

    Whoever set a password or a passkey signs in by it: a mail that was passed on must not open more than it was written for.
    """
    from allauth.mfa.models import Authenticator

    if not person.may_sign_in or person.left_on is not None or person.has_usable_password() or person.is_administrator:
        return False
    if Authenticator.objects.filter(user=person).exists():
        return False
    return not ProgramRole.objects.filter(person=person).exists()
