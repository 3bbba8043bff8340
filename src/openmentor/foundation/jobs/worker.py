"""Who runs jobs: threads in the serving process, a process of its own, or a test that drains the table."""

from __future__ import annotations

import logging
import os
import signal as os_signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections

from openmentor.foundation.jobs import backend, running, signal
from openmentor.foundation.jobs.upkeep import prune

__all__ = ["Worker", "prune", "run_all", "run_forever", "start"]

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SLOW_QUEUE = "matching"


class Worker:
    """Threads that work, one that seals events and adds what is due, one that renews the leases of what runs here."""

    def __init__(self, threads: int, queues: Collection[str] | None = None) -> None:
        self.name = _here().prefix + f"{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._stopping = threading.Event()
        self._running: dict[int, running.Running] = {}
        self._guard = threading.Lock()
        self._has_looked = False
        queues = list(queues or settings.TASKS["default"]["QUEUES"])
        # With two threads or more the first never starts what may take minutes, so that a mail does not wait for a matching run.
        quick = [name for name in queues if name != SLOW_QUEUE] or queues
        self._threads = [
            threading.Thread(
                target=self._loop,
                args=(lambda lane=quick if number == 0 and threads > 1 else queues: self._work(lane),),
                name=f"job-worker-{number}",
                daemon=True,
            )
            for number in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._loop, args=(self._clerk,), name="job-clerk", daemon=True))
        self._heart = threading.Thread(target=self._beat, name="job-heart", daemon=True)

    def start(self) -> Worker:
        for thread in (*self._threads, self._heart):
            thread.start()
        return self

    def stop(self, *, within: timedelta = timedelta(seconds=10)) -> None:
        """Take nothing more and wait for what runs; what does not end in time is left to whoever finds its lease expired."""
        self._stopping.set()
        with self._guard:
            for job in self._running.values():
                job.stopping.set()
        signal.wake()
        deadline = time.monotonic() + within.total_seconds()
        for thread in (*self._threads, self._heart):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _loop(self, step: Callable[[], bool]) -> None:
        try:
            while not self._stopping.is_set():
                mark = signal.seen()
                try:
                    close_old_connections()
                    busy = step()
                except (
                    BaseException
                ):  # a worker that dies of one job, or of a database that restarts, would do no other
                    logger.exception("the job worker stumbled")
                    connections.close_all()
                    self._stopping.wait(POLL_SECONDS)
                    continue
                if not busy:
                    close_old_connections()
                    signal.wait(mark, POLL_SECONDS)
        finally:
            connections.close_all()

    def _work(self, queues: Collection[str]) -> bool:
        job = running.claim(queues, self.name)
        if job is None:
            return False
        with self._guard:
            self._running[job.id] = job
            if self._stopping.is_set():
                job.stopping.set()
        try:
            running.perform(job)
        finally:
            with self._guard:
                self._running.pop(job.id, None)
        return True

    def _clerk(self) -> bool:
        from openmentor.foundation import outbox

        if not self._has_looked:
            self._has_looked = True
            free_the_dead()
        if backend.add_due() + running.bury():
            signal.wake()
        return outbox.work() > 0

    def _beat(self) -> None:
        """Renew the leases of what runs here, from a thread of its own: the job's may be busy for minutes."""
        try:
            while not self._stopping.wait(running.LEASE.total_seconds() / 4) or self._running:
                with self._guard:
                    jobs = list(self._running.values())
                try:
                    close_old_connections()
                    for job in jobs:
                        job.extend()
                    close_old_connections()
                except Exception:
                    logger.exception("a lease could not be renewed")
                    connections.close_all()
                if self._stopping.is_set():
                    time.sleep(POLL_SECONDS)
        finally:
            connections.close_all()


@dataclass(frozen=True)
class _Place:
    """Where process numbers mean the same: this host since it was started, and in it this container."""

    prefix: str
    is_known: bool


def _here() -> _Place:
    host = socket.gethostname()[:40]
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        return _Place(f"{host}:{boot}-{Path('/proc/self/ns/pid').stat().st_ino}:", True)
    except OSError:
        return _Place(f"{host}:", False)


def free_the_dead() -> None:
    """Let jobs whose process here is gone be taken at once: after a kill and a fresh start nobody waits for leases to run out."""
    here = _here()
    if not here.is_known:
        return
    for record in running.held(here.prefix):
        number = record.worker.removeprefix(here.prefix).split(":")[0]
        if number.isdigit() and not _lives(int(number)):
            running.free(record)


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def start(threads: int = 2, queues: Collection[str] | None = None) -> Worker:
    return Worker(threads, queues).start()


def run_forever(threads: int = 4, queues: Collection[str] | None = None) -> None:
    """Work until SIGTERM or SIGINT, then end what runs. To be called in a process's main thread."""
    over = threading.Event()
    for number in (os_signal.SIGTERM, os_signal.SIGINT):
        os_signal.signal(number, lambda *_: over.set())
    worker = start(threads, queues)
    over.wait()
    worker.stop(within=timedelta(seconds=30))


def run_all(*, later: bool = False, raising: bool = True, limit: int = 10_000) -> int:
    """Work off the outbox and every job that is due, here and now, until nothing is left: for tests and the simulator.

    later    also what is due only in the future, in its order.
    raising  let the first failure through; otherwise it is retried and parked as in life.
    Returns  how many jobs ran. Raises RuntimeError after ``limit``: something enqueues itself without end.
    """
    from openmentor.foundation import outbox

    queues = list(settings.TASKS["default"]["QUEUES"])
    for count in range(limit):
        outbox.work(raising=raising)
        job = running.claim(queues, "run_all", later=later)
        if job is None:
            return count
        running.perform(job, raising=raising)
    raise RuntimeError(f"still jobs after {limit}")
