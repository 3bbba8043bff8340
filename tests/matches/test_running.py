"""From the click to a proved result, and everything that may happen to the engine on the way. The engine is the real one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import connections, transaction
from tests.factories import make_mentorship
from tests.matches.world import Enroll, pairs_of

from openmentor.engine.matching.meaning import store
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock, privacy
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.jobs import running as job_running
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Event, JobRecord
from openmentor.matches import actions, process, solving
from openmentor.matches.models import Hold, MatchingRun
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

Status = MatchingRun.Status
Matched = Callable[[], MatchingRun]


def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Another program in the engine's place, to see what we make of what it does."""
    path = tmp_path / "engine.py"
    path.write_text("import json, os, signal, sys, time\n" + body)
    monkeypatch.setattr(process, "COMMAND", (sys.executable, str(path)))


def start(cohort: Cohort, manager: Person) -> MatchingRun:
    return actions.start(Cohort.objects.get(pk=cohort.pk), by=Actor.of(manager))


@pytest.mark.django_db
class TestAResult:
    def test_the_best_pairs_come_with_their_proof_and_reasons(
        self, run: MatchingRun, pool: dict[str, Enrollment]
    ) -> None:
        assert pairs_of(run) == {("Ada", "Uma"), ("Ada", "Xia"), ("Bo", "Vic"), ("Cy", "Wes")}
        assert [(level["name"], level["value"], level["bound"]) for level in run.levels][:2] == [
            ("served", 4, 4),
            ("filled", 4, 4),
        ]
        assert (run.gap, run.value) == (0, pytest.approx(run.bound))
        assert run.value == pytest.approx(sum(match.score for match in run.matches.all()))
        match = run.matches.get(mentee=pool["Uma"])
        assert {"goals", "values"} <= {reason["key"] for reason in match.reasons}
        assert sum(reason["share"] for reason in match.reasons) == pytest.approx(1)
        (left,) = run.unmatched.all()
        assert (left.enrollment, left.kind) == (pool["Yan"], "outcompeted")
        assert run.report["counts"] == {"mentors": 3, "mentees": 5, "places": 4, "pairs": 4, "held": 0}
        assert {each["key"] for each in run.report["deciding"]} <= {"goals", "text", "values", "department"}
        assert run.versions["ortools"]
        assert len(run.report["hash"]) == len(run.pool_digest) == 64

    def test_what_the_engine_was_told_is_kept_with_where_it_came_from(
        self, run: MatchingRun, pool: dict[str, Enrollment]
    ) -> None:
        told = run.inputs.get(enrollment=pool["Ada"])
        assert (told.cells["helps_with"], told.sources["helps_with"]) == (
            "Leading people;Speaking and presenting",
            "answer",
        )
        assert (told.cells["department"], told.sources["department"], told.cells["places"]) == ("Sales", "hr", 2)
        assert run.inputs.count() == 8

    def test_it_leaves_its_events(self, run: MatchingRun, manager: Person) -> None:
        events = Event.objects.filter(subject_type="matches.matchingrun", subject_id=run.pk).order_by("pk")
        assert list(events.values_list("verb", "actor_id", "program_id")) == [
            ("run.queued", manager.pk, run.cohort.program_id), ("run.started", None, run.cohort.program_id),
            ("run.ready", None, run.cohort.program_id),
        ]  # fmt: skip

    def test_a_veto_holds_before_a_lock_and_shows_as_not_allowed(
        self, cohort: Cohort, pool: dict[str, Enrollment], matched: Matched
    ) -> None:
        Hold.objects.create(cohort=cohort, mentor=pool["Ada"], mentee=pool["Uma"], kind="lock", placed_at=clock.now())
        Veto.objects.create(author=pool["Uma"].person, kind="person", person=pool["Ada"].person, said_at=clock.now())
        run = matched()
        assert ("Ada", "Uma") not in pairs_of(run)
        (unmet,) = run.report["unmet"]
        assert (unmet["kind"], unmet["rule"], unmet["mentor"], unmet["mentee"]) == (
            "forced",
            "not allowed",
            pool["Ada"].pk,
            pool["Uma"].pk,
        )

    def test_locks_and_bans_hold(self, cohort: Cohort, pool: dict[str, Enrollment], matched: Matched) -> None:
        for mentee, kind in (("Yan", "lock"), ("Vic", "ban")):
            Hold.objects.create(cohort=cohort, mentor=pool["Bo"], mentee=pool[mentee], kind=kind, placed_at=clock.now())
        found = pairs_of(matched())
        assert ("Bo", "Yan") in found
        assert ("Bo", "Vic") not in found

    def test_a_second_run_fills_the_gaps_around_what_stands(
        self, cohort: Cohort, pool: dict[str, Enrollment], matched: Matched, enroll: Enroll
    ) -> None:
        make_mentorship(cohort, mentor=pool["Ada"].person, mentee=pool["Uma"].person, status="active")
        make_mentorship(cohort, mentor=pool["Bo"].person, mentee=pool["Vic"].person, status="proposed")
        run = matched()
        assert pairs_of(run) == {("Ada", "Xia"), ("Cy", "Wes")}
        assert set(run.unmatched.values_list("enrollment__person__name", flat=True)) == {"Yan Five"}

    def test_runs_of_one_version_compare_and_a_newcomer_moves_nobody(
        self, pool: dict[str, Enrollment], matched: Matched, enroll: Enroll
    ) -> None:
        first = matched()
        enroll("Zoe New", "mentor", answers={"helps_with": ["newcomer"], "values": ["fairness"]}, places=0)
        second = matched()
        assert second.report["reference"] == first.report["reference"]
        scores = [dict(run.matches.values_list("mentee__person__name", "score")) for run in (first, second)]
        assert scores[0] == scores[1]
        actions.measure_anew(second.cohort, by=Actor.of(second.created_by))  # type: ignore[arg-type]
        third = matched()
        assert third.settings["version"] == second.settings["version"] + 1
        assert third.report["reference"] != first.report["reference"]

    def test_nobody_at_all_is_an_answer(self, cohort: Cohort, matched: Matched) -> None:
        run = matched()
        assert (run.matches.count(), run.unmatched.count(), run.gap) == (0, 0, 0)

    def test_numbers_count_up_and_one_run_goes_at_a_time(self, cohort: Cohort, manager: Person) -> None:
        first = start(cohort, manager)
        with pytest.raises(Denied):
            start(cohort, manager)
        actions.cancel(first, by=Actor.of(manager))
        assert start(cohort, manager).number == 2


