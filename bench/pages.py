"""What a page costs in an organization of 10,000 people against one of 100: CPU of the server's own code, both sizes in turn in one run.

Each size lives in a process of its own with a database of its own: the demo organization, its applications approved, a matching run done.
Both sizes show the same number of rows on a page: what is measured is what the size costs, not that a small list is shorter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from statistics import geometric_mean, median
from typing import Any
from urllib.parse import quote

from bench.measure import Figure, cpu

SMALL, LARGE = 100, 10_000
ROUNDS, TIMES = 5, 6


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="openmentor-bench-") as folder:
        worlds = {size: _start(size, folder) for size in (SMALL, LARGE)}
        try:
            for world in worlds.values():
                _ask(world)  # made, and warm
            rounds = [{size: _ask(world) for size, world in worlds.items()} for _ in range(ROUNDS)]
        finally:
            for world in worlds.values():
                world.stdin.close()  # type: ignore[union-attr]
                world.wait()
    pages = list(rounds[0][SMALL])
    ratios = {page: median(each[LARGE][page] / each[SMALL][page] for each in rounds) for page in pages}
    worst = max(ratios, key=lambda page: ratios[page])
    note = ", ".join(f"{page} {ratio:.2f}" for page, ratio in sorted(ratios.items(), key=lambda item: -item[1]))
    return [
        Figure(f"a page at {LARGE:,} people against {SMALL}, mean of {len(pages)} pages", geometric_mean(ratios.values()), 1.3, note=note),
        Figure(f"the page that grows most ({worst})", ratios[worst], 1.3),
    ]  # fmt: skip


def _start(size: int, folder: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OPENMENTOR_DATA": f"{folder}/{size}", "OPENMENTOR_WORKER_THREADS": "0"}
    environment.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-m", "bench.pages", str(size)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _ask(world: subprocess.Popen[bytes]) -> dict[str, float]:
    world.stdin.write(b"measure\n")  # type: ignore[union-attr]
    world.stdin.flush()  # type: ignore[union-attr]
    while line := world.stdout.readline():  # type: ignore[union-attr]
        if line.startswith(b"{"):
            return dict(json.loads(line))
    raise RuntimeError("a world ended before it was measured")


def _world(size: int) -> None:
    """The process of one size: for each line it reads, one line of CPU seconds by page."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "openmentor.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    pages = _pages(size)
    for _line in sys.stdin:
        print(json.dumps({name: min(_cost(get) for _ in range(TIMES)) for name, get in pages.items()}), flush=True)


def _cost(get: Any) -> float:
    before = cpu()
    get()
    return cpu() - before


def _show_as_much(size: int) -> None:
    """Pages no longer than the small organization can fill: 100 people, 30 applications, 11 mentors."""
    from openmentor.enrollment.applying import views as applying
    from openmentor.enrollment.managing import views as managing
    from openmentor.enrollment.views import recruiting
    from openmentor.matches import board
    from openmentor.people.views import directory

    directory.PAGE = managing.PAGE = recruiting.PAGE = 25
    applying.PER_PAGE = 8
    # Ten mentors of the small one have thirteen mentees, the first six of the large one fifteen.
    board.PAGE, board.BESIDE = (10, 1) if size == SMALL else (6, 1)


def _pages(size: int) -> dict[str, Any]:
    _show_as_much(size)
    from django.test import Client
    from django.urls import reverse

    from openmentor.config.demo import world
    from openmentor.enrollment.models import Enrollment
    from openmentor.foundation.actors import Actor
    from openmentor.foundation.jobs.worker import run_all
    from openmentor.foundation.models import DatabaseProperty
    from openmentor.matches import actions as matching
    from openmentor.matches import looking
    from openmentor.people.models import Person
    from openmentor.programs.models import Cohort

    world.ensure(people=size)
    personas = {each["title"]: each["person"] for each in DatabaseProperty.read("demo_personas")}
    cohort = Cohort.objects.get()
    Enrollment.objects.filter(cohort=cohort).update(status=Enrollment.Status.APPROVED)
    Cohort.objects.filter(pk=cohort.pk).update(status=Cohort.Status.MATCHING)
    cohort.refresh_from_db()
    manager = Person.objects.get(pk=personas["Program manager"])
    run = matching.start(cohort, by=Actor.of(manager))
    run_all()
    run.refresh_from_db()
    assert run.status == run.Status.READY, run.message
    looking.look(cohort)  # what a job does in life: no worker runs here

    def client(title: str) -> Client:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(Person.objects.get(pk=personas[title]), backend="openmentor.people.accounts.Backend")
        return client

    def get(title: str, address: str) -> Any:
        browser = client(title)

        def ask() -> None:
            answer = browser.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            b"".join(answer) if answer.streaming else answer.content

        return ask

    boss, admin, mentee = "Program manager", "Administrator", "Mentee"
    here = [cohort.pk]
    mine = Enrollment.objects.get(cohort=cohort, person=personas[mentee], role="mentee")
    someone = Person.objects.get(pk=personas[mentee])
    return {
        "home": get(boss, "/"),
        "people": get(admin, reverse("people:people")),
        "people searched by address": get(admin, reverse("people:people") + f"?q={someone.email}"),
        "people searched by name": get(admin, reverse("people:people") + f"?q={quote(someone.name)}"),
        "a person": get(admin, reverse("people:person", args=[personas[mentee]])),
        "cohort": get(boss, cohort.get_absolute_url()),
        "applications": get(boss, reverse("enrollment:applications", args=here)),
        "find people": get(boss, reverse("enrollment:recruit", args=here)),
        "readiness": get(boss, reverse("matches:readiness", args=here)),
        "runs": get(boss, reverse("matches:cohort", args=here)),
        "board": get(boss, run.get_absolute_url()),
        "my application": get(mentee, reverse("enrollment:own", args=here)),
        "whom I would like": get(mentee, reverse("enrollment:wishes", args=[mine.pk])),
        "landing": get(mentee, f"/p/{cohort.program.slug}/"),
    }


if __name__ == "__main__":
    _world(int(sys.argv[1]))
