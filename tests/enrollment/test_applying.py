"""Applying: drafts, sending, both roles, stepping back and coming back."""

from __future__ import annotations

import pytest
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import actions
from openmentor.enrollment.applying.application import load
from openmentor.enrollment.models import ApplicationDraft, Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.models import Event
from openmentor.programs.models import Expectation
from openmentor.surveys.models import Questionnaire, Response

pytestmark = pytest.mark.django_db

ANSWERS = {
    "goals": ["lead"], "skills_wanted": [{"name": "SQL", "level": None}], "helps_with": ["lead"], "skills_offered": [{"name": "SQL", "level": 4}],
    "values": ["honesty"], "style_sought": ["coach"], "style_offered": ["coach"], "work_style": [1, 2, 3, 4, 5], "communication": 3,
    "availability": "Mon 09:00-11:00", "languages": [{"code": "en", "level": 5}], "medium": ["video"],
}  # fmt: skip


def answer_all(cohort, person):
    application = load(cohort, person)
    given = {item.question: ANSWERS[item.question.key] for item in application.asked if item.required}
    actions.save_answers(application, given, by=Actor.of(person))
    return given


def verbs(prefix="enrollment."):
    return [verb for verb in Event.objects.order_by("pk").values_list("verb", flat=True) if verb.startswith(prefix)]


@pytest.fixture
def person():
    return make_person("Ana Applicant")


def test_who_applies_in_both_roles_answers_each_question_once_and_gets_two_enrollments(cohort, person):
    actor = Actor.of(person)
    actions.begin(cohort, ["mentor", "mentee"], by=actor)
    application = load(cohort, person)
    keys = [item.question.key for item in application.asked]
    assert len(keys) == len(set(keys))
    assert sum(item.required for item in application.asked) == 12
    answer_all(cohort, person)
    sent = actions.send(cohort, by=actor)
    assert [(enrollment.role, enrollment.status) for enrollment in sent] == [
        ("mentee", "applied"),
        ("mentor", "applied"),
    ]
    assert {enrollment.response_id for enrollment in sent} == {Response.objects.get().pk}
    assert ApplicationDraft.objects.count() == 0
    assert verbs() == ["enrollment.applied", "enrollment.applied"]
    assert set(Event.objects.filter(verb="enrollment.applied").values_list("program_id", "cohort_id")) == {
        (cohort.program_id, cohort.pk)
    }


@pytest.mark.parametrize(("role", "count"), [("mentor", 9), ("mentee", 9)])
def test_one_role_is_asked_its_own_questions(cohort, person, role, count):
    application = actions.begin(cohort, [role], by=Actor.of(person))
    assert sum(item.required for item in application.asked) == count
    assert {item.question.role for item in application.asked} == {"", role}


def test_beginning_twice_keeps_one_draft_one_response_and_one_questionnaire(cohort, person):
    actor = Actor.of(person)
    actions.begin(cohort, ["mentee"], by=actor)
    actions.begin(cohort, ["mentee", "mentor"], by=actor)
    assert (ApplicationDraft.objects.count(), Response.objects.count(), Questionnaire.objects.count()) == (1, 1, 1)
    assert ApplicationDraft.objects.get().roles == ["mentee", "mentor"]


def test_nothing_is_sent_while_required_answers_are_missing(cohort, person):
    actor = Actor.of(person)
    actions.begin(cohort, ["mentee"], by=actor)
    with pytest.raises(Denied, match="What it is about"):
        actions.send(cohort, by=actor)
    assert (Enrollment.objects.count(), ApplicationDraft.objects.count()) == (0, 1)


def test_sending_twice_sends_once(cohort, person):
    actor = Actor.of(person)
    actions.begin(cohort, ["mentee"], by=actor)
    answer_all(cohort, person)
    actions.send(cohort, by=actor)
    with pytest.raises(Conflict):
        actions.send(cohort, by=actor)
    assert (Enrollment.objects.count(), verbs()) == (1, ["enrollment.applied"])


def test_a_second_role_can_follow_later_with_the_answers_that_are_there(cohort, person):
    actor = Actor.of(person)
    actions.begin(cohort, ["mentee"], by=actor)
    answer_all(cohort, person)
    actions.send(cohort, by=actor)
    application = actions.begin(cohort, ["mentee", "mentor"], by=actor)
    assert [item.question.key for screen in application.screens for item in screen.missing] == [
        "helps_with",
        "skills_offered",
        "style_offered",
    ]
    answer_all(cohort, person)
    actions.send(cohort, by=actor)
    assert set(Enrollment.objects.values_list("role", flat=True)) == {"mentee", "mentor"}


def test_places_and_expectations_come_with_the_application(cohort, person):
    cohort.default_places = 2
    cohort.save()
    Expectation.objects.create(cohort=cohort, role="mentor", text="One hour a month.")
    actor = Actor.of(person)
    actions.begin(cohort, ["mentor"], by=actor)
    answer_all(cohort, person)
    actions.save_answers(load(cohort, person), {}, by=actor, places=3)
    (enrollment,) = actions.send(cohort, by=actor, accepts_expectations=True)
    assert (enrollment.places, enrollment.expectations_accepted_at is not None) == (3, True)


@pytest.mark.parametrize("places", [0, 21, -1])
def test_no_absurd_number_of_places(cohort, person, places):
    actions.begin(cohort, ["mentor"], by=Actor.of(person))
    with pytest.raises(Denied):
        actions.save_answers(load(cohort, person), {}, by=Actor.of(person), places=places)


