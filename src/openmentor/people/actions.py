"""Every verb that changes a person or their account. Imports have their own (``importing``, ``merging``)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from openmentor.foundation import clock, links, notices, ratelimit
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import record
from openmentor.foundation.models import DatabaseProperty
from openmentor.people import policies
from openmentor.people.models import ClaimCode, EmploymentEvent, PendingAddress, Person
from openmentor.people.models.access import digest, new_code

CODE_DAYS = 60
#: of the link that confirms an address
ADDRESS_PURPOSE = "people.address"
#: how many mails that ask for it one person may cause, and one address may get
MAILS_AN_HOUR, MAILS_A_DAY = 3, 5
ADDRESS_MAILS = notices.category("address", _l("Your address"), essential=True)


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
    """Correct facts of a person. Raises ``Conflict`` if the address is somebody else's, or the last administrator would have left.

    A last day leaves the employment event that an import would; moved, the event moves; emptied, they did not leave, unless they
    were hired again since.
    """
    policies.edit.check(by, person)
    changed = [field for field, value in changes.items() if getattr(person, field) != value]
    if not changed:
        return person
    left_before = person.left_on
    for field in changed:
        setattr(person, field, changes[field])
    try:
        with transaction.atomic():
            if "email" in changed:
                PendingAddress.objects.filter(person=person).delete()
            if "left_on" in changed:
                _note_leaving(person, left_before)
            person.save(update_fields=changed)
            record("person.changed", person, by=by, facts={"fields": sorted(changed)})
    except IntegrityError as error:
        raise Conflict(_("This address belongs to somebody else already.")) from error
    return person


def _note_leaving(person: Person, before: date | None) -> None:
    if person.is_administrator and person.has_left:
        _keep_an_administrator(person)
    events, left = EmploymentEvent.objects.filter(person=person), EmploymentEvent.Kind.LEFT
    is_back = person.left_on is None and person.hired_on is not None and before is not None and person.hired_on > before
    if is_back:
        assert person.hired_on is not None
        events.get_or_create(person=person, kind=EmploymentEvent.Kind.HIRED, day=person.hired_on)
    elif before is not None:
        events.filter(kind=left, day=before).delete()
    if person.left_on is not None:
        events.get_or_create(person=person, kind=left, day=person.left_on)


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
    """Give the person of this code an account. Raises ``Denied`` for a wrong, used or old code, ``Conflict`` for a taken address.

    Unless it is the address that we know of them, it is confirmed by a mail before it is used for anything but signing in.
    """
    with transaction.atomic():
        # Deleting is the compare-and-set: of two who come with the same code at once, one finds the row.
        kept = find_code(code)
        if kept is None or not ClaimCode.objects.filter(pk=kept.pk).delete()[0]:
            raise Denied(
                _("This code is not known, was used already or is too old. Ask whoever gave it to you for a new one.")
            )
        person = kept.person
        person.set_password(password)
        person.save(update_fields=["password"])
        record("person.claimed", person, by=Actor.of(person))
        if email.strip().lower() != person.email:
            _keep_pending(person, email)
    return person


def type_address(person: Person, email: str, *, by: Actor) -> PendingAddress:
    """Another address in place of the one that waits to be confirmed, or the same again: the mail goes out once more.

    Raises ``Conflict`` for an address that is somebody else's, ``Denied`` after too many mails.
    """
    policies.type_address.check(by, person)
    address = email.strip().lower()
    if not (
        ratelimit.allow("address-by", str(person.pk), most=MAILS_AN_HOUR, per=timedelta(hours=1))
        and ratelimit.allow("address-to", address, most=MAILS_A_DAY, per=timedelta(days=1))
    ):
        raise Denied(_("We have sent several mails already. Look into the folder for spam, or try again in an hour."))
    with transaction.atomic():
        return _keep_pending(person, address)


def _keep_pending(person: Person, email: str) -> PendingAddress:
    address, now = email.strip().lower(), clock.now()
    if Person.objects.filter(email=address).exclude(pk=person.pk).exists():
        raise Conflict(_("This address belongs to somebody else already. Use another one, or sign in with it."))
    pending, _made = PendingAddress.objects.update_or_create(
        person=person, defaults={"address": address, "typed_at": now}
    )
    # The address stays out of what is told: it may be a stranger's.
    record("person.address_typed", person, by=Actor.of(person))
    notices.send(
        address,
        subject=_("Is this your address?"),
        template="people/mail/confirm_address",
        link=links.Personal("people:address_confirmation", ADDRESS_PURPOSE, facts={"person": person.pk}),
        link_label=_("Yes, it is mine"),
        category=ADDRESS_MAILS,
        language=person.language,
    )
    return pending


def find_pending(link: links.Link) -> PendingAddress | None:
    """What the link of a mail confirms, while that address still waits for it and its person may sign in."""
    waiting = PendingAddress.objects.select_related("person")
    pending = waiting.filter(person=link.facts["person"], address=link.address).first()
    return pending if pending is not None and pending.person.may_sign_in else None


def confirm_address(pending: PendingAddress) -> Person:
    """From now on it is the person's address. Raises ``Conflict`` if it became somebody else's, or was confirmed a moment ago."""
    person = pending.person
    try:
        with transaction.atomic():
            if not PendingAddress.objects.filter(pk=pending.pk, address=pending.address).delete()[0]:
                raise Conflict(_("This was answered a moment ago."))
            person.email = pending.address
            person.save(update_fields=["email"])
            record("person.address_confirmed", person, by=Actor.of(person))
    except IntegrityError as error:
        raise Conflict(_("This address belongs to somebody else by now. Sign in and type another one.")) from error
    return person


def set_first_password(person: Person, password: str, *, by: Actor) -> Person:
    """From an invitation's link, which is bound to this person and address."""
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        record("person.claimed", person, by=by)
    return person
