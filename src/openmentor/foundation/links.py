"""Links in mails: signed, bound to one person (or address) and one purpose, for a time, and where asked for one use.

    link = links.make("enrollment.invitation", person=ada, facts={"invitation": 7}, lasts=timedelta(days=14))
    reverse("enrollment:invitation", args=[link.token])

    link = links.read(token, "enrollment.invitation")     # GET: show a page, change nothing
    with transaction.atomic():                            # POST: act
        links.spend(link)                                 # of a link that serves once
        ...

A mail program or a scanner opens every link it sees: so a link acts on POST only. The token is a function of what it says and of the
installation's key, so nobody needs to store it; of a used one its digest is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.jobs import periodic
from openmentor.foundation.models import SpentLink

if TYPE_CHECKING:
    from openmentor.people.models import Person

TWO_WEEKS = timedelta(days=14)


@dataclass(frozen=True)
class Link:
    """What a token says."""

    purpose: str
    person_id: int | None = None
    address: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None
    single_use: bool = False

    @property
    def token(self) -> str:
        said = {"p": self.person_id, "a": self.address, "f": dict(self.facts), "s": int(self.single_use)}
        said["e"] = None if self.expires_at is None else int(self.expires_at.timestamp())
        return _signer(self.purpose).sign_object(said)

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.purpose}:{self.token}".encode()).hexdigest()


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"openmentor.links.{purpose}")


def make(
    purpose: str,
    *,
    person: Person | None = None,
    address: str = "",
    facts: Mapping[str, Any] | None = None,
    lasts: timedelta | None = TWO_WEEKS,
    single_use: bool = False,
) -> Link:
    """A link for ``person``, or for an ``address`` of somebody we do not know. ``lasts=None`` never expires."""
    expires_at = None if lasts is None else (clock.now() + lasts).replace(microsecond=0)
    return Link(purpose, None if person is None else person.pk, address, dict(facts or {}), expires_at, single_use)


def read(token: str, purpose: str) -> Link:
    """What a token says. Raises ``Denied`` if it is not ours, was made for something else, or has expired."""
    try:
        said = _signer(purpose).unsign_object(token)
    except signing.BadSignature:
        raise Denied(_("This link is not complete. Please open it again from the mail, or copy all of it.")) from None
    expires_at = None if said["e"] is None else datetime.fromtimestamp(said["e"], tz=clock.now().tzinfo)
    if expires_at is not None and expires_at < clock.now():
        raise Denied(_("This link has expired. Please ask whoever sent it for a new one."))
    return Link(purpose, said["p"], said["a"], said["f"], expires_at, bool(said["s"]))


def is_spent(link: Link) -> bool:
    return link.single_use and SpentLink.objects.filter(pk=link.digest).exists()


def spend(link: Link) -> None:
    """Use up a link that serves once, in the transaction of what it does. Raises ``Conflict`` if it was used before."""
    if not link.single_use:
        return
    try:
        with transaction.atomic():
            SpentLink(digest=link.digest, spent_at=clock.now(), expires_at=link.expires_at).save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("This link has been used already. It serves only once.")) from None


@dataclass(frozen=True)
class Personal:
    """A link in a notice that is bound to each of its readers: ``Notice(link=links.Personal("matches:answer", "matches.answer"))``.

    The URL takes ``args`` and, last, the token.
    """

    url_name: str
    purpose: str
    args: tuple[str | int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    lasts: timedelta | None = TWO_WEEKS
    single_use: bool = False

    def spec(self) -> dict[str, Any]:
        """As a delivery keeps it: everything but whom it is for, and no token."""
        expires_at = None if self.lasts is None else int((clock.now() + self.lasts).timestamp())
        return {
            "url_name": self.url_name,
            "purpose": self.purpose,
            "args": list(self.args),
            "facts": dict(self.facts),
            "expires_at": expires_at,
            "single_use": self.single_use,
        }


def path_of(spec: Mapping[str, Any], *, person_id: int | None, address: str) -> str:
    """The path of a link that a delivery keeps, for its reader; empty if it has none."""
    if "path" in spec:
        return str(spec["path"])
    if "url_name" not in spec:
        return ""
    expires_at = (
        None if spec["expires_at"] is None else datetime.fromtimestamp(spec["expires_at"], tz=clock.now().tzinfo)
    )
    link = Link(spec["purpose"], person_id, "" if person_id else address, spec["facts"], expires_at, spec["single_use"])
    return reverse(spec["url_name"], args=[*spec["args"], link.token])


@periodic(every=timedelta(days=1))
def forget_expired() -> int:
    """What has expired cannot be used again, spent or not."""
    return SpentLink.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()[0]
