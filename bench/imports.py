"""Importing 10,000 and 100,000 people, from the upload to the last row, against a bare bulk insert of the same people; then a
second file in which every one of them has moved to another department.

Each measurement runs in a process and a database of its own: SQLite in a temporary folder, or, where DATABASE_URL or
OPENMENTOR_TEST_POSTGRES names a PostgreSQL, one that is made there and dropped afterwards.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import resource
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.measure import Figure

SIZES = (10_000, 100_000)
HEADER = [
    "Personnel No",
    "First name",
    "Last name",
    "E-mail",
    "Job title",
    "Department",
    "Team",
    "Level",
    "Location",
    "Country",
    "Hire date",
    "Termination date",
    "Manager ID",
    "Skills",
]
#: How often another writer knocks while the import runs.
KNOCK_SECONDS = 0.02


def made(count: int) -> list[list[str]]:
    """People who are nobody: every tenth has left, each but the first has a manager, every third has two skills.

    In no order, as HR systems export them: most managers come after some of their people.
    """
    rng = random.Random(1)

    def day(first: int, last: int) -> str:
        return date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28)).isoformat()

    rows = [
        [
            str(100_000 + i), f"Given{i % 997}", f"Family{i % 7919}", f"p{i}@example.org", f"Title {i % 50}", f"Department {i % 20}",
            f"Team {i % 300}", str(i % 8), f"Site {i % 12}", "DE", day(2000, 2024), day(2025, 2025) if i % 10 == 9 else "",
            str(100_000 + i // 10) if i else "", "python;sql" if i % 3 == 0 else "",
        ]
        for i in range(count)
    ]  # fmt: skip
    rng.shuffle(rows)
    return rows


def moved(rows: list[list[str]]) -> list[list[str]]:
    """The same people, each in another department."""
    at = HEADER.index("Department")
    return [[*row[:at], f"New {row[at]}", *row[at + 1 :]] for row in rows]


def figures() -> list[Figure]:
    found = []
    for size in SIZES:
        bare, ours = _apart("bare", size), _apart("whole", size)
        found.append(
            Figure(
                f"import {size:,} people, read, compared and written, against a bare bulk insert of them ({ours['database']})",
                ours["cpu"] / bare["cpu"],
                4,
                note=f"{size / ours['cpu']:,.0f} rows per CPU second; CPU {ours['cpu']:.1f} s against {bare['cpu']:.1f} s,"
                f" {ours['memory_mb']:.0f} MB",
            )
        )
        for name, what in (("new", "all new"), ("moved", "known, each moved")):
            lock = ours[name]
            found.append(
                Figure(
                    f"longest that another writer waits meanwhile ({size:,} people, {what}, {ours['database']})",
                    lock["waited"],
                    2,
                    unit="s",
                    note=f"the transaction {lock['wall']:.1f} s, of that {lock['cpu']:.1f} s of CPU in this process",
                )
            )
    return found


def _apart(what: str, size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="openmentor-bench-") as folder, _database() as database:
        done = subprocess.run(
            [sys.executable, "-m", "bench.imports", what, str(size)],
            env={
                **os.environ,
                **database,
                "OPENMENTOR_DATA": folder,
                "DJANGO_SETTINGS_MODULE": "openmentor.config.settings",
            },
            stdout=subprocess.PIPE,
            check=True,
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    url = os.environ.get("DATABASE_URL") or os.environ.get("OPENMENTOR_TEST_POSTGRES", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"openmentor_bench_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from openmentor.people.models import Person

    call_command("migrate", verbosity=0)
    if Person.objects.exists():
        raise SystemExit("This database has people in it: the figures are taken on an empty one.")


def _bare(rows: list[list[str]]) -> dict[str, Any]:
    from django.db import transaction

    from openmentor.people.models import Person

    def insert() -> None:
        with transaction.atomic():
            Person.objects.bulk_create(
                [
                    Person(
                        name=f"{row[1]} {row[2]}", given_name=row[1], family_name=row[2], email=row[3], position=row[4], department=row[5],
                        team=row[6], level=int(row[7]), site=row[8], country=row[9], hired_on=row[10], left_on=row[11] or None, password="!",
                    )
                    for row in rows
                ]
            )  # fmt: skip

    return _timed(insert)


def _whole(rows: list[list[str]]) -> dict[str, Any]:
    from django.core.files.base import ContentFile
    from django.db import connection

    from openmentor.foundation.actors import system
    from openmentor.foundation.jobs.worker import run_all
    from openmentor.people.merging import actions
    from openmentor.people.models import Person

    by = system("bench")
    writer = Person.objects.create_person("Another Writer", is_administrator=True)

    def bring_in(these: list[list[str]], day: date) -> dict[str, Any]:
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *these])
        file = ContentFile(text.getvalue().encode())
        batch = actions.start(file, name="people.csv", source="bench", extent="full", valid_on=day, by=by)
        run_all()
        batch.refresh_from_db()
        actions.confirm(batch, by=by)
        with _Watched() as transaction:
            run_all()
        batch.refresh_from_db()
        assert batch.status == "done", batch.message
        return {"wall": transaction.wall, "cpu": transaction.cpu}

    found: dict[str, dict[str, Any]] = {}
    with _Knocking(writer.pk) as knocking:
        told = _timed(lambda: found.update(new=bring_in(rows, date(2026, 11, 24))))
    found["new"]["waited"] = knocking.longest
    assert Person.objects.count() == len(rows) + 1
    # One of those who change, whose row PostgreSQL locks.
    one = Person.objects.exclude(pk=writer.pk).order_by("pk")[0]
    with _Knocking(one.pk) as knocking:
        found["moved"] = bring_in(moved(rows), date(2026, 11, 25))
    found["moved"]["waited"] = knocking.longest
    assert Person.objects.filter(department__startswith="New ").count() == len(rows)
    return {**told, **found, "database": "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"}


def _timed(work: Any) -> dict[str, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "memory_mb": memory}


class _Watched:
    """``wall`` and ``cpu`` are those of the longest transaction of this thread, in seconds, from BEGIN to the end of COMMIT."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> _Watched:
        from django.db import transaction

        self._plain = transaction.Atomic.__enter__, transaction.Atomic.__exit__
        begun: list[tuple[float, float]] = []

        def enter(atomic: Any) -> None:
            self._plain[0](atomic)
            begun.append((time.perf_counter(), time.process_time()))

        def leave(atomic: Any, *error: Any) -> None:
            self._plain[1](atomic, *error)
            wall, cpu = begun.pop()
            took = time.perf_counter() - wall
            if took > self.wall:
                self.wall, self.cpu = took, time.process_time() - cpu

        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]
        return self

    def __exit__(self, *_error: object) -> None:
        from django.db import transaction

        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = self._plain  # type: ignore[method-assign]


class _Knocking:
    """Another process writes one row over and over; ``longest`` is what it had to wait for once, in seconds."""

    def __init__(self, person: int) -> None:
        self.person, self.longest = person, 0.0

    def __enter__(self) -> _Knocking:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.imports", "knock", str(self.person)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        self._process.stdout.readline()
        return self

    def __exit__(self, *_error: object) -> None:
        self.longest = float(self._process.communicate()[0])


def _knock(person: int) -> None:
    import django

    django.setup()
    from openmentor.people.models import Person

    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    print("ready", flush=True)
    longest = 0.0
    while not over.wait(KNOCK_SECONDS):
        began = time.perf_counter()
        Person.objects.filter(pk=person).update(language="en")
        longest = max(longest, time.perf_counter() - began)
    print(longest, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "knock":
        _knock(int(sys.argv[2]))
    else:
        _prepare()
        people = made(int(sys.argv[2]))
        print(json.dumps({"bare": _bare, "whole": _whole}[sys.argv[1]](people)))
