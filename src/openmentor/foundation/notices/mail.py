"""Writing a mail from its row, and sending it once."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import Any, cast

import mrml
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, select_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from openmentor.foundation import clock, links
from openmentor.foundation.jobs import current, job
from openmentor.foundation.models import Delivery
from openmentor.foundation.notices import preferences
from openmentor.foundation.notices.registry import category_label, find_category

State = Delivery.State
UNSUBSCRIBE = "foundation.unsubscribe"


@dataclass(frozen=True)
class Written:
    """A mail as its reader gets it."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


def write(delivery: Delivery) -> Written:
    """The mail of a row, in its reader's language and time zone. Raises ``ObjectDoesNotExist`` if what it is about is gone."""
    from openmentor.foundation.notices.delivery import decode

    person = delivery.person
    language = (person.language if person is not None else "") or delivery.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(preferences.zone_of(person)):
        path = links.path_of(delivery.link, person_id=delivery.person_id, address=delivery.address)
        unsubscribe = "" if find_category(delivery.category).essential else absolute(unsubscribe_path(delivery))
        context: dict[str, Any] = {
            **decode(delivery.context),
            "reader": person,
            "subject": delivery.subject,
            "link": absolute(path) if path else "",
            "link_label": delivery.link_label or _("Open in OpenMentor"),
            "category": category_label(delivery.category),
            "unsubscribe_url": unsubscribe,
            "base_url": settings.BASE_URL.rstrip("/"),
            "language": language,
        }
        body = _unescaped(f"{delivery.template}.txt", context).strip()
        text = _unescaped("foundation/mail/notice.txt", {**context, "text": body})
        layout = select_template([f"{delivery.template}.mjml", "foundation/mail/notice.mjml"])
        html = mrml.to_html(layout.render({**context, "text": body})).content
    headers = {"Message-ID": cast(str, delivery.message_id), "Auto-Submitted": "auto-generated"}
    if unsubscribe:
        headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Written(delivery.subject, text, html, headers)


def _unescaped(name: str, context: dict[str, Any]) -> str:
    template = get_template(name)
    return str(template.template.render(Context(context, autoescape=False)))  # type: ignore[attr-defined]


def absolute(path: str) -> str:
    return path if "://" in path else settings.BASE_URL.rstrip("/") + path


def unsubscribe_path(delivery: Delivery) -> str:
    address = "" if delivery.person_id else delivery.address
    # Never expires: who finds an old mail may still want no more of them.
    link = links.Link(UNSUBSCRIBE, delivery.person_id, address, {"category": delivery.category})
    return reverse("foundation:unsubscribe", args=[link.token])


def _give_up(delivery_id: int) -> None:
    Delivery.objects.filter(pk=delivery_id).exclude(state=State.SENT).update(
        state=State.PARKED, why=_("It could not be written. The page of jobs shows why.")
    )


@job(queue="mail", on_parked=_give_up)
def send_mail(delivery_id: int) -> None:
    """Send the mail of a row, marked before and after: it goes out twice only if a process died in between, and then with the same id."""
    row = Delivery.objects.filter(pk=delivery_id)
    delivery = row.select_related("person").first()
    if delivery is None or delivery.state not in (State.WAITING, State.SENDING, State.PARKED):
        return
    reason = _why_not(delivery)
    if reason:
        row.update(state=State.DROPPED, why=reason)
        return
    address = delivery.person.email if delivery.person is not None else delivery.address
    assert address
    try:
        written = write(delivery)
    except ObjectDoesNotExist:
        row.update(state=State.DROPPED, why=_("What it was about is no longer there."))
        return
    message = EmailMultiAlternatives(
        written.subject, written.text, settings.DEFAULT_FROM_EMAIL, [address], headers=written.headers
    )
    message.attach_alternative(written.html, "text/html")
    row.update(state=State.SENDING, sending_at=clock.now(), address=address)
    running = current()
    if running is not None and not running.extend():
        return  # we stalled so long that another has taken this over: it is theirs to send
    try:
        message.send()
    except smtplib.SMTPResponseException as error:
        _refused(delivery, error, error.smtp_code, error.smtp_error)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        _refused(delivery, error, code, answer)
    except OSError as error:  # smtplib.SMTPException is one
        _refused(delivery, error, 0, str(error) or type(error).__name__)
    else:
        row.update(state=State.SENT, sent_at=clock.now(), why="")


def _why_not(delivery: Delivery) -> str:
    """What speaks against sending it now that it is due, or nothing."""
    person = delivery.person
    if person is not None and not person.email:
        return _("The reader has no address.")
    if person is not None and not person.may_sign_in:
        return _("The reader's account is closed.")
    if not find_category(delivery.category).essential and preferences.is_muted(
        delivery.category, person_id=delivery.person_id, address=delivery.address
    ):
        return _("The reader turned these mails off.")
    return ""


def _refused(delivery: Delivery, error: Exception, code: int, answer: bytes | str) -> None:
    """Say on the row why; try again what may pass by itself, park what the server will never take."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    why = _("The mail server refused it: %(answer)s") if code else _("The mail server could not be reached: %(answer)s")
    why = " ".join((why % {"answer": f"{code or ''} {text}".strip()}).split())[:500]
    running = current()
    for_good = code >= 500 or running is None or running.is_last_attempt
    Delivery.objects.filter(pk=delivery.pk, state=State.SENDING).update(
        state=State.PARKED if for_good else State.WAITING, why=why
    )
    if not for_good:
        raise error
