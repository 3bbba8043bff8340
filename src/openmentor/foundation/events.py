"""Recording what was done, and declaring who may see it. Consumers follow the sealed order (``foundation.outbox``)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from openmentor.foundation import clock
from openmentor.foundation.models import Event

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class Audience(StrEnum):
    """Who may see that an event happened, in feeds, webhooks and exports."""

    MEMBERS = "members"  # the people it concerns, and managers
    MANAGERS = "managers"  # the managers of its program
    ADMINISTRATORS = "administrators"
    NOBODY = "nobody"


_audiences: dict[str, Audience] = {}


def declare(audience: Audience, *verbs: str) -> None:
    """Say once, in the app's ``events.py``, who may see these verbs. Recording an undeclared verb fails."""
    for verb in verbs:
        if _audiences.setdefault(verb, audience) is not audience:
            raise ValueError(f"{verb} is declared twice, with two audiences")


def audience(verb: str) -> Audience:
    return _audiences[verb]


def declared() -> dict[str, Audience]:
    return dict(_audiences)


def record(
    verb: str,
    subject: models.Model,
    *,
    by: Actor,
    facts: Mapping[str, Any] | None = None,
    program_id: int | None = None,
    cohort_id: int | None = None,
) -> Event:
    """Write down that ``by`` did ``verb`` to ``subject``, in the caller's transaction, and wake the outbox after commit.

    facts   small, JSON, ids and numbers only: no names, no private text.
    Raises  LookupError for an undeclared verb, RuntimeError outside a transaction: an event without its change is a lie.
    """
    if verb not in _audiences:
        raise LookupError(f"no audience is declared for {verb}")
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{verb} must be recorded in the transaction of its change")
    event = Event.objects.create(
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        actor_kind=by.kind,
        actor_name=by.name,
        actor=by.person,
        program_id=program_id if program_id is not None else _place(subject, "program_id", "program"),
        cohort_id=cohort_id if cohort_id is not None else _place(subject, "cohort_id", "cohort"),
        at=clock.now(),
        facts=dict(facts or {}),
    )
    from openmentor.foundation import outbox

    transaction.on_commit(outbox.wake)
    return event


def _place(subject: models.Model, attribute: str, label: str) -> int | None:
    if subject._meta.model_name == label:
        return int(subject.pk)
    found = getattr(subject, attribute, None)
    return int(found) if found is not None else None


declare(Audience.ADMINISTRATORS, "job.sent_again", "job.dropped", "mail.sent_again")
