"""``@job`` and ``@periodic``, and the backend that makes Django's Tasks API write our one table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils.module_loading import import_string
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued

from openmentor.foundation import clock
from openmentor.foundation.jobs import signal
from openmentor.foundation.jobs.payload import decode, encode
from openmentor.foundation.models import JobRecord

P = ParamSpec("P")
T = TypeVar("T")

#: what tells two waiting calls apart: True for all they are given, or a function of that
Unique = bool | Callable[..., object]

STATUS = {
    JobRecord.Status.WAITING: TaskResultStatus.READY,
    JobRecord.Status.RUNNING: TaskResultStatus.RUNNING,
    JobRecord.Status.DONE: TaskResultStatus.SUCCESSFUL,
    JobRecord.Status.PARKED: TaskResultStatus.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Task[P, T], Generic[P, T]):
    """A function that runs later. Calling it runs it now, as tests and actions may."""

    max_attempts: int = 5
    unique: Unique = False
    #: called with what the job was given when it is parked, in that transaction: to say on its subject that it failed
    on_parked: Callable[..., object] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.call(*args, **kwargs)

    def enqueue_at(self, when: datetime, *args: P.args, **kwargs: P.kwargs) -> TaskResult[T]:
        """Let it run at ``when`` or as soon after as somebody has time."""
        return self.using(run_after=when).enqueue(*args, **kwargs)

    def is_under_way(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether a call with the same key waits or is being done; for jobs that are unique."""
        key = _unique_key(self, list(args), dict(kwargs))
        return JobRecord.objects.filter(
            unique_key=key, status__in=(JobRecord.Status.WAITING, JobRecord.Status.RUNNING)
        ).exists()

    def enqueue_many(self, calls: Iterable[Mapping[str, Any]], *, when: datetime | None = None) -> int:
        """One job for each of ``calls`` (keyword arguments), written by set. Not for jobs that are unique."""
        if self.unique:
            raise TypeError(f"{self.name} is unique while it waits: enqueue it one at a time")
        backend = cast(JobBackend, self.get_backend())
        task = self if when is None else self.using(run_after=when)
        records = JobRecord.objects.bulk_create([backend.record(task, (), call) for call in calls], batch_size=500)
        if records:
            transaction.on_commit(signal.wake, robust=True)
        return len(records)


class JobBackend(BaseTaskBackend):
    task_class = Job
    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Write the call down in the caller's transaction. One that is unique joins the one that waits already."""
        self.validate_task(task)
        record = self.record(task, args, kwargs)
        if record.unique_key is None:
            record.save(force_insert=True)
        else:
            record = _join_or_add(record)
        transaction.on_commit(signal.wake, robust=True)
        result: TaskResult[T] = result_of(record, task)
        task_enqueued.send(type(self), task_result=result)
        return result

    def record(self, task: Task[Any, Any], args: Iterable[Any], kwargs: Mapping[str, Any]) -> JobRecord:
        now = clock.now()
        args, kwargs = list(args), dict(kwargs)
        return JobRecord(
            task=task.module_path,
            queue=task.queue_name,
            priority=task.priority,
            payload={"args": encode(args), "kwargs": encode(kwargs)},
            run_after=task.run_after or now,
            max_attempts=task.max_attempts if isinstance(task, Job) else 5,
            unique_key=_unique_key(task, args, kwargs) if isinstance(task, Job) and task.unique else None,
            enqueued_at=now,
        )

    def get_result(self, result_id: str) -> TaskResult[Any]:
        record = JobRecord.objects.filter(pk=result_id).first() if str(result_id).isdigit() else None
        if record is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(record, import_string(record.task))


def _unique_key(task: Job[Any, Any], args: list[Any], kwargs: dict[str, Any]) -> str:
    subject = task.unique(*args, **kwargs) if callable(task.unique) else [encode(args), encode(kwargs)]
    key = f"{task.module_path}:{json.dumps(encode(subject), sort_keys=True)}"
    return key if len(key) <= 200 else f"{task.module_path[:130]}:{hashlib.sha256(key.encode()).hexdigest()}"


