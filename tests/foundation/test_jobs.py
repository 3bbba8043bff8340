"""The contract of jobs, the same on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from openmentor.foundation import clock
from openmentor.foundation.jobs import (
    Interrupted,
    Lost,
    PermanentFailure,
    backend,
    complete,
    current,
    job,
    periodic,
    running,
    upkeep,
    worker,
)
from openmentor.foundation.models import DatabaseProperty, JobRecord

pytestmark = pytest.mark.django_db
QUEUES = ["default", "matching", "mail"]
calls: list[object] = []
given_up: list[object] = []


@pytest.fixture(autouse=True)
def _forget():
    calls.clear()
    given_up.clear()
    periodic_jobs = dict(backend._periodic)
    backend._periodic.clear()  # what the product does each hour is not what these tests count
    yield
    backend._periodic.clear()
    backend._periodic.update(periodic_jobs)


@job
def note(*args: object, **kwargs: object) -> dict[str, object]:
    calls.append((args, kwargs))
    return {"seen": len(calls)}


@job(on_parked=lambda number: given_up.append(number))
def fail(number: int) -> None:
    calls.append(number)
    raise ValueError(f"no luck with {number}")


@job
def refuse() -> None:
    calls.append("refuse")
    raise PermanentFailure("the address does not exist")


@job(unique=lambda cohort_id, **_: cohort_id)
def recount(cohort_id: int, *, why: str = "") -> None:
    calls.append((cohort_id, why))


@job(unique=True)
def recount_and_fail(cohort_id: int) -> None:
    recount_and_fail.enqueue(cohort_id)
    raise ValueError


@job
def write_and_complete(key: str) -> str:
    with transaction.atomic():
        DatabaseProperty.objects.create(key=key, value=1, written_at=clock.now())
        complete("written")
    return "returned"


@job
def give_way() -> None:
    calls.append("give_way")
    raise Interrupted


def statuses() -> list[tuple[str, str, int]]:
    return [
        (record.name.rpartition(".")[2], record.status, record.attempts) for record in JobRecord.objects.order_by("id")
    ]


def test_a_job_gets_what_it_was_given_with_dates_and_moments_as_they_were():
    at = datetime(2027, 3, 1, 9, 30, 0, 5, tzinfo=UTC)
    result = note.enqueue(7, "x", [1, None, {"a": 1.5}], at=at, on=date(2027, 3, 1))
    assert worker.run_all() == 1
    assert calls == [((7, "x", [1, None, {"a": 1.5}]), {"at": at, "on": date(2027, 3, 1)})]
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == (TaskResultStatus.SUCCESSFUL, {"seen": 1}, 1)


@pytest.mark.parametrize("value", [object(), b"x", {1: 2}, datetime(2027, 1, 1), {"a": {1, 2}}])  # noqa: DTZ001
def test_what_is_no_id_or_fact_is_refused_when_it_is_enqueued(value):
    with pytest.raises(TypeError):
        note.enqueue(value)
    assert not JobRecord.objects.exists()


def test_a_job_and_the_change_that_asked_for_it_live_or_die_together():
    def change() -> None:
        with transaction.atomic():
            note.enqueue(1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert worker.run_all() == 0
    with transaction.atomic():
        note.enqueue(2)
    assert worker.run_all() == 1
    assert calls == [((2,), {})]


def test_the_higher_priority_goes_first_then_who_waits_longest():
    for priority, name in ((0, "first"), (5, "urgent"), (0, "second"), (-5, "whenever")):
        note.using(priority=priority).enqueue(name)
    worker.run_all()
    assert [args[0] for args, _ in calls] == ["urgent", "first", "second", "whenever"]


def test_a_job_for_later_waits_for_its_time():
    note.enqueue_at(clock.now() + timedelta(hours=2), "later")
    assert worker.run_all() == 0
    with clock.moved(timedelta(hours=3)):
        assert worker.run_all() == 1
    note.enqueue_at(clock.now() + timedelta(days=3), "b")
    note.enqueue_at(clock.now() + timedelta(days=2), "a")
    assert worker.run_all(later=True) == 2
    assert [args[0] for args, _ in calls] == ["later", "a", "b"]


def test_many_are_written_by_set(queries):
    with queries() as asked:
        assert note.enqueue_many([{"number": number} for number in range(300)]) == 300
    assert len([query for query in asked if query["sql"].startswith("INSERT")]) <= 10
    assert worker.run_all() == 300
    with pytest.raises(TypeError):
        recount.enqueue_many([{"cohort_id": 1}])


def test_a_failing_job_waits_ever_longer_and_is_parked_after_five_tries_with_its_traceback():
    fail.enqueue(3)
    assert worker.run_all(later=True, raising=False) == 5
    record = JobRecord.objects.get()
    assert (calls, given_up) == ([3] * 5, [3])
    assert (record.status, record.attempts, record.max_attempts) == (JobRecord.Status.PARKED, 5, 5)
    assert record.error.startswith("Traceback")
    assert record.error.endswith("ValueError: no luck with 3\n")
    assert (record.finished_at is None, record.lease_until) == (False, None)
    pauses = [running.pause_after(attempt).total_seconds() for attempt in (1, 2, 3, 4)]
    assert [round(pause / 6**power / 30) for power, pause in enumerate(pauses)] == [1, 1, 1, 1]


def test_after_a_failure_nobody_tries_again_before_the_pause_is_over():
    fail.enqueue(3)
    before = clock.now()
    assert worker.run_all(raising=False) == 1
    record = JobRecord.objects.get()
    assert (record.status, record.attempts) == (JobRecord.Status.WAITING, 1)
    assert timedelta(seconds=26) < record.run_after - before < timedelta(seconds=40)
    assert fail.get_result(str(record.pk)).errors[0].exception_class is ValueError


def test_run_all_lets_a_failure_through_so_that_no_test_hides_one():
    fail.enqueue(3)
    with pytest.raises(ValueError, match="no luck with 3"):
        worker.run_all()


def test_what_trying_again_cannot_help_is_parked_at_once():
    refuse.enqueue()
    assert worker.run_all(raising=False) == 1
    assert statuses() == [("refuse", "parked", 1)]


def test_a_job_whose_function_is_gone_is_parked_at_once():
    note.enqueue()
    JobRecord.objects.update(task="openmentor.nowhere.jobs.gone")
    assert worker.run_all(raising=False) == 1
    record = JobRecord.objects.get()
    assert record.status == JobRecord.Status.PARKED
    assert "ModuleNotFoundError" in record.error


def test_a_unique_job_joins_the_one_that_waits_and_the_earlier_time_counts():
    later, sooner = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=1)
    first = recount.enqueue_at(later, 1, why="first")
    second = recount.enqueue_at(sooner, 1, why="second")
    third = recount.enqueue_at(later, 1)
    other = recount.enqueue_at(later, 2)
    assert first.id == second.id == third.id != other.id
    assert JobRecord.objects.get(pk=first.id).run_after == sooner
    worker.run_all(later=True)
    assert calls == [(1, "first"), (2, "")]
    assert recount.enqueue(1).id != first.id  # it waits no longer, so this is another


def test_a_unique_job_that_failed_keeps_its_pause_when_another_joins():
    record = JobRecord.objects.get(pk=recount.enqueue(1).id)
    pause = clock.now() + timedelta(minutes=10)
    JobRecord.objects.filter(pk=record.pk).update(attempts=1, run_after=pause)
    assert recount.enqueue(1).id == str(record.pk)
    assert JobRecord.objects.get().run_after == pause


def test_a_unique_job_that_fails_while_another_waits_leaves_the_work_to_it():
    recount_and_fail.enqueue(1)
    with pytest.raises(ValueError):
        worker.run_all()
    assert statuses() == [("recount_and_fail", "done", 1), ("recount_and_fail", "waiting", 0)]


def test_a_job_can_commit_its_effect_and_its_end_together():
    result = write_and_complete.enqueue("a")
    worker.run_all()
    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, "written")
    assert write_and_complete("b") == "returned"  # called as a function there is no job to complete
    assert set(DatabaseProperty.objects.values_list("key", flat=True)) == {"a", "b"}


def test_a_stalled_worker_cannot_finish_a_job_that_another_took():
    write_and_complete.enqueue("a")
    stalled = running.claim(QUEUES, "stalled")
    assert stalled is not None
    JobRecord.objects.update(lease_until=datetime.now(tz=UTC) - timedelta(seconds=1))
    taken = running.claim(QUEUES, "quick")
    assert taken is not None
    assert (taken.id, taken.fence, taken.record.attempts) == (stalled.id, 2, 2)

    with pytest.raises(Lost):  # the stalled one wakes up: its effect is undone
        running.perform(stalled, raising=True)
    assert not DatabaseProperty.objects.exists()
    assert not stalled.extend()
    assert stalled.should_stop
    assert statuses() == [("write_and_complete", "running", 2)]

    assert taken.extend()
    running.perform(taken, raising=True)
    assert statuses() == [("write_and_complete", "done", 2)]


def test_a_stalled_worker_cannot_fail_a_job_that_another_took():
    fail.enqueue(1)
    stalled = running.claim(QUEUES, "stalled")
    JobRecord.objects.update(lease_until=datetime.now(tz=UTC) - timedelta(seconds=1))
    assert running.claim(QUEUES, "quick") is not None
    running.perform(stalled)
    assert [(record.status, record.worker, record.error) for record in JobRecord.objects.all()] == [
        ("running", "quick", "")
    ]


def test_a_job_whose_lease_holds_is_nobody_elses():
    note.enqueue()
    assert running.claim(QUEUES, "one") is not None
    assert running.claim(QUEUES, "two") is None


def test_a_job_whose_worker_died_on_the_last_try_is_parked_and_its_subject_told():
    fail.enqueue(9)
    JobRecord.objects.update(max_attempts=1)
    assert running.claim(QUEUES, "dies") is not None
    assert running.bury() == 0
    JobRecord.objects.update(lease_until=datetime.now(tz=UTC) - timedelta(seconds=1))
    assert running.claim(QUEUES, "other") is None
    assert running.bury() == 1
    assert statuses() == [("fail", "parked", 1)]
    assert given_up == [9]


def test_a_job_that_gives_way_waits_again_and_the_try_is_not_counted():
    give_way.enqueue()
    claimed = running.claim(QUEUES, "stops")
    running.perform(claimed)
    assert statuses() == [("give_way", "waiting", 0)]


@job
def look() -> None:
    doing = current()
    assert doing is not None
    calls.append((doing.record.attempts, doing.is_last_attempt, doing.should_stop))
    raise ValueError


def test_a_job_can_see_which_try_it_is():
    look.enqueue()
    JobRecord.objects.update(max_attempts=2)
    worker.run_all(later=True, raising=False)
    assert calls == [(1, False, False), (2, True, False)]
    assert current() is None


@periodic(every=timedelta(hours=6))
def each_six_hours() -> None:
    calls.append("six")


def test_a_periodic_job_runs_once_in_each_stretch_however_many_workers_ask():
    backend._periodic[each_six_hours.module_path] = (each_six_hours, timedelta(hours=6))
    assert [backend.add_due(), backend.add_due()] == [1, 0]
    worker.run_all()
    assert backend.add_due() == 0
    with clock.moved(timedelta(hours=20)):  # two stretches were slept through: they are not made up for
        assert [backend.add_due(), backend.add_due()] == [1, 0]
        worker.run_all()
    assert calls == ["six", "six"]


def test_old_done_jobs_are_dropped_but_not_parked_ones_nor_the_mark_of_a_periodic_one():
    backend._periodic[each_six_hours.module_path] = (each_six_hours, timedelta(hours=6))
    note.enqueue()
    refuse.enqueue()
    backend.add_due()
    worker.run_all(raising=False)
    with clock.moved(timedelta(days=6)):
        assert upkeep.prune() == 0
    with clock.moved(timedelta(days=8)):
        assert upkeep.prune() == 1
    assert statuses() == [("refuse", "parked", 1), ("each_six_hours", "done", 1)]


def test_the_tasks_api_finds_a_result_and_says_when_there_is_none():
    result = note.enqueue(1)
    assert note.get_result(result.id).status == TaskResultStatus.READY
    with pytest.raises(TaskResultDoesNotExist):
        note.get_result("999999")
    with pytest.raises(TaskResultDoesNotExist):
        note.get_result("no number")


def test_an_idle_look_takes_no_lock(queries):
    with queries() as asked:
        assert running.claim(QUEUES, "idle") is None
    assert [query["sql"].split()[0] for query in asked] == ["SELECT", "SELECT"]


def test_claiming_costs_the_same_with_one_and_with_three_waiting(queries):
    counts = []
    for waiting in (1, 3):
        JobRecord.objects.all().delete()
        for number in range(waiting):
            note.enqueue(number)
        with queries() as asked:
            assert running.claim(QUEUES, "one") is not None
        counts.append(len(asked))
    assert counts[0] == counts[1]


# Races: real threads, real commits.


def _in_threads(number: int, function) -> list[object]:
    results: list[object] = []
    start = threading.Barrier(number)

    def run() -> None:
        try:
            start.wait()
            results.append(function())
        except BaseException as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_each_job_once():
    note.enqueue_many([{"number": number} for number in range(60)])

    def drain() -> list[int]:
        mine = []
        while (claimed := running.claim(QUEUES, threading.current_thread().name)) is not None:
            mine.append(claimed.id)
            running.perform(claimed, raising=True)
        return mine

    taken = _in_threads(4, drain)
    assert sorted(key for mine in taken for key in mine) == sorted(JobRecord.objects.values_list("pk", flat=True))
    assert sorted(kwargs["number"] for _, kwargs in calls) == list(range(60))
    assert set(JobRecord.objects.values_list("status", "attempts")) == {("done", 1)}


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_for_the_same_unique_job_at_once_make_one():
    ids = _in_threads(6, lambda: recount.enqueue(5).id)
    assert len(set(ids)) == 1
    assert statuses() == [("recount", "waiting", 0)]


@pytest.mark.django_db(transaction=True)
def test_who_joins_a_waiting_job_keeps_it_from_being_taken_before_its_own_change_is_committed():
    """Otherwise the job runs without seeing the change, and nobody looks again."""
    recount.enqueue(5)
    joined, looked = threading.Event(), threading.Event()
    seen: list[object] = []

    def change() -> None:
        try:
            with transaction.atomic():
                DatabaseProperty.objects.create(key="change", value=1, written_at=clock.now())
                recount.enqueue(5)
                joined.set()
                looked.wait(1.5)
        finally:
            connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    joined.wait(10)
    claimed = running.claim(QUEUES, "eager")  # PostgreSQL: skips the locked row; SQLite: waits for the writer
    if claimed is None:
        assert not DatabaseProperty.objects.filter(key="change").exists()
        looked.set()
        thread.join(30)
        claimed = running.claim(QUEUES, "eager")
    looked.set()
    thread.join(30)
    seen.append(DatabaseProperty.objects.filter(key="change").exists())
    assert claimed is not None
    assert seen == [True]
    assert JobRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_once_add_one_row_for_a_periodic_job():
    backend._periodic[each_six_hours.module_path] = (each_six_hours, timedelta(hours=6))
    _in_threads(5, backend.add_due)
    assert JobRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_in_this_process_is_woken_by_the_commit_and_stops_when_told():
    done = threading.Event()
    global _done
    _done = done
    team = worker.start(threads=2)
    try:
        for _ in range(3):
            done.clear()
            tell.enqueue()
            assert done.wait(10)
    finally:
        team.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("job-")] == []
    assert set(JobRecord.objects.values_list("status", flat=True)) == {"done"}
    tell.enqueue()
    assert JobRecord.objects.filter(status="waiting").count() == 1


_done = threading.Event()


@job
def tell() -> None:
    _done.set()
