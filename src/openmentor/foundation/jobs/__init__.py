"""Work that happens after the request: ``@job`` functions over one table, ``JobRecord``, behind Django's Tasks API.

    @job
    def remind_of_session(session_id: int, *, starts_at: datetime) -> None: ...

    remind_of_session.enqueue(7, starts_at=at)            # in the caller's transaction
    remind_of_session.enqueue_at(at, 7, starts_at=at)

A job takes ids and the facts it relies on; it may run late, twice, or after the world has changed.
"""

from openmentor.foundation.jobs.backend import Job, JobBackend, job, periodic
from openmentor.foundation.jobs.running import Interrupted, Lost, PermanentFailure, Running, complete, current

__all__ = [
    "Interrupted",
    "Job",
    "JobBackend",
    "Lost",
    "PermanentFailure",
    "Running",
    "complete",
    "current",
    "job",
    "periodic",
]
