"""Who may do what to people and to the list of them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.policies import rule
from openmentor.people.models import PendingAddress, Person


@rule
def see_everybody(actor: Actor, subject: None = None) -> str | None:
    """The list of people, with their HR facts, is the administrators'."""
    return None if actor.is_administrator else _("Only administrators see the list of people.")


@rule
def import_people(actor: Actor, subject: None = None) -> str | None:
    """People are brought in by administrators, or by the command line on the machine itself."""
    return None if actor.is_administrator or actor.is_system else _("Only administrators can import people.")


@rule
def edit(actor: Actor, person: Person) -> str | None:
    """HR facts and addresses are corrected by administrators; name, language and time zone also by oneself."""
    if actor.is_administrator or (actor.person is not None and actor.person == person):
        return None
    return _("Only administrators can change this person.")


@rule
def make_administrator(actor: Actor, person: Person) -> str | None:
    if not actor.is_administrator:
        return _("Only administrators can do this.")
    if person.is_administrator:
        return _("They are an administrator already.")
    if person.left_on is not None or not person.is_active:
        return _("They have left, or may not sign in.")
    return None


@rule
def unmake_administrator(actor: Actor, person: Person) -> str | None:
    """There is always one left."""
    if not actor.is_administrator:
        return _("Only administrators can do this.")
    if not person.is_administrator:
        return _("They are not an administrator.")
    if person.is_last_administrator:
        return _("They are the last administrator. Make somebody else one first.")
    return None


@rule
def suspend(actor: Actor, person: Person) -> str | None:
    if not actor.is_administrator:
        return _("Only administrators can do this.")
    if actor.person == person:
        return _("You can't lock yourself out.")
    if not person.is_active:
        return _("They may not sign in already.")
    return None


@rule
def restore(actor: Actor, person: Person) -> str | None:
    if not actor.is_administrator:
        return _("Only administrators can do this.")
    return None if not person.is_active else _("They may sign in already.")


@rule
def make_codes(actor: Actor, subject: None = None) -> str | None:
    """Claim codes open accounts, so only administrators print them."""
    return None if actor.is_administrator else _("Only administrators can print claim codes.")


@rule
def type_address(actor: Actor, person: Person) -> str | None:
    """For oneself, while none is confirmed. A known address is what imports and vetoes know somebody by: administrators correct it."""
    if actor.person is None or not actor.is_person or actor.person != person:
        return _("Everybody types their own address.")
    if person.email and not PendingAddress.objects.filter(person=person).exists():
        return _("Your address is known. An administrator can correct it.")
    return None
