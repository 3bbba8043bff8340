from __future__ import annotations

from django.db import models


class SpentLink(models.Model):
    """A link that serves once and was used: its digest alone, until it would have expired anyway."""

    digest = models.CharField(max_length=64, primary_key=True)
    spent_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.digest[:8]
