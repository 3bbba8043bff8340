"""Taking a job, holding it, and ending it: the rules that keep one job from being finished by two."""

from __future__ import annotations

import logging
import random
import threading
import traceback
from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django_tasks import TaskContext
from django_tasks.signals import task_finished, task_started

from openmentor.foundation import clock
from openmentor.foundation.jobs.backend import Job, result_of
from openmentor.foundation.jobs.payload import decode, encode
from openmentor.foundation.models import JobRecord

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
Status = JobRecord.Status


class PermanentFailure(Exception):
    """Raised by a job that trying again cannot help: it is parked at once."""


class Interrupted(Exception):
    """Raised by a job that gives way because its worker stops: it waits again, and the try is not counted."""


class Lost(Exception):
    """Another worker has taken this job meanwhile. What was done in the transaction is undone."""


@dataclass
class Running:
    """A job that is being done here and now."""

    record: JobRecord
    fence: int
    stopping: threading.Event = field(default_factory=threading.Event)
    lost: bool = False
    completed: bool = False

    @property
    def id(self) -> int:
        return int(self.record.pk)

    @property
    def is_last_attempt(self) -> bool:
        return self.record.attempts >= self.record.max_attempts

    @property
    def should_stop(self) -> bool:
        """Whether a long job should give way, because the worker stops or another has taken it."""
        return self.lost or self.stopping.is_set()

    def row(self) -> QuerySet[JobRecord]:
        """Our row as long as it is ours."""
        return JobRecord.objects.filter(pk=self.record.pk, status=Status.RUNNING, claims=self.fence)

    def extend(self) -> bool:
        """Renew the lease; false, and ``lost``, if another took the job."""
        if not self.row().update(lease_until=_real_now() + LEASE):
            self.lost = True
        return not self.lost


_current: ContextVar[Running | None] = ContextVar("running_job", default=None)


def current() -> Running | None:
    """The job that this thread is doing, None outside one."""
    return _current.get()


def complete(result: Any = None) -> None:
    """Mark the current job done in the transaction of its effect, so that both commit or neither does.

    Raises ``Lost`` if another worker took the job meanwhile. Does nothing where the function was simply called.
    """
    running = _current.get()
    if running is None:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("complete() belongs into the transaction of the job's effect")
    if not _mark_done(running, result):
        raise Lost
    running.completed = True


def _real_now() -> datetime:
    # Leases are about processes that live or die, not about the product's time, which the simulator moves.
    return datetime.now(tz=UTC)


def claim(queues: Collection[str], worker: str, *, later: bool = False) -> Running | None:
    """Take the next job, or one whose worker died; None if there is none.

    later   also take what is due only in the future, the earliest first (tests and the simulator).
    """
    ready = JobRecord.objects.filter(status=Status.WAITING, queue__in=queues)
    ready = (
        ready.order_by("run_after", "id")
        if later
        else ready.filter(run_after__lte=clock.now()).order_by("-priority", "run_after", "id")
    )
    orphaned = JobRecord.objects.filter(
        status=Status.RUNNING, lease_until__lt=_real_now(), attempts__lt=F("max_attempts"), queue__in=queues
    ).order_by("lease_until")
    for found in (ready, orphaned):
        # A look without a lock first: an idle worker must not take SQLite's write lock each second.
        while found.exists():
            with transaction.atomic():
                record = found.select_for_update(
                    skip_locked=connection.features.has_select_for_update_skip_locked
                ).first()
                if record is None:
                    break
                fence = record.claims + 1
                taken = JobRecord.objects.filter(pk=record.pk, status=record.status, claims=record.claims).update(
                    status=Status.RUNNING,
                    claims=fence,
                    attempts=record.attempts + 1,
                    worker=worker,
                    lease_until=_real_now() + LEASE,
                    started_at=clock.now(),
                )
            if taken:
                record.status, record.claims, record.attempts, record.worker = (
                    Status.RUNNING,
                    fence,
                    record.attempts + 1,
                    worker,
                )
                return Running(record, fence)
    return None


def held(prefix: str) -> QuerySet[JobRecord]:
    """What is being done by workers whose names begin like this."""
    return JobRecord.objects.filter(status=Status.RUNNING, worker__startswith=prefix)


