"""Facts about this database itself, written when it was created or by an operator: its demo flag, its first administrator's token."""

from __future__ import annotations

from django.db import models


class DatabaseProperty(models.Model):
    key = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField()
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key

    @classmethod
    def read(cls, key: str) -> object:
        return cls.objects.filter(pk=key).values_list("value", flat=True).first()
