"""Who is told what became of an application, once, and only while it is true."""

from __future__ import annotations

import pytest
from tests.enrollment.test_applying import answer_all
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import actions
from openmentor.foundation.actors import Actor
from openmentor.foundation.jobs import worker
from openmentor.foundation.models import Delivery
from openmentor.foundation.notices import mail
from openmentor.programs.models import Expectation

pytestmark = pytest.mark.django_db(transaction=True)


def told():
    """Who got which mail, in the order in which they were written."""
    worker.run_all()
    worker.run_all()  # what was done by those who listened
    rows = Delivery.objects.filter(channel="mail").order_by("pk").select_related("person")
    return [(row.person.name, row.template.rpartition("/")[2]) for row in rows]


@pytest.fixture
def person():
    return make_person("Ana Applicant")


def test_an_application_that_arrives_is_thanked_for(cohort, person):
    worker.run_all()
    actions.begin(cohort, ["mentee", "mentor"], by=Actor.of(person))
    answer_all(cohort, person)
    actions.send(cohort, by=Actor.of(person))
    assert told() == [("Ana Applicant", "applied")] * 2


def test_who_is_in_at_once_gets_that_news_alone(cohort, person):
    worker.run_all()
    cohort.enrollment = "open"
    cohort.save()
    actions.begin(cohort, ["mentee"], by=Actor.of(person))
    answer_all(cohort, person)
    actions.send(cohort, by=Actor.of(person))
    assert told() == [("Ana Applicant", "approved")]


@pytest.mark.parametrize(
    ("verb", "template"), [("approve", "approved"), ("waitlist", "waitlisted"), ("decline", "declined")]
)
def test_each_decision_is_told(cohort, person, manager, verb, template):
    worker.run_all()
    enrollment = make_enrollment(cohort, person, status="applied")
    getattr(actions, verb)(enrollment, by=Actor.of(manager))
    assert told() == [("Ana Applicant", template)]
    written = mail.write(Delivery.objects.get(channel="mail"))
    assert cohort.program.name in written.text
    assert f"/apply/{cohort.pk}/mine/" in written.text


@pytest.mark.parametrize(
    ("verb", "template"), [("approve_many", "approved"), ("waitlist_many", "waitlisted"), ("decline_many", "declined")]
)
def test_a_batch_tells_everybody_in_it(cohort, manager, verb, template):
    worker.run_all()
    pks = [make_enrollment(cohort, make_person(f"P{number} X"), status="applied").pk for number in range(3)]
    getattr(actions, verb)(cohort, pks, by=Actor.of(manager))
    assert told() == [(f"P{number} X", template) for number in range(3)]


def test_who_has_stepped_back_meanwhile_is_not_told_that_they_are_in(cohort, person, manager):
    worker.run_all()
    enrollment = make_enrollment(cohort, person, status="applied")
    actions.approve(enrollment, by=Actor.of(manager))
    actions.withdraw(enrollment, by=Actor.of(person))
    assert told() == []


def test_a_reminder_says_what_is_missing_to_those_whom_it_still_holds(cohort, person, manager):
    worker.run_all()
    Expectation.objects.create(cohort=cohort, role="mentee", text="Come prepared.")
    other = make_person("Otto Other")
    make_enrollment(cohort, person)
    ready = make_enrollment(cohort, other, "mentor")
    actions.remind_held(cohort, by=Actor.of(manager))
    # Answered before the mail was written.
    cohort.gate_survey = False
    cohort.save()
    assert told() == [("Ana Applicant", "reminder")]
    text = mail.write(Delivery.objects.get(channel="mail")).text
    assert ("what is expected" in text, "questions for your match" in text) == (True, False)
    assert ready.pk


def test_raising_the_target_count_lets_the_waitlist_in(cohort, person, manager):
    from openmentor.programs import actions as programs

    worker.run_all()
    cohort.target_count = 0
    cohort.save()
    make_enrollment(cohort, person, status="waitlisted")
    programs.change_cohort(cohort, {"target_count": 5}, by=Actor.of(manager))
    assert told() == [("Ana Applicant", "approved")]
