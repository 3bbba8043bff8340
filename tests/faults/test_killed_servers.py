"""The real server killed in the middle of what it does, and started again: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from tests.browser.conftest import Server, free_port
from tests.factories import make_cohort, make_person, make_program
from tests.foundation.test_kills import address_of_the_database, wait_for

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.models import Delivery, Event, JobRecord
from openmentor.matches import actions
from openmentor.matches import draft as drafts
from openmentor.matches.models import MatchingRun, ProposedMatch
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.people.merging import actions as importing
from openmentor.people.models import EmploymentEvent, Identity, Import, Person
from openmentor.programs.models import Cohort
from openmentor.surveys import standard

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.timeout(180)]
PAIRS = 400
ROWS = 2_000


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """``start()``: a server on this test's database and files, as somebody would start it by hand."""
    started: list[Server] = []

    def start() -> Server:
        # Not waited for until it answers: its worker begins before that.
        port, log = free_port(), tmp_path / "console.log"
        environment = {**os.environ, "OPENMENTOR_DATA": str(tmp_path), "DATABASE_URL": address_of_the_database()}
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "openmentor.config.cli", "serve", "--port", str(port)],
                env=environment, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        started.append(Server(f"http://127.0.0.1:{port}", tmp_path, process, log))
        return started[-1]

    yield start
    for server in started:
        kill(server)


def kill(server: Server) -> None:
    server.process.kill()
    server.process.wait(10)


def make_pool(pairs: int) -> tuple[Cohort, Person, list[Enrollment], list[Enrollment]]:
    manager = make_person("Mona Manager")
    program = make_program(managers=[manager], coordinator=manager)
    cohort = make_cohort(
        program, status=Cohort.Status.MATCHING, gate_survey=False, gate_expectations=False,
        questionnaire=standard.make_questionnaire("Survey"),
    )  # fmt: skip
    people = Person.objects.bulk_create(
        Person(name=f"Person {at}", email=f"pool{at}@example.net", password="!") for at in range(2 * pairs)
    )
    made = Enrollment.objects.bulk_create(
        Enrollment(
            cohort=cohort, person=person, role="mentee" if at % 2 else "mentor", status="approved", created_at=clock.now()
        )
        for at, person in enumerate(people)
    )  # fmt: skip
    return cohort, manager, made[::2], made[1::2]


def test_killed_while_it_publishes_it_goes_on_and_asks_nobody_twice(start: Callable[[], Server]) -> None:
    cohort, manager, mentors, mentees = make_pool(PAIRS)
    run = MatchingRun.objects.create(cohort=cohort, number=1, status="ready", created_at=clock.now())
    ProposedMatch.objects.bulk_create(
        ProposedMatch(run=run, mentor=mentor, mentee=mentee, score=0.5, reasons=[])
        for mentor, mentee in zip(mentors, mentees, strict=True)
    )
    actions.publish(run, messages={}, seen=drafts.token_of(run), by=Actor.of(manager))
    server = start()
    wait_for(lambda: Mentorship.objects.exists(), every=0.005)
    kill(server)
    assert 0 < Mentorship.objects.count() < PAIRS, "killed too late to say anything"
    assert MatchingRun.objects.get().status == "publishing"
    start()
    wait_for(lambda: MatchingRun.objects.get().status == "published")
    wait_for(
        lambda: not JobRecord.objects.filter(status__in=["waiting", "running"], run_after__lte=clock.now()).exists()
    )
    expected = {(mentor.person_id, mentee.person_id) for mentor, mentee in zip(mentors, mentees, strict=True)}
    pairs: dict[int, dict[str, int]] = {}
    for mentorship, role, person in Membership.objects.values_list("mentorship", "role", "person"):
        pairs.setdefault(mentorship, {})[role] = person
    found = [(each["mentor"], each["mentee"]) for each in pairs.values()]
    assert (len(found), set(found)) == (PAIRS, expected)
    assert set(Enrollment.objects.values_list("places_taken", flat=True)) == {1}
    told = Counter(
        mentorship for event in Event.objects.filter(verb="mentorship.many_proposed") for mentorship in event.facts["mentorships"]
    )  # fmt: skip
    assert (set(told), set(told.values())) == (set(pairs), {1})
    # Each of them is told once as well.
    wait_for(lambda: Delivery.objects.filter(person__isnull=False).count() >= 2 * PAIRS)
    assert set(Counter(Delivery.objects.values_list("person", "notice", "channel")).values()) == {1}


def test_killed_while_people_are_written_all_of_them_come_with_the_next_start(start: Callable[[], Server]) -> None:
    boss = Actor.of(make_person("First Administrator", is_administrator=True))
    lines = ["No,Name,Mail,Department,Hired,Manager ID"]
    lines += [f"{at},Given{at} Family{at},p{at}@example.org,D{at % 9},2019-03-01,{at // 10 or ''}" for at in range(1, ROWS + 1)]  # fmt: skip
    batch = importing.start(
        ContentFile("\n".join(lines).encode()), name="people.csv", source="hr", extent="partial", valid_on=date(2026, 11, 24), by=boss
    )  # fmt: skip
    from openmentor.foundation.jobs.worker import run_all

    run_all()
    batch.refresh_from_db()
    assert batch.status == "checked", batch.message
    importing.confirm(batch, by=boss)
    server = start()
    # Taken, and not yet done: what is written is one transaction.
    wait_for(lambda: JobRecord.objects.filter(task__endswith="merge_import").exclude(status="waiting").exists())
    kill(server)
    here, status = Person.objects.filter(is_administrator=False).count(), Import.objects.get().status
    assert (here, status) in {(0, "merging"), (ROWS, "done")}
    start()
    wait_for(lambda: Import.objects.get().status == "done")
    assert Person.objects.filter(is_administrator=False).count() == ROWS
    assert (Identity.objects.count(), EmploymentEvent.objects.count()) == (ROWS, ROWS)
    assert Event.objects.filter(verb="import.done").count() == 1


def engine_of(server: Server) -> int | None:
    """The number of the process in which ``server`` lets the engine work."""
    said = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    for line in said.splitlines():
        number, parent, command = line.split(None, 2)
        if int(parent) == server.process.pid and "openmentor.engine.matching" in command:
            return int(number)
    return None


def test_an_engine_or_a_server_killed_in_mid_run_is_said_and_leaves_nothing_stuck(start: Callable[[], Server]) -> None:
    cohort, manager, _mentors, _mentees = make_pool(400)
    first = actions.start(cohort, by=Actor.of(manager))
    server = start()
    os.kill(engine_at_work(server), signal.SIGKILL)
    wait_for(lambda: MatchingRun.objects.get(pk=first.pk).status == "failed", 20)
    first.refresh_from_db()
    assert "ended from outside" in first.message
    assert first.matches.count() == 0

    second = actions.start(cohort, by=Actor.of(manager))
    engine = engine_at_work(server)
    kill(server)
    assert MatchingRun.objects.get(pk=second.pk).status == "solving"
    start()
    # Well before the lease of the server that is gone has run out.
    wait_for(lambda: MatchingRun.objects.get(pk=second.pk).status == "failed", 45)
    second.refresh_from_db()
    assert second.message == "The server was restarted during this run. Nothing is lost: start it again."
    assert second.matches.count() == 0
    # The engine that it left behind works for nobody: it ends by itself.
    wait_for(lambda: state_of(engine) == "Z", 30)


def engine_at_work(server: Server) -> int:
    wait_for(lambda: engine_of(server) is not None)
    number = engine_of(server)
    assert number is not None
    return number


def state_of(number: int) -> str:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"
