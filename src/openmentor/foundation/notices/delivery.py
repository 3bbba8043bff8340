"""From a notice to one row per person and channel."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.jobs import payload
from openmentor.foundation.links import Personal
from openmentor.foundation.models import Delivery, Event, QuietHours
from openmentor.foundation.notices import mail, preferences
from openmentor.foundation.notices.registry import BOTH, Notice, Text, find_category

if TYPE_CHECKING:
    from openmentor.people.models import Person

CHUNK = 500
State, Channel = Delivery.State, Delivery.Channel


def send(
    to: Person | Iterable[Person] | str,
    *,
    subject: Text,
    template: str,
    link: models.Model | str | Personal | None = None,
    link_label: Text = "",
    context: Mapping[str, Any] | None = None,
    category: str = "",
    urgent: bool = False,
    once: str = "",
    channels: tuple[str, ...] = BOTH,
    language: str = "",
) -> int:
    """Tell people something that is no event's notice: an invitation, a reminder. In the caller's transaction.

    to        people, or the mail address of somebody we do not know.
    category  what they turn off; the first word of ``template`` if none is given.
    once      what must not be told twice: the second ``send`` with the same word to the same person does nothing.
    language  for an address; a person has their own.
    Returns   how many rows were new.
    """
    area = category or template.partition("/")[0]
    occasion = f"once:{once}" if once else f"sent:{uuid.uuid4().hex}"
    if isinstance(to, str):
        return _to_address(
            to,
            subject=subject,
            template=template,
            link=link,
            link_label=link_label,
            context=context or {},
            area=area,
            urgent=urgent,
            occasion=occasion,
            language=language,
        )
    told = Notice(to, subject, template, link, link_label, context or {}, urgent, channels)
    return deliver(told, name=template, occasion=occasion, area=area)


def deliver(notice: Notice, *, name: str, occasion: str, area: str, event: Event | None = None) -> int:
    """Write a row for each person and channel, and a job for each mail. Doing it again adds nothing. Returns how many rows were new."""
    encoded: dict[str, dict[str, Any]] = {}
    new = 0
    for people in _stretches(notice.to):
        with transaction.atomic():
            new += _deliver(notice, people, name, occasion, notice.category or area, event, encoded)
    return new


def _stretches(to: Person | Iterable[Person]) -> Iterator[list[Person]]:
    everybody = iter([to] if isinstance(to, models.Model) else to)
    seen: set[int] = set()
    unique = (person for person in everybody if person is not None and not (person.pk in seen or seen.add(person.pk)))  # type: ignore[func-returns-value]
    while people := list(islice(unique, CHUNK)):
        yield people


def _deliver(
    notice: Notice,
    people: list[Person],
    name: str,
    occasion: str,
    area: str,
    event: Event | None,
    encoded: dict[str, dict[str, Any]],
) -> int:
    now = clock.now()
    ids = [person.pk for person in people]
    there = set(
        Delivery.objects.filter(occasion=occasion, notice=name, person__in=ids).values_list("person_id", "channel")
    )
    no_mail = preferences.muted(area, ids)
    hours = {} if notice.urgent else preferences.quiet_hours(ids)
    link = _link(notice.link)
    rows = []
    for person in people:
        language = person.language or settings.LANGUAGE_CODE
        if language not in encoded:
            with translation.override(language):
                encoded[language] = {
                    "subject": _one_line(notice.subject),
                    "link_label": str(notice.link_label)[:100],
                    "context": encode(notice.context),
                }
        common = {
            "notice": name,
            "occasion": occasion,
            "event": event,
            "person": person,
            "category": area,
            "language": language,
            "template": notice.template,
            "link": link,
            "created_at": now,
            **encoded[language],
        }
        if Channel.APP in notice.channels and (person.pk, Channel.APP) not in there:
            rows.append(Delivery(channel=Channel.APP, state=State.SENT, send_after=now, sent_at=now, **common))
        if Channel.MAIL in notice.channels and person.email and (person.pk, Channel.MAIL) not in there:
            after = (
                now
                if notice.urgent
                else preferences.quiet_until(person, hours.get(person.pk, QuietHours.USUAL), at=now)
            )
            rows.append(
                _mail_row(common, person.email, after, turned_off=person.pk in no_mail, may_sign_in=person.may_sign_in)
            )
    return _write(rows)


def _mail_row(
    common: dict[str, Any], address: str, after: datetime, *, turned_off: bool, may_sign_in: bool = True
) -> Delivery:
    row = Delivery(channel=Channel.MAIL, address=address, send_after=after, message_id=new_message_id(), **common)
    if turned_off and not find_category(row.category).essential:
        row.state, row.why = State.DROPPED, _("The reader turned these mails off.")
    elif not may_sign_in:
        row.state, row.why = State.DROPPED, _("The reader's account is closed.")
    elif not settings.EMAIL_URL:
        row.state, row.why = State.HELD, _("No mail server is set up.")
    return row


def _write(rows: list[Delivery]) -> int:
    """Insert what is not there; a job for each mail that we, and nobody beside us, inserted."""
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    ours = [row.message_id for row in rows if row.state == State.WAITING]
    by_moment: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
    for key, after in Delivery.objects.filter(message_id__in=ours).values_list("pk", "send_after"):
        by_moment[after].append({"delivery_id": key})
    for after, calls in by_moment.items():
        mail.send_mail.enqueue_many(calls, when=after)
    return len(rows)


def _to_address(
    address: str,
    *,
    subject: Text,
    template: str,
    link: models.Model | str | Personal | None,
    link_label: Text,
    context: Mapping[str, Any],
    area: str,
    urgent: bool,
    occasion: str,
    language: str,
) -> int:
    del urgent  # nobody's zone is known, so there are no quiet hours to keep
    address = address.strip().lower()
    now = clock.now()
    if Delivery.objects.filter(
        occasion=occasion, notice=template, person=None, address=address, channel=Channel.MAIL
    ).exists():
        return 0
    language = language or settings.LANGUAGE_CODE
    with translation.override(language), transaction.atomic():
        common = {
            "notice": template,
            "occasion": occasion,
            "category": area,
            "language": language,
            "template": template,
            "link": _link(link),
            "created_at": now,
            "subject": _one_line(subject),
            "link_label": str(link_label)[:100],
            "context": encode(context),
        }
        return _write([_mail_row(common, address, now, turned_off=preferences.is_muted(area, address=address))])


def recall(event_id: int | None, person_id: int) -> None:
    """What one person was told of an event, as far as it has not reached them: a mail that waits stays here, an unread line goes."""
    told = Delivery.objects.filter(event=event_id, person=person_id) if event_id else Delivery.objects.none()
    told.filter(channel=Channel.APP, read_at=None).delete()
    told.mails().filter(state__in=(State.WAITING, State.HELD)).update(
        state=State.DROPPED, why=_("It was taken back before it went out.")
    )


def new_message_id() -> str:
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.BASE_URL).hostname or 'openmentor'}>"


def _one_line(text: Text) -> str:
    return " ".join(str(text).split())[:250]


def _link(link: models.Model | str | Personal | None) -> dict[str, Any]:
    if link is None or link == "":
        return {}
    if isinstance(link, Personal):
        return link.spec()
    return {"path": link if isinstance(link, str) else link.get_absolute_url()}  # type: ignore[attr-defined]


def encode(value: Any) -> Any:
    """A mail's context as JSON: facts as they are, lazy texts as read now, objects as references."""
    if isinstance(value, models.Model):
        return {"$object": [value._meta.label_lower, value.pk]}
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple | models.QuerySet):
        return [encode(item) for item in value]
    return payload.encode(value)


def decode(value: Any) -> Any:
    """The context again, its objects as they are now. Raises ``ObjectDoesNotExist`` if one is gone."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        match value:
            case {"$object": [str(label), key], **rest} if not rest:
                return apps.get_model(label)._default_manager.get(pk=key)
            case {"$moment": _moment} | {"$date": _moment}:
                return payload.decode(value)
        return {key: decode(item) for key, item in value.items()}
    return value
