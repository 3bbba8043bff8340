"""One file of people on its way in: staged, checked, merged by set in one short transaction."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.states import Stateful, Transitions
from openmentor.people.models.person import Person, Source


class Import(Stateful):
    class Status(models.TextChoices):
        READING = "reading", _("being read")
        CHECKED = "checked", _("checked, waiting for your yes")
        MERGING = "merging", _("being written")
        DONE = "done", _("done")
        FAILED = "failed", _("not done")
        CANCELLED = "cancelled", _("cancelled")

    class Extent(models.TextChoices):
        PARTIAL = "partial", _("some people: others stay as they are")
        FULL = "full", _("everybody: who is absent may have left")

    TRANSITIONS: ClassVar[Transitions] = {
        Status.READING: frozenset({Status.CHECKED, Status.FAILED, Status.CANCELLED}),
        Status.CHECKED: frozenset({Status.READING, Status.MERGING, Status.CANCELLED}),
        Status.MERGING: frozenset({Status.DONE, Status.FAILED}),
    }
    VERBS = {
        Status.READING: "import.read_again",
        Status.CHECKED: "import.checked",
        Status.MERGING: "import.confirmed",
        Status.DONE: "import.done",
        Status.FAILED: "import.failed",
        Status.CANCELLED: "import.cancelled",
    }

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    extent = models.CharField(max_length=10, choices=Extent.choices, default=Extent.PARTIAL)
    #: the day the file is true for
    valid_on = models.DateField()
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(max_length=255)
    #: column -> field, and the answers to the questions of the dry run
    mapping = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    #: what the dry run found, and what the merge did
    findings = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("people:import", args=[self.pk])


class ImportRow(models.Model):
    """One row of the file as it was understood, staged in chunks before the merge. Dropped some days after it."""

    class Action(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("as before")
        LEFT_OUT = "left_out", _("left out")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    #: as in the file: the header is row 1
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=Action.choices, default=Action.NEW)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    data = models.JSONField()
    #: [{"column", "value", "text"}]
    doubts = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]

    def __str__(self) -> str:
        return str(self.number)
