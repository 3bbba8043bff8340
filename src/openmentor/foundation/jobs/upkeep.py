"""Keeping the table of jobs small."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from openmentor.foundation import clock
from openmentor.foundation.jobs.backend import periodic
from openmentor.foundation.models import JobRecord

KEEP_DONE = timedelta(days=7)


@periodic(every=timedelta(hours=1))
def prune() -> int:
    """Drop jobs done a week ago, in small bites so that nobody waits for the write lock. Parked ones stay until somebody decides."""
    # The last row of a periodic job stays: it is what keeps the job from running twice in its stretch.
    newer = JobRecord.objects.filter(task=OuterRef("task"), due__gt=OuterRef("due"))
    old = JobRecord.objects.filter(status=JobRecord.Status.DONE, finished_at__lt=clock.now() - KEEP_DONE).filter(
        Q(due=None) | Exists(newer)
    )
    count = 0
    while bite := list(old.values_list("pk", flat=True)[:500]):
        count += JobRecord.objects.filter(pk__in=bite, status=JobRecord.Status.DONE).delete()[0]
    return count
