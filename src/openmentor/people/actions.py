"""Every verb that changes a person or their account. Imports have their own (``importing``, ``merging``)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import record
from openmentor.foundation.models import DatabaseProperty
from openmentor.people import policies
from openmentor.people.models import ClaimCode, Person
from openmentor.people.models.access import digest, new_code

CODE_DAYS = 60


def set_up(token: str, *, name: str, email: str, password: str) -> Person:
    """Make the first administrator, once. Raises ``Denied`` for a wrong or used token."""
    with transaction.atomic():
        kept = DatabaseProperty.objects.select_for_update().filter(pk="setup_token").first()
        if (
            kept is None
            or not hmac.compare_digest(str(kept.value), token)
            or Person.objects.filter(is_administrator=True).exists()
        ):
            raise Denied(
                _(
                    "This link was used already, or is not the newest. The console prints the right one while there is no administrator."
                )
            )
        kept.delete()
        person = Person.objects.create_person(name, email, password, is_administrator=True, **_split(name))
        record("person.administrator_made", person, by=Actor.of(person))
    return person


def _split(name: str) -> dict[str, str]:
    given, _space, family = name.strip().rpartition(" ")
    return {"given_name": given, "family_name": family}


def edit(person: Person, changes: Mapping[str, Any], *, by: Actor) -> Person:
    """Correct facts of a person. Raises ``Conflict`` if the address is somebody else's."""
    policies.edit.check(by, person)
    changed = [field for field, value in changes.items() if getattr(person, field) != value]
    if not changed:
        return person
    for field in changed:
        setattr(person, field, changes[field])
    try:
        with transaction.atomic():
            person.save(update_fields=changed)
            record("person.changed", person, by=by, facts={"fields": sorted(changed)})
    except IntegrityError as error:
        raise Conflict(_("This address belongs to somebody else already.")) from error
    return person


def make_administrator(person: Person, *, by: Actor) -> Person:
    policies.make_administrator.check(by, person)
    with transaction.atomic():
        if not Person.objects.filter(pk=person.pk, is_administrator=False).update(is_administrator=True):
            raise Conflict(_("They became an administrator a moment ago."))
        record("person.administrator_made", person, by=by)
    person.is_administrator = True
    return person


def unmake_administrator(person: Person, *, by: Actor) -> Person:
    policies.unmake_administrator.check(by, person)
    with transaction.atomic():
        # Locked: two administrators who remove one another at once would otherwise leave none.
        _keep_an_administrator(person)
        Person.objects.filter(pk=person.pk).update(is_administrator=False)
        record("person.administrator_unmade", person, by=by)
    person.is_administrator = False
    return person


def _keep_an_administrator(person: Person) -> None:
    """Raises ``Conflict`` if ``person`` is the last one; in the transaction that takes their rights."""
    administrators = Person.objects.select_for_update().filter(is_administrator=True).order_by("pk")
    if not any(each.pk != person.pk and each.is_active and not each.has_left for each in administrators):
        raise Conflict(_("They are the last administrator now."))


def suspend(person: Person, *, by: Actor) -> Person:
    """They can't sign in any more; what they did stays."""
    policies.suspend.check(by, person)
    return _set_active(person, False, "person.suspended", by)


def restore(person: Person, *, by: Actor) -> Person:
    policies.restore.check(by, person)
    return _set_active(person, True, "person.restored", by)


def _set_active(person: Person, active: bool, verb: str, by: Actor) -> Person:
    with transaction.atomic():
        if person.is_administrator and not active:
            _keep_an_administrator(person)
        if not Person.objects.filter(pk=person.pk, is_active=not active).update(is_active=active):
            raise Conflict(_("This was changed a moment ago."))
        record(verb, person, by=by)
    person.is_active = active
    return person


def make_codes(people: Iterable[Person], *, by: Actor) -> list[tuple[Person, str]]:
    """A fresh claim code for each who has no account yet; earlier codes of theirs end. They are shown once and stored as digests."""
    policies.make_codes.check(by, None)
    codes = [(person, new_code()) for person in people if not person.has_account and person.may_sign_in]
    if not codes:
        return []
    now = clock.now()
    with transaction.atomic():
        ClaimCode.objects.filter(person__in=[person for person, _code in codes]).delete()
        ClaimCode.objects.bulk_create(
            (
                ClaimCode(person=person, digest=digest(code), made_at=now, expires_at=now + timedelta(days=CODE_DAYS))
                for person, code in codes
            ),
            batch_size=500,
        )
        record("people.codes_made", by.person or codes[0][0], by=by, facts={"count": len(codes)})
    return codes


def find_code(code: str) -> ClaimCode | None:
    """The code, while it opens something: not for somebody who left or was suspended after it was printed."""
    kept = ClaimCode.objects.select_related("person").filter(digest=digest(code), expires_at__gt=clock.now()).first()
    return kept if kept is not None and kept.person.may_sign_in else None


def claim(code: str, *, email: str, password: str) -> Person:
    """Give the person of this code an account. Raises ``Denied`` for a wrong, used or old code, ``Conflict`` for a taken address."""
    email = email.strip().lower()
    try:
        with transaction.atomic():
            # Deleting is the compare-and-set: of two who come with the same code at once, one finds the row.
            kept = find_code(code)
            if kept is None or not ClaimCode.objects.filter(pk=kept.pk).delete()[0]:
                raise Denied(
                    _(
                        "This code is not known, was used already or is too old. Ask whoever gave it to you for a new one."
                    )
                )
            person = kept.person
            person.email = email
            person.set_password(password)
            person.save(update_fields=["email", "password"])
            record("person.claimed", person, by=Actor.of(person))
    except IntegrityError as error:
        raise Conflict(
            _("This address belongs to somebody else already. Use another one, or sign in with it.")
        ) from error
    return person


def set_first_password(person: Person, password: str, *, by: Actor) -> Person:
    """From an invitation's link, which is bound to this person and address."""
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        record("person.claimed", person, by=by)
    return person
