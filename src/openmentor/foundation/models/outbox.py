"""How far the order of events is fixed, and how far each reader of it has come."""

from __future__ import annotations

from django.db import models


class Seal(models.Model):
    """The end of the chain: the last number given and its digest. One row; whoever seals holds it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="seal_is_one")]

    def __str__(self) -> str:
        return f"sealed to {self.sequence}"


class Cursor(models.Model):
    """The last sealed number that a consumer has worked off."""

    consumer = models.CharField(max_length=150, primary_key=True)
    sequence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.consumer} at {self.sequence}"
