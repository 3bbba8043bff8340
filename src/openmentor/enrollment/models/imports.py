"""One file of applications on its way in: the export of a form, or a spreadsheet kept by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.states import Stateful, Transitions
from openmentor.programs.models import Cohort

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class ApplicationImportQuerySet(models.QuerySet["ApplicationImport"]):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever brought the file, while they manage the program. It holds vetoes, which may be about another manager."""
        if actor.person is None:
            return self.none()
        return self.filter(created_by=actor.person, cohort__in=Cohort.objects.run_by(actor))


class ApplicationImport(Stateful):
    class Status(models.TextChoices):
        READING = "reading", _("being read")
        CHECKED = "checked", _("checked, waiting for your yes")
        MERGING = "merging", _("being written")
        DONE = "done", _("done")
        FAILED = "failed", _("not done")
        CANCELLED = "cancelled", _("cancelled")

    RUNNING: ClassVar[tuple[str, ...]] = (Status.READING, Status.MERGING)
    TRANSITIONS: ClassVar[Transitions] = {
        Status.READING: frozenset({Status.CHECKED, Status.FAILED, Status.CANCELLED}),
        Status.CHECKED: frozenset({Status.READING, Status.MERGING, Status.CANCELLED}),
        Status.MERGING: frozenset({Status.DONE, Status.FAILED}),
        Status.FAILED: frozenset({Status.READING, Status.CANCELLED}),
    }
    VERBS = {
        Status.READING: "application_import.read_again",
        Status.CHECKED: "application_import.checked",
        Status.MERGING: "application_import.confirmed",
        Status.DONE: "application_import.done",
        Status.FAILED: "application_import.failed",
        Status.CANCELLED: "application_import.cancelled",
    }

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="application_imports")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    file = models.FileField(upload_to="application-imports/", blank=True)
    file_name = models.CharField(max_length=255)
    #: column → where it goes, as chosen; empty: guessed
    mapping = models.JSONField(default=dict, blank=True)
    #: what only the manager can say (``importing.choices.Choices``)
    choices = models.JSONField(default=dict, blank=True)
    #: what the dry run found (``importing.findings.Findings``); dropped with the file
    findings = models.JSONField(default=dict, blank=True)
    #: what was done: numbers alone
    counts = models.JSONField(default=dict, blank=True)
    #: counts up with each reading, so that an earlier one that ends late changes nothing
    attempt = models.PositiveSmallIntegerField(default=1)
    message = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("enrollment:application_import", args=[self.pk])

    @property
    def program_id(self) -> int:
        """Where its events belong."""
        return self.cohort.program_id

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING
