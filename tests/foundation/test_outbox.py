"""Events in their sealed order, and consumers that follow it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from tests.factories import make_person

from openmentor.foundation import clock, events, outbox
from openmentor.foundation.actors import system
from openmentor.foundation.jobs import worker
from openmentor.foundation.models import Cursor, DatabaseProperty, Event, JobRecord, Seal

pytestmark = pytest.mark.django_db
heard: list[tuple[str, int]] = []


@pytest.fixture(autouse=True)
def _only_our_consumers(monkeypatch):
    heard.clear()
    monkeypatch.setattr(
        events, "_audiences", {**events._audiences, **dict.fromkeys(("test.a", "test.b"), events.Audience.NOBODY)}
    )
    monkeypatch.setattr(outbox, "_consumers", {})
    monkeypatch.setattr(outbox, "_by_verb", type(outbox._by_verb)(list))


def do(verb: str, number: int = 0) -> Event:
    with transaction.atomic():
        subject = DatabaseProperty(key="x")
        event = Event.objects.create(
            verb=verb,
            subject_type="foundation.databaseproperty",
            subject_id=number,
            actor_kind="system",
            at=clock.now(),
            facts={"n": number, "ratio": 0.25, "name": "é"},
        )
        del subject
    return event


def listen(name: str, *verbs: str, effect=None, atomic: bool = True) -> None:
    def hear(event: Event) -> None:
        if effect is not None:
            effect(event)
        heard.append((name, event.subject_id))

    outbox.register(outbox.Consumer(name, frozenset(verbs), hear, atomic))


def test_sealing_numbers_what_is_committed_without_a_hole_and_the_chain_holds():
    for number in range(5):
        do("test.a", number)
    assert outbox.seal(limit=3) == 3
    assert outbox.seal() == 2
    assert outbox.seal() == 0
    assert list(Event.objects.order_by("sequence").values_list("sequence", "subject_id")) == [
        (n + 1, n) for n in range(5)
    ]
    assert len(set(Event.objects.values_list("digest", flat=True))) == 5
    assert outbox.verify_chain() is None


@pytest.mark.parametrize(
    "change", [{"facts": {"n": 9}}, {"subject_id": 9}, {"actor_id": 9}, {"sequence": 9}, {"verb": "test.b"}]
)
def test_what_was_changed_after_sealing_breaks_the_chain(change):
    for number in range(4):
        do("test.a", number)
    outbox.seal()
    Event.objects.filter(sequence=3).update(**change)
    assert outbox.verify_chain() == 3


def test_an_event_that_was_removed_breaks_the_chain_even_at_its_end():
    for number in range(3):
        do("test.a", number)
    outbox.seal()
    assert outbox.verify_chain() is None
    Event.objects.filter(sequence=3).delete()
    assert outbox.verify_chain() == 3


def test_erasing_a_person_leaves_the_chain_whole():
    person = make_person()
    with transaction.atomic():
        events.record("test.a", person, by=system())
    Event.objects.update(actor=person)
    outbox.seal()
    person.delete()
    assert outbox.verify_chain() is None


def test_each_consumer_hears_its_verbs_once_in_order():
    listen("one", "test.a", "test.b")
    listen("two", "test.b")
    outbox.work()
    for number, verb in enumerate(["test.a", "test.b", "test.a"]):
        do(verb, number)
    outbox.work(raising=True)
    outbox.work(raising=True)
    assert heard == [("one", 0), ("one", 1), ("two", 1), ("one", 2)]


def test_a_new_consumer_starts_at_the_present_and_misses_nothing_from_then_on():
    do("test.a", 1)
    outbox.work()
    do("test.a", 2)  # committed, not sealed when the consumer comes
    listen("new", "test.a")
    outbox.work(raising=True)
    do("test.a", 3)
    outbox.work(raising=True)
    assert heard == [("new", 2), ("new", 3)]


def test_many_events_are_worked_off_in_batches():
    listen("one", "test.a")
    outbox.work()
    for number in range(25):
        do("test.a" if number % 2 else "test.b", number)
    outbox.work(raising=True, batch=4)
    assert heard == [("one", number) for number in range(1, 25, 2)]
    assert Cursor.objects.get(consumer="one").sequence == Seal.objects.get().sequence == 25


def test_a_failing_consumer_holds_up_nobody_and_its_event_is_tried_again_then_parked():
    def fail_at_2(event: Event) -> None:
        DatabaseProperty.objects.create(key=f"{event.subject_id}-{len(heard)}", value=1, written_at=clock.now())
        if event.subject_id == 2:
            raise ValueError("no")

    listen("bad", "test.a", effect=fail_at_2)
    listen("good", "test.a")
    outbox.work()
    for number in (1, 2, 3):
        do("test.a", number)
    outbox.work()
    assert heard == [("bad", 1), ("good", 1), ("good", 2), ("bad", 3), ("good", 3)]
    # What it had written for the event it failed at is undone.
    assert sorted(key[0] for key in DatabaseProperty.objects.values_list("key", flat=True)) == ["1", "3"]
    worker.run_all(later=True, raising=False)
    job = JobRecord.objects.get()
    assert (job.name, job.status, job.attempts) == ("outbox.try_again", "parked", 5)
    assert job.payload["args"] == ["bad", Event.objects.get(subject_id=2).pk]
    assert "ValueError: no" in job.error


def test_a_failure_that_passes_is_made_good_once():
    luck = iter([False, True])

    def fail_once(_event: Event) -> None:
        if not next(luck):
            raise ValueError

    listen("unlucky", "test.a", effect=fail_once)
    outbox.work()
    do("test.a", 7)
    worker.run_all(later=True, raising=False)
    outbox.work()
    assert heard == [("unlucky", 7)]


def test_recording_needs_a_transaction_and_a_declared_verb():
    with pytest.raises(LookupError):
        events.record("test.undeclared", make_person(), by=system())


def test_looking_for_work_costs_the_same_with_one_and_with_three_consumers(queries):
    counts = []
    for number in (1, 3):
        for each in range(number):
            listen(f"c{each}", "test.a")
        outbox.work()
        with queries() as asked:
            assert outbox.work() == 0
        counts.append(len(asked))
    assert counts == [4, 4]


# Races


def _in_threads(functions) -> list[object]:
    results: list[object] = []
    start = threading.Barrier(len(functions))

    def run(function) -> None:
        try:
            start.wait()
            results.append(function())
        except BaseException as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


@pytest.mark.django_db(transaction=True)
def test_under_concurrent_commits_every_event_gets_one_number_and_every_consumer_hears_each_once():
    listen("one", "test.a")
    listen("two", "test.a", atomic=True)
    outbox.work()
    writing = threading.Event()

    def write(start: int) -> None:
        for number in range(start, start + 30):
            do("test.a", number)

    def follow() -> None:
        while not writing.is_set():
            outbox.work(batch=7)

    def write_all() -> None:
        for result in _in_threads([lambda base=base: write(base) for base in (0, 100, 200)]):
            assert result is None
        writing.set()

    results = _in_threads([write_all, follow, follow])
    outbox.work()
    assert results == [None, None, None]
    numbers = {*range(30), *range(100, 130), *range(200, 230)}
    assert list(Event.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 91))
    assert outbox.verify_chain() is None
    assert sorted(heard) == sorted((name, number) for name in ("one", "two") for number in numbers)
    assert not JobRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite commits one writer after the other")
def test_an_event_whose_id_is_lower_but_commits_later_is_not_lost():
    listen("one", "test.a")
    outbox.work()
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            do("test.a", 1)
            written.set()
            go_on.wait(10)

    def quick() -> None:
        written.wait(10)
        do("test.a", 2)
        outbox.work(raising=True)
        go_on.set()

    assert _in_threads([slow, quick]) == [None, None]
    outbox.work(raising=True)
    low, high = Event.objects.get(subject_id=1), Event.objects.get(subject_id=2)
    assert low.pk < high.pk
    assert (high.sequence, low.sequence) == (1, 2)
    assert heard == [("one", 2), ("one", 1)]
    assert outbox.verify_chain() is None
