"""Handing a run's pairs out as a file."""

from __future__ import annotations

from django.db import transaction

from openmentor.foundation.actors import Actor
from openmentor.foundation.events import record
from openmentor.matches import policies
from openmentor.matches.models import MatchingRun


def export(run: MatchingRun, kind: str, *, by: Actor) -> None:
    """Write down that somebody took the pairs of a run with them."""
    policies.export.check(by, run)
    with transaction.atomic():
        record("matches.exported", run, by=by, facts={"format": kind})