def test_who_is_invited_applies_on_the_same_row(cohort, person):
    invited = make_enrollment(cohort, person, "mentor", status="invited")
    actions.begin(cohort, ["mentor"], by=Actor.of(person))
    answer_all(cohort, person)
    (enrollment,) = actions.send(cohort, by=Actor.of(person))
    assert (enrollment.pk, enrollment.status) == (invited.pk, "applied")


@pytest.mark.parametrize(
    ("mode", "status", "name"),
    [("open", "approved", "open enrollment"), ("invite", "approved", "by invitation"), ("approve", "applied", "")],
)
def test_the_mode_of_the_cohort_says_who_is_in_at_once(cohort, person, mode, status, name):
    cohort.enrollment = mode
    cohort.save()
    make_enrollment(cohort, person, "mentee", status="invited")
    actions.begin(cohort, ["mentee"], by=Actor.of(person))
    answer_all(cohort, person)
    (enrollment,) = actions.send(cohort, by=Actor.of(person))
    assert enrollment.status == status
    assert [event.actor_name for event in Event.objects.filter(verb="enrollment.approved")] == ([name] if name else [])


def test_an_open_cohort_that_is_full_puts_people_on_the_waitlist(cohort, person):
    cohort.enrollment, cohort.target_count = "open", 1
    cohort.save()
    make_enrollment(cohort)
    actions.begin(cohort, ["mentee"], by=Actor.of(person))
    answer_all(cohort, person)
    (enrollment,) = actions.send(cohort, by=Actor.of(person))
    assert enrollment.status == "waitlisted"


def test_who_was_declined_cannot_apply_again_but_in_the_other_role(cohort, person):
    make_enrollment(cohort, person, "mentee", status="declined")
    with pytest.raises(Denied, match="declined"):
        actions.begin(cohort, ["mentee"], by=Actor.of(person))
    assert actions.begin(cohort, ["mentor"], by=Actor.of(person)).new_roles == ["mentor"]


def test_who_withdraws_frees_the_place_and_the_waitlist_moves_up_by_itself(cohort, person):
    cohort.target_count = 2
    cohort.save()
    leaving = make_enrollment(cohort, person, "mentor")
    make_enrollment(cohort)
    first = make_enrollment(cohort, role="mentee", status="waitlisted", decided_at=clock.now())
    second = make_enrollment(cohort, role="mentor", status="waitlisted", decided_at=clock.now())
    actions.withdraw(leaving, by=Actor.of(person))
    states = {enrollment.pk: enrollment.status for enrollment in Enrollment.objects.all()}
    # The place was a mentor's, so the mentor who waits goes first.
    assert (states[leaving.pk], states[first.pk], states[second.pk]) == ("withdrawn", "waitlisted", "approved")
    moved = Event.objects.get(verb="enrollment.many_approved")
    assert (moved.actor_kind, moved.actor_name, moved.facts) == (
        "rule",
        "waitlist",
        {"count": 1, "enrollments": [second.pk]},
    )


def test_who_withdrew_comes_back_as_they_were(cohort, person):
    enrollment = make_enrollment(cohort, person, status="applied")
    actor = Actor.of(person)
    actions.withdraw(enrollment, by=actor)
    actions.reopen(enrollment, by=actor)
    enrollment.refresh_from_db()
    assert (enrollment.status, verbs()) == ("applied", ["enrollment.withdrawn", "enrollment.reopened"])


def test_withdrawing_and_being_matched_at_once_keeps_the_match(cohort, person):
    enrollment = make_enrollment(cohort, person)
    Enrollment.objects.filter(pk=enrollment.pk).update(places_taken=1)
    with pytest.raises(Conflict):
        actions.withdraw(enrollment, by=Actor.of(person))
    enrollment.refresh_from_db()
    assert enrollment.status == "approved"


def test_answers_change_until_there_is_a_match_and_then_no_more(cohort, person):
    actor = Actor.of(person)
    actions.begin(cohort, ["mentee"], by=actor)
    given = answer_all(cohort, person)
    (enrollment,) = actions.send(cohort, by=actor)
    cohort.status = "matching"
    cohort.save()
    question = next(question for question in given if question.key == "goals")
    assert actions.save_answers(load(cohort, person), {question: ["role"]}, by=actor) == {"goals"}
    Enrollment.objects.filter(pk=enrollment.pk).update(places_taken=1)
    with pytest.raises(Denied, match="match"):
        actions.save_answers(load(cohort, person), {question: ["lead"]}, by=actor)


def test_places_change_but_not_below_those_taken(cohort, person):
    enrollment = make_enrollment(cohort, person, "mentor", places=3)
    actions.change_places(enrollment, 2, by=Actor.of(person))
    assert (Enrollment.objects.get(pk=enrollment.pk).places, verbs()) == (2, ["enrollment.changed"])
    Enrollment.objects.filter(pk=enrollment.pk).update(places_taken=2)
    with pytest.raises(Conflict):
        actions.change_places(enrollment, 1, by=Actor.of(person))


def test_loading_an_application_takes_a_fixed_number_of_queries(cohort, person, django_assert_num_queries):
    actions.begin(cohort, ["mentor", "mentee"], by=Actor.of(person))
    answer_all(cohort, person)
    actions.send(cohort, by=Actor.of(person))
    with django_assert_num_queries(4):
        application = load(cohort, person)
        assert application.first_unfinished is None
        assert len(application.screens) == 4
