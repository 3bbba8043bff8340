"""From committed events to their effects.

``seal`` gives committed events their order, after commit: an auto-increment id is none, since a later id can commit earlier, and a
reader that remembers the last one would lose an event for ever. Each consumer follows the sealed numbers with a cursor of its own:

    @on("mentorship.activated")
    def give_the_first_badge(event: Event) -> None: ...

Its effect and its cursor commit in one transaction, so that working an event off twice does nothing twice. What takes long or
leaves this machine is a job that the consumer enqueues.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from django.db import transaction

from openmentor.foundation import jobs
from openmentor.foundation.jobs import signal
from openmentor.foundation.models import Cursor, Event, Seal

logger = logging.getLogger(__name__)

Effect = Callable[[Event], object]


@dataclass(frozen=True)
class Consumer:
    """Who listens: a function of an event, known for ever by the path of its name."""

    name: str
    verbs: frozenset[str]
    effect: Effect
    #: False for an effect that is itself unique per event and recipient, and is too big for one transaction
    atomic: bool = True


_consumers: dict[str, Consumer] = {}
_by_verb: dict[str, list[Consumer]] = defaultdict(list)


def on(*verbs: str, name: str = "", atomic: bool = True) -> Callable[[Effect], Effect]:
    """Let a function be called once for each sealed event with one of ``verbs``. A new consumer hears what happens from now on.

    name    by which its place is remembered; the function's path if none is given. Renaming it starts it at the present.
    """

    def wrap(function: Effect) -> Effect:
        register(Consumer(name or f"{function.__module__}.{function.__qualname__}", frozenset(verbs), function, atomic))
        return function

    return wrap


def register(consumer: Consumer) -> None:
    forget(consumer.name)
    _consumers[consumer.name] = consumer
    for verb in consumer.verbs:
        _by_verb[verb].append(consumer)


def forget(name: str) -> None:
    """Take a consumer off, for tests."""
    known = _consumers.pop(name, None)
    for verb in known.verbs if known else ():
        _by_verb[verb].remove(known)  # type: ignore[arg-type]


def wake() -> None:
    """Tell the worker in this process that there is something to seal."""
    signal.wake()


def work(*, raising: bool = False, batch: int = 200) -> int:
    """Seal what is committed and let every consumer follow. Returns how many effects were worked off or set aside.

    raising   let a consumer's failure through (tests) instead of setting the event aside as a job.
    """
    if not _consumers:
        return seal()
    _place_cursors()
    sealed = handled = 0
    while count := seal():
        sealed += count
    while count := _follow(batch, raising):
        handled += count
    return handled


def seal(limit: int = 500) -> int:
    """Number the committed events that have no number, in the order of their ids as far as they are visible, and chain their digests.

    One short transaction that holds the seal's row, so that any number of workers may call it at once. Returns how many were sealed.
    """
    unsealed = Event.objects.filter(sequence=None).order_by("id")
    if not unsealed.exists():
        return 0
    with transaction.atomic():
        Seal.objects.bulk_create([Seal()], ignore_conflicts=True)
        # Locked first and read after it: what a sealer before us numbered is then no longer among ours.
        head = Seal.objects.select_for_update().get()
        events = list(unsealed[:limit])
        sequence, digest = head.sequence, head.digest
        for event in events:
            sequence, digest = sequence + 1, _digest(digest, event)
            event.sequence, event.digest = sequence, digest
        Event.objects.bulk_update(events, ["sequence", "digest"], batch_size=100)
        Seal.objects.filter(sequence=head.sequence).update(sequence=sequence, digest=digest)
    return len(events)


def _digest(previous: str, event: Event) -> str:
    said = [
        event.pk,
        event.verb,
        event.subject_type,
        event.subject_id,
        event.actor_kind,
        event.actor_name,
        event.actor_id,
        event.program_id,
        event.cohort_id,
        event.at.astimezone(UTC).isoformat(),
        event.facts,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def verify_chain() -> int | None:
    """Recompute the chain. None if it is whole, else the first number that is missing or not what it was when it was sealed."""
    expected, digest = 0, ""
    for event in Event.objects.exclude(sequence=None).order_by("sequence").iterator(chunk_size=2000):
        expected, digest = expected + 1, _digest(digest, event)
        if event.sequence != expected or event.digest != digest:
            return expected
    head = Seal.objects.first() or Seal()
    return None if (head.sequence, head.digest) == (expected, digest) else expected + 1


def _place_cursors() -> None:
    """Give new consumers a cursor at the present, before anything more is sealed: history is not told again, and nothing is missed."""
    missing = _consumers.keys() - set(Cursor.objects.values_list("consumer", flat=True))
    if missing:
        head = Seal.objects.values_list("sequence", flat=True).first() or 0
        Cursor.objects.bulk_create(
            [Cursor(consumer=name, sequence=head) for name in sorted(missing)], ignore_conflicts=True
        )


def _follow(batch: int, raising: bool) -> int:
    """One stretch of sealed events, for every consumer that has not seen them. 0 if all are up to date."""
    places = dict(Cursor.objects.filter(consumer__in=_consumers).values_list("consumer", "sequence"))
    head = Seal.objects.values_list("sequence", flat=True).first() or 0
    start = min(places.values(), default=head)
    if start >= head:
        return 0
    events = list(
        Event.objects.filter(
            sequence__gt=start, sequence__lte=head, verb__in=[verb for verb, heard in _by_verb.items() if heard]
        ).order_by("sequence")[:batch]
    )
    for event in events:
        for consumer in list(_by_verb[event.verb]):
            place = places.get(consumer.name, head)
            while place < event.sequence:  # type: ignore[operator]
                place = _work_off(consumer, event, place, raising)
            places[consumer.name] = place
    # What was read concerns nobody further: every cursor moves to its end, so that the next look starts there.
    end = events[-1].sequence if len(events) == batch else head
    Cursor.objects.filter(consumer__in=_consumers, sequence__lt=end).update(sequence=end)
    return len(events)


def _work_off(consumer: Consumer, event: Event, place: int, raising: bool) -> int:
    """Do one effect and move the cursor with it. Returns where the cursor stands: before the event if another process moved it there."""
    sequence = event.sequence
    assert sequence is not None
    mine = Cursor.objects.filter(consumer=consumer.name, sequence=place)
    try:
        if not consumer.atomic:
            consumer.effect(event)
        with transaction.atomic():
            if not mine.update(sequence=sequence):
                return _place_of(consumer)
            if consumer.atomic:
                consumer.effect(event)
    except Exception:
        if raising:
            raise
        # One event that fails holds up neither the others nor the other consumers: it goes on as a job, with its tries and its end.
        logger.warning("%s failed for event %s and will be tried again", consumer.name, event.pk, exc_info=True)
        with transaction.atomic():
            if not mine.update(sequence=sequence):
                return _place_of(consumer)
            try_again.enqueue(consumer.name, event.pk)
    return sequence


def _place_of(consumer: Consumer) -> int:
    return Cursor.objects.values_list("sequence", flat=True).get(consumer=consumer.name)


@jobs.job
def try_again(consumer: str, event_id: int) -> None:
    """Work off an event that its consumer failed at before."""
    known = _consumers.get(consumer)
    if known is None:
        raise jobs.PermanentFailure(f"nothing is called {consumer} any more")
    event = Event.objects.get(pk=event_id)
    if not known.atomic:
        known.effect(event)
        return
    with transaction.atomic():
        known.effect(event)
        jobs.complete()
