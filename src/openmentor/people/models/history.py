"""Dated facts of a working life, and what people can do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from openmentor.people.models.person import Person, Source


class EmploymentEvent(models.Model):
    class Kind(models.TextChoices):
        HIRED = "hired", _("hired")
        PROMOTED = "promoted", _("promoted")
        TRANSFERRED = "transferred", _("transferred")
        ROLE_CHANGED = "role_changed", _("role changed")
        LEFT = "left", _("left")

    class Precision(models.TextChoices):
        DAY = "day", _("on this day")
        OBSERVED = "observed", _("seen on this day, happened on or before it")

    # No index of its own for what the first column of a constraint finds: a file of 100,000 people writes them all at once.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="employment_events", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    day = models.DateField()
    precision = models.CharField(max_length=10, choices=Precision.choices, default=Precision.DAY)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    #: {"field": [before, after]}: HR facts, no private text
    changes = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "kind", "day"], name="employment_event_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class Skill(models.Model):
    """Something a person can do, with a level 1..5 where one was said. ``key`` is the casefolded name, for filters and matching."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="skills", db_index=False)
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    level = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="skill_once")]
        indexes = [models.Index(fields=["key", "level"])]

    def __str__(self) -> str:
        return self.name
