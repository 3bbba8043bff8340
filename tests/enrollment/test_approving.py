"""Letting people in: one, many, by rule, never beyond the target count, never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import actions
from openmentor.enrollment.actions.approving import ELIGIBLE, Decided
from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.models import Event

pytestmark = pytest.mark.django_db


def states():
    return dict(Enrollment.objects.values_list("person__name", "status"))


def applied(cohort, name, minutes, role="mentee", **fields):
    person = make_person(name, **fields)
    return make_enrollment(cohort, person, role, status="applied", applied_at=clock.now() + timedelta(minutes=minutes))


def test_a_double_click_approves_once(enrollment, manager):
    again = Enrollment.objects.get(pk=enrollment.pk)
    actions.approve(enrollment, by=Actor.of(manager))
    with pytest.raises(Conflict):
        actions.approve(again, by=Actor.of(manager))
    assert [(event.verb, event.actor_id) for event in Event.objects.all()] == [("enrollment.approved", manager.pk)]


def test_nobody_is_approved_beyond_the_target_count_but_a_second_role_needs_no_more_room(cohort, manager):
    cohort.target_count = 1
    cohort.save()
    inside = make_enrollment(cohort, role="mentor")
    second_role = make_enrollment(cohort, inside.person, "mentee", status="applied")
    outside = make_enrollment(cohort, status="applied")
    with pytest.raises(Denied, match="full"):
        actions.approve(outside, by=Actor.of(manager))
    actions.approve(second_role, by=Actor.of(manager))
    assert set(Enrollment.objects.values_list("pk", "status")) == {
        (inside.pk, "approved"),
        (second_role.pk, "approved"),
        (outside.pk, "applied"),
    }


def test_many_are_approved_with_one_event_and_what_was_decided_stays(cohort, manager):
    one, two = make_enrollment(cohort, status="applied"), make_enrollment(cohort, status="waitlisted")
    declined = make_enrollment(cohort, status="declined")
    elsewhere = make_enrollment(
        type(cohort).objects.create(program=cohort.program, name="Other", created_at=clock.now()), status="applied"
    )
    pks = [one.pk, two.pk, declined.pk, elsewhere.pk]
    assert actions.approve_many(cohort, pks, by=Actor.of(manager)) == Decided(2)
    assert actions.approve_many(cohort, pks, by=Actor.of(manager)) == Decided(0)
    assert set(Enrollment.objects.values_list("pk", "status")) == {
        (one.pk, "approved"), (two.pk, "approved"), (declined.pk, "declined"), (elsewhere.pk, "applied"),
    }  # fmt: skip
    assert [(event.verb, event.facts) for event in Event.objects.all()] == [
        ("enrollment.many_approved", {"count": 2, "enrollments": sorted([one.pk, two.pk])})
    ]


def test_by_rule_all_who_are_eligible_come_in_the_earliest_first_until_the_target_count(cohort, manager):
    cohort.eligibility, cohort.target_count = {"department": ["Sales"]}, 2
    cohort.save()
    applied(cohort, "Late Sales", 9, department="Sales")
    applied(cohort, "Early Sales", 1, department="Sales")
    applied(cohort, "First Legal", 0, department="Legal")
    applied(cohort, "Middle Sales", 5, department="Sales")
    decided = actions.approve_by_rule(cohort, by=Actor.of(manager))
    assert (decided.done, decided.no_room) == (2, 1)
    assert states() == {
        "Late Sales": "applied",
        "Early Sales": "approved",
        "First Legal": "applied",
        "Middle Sales": "approved",
    }
    event = Event.objects.get()
    assert (event.actor_kind, event.actor_name, event.actor_id) == ("rule", ELIGIBLE, manager.pk)


def test_only_managers_let_the_rule_run(cohort, cast):
    applied(cohort, "Ann Other", 0)
    with pytest.raises(Denied):
        actions.approve_by_rule(cohort, by=cast["member"])
    assert states()["Ann Other"] == "applied"


def test_many_are_waitlisted_and_declined_with_one_event_each(cohort, manager):
    by = Actor.of(manager)
    one, two = make_enrollment(cohort, status="applied"), make_enrollment(cohort, status="applied")
    actions.waitlist_many(cohort, [one.pk, two.pk], by=by)
    actions.decline_many(cohort, [two.pk], by=by)
    assert dict(Enrollment.objects.values_list("pk", "status")) == {one.pk: "waitlisted", two.pk: "declined"}
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [
        "enrollment.many_waitlisted",
        "enrollment.many_declined",
    ]


def test_a_decline_can_be_taken_back(enrollment, manager):
    by = Actor.of(manager)
    actions.decline(enrollment, by=by)
    actions.reopen(enrollment, by=by)
    assert Enrollment.objects.get(pk=enrollment.pk).status == "applied"


def test_the_waitlist_moves_up_in_its_order_when_the_count_is_raised(cohort):
    cohort.target_count = 2
    cohort.save()
    for minutes, name in enumerate(("First", "Second", "Third")):
        make_enrollment(
            cohort,
            make_person(f"{name} Waiting"),
            status="waitlisted",
            decided_at=clock.now() + timedelta(minutes=minutes),
        )
    assert actions.move_up(cohort) == 2
    assert actions.move_up(cohort) == 0
    assert states() == {"First Waiting": "approved", "Second Waiting": "approved", "Third Waiting": "waitlisted"}
