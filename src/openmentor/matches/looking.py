"""The last look through a cohort's pool: kept, shown with its time, and taken anew by a job once something has happened since.

Looking through ten thousand people takes seconds. Nobody waits for that with a page: the figures of before stay, the page says that
new ones are being worked out, and shows them when they are there. Small pools are looked through at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.models import Event
from openmentor.matches import readiness
from openmentor.matches.models import MatchingRun, PoolLook
from openmentor.matches.readiness import Readiness
from openmentor.programs.models import Cohort

#: people up to which a pool is looked through while a page is made
AT_ONCE = 500
#: where a pool changes all the time, a job rests so long after the last look before it takes another
PAUSE = timedelta(seconds=10)
#: what happens outside a cohort and is seen by its runs
ELSEWHERE = (
    "response.changed", "response.submitted", "person.changed", "person.added", "person.erased", "import.done", "enrollment.imported",
    "enrollment.veto_said", "enrollment.veto_taken_back", "mentorship.activated",
)  # fmt: skip
_OURS = (
    Q(verb__startswith="run.")
    | Q(verb__startswith="draft.")
    | Q(verb__startswith="list.")
    | Q(verb__startswith="matches.")
)


@dataclass(frozen=True)
class Seen:
    """What a page can show now. ``ready`` is None before the first look; ``is_current``: nothing has happened since it was taken."""

    ready: Readiness | None
    taken_at: datetime | None
    is_current: bool
    has_failed: bool = False

    @property
    def mark(self) -> str:
        """Names this look: a page that shows it asks for another one."""
        return self.taken_at.isoformat() if self.taken_at else ""


def look(cohort: Cohort) -> Readiness:
    """The pool of ``cohort`` now, whatever it takes. A constant number of queries; three if nothing has happened since the last look."""
    stamp, row = _stamp(cohort), _row(cohort)
    if row is not None and row.stamp == stamp:
        found = readiness.decode(row.found)
        if found is not None:
            return found
    return _take(cohort, stamp)


def see(cohort: Cohort) -> Seen:
    """What is known of the pool without waiting: of a large one the last look, while a job takes a new one."""
    stamp, row = _stamp(cohort), _row(cohort)
    found = readiness.decode(row.found) if row is not None else None
    if row is not None and found is not None and row.stamp == stamp:
        return Seen(found, row.taken_at, is_current=True)
    if Enrollment.objects.approved().filter(cohort=cohort).count() <= AT_ONCE:
        return Seen(_take(cohort, stamp), clock.now(), is_current=True)
    has_failed = row is not None and row.failed_stamp == stamp
    if not has_failed:
        _ask(cohort, row)
    return Seen(found, row.taken_at if row is not None and found is not None else None, False, has_failed)


def has_changed(run: MatchingRun) -> bool | None:
    """Whether a result that waits to be published was made for another pool than that of today; None while that is worked out."""
    if run.status != MatchingRun.Status.READY or not run.pool_digest:
        return False
    seen = see(run.cohort)
    if not (seen.is_current or seen.has_failed):
        return None
    return seen.ready is not None and seen.ready.digest != run.pool_digest


def ask_again(cohort: Cohort) -> None:
    """Try once more what failed."""
    PoolLook.objects.filter(cohort=cohort).update(failed_stamp="")


def give_up(cohort_id: int) -> None:
    """The job ended without a look each time it was tried: say so, rather than let somebody wait for it."""
    cohort = Cohort.objects.filter(pk=cohort_id).first()
    if cohort is not None:
        PoolLook.objects.update_or_create(cohort=cohort, defaults={"failed_stamp": _stamp(cohort)})


def _row(cohort: Cohort) -> PoolLook | None:
    return PoolLook.objects.filter(cohort=cohort).first()


def _take(cohort: Cohort, stamp: str) -> Readiness:
    # Stamp and time are of before: what happens meanwhile makes the look an old one.
    at = clock.now()
    found = readiness.look_through(cohort)
    told = {"stamp": stamp, "found": readiness.encode(found), "taken_at": at, "failed_stamp": ""}
    PoolLook.objects.update_or_create(cohort=cohort, defaults=told)
    return found


def _ask(cohort: Cohort, row: PoolLook | None) -> None:
    from openmentor.matches import jobs

    # Asked at each view of the page, so a look comes first: it writes only where nobody is at it.
    if jobs.look_through.is_under_way(cohort.pk):
        return
    last = row.taken_at if row is not None else None
    now = clock.now()
    jobs.look_through.enqueue_at(now if last is None else max(now, last + PAUSE), cohort.pk)


def _stamp(cohort: Cohort) -> str:
    """Changes when anything happens that a run of the cohort would see, and with the day, on which somebody may leave. Two queries."""
    inside = Event.objects.filter(cohort_id=cohort.pk).exclude(_OURS)
    outside = Event.objects.filter(verb__in=ELSEWHERE)
    last = [events.order_by("-pk").values_list("pk", flat=True).first() for events in (inside, outside)]
    facts = (
        readiness.FORMAT, last, clock.today(), cohort.matching_version, cohort.gate_survey, cohort.gate_expectations, cohort.starts_on,
        cohort.ends_on,
    )  # fmt: skip
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
