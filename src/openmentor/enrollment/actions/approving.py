"""Who gets in. A cohort's target count is never exceeded: each decision that lets somebody in holds the cohort's row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.enrollment import policies
from openmentor.enrollment.models import Enrollment, EnrollmentQuerySet
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor, ActorKind, rule
from openmentor.foundation.errors import Denied
from openmentor.foundation.events import record
from openmentor.programs.models import Cohort

Status = Enrollment.Status
IN = (Status.APPROVED, Status.COMPLETED)
#: the name under which everything approved by rule is recorded
ELIGIBLE = "all who are eligible, until the target count"


@dataclass(frozen=True)
class Decided:
    """What a decision over many came to, in enrollments. ``no_room``: left as they were because the cohort is full."""

    done: int
    no_room: int = 0


class Room:
    """How many more people a cohort takes. Somebody who is in already, in another role, needs no further room."""

    def __init__(self, cohort: Cohort) -> None:
        self.inside = set(Enrollment.objects.filter(cohort=cohort, status__in=IN).values_list("person", flat=True))
        self.left = None if cohort.target_count is None else max(0, cohort.target_count - len(self.inside))

    def take(self, person: int) -> bool:
        if person in self.inside:
            return True
        if self.left is not None:
            if not self.left:
                return False
            self.left -= 1
        self.inside.add(person)
        return True


def _lock(cohort_id: int) -> Cohort:
    """The cohort's row, held until the transaction ends: two who approve at once count one after the other."""
    return Cohort.objects.select_for_update().get(pk=cohort_id)


def approve(enrollment: Enrollment, *, by: Actor) -> Enrollment:
    """Let somebody in. Raises ``Denied`` if the cohort is full, ``Conflict`` if it was decided a moment ago."""
    policies.approve.check(by, enrollment)
    with transaction.atomic():
        cohort = _lock(enrollment.cohort_id)
        if not Room(cohort).take(enrollment.person_id):
            raise Denied(
                _("The cohort is full: %(count)d people are in. Raise its number, or use the waitlist.")
                % {"count": cohort.target_count}
            )
        enrollment.become(Status.APPROVED, by=by, decided_at=clock.now())
    return enrollment


def waitlist(enrollment: Enrollment, *, by: Actor) -> Enrollment:
    """Let somebody wait; they move up by themselves when a place comes free."""
    policies.waitlist.check(by, enrollment)
    with transaction.atomic():
        enrollment.become(Status.WAITLISTED, by=by, decided_at=clock.now())
    return enrollment


def decline(enrollment: Enrollment, *, by: Actor) -> Enrollment:
    policies.decline.check(by, enrollment)
    with transaction.atomic():
        enrollment.become(Status.DECLINED, by=by, decided_at=clock.now())
    return enrollment


def admit(cohort: Cohort, enrollments: Iterable[Enrollment], *, by: Actor) -> None:
    """Let applications of an open cohort in, or on to the waitlist where it is full. Call it inside a transaction."""
    room = Room(_lock(cohort.pk))
    for enrollment in enrollments:
        status = Status.APPROVED if room.take(enrollment.person_id) else Status.WAITLISTED
        enrollment.become(status, by=by, decided_at=clock.now())


def approve_many(cohort: Cohort, enrollments: Collection[int], *, by: Actor) -> Decided:
    """Let these in, the earliest first, until the cohort is full. What is decided already stays as it is."""
    policies.decide_many.check(by, cohort)
    with transaction.atomic():
        return _approve(
            _lock(cohort.pk), Enrollment.objects.filter(pk__in=enrollments).order_by("applied_at", "pk"), by=by
        )


def approve_by_rule(cohort: Cohort, *, by: Actor) -> Decided:
    """Let all in who applied or wait and are eligible, the earliest first, until the target count. Recorded as done by the rule."""
    policies.decide_many.check(by, cohort)
    from openmentor.enrollment import eligibility

    with transaction.atomic():
        waiting = eligibility.eligible(Enrollment.objects.all(), cohort).order_by("applied_at", "pk")
        return _approve(_lock(cohort.pk), waiting, by=Actor(ActorKind.RULE, by.person, ELIGIBLE))


def _approve(cohort: Cohort, candidates: EnrollmentQuerySet, *, by: Actor) -> Decided:
    room = Room(cohort)
    waiting = list(
        candidates.filter(cohort=cohort, status__in=(Status.APPLIED, Status.WAITLISTED)).values_list("pk", "person")
    )
    chosen = [pk for pk, person in waiting if room.take(person)]
    done = _move(
        cohort, chosen, (Status.APPLIED, Status.WAITLISTED), Status.APPROVED, "enrollment.many_approved", by=by
    )
    return Decided(done, len(waiting) - len(chosen))


def waitlist_many(cohort: Cohort, enrollments: Collection[int], *, by: Actor) -> Decided:
    policies.decide_many.check(by, cohort)
    with transaction.atomic():
        return Decided(
            _move(
                _lock(cohort.pk), enrollments, (Status.APPLIED,), Status.WAITLISTED, "enrollment.many_waitlisted", by=by
            )
        )


def decline_many(cohort: Cohort, enrollments: Collection[int], *, by: Actor) -> Decided:
    policies.decide_many.check(by, cohort)
    states = (Status.APPLIED, Status.WAITLISTED)
    with transaction.atomic():
        return Decided(_move(_lock(cohort.pk), enrollments, states, Status.DECLINED, "enrollment.many_declined", by=by))


def _move(cohort: Cohort, pks: Collection[int], states: tuple[str, ...], to: str, verb: str, *, by: Actor) -> int:
    """Move those of ``pks`` that are still in ``states``, with one event for the batch. Returns how many moved."""
    found = Enrollment.objects.select_for_update().filter(cohort=cohort, pk__in=pks, status__in=states)
    moving = sorted(found.values_list("pk", flat=True))
    if moving:
        Enrollment.objects.filter(pk__in=moving).update(status=to, decided_at=clock.now())
        record(verb, cohort, by=by, facts={"count": len(moving), "enrollments": moving})
    return len(moving)


def move_up(cohort: Cohort) -> int:
    """Let the waitlist in as far as there is room; returns how many. Safe to call at any time."""
    with transaction.atomic():
        return fill_up(_lock(cohort.pk))


def fill_up(cohort: Cohort, *, role_first: str = "") -> int:
    """As ``move_up``, in a transaction that holds the cohort. Who waits in the role that came free goes first, then who waits longest."""
    if cohort.status in (Cohort.Status.CLOSING, Cohort.Status.CLOSED):
        return 0
    waiting = list(
        Enrollment.objects.filter(cohort=cohort, status=Status.WAITLISTED)
        .order_by("decided_at", "pk")
        .values_list("pk", "person", "role")
    )
    waiting.sort(key=lambda row: row[2] != role_first)
    room = Room(cohort)
    chosen = [pk for pk, person, _role in waiting if room.take(person)]
    return _move(cohort, chosen, (Status.WAITLISTED,), Status.APPROVED, "enrollment.many_approved", by=rule("waitlist"))