def _join_or_add(record: JobRecord) -> JobRecord:
    while True:
        with transaction.atomic():
            # Joining writes, and so locks, the row that waits: otherwise a worker could take it before our transaction commits,
            # and would not see what it was to work on. If it was taken a moment ago the row no longer waits and we add another.
            # The earlier wish counts, but a job that failed keeps the pause before its next try.
            waiting = JobRecord.objects.filter(unique_key=record.unique_key, status=JobRecord.Status.WAITING)
            if waiting.filter(attempts=0).update(run_after=Least(F("run_after"), record.run_after)) or waiting.update(
                unique_key=record.unique_key
            ):
                return waiting.get()
            try:
                with transaction.atomic():
                    record.save(force_insert=True)
                return record
            except IntegrityError:
                record.pk = None  # somebody was first: join theirs


def result_of(record: JobRecord, task: Task[Any, Any]) -> TaskResult[Any]:
    """The row as the Tasks API shows it."""
    result: TaskResult[Any] = TaskResult(
        task=task,
        id=str(record.pk),
        status=STATUS[JobRecord.Status(record.status)],
        enqueued_at=record.enqueued_at,
        started_at=record.started_at,
        last_attempted_at=record.started_at,
        finished_at=record.finished_at,
        args=record.payload["args"],
        kwargs=record.payload["kwargs"],
        backend=task.backend,
        errors=[TaskError(exception_class_path=_class_of(record.error), traceback=record.error)]
        if record.error
        else [],
        worker_ids=[record.worker] * record.attempts,
    )
    object.__setattr__(result, "_return_value", decode(record.result))
    return result


def _class_of(trace: str) -> str:
    """The exception's name from the last line of a traceback: ``smtplib.SMTPException: …``."""
    name = trace.strip().rsplit("\n", 1)[-1].partition(":")[0].strip()
    return name if "." in name else f"builtins.{name}"


@overload
def job(function: Callable[P, T], /) -> Job[P, T]: ...
@overload
def job(
    *,
    queue: str = ...,
    priority: int = ...,
    max_attempts: int = ...,
    unique: Unique = ...,
    on_parked: Callable[..., object] | None = ...,
) -> Callable[[Callable[P, T]], Job[P, T]]: ...
def job(
    function: Callable[P, T] | None = None,
    /,
    *,
    queue: str = "default",
    priority: int = 0,
    max_attempts: int = 5,
    unique: Unique = False,
    on_parked: Callable[..., object] | None = None,
) -> Job[P, T] | Callable[[Callable[P, T]], Job[P, T]]:
    """Make a module's function one that runs later: ``remind.enqueue(7)``, ``remind.enqueue_at(when, 7)``.

    queue         'default', 'mail', or 'matching' for what takes minutes: the first thread of a worker leaves that lane alone.
    priority      -100 to 100; higher first.
    max_attempts  tries before it is parked; the pauses between them grow.
    unique        while one waits, another with the same key joins it: True, or a function of what the job is given.
    on_parked     called with the same arguments when the job is given up, in that transaction.
    """

    def wrap(function: Callable[P, T]) -> Job[P, T]:
        return Job(
            func=function,
            queue_name=queue,
            priority=priority,
            max_attempts=max_attempts,
            unique=unique,
            on_parked=on_parked,
        )

    return wrap if function is None else wrap(function)


_periodic: dict[str, tuple[Job[[], Any], timedelta]] = {}


def periodic(
    *, every: timedelta, queue: str = "default", max_attempts: int = 5
) -> Callable[[Callable[[], T]], Job[[], T]]:
    """Run a function without arguments once in each stretch of ``every``, counted from 1970; what was slept through is not made up."""

    def wrap(function: Callable[[], T]) -> Job[[], T]:
        wrapped = job(queue=queue, max_attempts=max_attempts, unique=True)(function)
        _periodic[wrapped.module_path] = (wrapped, every)
        return wrapped

    return wrap


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def add_due() -> int:
    """Write a row for each periodic job whose time has come; any number of workers may ask at once. Returns how many were added."""
    now = clock.now()
    due = {path: _EPOCH + (now - _EPOCH) // every * every for path, (_, every) in _periodic.items()}
    if not due:
        return 0
    known = Q()
    for path, at in due.items():
        known |= Q(task=path, due=at)
    there = set(JobRecord.objects.filter(known).values_list("task", flat=True))
    records = []
    for path in due.keys() - there:
        task = _periodic[path][0]
        record = cast(JobBackend, task.get_backend()).record(task, (), {})
        record.due = due[path]
        records.append(record)
    if records:
        JobRecord.objects.bulk_create(records, ignore_conflicts=True)
    return len(records)
