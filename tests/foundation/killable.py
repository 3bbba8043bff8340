"""Run as a process of its own by ``test_kills``: a worker with a short lease, and the jobs it does."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "openmentor.config.settings"
    import django

    django.setup()

from openmentor.foundation.jobs import backend, current, job, running, worker


@job
def hang_at_first(folder: str) -> None:
    """The first try never ends; the second does at once."""
    doing = current()
    assert doing is not None
    attempt = doing.record.attempts
    (Path(folder) / f"started-{attempt}").write_text(str(os.getpid()))
    if attempt == 1:
        time.sleep(120)


@job
def outlast_the_lease(folder: str) -> None:
    with (Path(folder) / "runs").open("a") as runs:
        runs.write(f"{os.getpid()}\n")
    time.sleep(5)


if __name__ == "__main__":
    backend._periodic.clear()
    running.LEASE = timedelta(seconds=float(sys.argv[1]))
    worker.run_forever(threads=1)
