"""Workers as real processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.foundation.killable import hang_at_first, outlast_the_lease

from openmentor.foundation import clock
from openmentor.foundation.jobs import running, worker
from openmentor.foundation.models import JobRecord

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
ROOT = Path(__file__).parents[2]


def address_of_the_database() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@pytest.fixture
def start_worker(tmp_path) -> Iterator[Callable[[float], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(lease_seconds: float) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DATABASE_URL": address_of_the_database(),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "OPENMENTOR_DATA": str(tmp_path),
        }
        # As a module, so that its jobs have the names by which the table knows them.
        code = f"import runpy, sys; sys.argv = ['x', '{lease_seconds}']; runpy.run_module('tests.foundation.killable', run_name='__main__')"
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=tmp_path)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def wait_for(condition: Callable[[], bool], seconds: float = 60, *, every: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(every)


def test_a_job_of_a_killed_worker_is_taken_up_by_another(start_worker, tmp_path):
    hang_at_first.enqueue(str(tmp_path))
    first = start_worker(2)
    wait_for(lambda: (tmp_path / "started-1").exists())
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    assert JobRecord.objects.values_list("status", "attempts").get() == ("running", 1)

    second = start_worker(2)
    wait_for(lambda: JobRecord.objects.get().status == "done")
    assert JobRecord.objects.values_list("attempts", "claims").get() == (2, 2)
    assert (tmp_path / "started-2").read_text() == str(second.pid)

    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0


def test_a_job_that_outlasts_its_lease_stays_with_the_worker_that_lives(start_worker, tmp_path):
    outlast_the_lease.enqueue(str(tmp_path))
    start_worker(1.5)
    start_worker(1.5)
    wait_for(lambda: JobRecord.objects.get().status == "done")
    assert len((tmp_path / "runs").read_text().splitlines()) == 1
    assert JobRecord.objects.values_list("attempts", "claims").get() == (1, 1)


def test_what_a_process_held_that_is_gone_is_free_at_the_next_start_and_nothing_else(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(20)
    here, later = worker._here().prefix, clock.now() + running.LEASE
    names = {
        "gone": f"{here}{gone.pid}:1",
        "alive": f"{here}{os.getpid()}:2",
        "elsewhere": f"another-host:0-0:{gone.pid}:3",
    }
    for number, name in enumerate(names.values()):
        outlast_the_lease.enqueue(str(number))
        newest = JobRecord.objects.latest("pk")
        JobRecord.objects.filter(pk=newest.pk).update(status="running", worker=name, lease_until=later, claims=1)
    worker.free_the_dead()
    freed = JobRecord.objects.filter(lease_until__lt=clock.now()).values_list("worker", flat=True)
    assert list(freed) == [names["gone"]]
