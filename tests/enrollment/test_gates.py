"""What holds people back, and asking them to do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import make_enrollment

from openmentor.enrollment import actions, gates
from openmentor.enrollment.gates import Gate
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.models import Event
from openmentor.programs.models import Expectation
from openmentor.surveys.models import Question, Response
from openmentor.surveys.standard import make_questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(cohort):
    """People with every combination of an answered survey and accepted expectations, by name of what they did."""
    cohort.questionnaire = make_questionnaire("x")
    cohort.save()
    Expectation.objects.create(cohort=cohort, role="mentee", text="Come prepared.")
    now = clock.now()
    people = {}
    for name in ("nothing", "survey", "expectations", "both", "begun"):
        enrollment = make_enrollment(cohort, expectations_accepted_at=now if name in ("expectations", "both") else None)
        if name in ("survey", "both", "begun"):
            enrollment.response = Response.objects.create(
                questionnaire=cohort.questionnaire,
                person=enrollment.person,
                started_at=now,
                submitted_at=None if name == "begun" else now,
            )
            enrollment.save()
        people[name] = enrollment
    return people


def held(cohort, pool):
    names = {enrollment.pk: name for name, enrollment in pool.items()}
    return {names[found.enrollment.pk]: set(found.gates) for found in gates.held_by(cohort)}


def test_everybody_is_held_by_the_gates_that_they_have_not_passed(cohort, pool):
    assert held(cohort, pool) == {
        "nothing": {Gate.SURVEY, Gate.EXPECTATIONS}, "survey": {Gate.EXPECTATIONS}, "expectations": {Gate.SURVEY},
        "begun": {Gate.SURVEY, Gate.EXPECTATIONS},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("survey", "expectations", "names"),
    [
        (False, False, set()),
        (True, False, {"nothing", "expectations", "begun"}),
        (False, True, {"nothing", "survey", "begun"}),
    ],
)
def test_a_gate_that_the_cohort_has_not_set_holds_nobody(cohort, pool, survey, expectations, names):
    cohort.gate_survey, cohort.gate_expectations = survey, expectations
    assert set(held(cohort, pool)) == names


def test_a_role_that_promises_nothing_needs_no_acceptance(cohort, pool):
    Expectation.objects.update(role="mentor")
    assert held(cohort, pool) == {name: {Gate.SURVEY} for name in ("nothing", "expectations", "begun")}


def test_what_was_accepted_before_the_expectations_changed_does_not_count(cohort, pool):
    cohort.expectations_changed_at = clock.now() + timedelta(minutes=1)
    assert held(cohort, pool)["both"] == {Gate.EXPECTATIONS}


def test_only_those_who_are_in_are_held(cohort, pool):
    for enrollment in pool.values():
        enrollment.status = "applied"
        enrollment.save()
    assert gates.held_by(cohort) == []


@pytest.mark.parametrize("count", [1, 3])
def test_asking_who_is_held_takes_two_queries(cohort, pool, django_assert_num_queries, count):
    for _ in range(count):
        make_enrollment(cohort)
    with django_assert_num_queries(2):
        assert all(found.enrollment.person.name for found in gates.held_by(cohort))


def test_a_reminder_goes_to_those_who_are_held_once_a_day(cohort, pool, manager):
    by = Actor.of(manager)
    assert actions.remind_held(cohort, by=by) == 4
    assert actions.remind_held(cohort, by=by) == 0
    event = Event.objects.get()
    expected = sorted(enrollment.pk for name, enrollment in pool.items() if name != "both")
    assert (event.verb, event.facts) == ("enrollment.reminded", {"count": 4, "enrollments": expected})
    with clock.moved(timedelta(days=1)):
        assert actions.remind_held(cohort, by=by) == 4


def test_who_is_held_later_is_reminded_although_others_were_today(cohort, pool, manager):
    by = Actor.of(manager)
    actions.remind_held(cohort, by=by)
    late = make_enrollment(cohort)
    assert actions.remind_held(cohort, by=by) == 1
    assert Event.objects.order_by("-pk").first().facts["enrollments"] == [late.pk]


def test_accepting_passes_the_gate(cohort, pool):
    enrollment = pool["survey"]
    actions.accept_expectations(enrollment, by=Actor.of(enrollment.person))
    assert "survey" not in held(cohort, pool)


def test_a_manager_chooses_the_questions_of_a_cohort(cohort, manager, cast):
    actions.ensure_questionnaire(cohort)
    questions = {question.key: question for question in Question.objects.newest()}
    by = Actor.of(manager)
    assert actions.change_questions(
        cohort,
        {questions["hobbies"]: "off", questions["goals"]: "optional", questions["target_role"]: "required"},
        by=by,
    )
    items = {
        item.question.key: (item.screen, item.required)
        for item in cohort.questionnaire.items.select_related("question")
    }
    assert ("hobbies" in items, items["goals"], items["target_role"]) == (False, (0, False), (1, True))
    with pytest.raises(Denied, match="At most 12"):
        actions.change_questions(
            cohort, {questions[key]: "required" for key in ("goals", "formality", "minutes")}, by=by
        )
    with pytest.raises(Denied):
        actions.change_questions(cohort, {questions["hobbies"]: "optional"}, by=cast["member"])
    assert [event.verb for event in Event.objects.filter(verb__startswith="enrollment")] == [
        "enrollment.questions_changed"
    ]
