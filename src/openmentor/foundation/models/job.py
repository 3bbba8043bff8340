"""Work to be done after the request that asked for it: the one truth about jobs, on every database."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRecord(models.Model):
    """One call that is to happen. Written in the transaction of whatever asked for it, so that neither exists without the other.

    Who works on it holds a lease and renews it. ``claims`` counts how often the row was taken and never goes back: it is the
    fence that keeps a stalled worker from finishing what another has taken meanwhile. ``attempts`` starts again when an
    administrator sends a parked job once more.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        PARKED = "parked", _("parked")

    task = models.CharField(max_length=200)
    queue = models.CharField(max_length=40)
    priority = models.SmallIntegerField(default=0)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    run_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    claims = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    #: only one waiting job may have it
    unique_key = models.CharField(max_length=200, null=True, blank=True, db_index=True)
    #: which occurrence of a periodic job this is
    due = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    enqueued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # Full indexes, not partial ones: SQLite does not use a partial index for a bound parameter.
            models.Index(fields=["status", "-priority", "run_after", "id"], name="job_next"),
            models.Index(fields=["status", "lease_until"], name="job_lease"),
            models.Index(fields=["status", "finished_at"], name="job_finished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"], condition=models.Q(status="waiting"), name="job_unique_while_waiting"
            ),
            models.UniqueConstraint(fields=["task", "due"], name="job_due_once"),
            models.CheckConstraint(
                condition=~models.Q(status="running") | models.Q(lease_until__isnull=False),
                name="job_running_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"

    @property
    def name(self) -> str:
        """The last two words of the task's path, for people: ``jobs.send_mail``."""
        return ".".join(self.task.rsplit(".", 2)[-2:])