@pytest.mark.django_db
class TestWhatMayHappen:
    def ended(self, cohort: Cohort, manager: Person) -> MatchingRun:
        run = start(cohort, manager)
        run_all()
        run.refresh_from_db()
        return run

    def stands(self, run: MatchingRun, manager: Person) -> None:
        """Said so, nothing stuck, nothing left behind, and it can be started again."""
        assert run.status == Status.FAILED
        assert run.finished_at is not None
        assert not run.matches.exists()
        assert JobRecord.objects.get(task="openmentor.matches.jobs.solve").status == JobRecord.Status.DONE
        assert start(run.cohort, manager).status == Status.QUEUED

    def test_killed(self, cohort: Cohort, manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script(tmp_path, monkeypatch, "os.kill(os.getpid(), signal.SIGKILL)")
        run = self.ended(cohort, manager)
        assert "ended from outside" in run.message
        self.stands(run, manager)

    def test_out_of_memory(self, cohort: Cohort, manager: Person, pool: dict[str, Enrollment], settings) -> None:  # type: ignore[no-untyped-def]
        settings.MATCHING_MEMORY_MB = 1
        Cohort.objects.filter(pk=cohort.pk).update(matching={"fields": {"town": {"kind": "same"}}})
        Person.objects.filter(pk=pool["Ada"].person_id).update(custom={"town": "x" * 20_000_000})
        run = self.ended(cohort, manager)
        assert "more memory than it may use (1 MB)" in run.message
        self.stands(run, manager)

    def test_answers_that_cannot_be_read(self, cohort: Cohort, manager: Person, pool: dict[str, Enrollment]) -> None:
        Person.objects.filter(pk=pool["Ada"].person_id).update(timezone="Nowhere/Land")
        run = self.ended(cohort, manager)
        assert "can't be read" in run.message
        assert any("Nowhere/Land" in fault for fault in run.report["faults"])
        self.stands(run, manager)

    def test_it_fails_or_says_nothing(
        self, cohort: Cohort, manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script(tmp_path, monkeypatch, "print('no json'); sys.stdout.flush(); sys.exit(0)")
        run = self.ended(cohort, manager)
        assert "Something went wrong" in run.message
        self.stands(run, manager)

    def test_cancelled_while_it_waits(
        self, cohort: Cohort, manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script(tmp_path, monkeypatch, "raise SystemExit('never started')")
        run = start(cohort, manager)
        actions.cancel(run, by=Actor.of(manager))
        run_all()
        run.refresh_from_db()
        assert (run.status, run.message) == (Status.CANCELLED, "")

    def test_the_server_stops_in_mid_run(
        self, cohort: Cohort, manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script(tmp_path, monkeypatch, "time.sleep(60)")
        monkeypatch.setattr(job_running.Running, "should_stop", property(lambda self: True))
        run = self.ended(cohort, manager)
        assert "The server was restarted" in run.message
        self.stands(run, manager)

    def test_the_server_dies_in_mid_run(self, cohort: Cohort, manager: Person) -> None:
        run = start(cohort, manager)
        job = job_running.claim(["matching"], "somebody")
        assert job is not None
        MatchingRun.objects.filter(pk=run.pk).update(status=Status.SOLVING, attempt=1)
        JobRecord.objects.filter(pk=job.id).update(lease_until=clock.now() - timedelta(minutes=5))
        assert job_running.bury() == 1
        run.refresh_from_db()
        assert run.status == Status.FAILED
        assert "The server was restarted" in run.message
        assert start(cohort, manager).status == Status.QUEUED

    def test_a_result_that_nobody_waits_for_is_not_kept(self, cohort: Cohort, manager: Person, pool: dict[str, Enrollment], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        whole = process.solve

        def cancelled_meanwhile(*args: object, **kwargs: object) -> dict[str, object]:
            found = whole(*args, **kwargs)  # type: ignore[arg-type]
            actions.cancel(MatchingRun.objects.select_related("cohort").get(), by=Actor.of(manager))
            return found

        monkeypatch.setattr(process, "solve", cancelled_meanwhile)
        run = self.ended(cohort, manager)
        assert run.status == Status.CANCELLED
        assert not run.matches.exists()
        assert not run.unmatched.exists()

    def test_the_engine_gets_no_key_of_ours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "secret")
        assert {"DATABASE_URL", "OPENMENTOR_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}.isdisjoint(process._environment())


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_cancelling_ends_the_engine_within_seconds(self, cohort: Cohort, manager: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        mark = tmp_path / "ended"
        script(
            tmp_path, monkeypatch,
            f"signal.signal(signal.SIGTERM, lambda *_: (open({str(mark)!r}, 'w').close(), sys.exit(130)))\n"
            "while True:\n    print(json.dumps({'stage': 'scores', 'done': 1, 'total': 4}), flush=True)\n    time.sleep(0.1)\n",
        )  # fmt: skip
        run = start(cohort, manager)

        def work() -> None:
            try:
                solving.solve(run.pk)
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        for _ in range(100):
            run.refresh_from_db()
            if run.progress:
                break
            threading.Event().wait(0.1)
        assert (run.status, run.stage, run.progress) == (Status.SOLVING, "scores", 0.25)
        actions.cancel(run, by=Actor.of(manager))
        thread.join(10)
        assert not thread.is_alive()
        assert mark.exists()
        run.refresh_from_db()
        assert (run.status, run.message) == (Status.CANCELLED, "")

    def test_two_who_start_at_once_start_one(self, cohort: Cohort, manager: Person) -> None:
        found: list[object] = []
        gate = threading.Barrier(2)

        def work() -> None:
            gate.wait()
            try:
                found.append(start(cohort, manager))
            except (Conflict, Denied) as refusal:
                found.append(refusal)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(each).__name__ for each in found)[-1] == "MatchingRun"
        assert MatchingRun.objects.count() == 1
        assert JobRecord.objects.filter(queue="matching").count() == 1


@pytest.mark.django_db(transaction=True)
def test_when_somebody_is_erased_nothing_stays_that_was_made_of_their_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENMENTOR_VECTORS", str(tmp_path))
    person = Person.objects.create_person("Ada", "ada@example.org")
    vectors = store.Folder(tmp_path, 2)
    vectors.put({store.key_of("m", "what Ada wrote"): np.array([1.0, 0.0], dtype=np.float32)})
    assert len(vectors.get([store.key_of("m", "what Ada wrote")])) == 1
    with transaction.atomic():
        privacy.erase_person(person)
        transaction.set_rollback(True)
    assert list(tmp_path.iterdir())
    privacy.erase_person(person)
    assert list(tmp_path.iterdir()) == []
