"""What happened, for ever: the audit trail, the outbox, the feed, and the source of engagement figures."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One verb that was done. Append-only; opaque ids and a few facts, no private text, no names.

    ``sequence`` and ``digest`` are given after commit by the one sealing job: an auto-increment id is no order, since a later id
    can commit earlier and a reader that remembers the last one would lose an event for ever.
    """

    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=80, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    program_id = models.BigIntegerField(null=True)
    cohort_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    sequence = models.BigIntegerField(null=True, unique=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"]),
            models.Index(fields=["program_id", "at"]),
            models.Index(fields=["cohort_id", "verb"]),
            models.Index(fields=["id"], condition=models.Q(sequence=None), name="event_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}:{self.subject_id}"
