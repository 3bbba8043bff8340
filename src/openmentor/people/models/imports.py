"""One file of people on its way in: staged, checked, merged by set in one short transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.states import Stateful, Transitions
from openmentor.people.models.person import Person, Source, WorkFacts

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, actor: Actor) -> Self:
        """Files of people are the administrators'."""
        return self.all() if actor.is_administrator else self.none()

    def running(self) -> Self:
        return self.filter(status__in=[Import.Status.READING, Import.Status.MERGING])


class Import(Stateful):
    class Status(models.TextChoices):
        READING = "reading", _("being read")
        CHECKED = "checked", _("checked, waiting for your yes")
        MERGING = "merging", _("being written")
        DONE = "done", _("done")
        FAILED = "failed", _("not done")
        CANCELLED = "cancelled", _("cancelled")

    class Extent(models.TextChoices):
        PARTIAL = "partial", _("Some people: the others stay as they are")
        FULL = "full", _("Everybody of this source: who is absent may have left")

    TRANSITIONS: ClassVar[Transitions] = {
        Status.READING: frozenset({Status.CHECKED, Status.FAILED, Status.CANCELLED}),
        # People may change between the check and the yes: then it is checked again.
        Status.CHECKED: frozenset({Status.READING, Status.MERGING, Status.CANCELLED}),
        Status.MERGING: frozenset({Status.DONE, Status.FAILED, Status.READING}),
        Status.FAILED: frozenset({Status.READING, Status.CANCELLED}),
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
    #: kept until some days after the import has ended, then emptied
    file = models.FileField(upload_to="imports/", blank=True)
    file_name = models.CharField(max_length=255)
    #: which reading is the newest: an earlier one that still runs finds that it is not, and stops
    reading = models.PositiveIntegerField(default=1)
    #: what was chosen for columns, {"columns": {header: field}}, where it differs from the guess; "sheet" of a workbook
    mapping = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    #: {"absent": "left" | "here", "still_here": [ids], "same": {row: id, or 0 for nobody known}}
    decisions = models.JSONField(default=dict, blank=True)
    #: what the dry run found: columns with examples, questions, managers, notes
    findings = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    #: the newest event when the people were compared: a later one about people means to compare again
    compared_at_event = models.BigIntegerField(default=0)
    message = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    #: when file, rows and findings were dropped
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("people:import", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.status in (self.Status.READING, self.Status.MERGING)


class ImportRow(WorkFacts):
    """One row of the file as it will be merged: the person's facts as they stand afterwards. Dropped some days after."""

    class Action(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("as before")
        UNDECIDED = "undecided", _("known already, or new?")
        LEFT_OUT = "left_out", _("left out")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    #: as in the file: the header is row 1
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=Action.choices, default=Action.NEW)
    #: the person's id: of somebody known, or kept free for somebody new. No foreign key, since the new are not there yet
    person_key = models.BigIntegerField(null=True, blank=True)
    email = models.EmailField(max_length=254, null=True, blank=True)
    manager_key = models.BigIntegerField(null=True, blank=True)
    #: the id by which the source will know them, where that is new; '' where it stays
    identity = models.CharField(max_length=200, blank=True)
    #: [{"kind", "day", "precision", "changes"}] of employment
    events = models.JSONField(default=list, blank=True)
    #: [{"key", "name"}]
    skills = models.JSONField(default=list, blank=True)
    #: columns that somebody gave a reason for, by header
    sensitive = models.JSONField(default=dict, blank=True)
    #: {field: [before, after]} of what changes, for the preview
    changes = models.JSONField(default=dict, blank=True)
    #: ids of people who may be this one, to be asked about
    candidates = models.JSONField(default=list, blank=True)
    is_doubtful = models.BooleanField(default=False)
    #: the kinds of its doubts with a space before and after each, to be filtered by
    kinds = models.CharField(max_length=500, blank=True)
    #: [{"kind", "column", "value", "sentence", "advice"}]
    doubts = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["batch", "action", "number"], name="import_row_action"),
            models.Index(fields=["batch", "is_doubtful", "number"], name="import_row_doubtful"),
            models.Index(fields=["person_key"], name="import_row_person"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class SensitiveColumn(models.Model):
    """A column of a source that tells of private things and comes in for a reason that somebody gave."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="sensitive_columns")
    name = models.CharField(max_length=200)
    #: key of the kind of thing it tells of: pay, origin, health …
    kind = models.CharField(max_length=40)
    reason = models.TextField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="sensitive_column_once")]

    def __str__(self) -> str:
        return self.name


class SensitiveFact(models.Model):
    """One cell of such a column. No page shows it of one person; reports count it in groups of five or more."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sensitive_facts", db_index=False)
    column = models.ForeignKey(SensitiveColumn, on_delete=models.CASCADE, related_name="facts")
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "column"], name="sensitive_fact_once")]

    def __str__(self) -> str:
        return str(self.column_id)
