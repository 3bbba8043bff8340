"""Starting and stopping runs. The work itself is in ``solving``, called by a job."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.matches import policies
from openmentor.matches.models import MatchingRun
from openmentor.matches.specification import settings_of
from openmentor.programs.models import Cohort

Status = MatchingRun.Status


def start(cohort: Cohort, *, by: Actor) -> MatchingRun:
    """Queue a run with the cohort's settings as they are now. One at a time for each cohort."""
    from openmentor.matches import jobs

    policies.start.check(by, cohort)
    try:
        with transaction.atomic():
            # Locked: two who start at once would otherwise give the same number, and one of them would see an error.
            fresh = Cohort.objects.select_for_update().get(pk=cohort.pk)
            if fresh.runs.live().exists():
                raise Conflict(_("A run was started a moment ago."))
            number = (fresh.runs.aggregate(last=Max("number"))["last"] or 0) + 1
            run = MatchingRun.objects.create(
                cohort=fresh, number=number, settings={**settings_of(fresh), "version": fresh.matching_version},
                created_by=by.person, created_at=clock.now(),
            )  # fmt: skip
            record("run.queued", run, by=by, facts={"version": fresh.matching_version})
            jobs.solve.enqueue(run.pk)
    except IntegrityError as error:
        raise Conflict(_("A run was started a moment ago.")) from error
    return run


def cancel(run: MatchingRun, *, by: Actor) -> MatchingRun:
    """End a run that nobody needs any more; the engine is stopped within a second."""
    policies.cancel.check(by, run)
    with transaction.atomic():
        run.become(Status.CANCELLED, by=by, finished_at=clock.now())
    return run


def discard(run: MatchingRun, *, by: Actor) -> MatchingRun:
    """Put a result away. It stays to be looked at and compared."""
    policies.discard.check(by, run)
    with transaction.atomic():
        run.become(Status.DISCARDED, by=by)
    return run