def free(record: JobRecord) -> None:
    """End the lease of a job whose worker is known to be gone. Quiet if another has taken it meanwhile."""
    row = JobRecord.objects.filter(pk=record.pk, status=Status.RUNNING, claims=record.claims)
    row.update(lease_until=_real_now() - timedelta(seconds=1))


def perform(running: Running, *, raising: bool = False) -> None:
    """Do the job and write down how it ended. With ``raising`` its exception goes on to the caller after that."""
    record = running.record
    token = _current.set(running)
    task: Job[Any, Any] | None = None
    try:
        with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
            task = import_string(record.task)
            assert task is not None
            task_started.send(type(task.get_backend()), task_result=result_of(record, task))
            args, kwargs = decode(record.payload["args"]), decode(record.payload["kwargs"])
            if task.takes_context:
                args = [TaskContext(task_result=result_of(record, task)), *args]
            result = task.call(*args, **kwargs)
    except Lost:
        logger.warning("%s was taken over by another worker", record)
        if raising:
            raise
    except Interrupted:
        with transaction.atomic():
            running.row().update(status=Status.WAITING, attempts=F("attempts") - 1, lease_until=None)
    except Exception as error:
        _fail(running, task, error)
        if raising:
            raise
    else:
        if not _mark_done(running, result) and not running.completed:
            logger.warning("%s was finished here after another worker had taken it: its result is not kept", record)
    finally:
        _current.reset(token)
    if task is not None:
        record.refresh_from_db()
        if record.status in (Status.DONE, Status.PARKED):
            task_finished.send(type(task.get_backend()), task_result=result_of(record, task))


def _mark_done(running: Running, result: Any) -> int:
    try:
        kept = encode(result)
    except TypeError:
        kept = None  # a job may return what it likes; only facts are kept
    return running.row().update(status=Status.DONE, lease_until=None, finished_at=clock.now(), result=kept, error="")


def _fail(running: Running, task: Job[Any, Any] | None, error: Exception) -> None:
    record = running.record
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, PermanentFailure) or task is None or running.is_last_attempt:
        logger.error("%s is parked", record, exc_info=error)
        park(running.row(), task, record, trace)
        return
    logger.warning("%s failed, try %s of %s", record, record.attempts, record.max_attempts, exc_info=error)
    try:
        with transaction.atomic():
            running.row().update(
                status=Status.WAITING,
                lease_until=None,
                error=trace,
                run_after=clock.now() + pause_after(record.attempts),
            )
    except IntegrityError:
        # Another with its key waits already and will do the same work.
        running.row().update(status=Status.DONE, lease_until=None, finished_at=clock.now(), error=trace)


def pause_after(attempts: int) -> timedelta:
    """Half a minute after the first try, then six times as long after each: four pauses make some two and a half hours."""
    return timedelta(seconds=30 * 6 ** (attempts - 1) * random.uniform(0.9, 1.1))  # noqa: S311 (spreads load)


def park(row: QuerySet[JobRecord], task: Job[Any, Any] | None, record: JobRecord, trace: str) -> None:
    with transaction.atomic():
        if not row.update(status=Status.PARKED, lease_until=None, finished_at=clock.now(), error=trace):
            return
        if task is None or not isinstance(task, Job) or task.on_parked is None:
            return
        try:
            with transaction.atomic():
                task.on_parked(*decode(record.payload["args"]), **decode(record.payload["kwargs"]))
        except Exception:
            logger.exception("%s was parked, but its subject could not be told", record)


def bury() -> int:
    """Park the jobs whose worker died on their last try. Returns how many."""
    dead = JobRecord.objects.filter(status=Status.RUNNING, lease_until__lt=_real_now(), attempts__gte=F("max_attempts"))
    count = 0
    for record in list(dead[:100]):
        try:
            task = import_string(record.task)
        except ImportError:
            task = None
        row = dead.filter(pk=record.pk, claims=record.claims)
        park(row, task, record, f"The process that worked on it ended before it was done (try {record.attempts}).")
        count += 1
    return count
