"""Starting, saving, sending answers; questionnaires that change."""

from __future__ import annotations

import pytest
from tests.factories import make_person

from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.models import Event
from openmentor.people.models import Person
from openmentor.surveys import actions, policies, standard
from openmentor.surveys.models import Answer, Item, Question, Questionnaire, Response

pytestmark = pytest.mark.django_db


@pytest.fixture
def questions() -> dict[str, Question]:
    return standard.ensure()


@pytest.fixture
def questionnaire() -> Questionnaire:
    return standard.make_questionnaire("Spring")


def test_the_standard_questions_are_made_once(django_assert_num_queries):
    first = standard.ensure()
    with django_assert_num_queries(1):
        second = standard.ensure()
    assert {key: question.pk for key, question in first.items()} == {
        key: question.pk for key, question in second.items()
    }
    assert Question.objects.count() == len(standard.STANDARD)


def test_newer_words_are_a_new_version_and_the_newest_is_asked(questions):
    old = questions["goals"]
    new = Question.objects.create(
        key="goals", version=2, text="What for?", kind=old.kind, audience=old.audience, options=old.options
    )
    assert set(Question.objects.newest().filter(key="goals")) == {new}


def test_a_new_questionnaire_has_its_required_questions_on_four_screens(questionnaire):
    items = list(questionnaire.items.select_related("question"))
    assert {item.screen for item in items if item.required} == {1, 2, 3, 4}
    assert {item.question.key for item in items if item.screen and not item.required} == {"timezone", "cadence"}
    assert len(items) == len(standard.STANDARD)


def test_starting_twice_gives_the_same_response_and_one_event(questionnaire):
    actor = Actor.of(make_person())
    assert actions.start(questionnaire, by=actor) == actions.start(questionnaire, by=actor)
    assert list(Event.objects.values_list("verb", flat=True)) == ["response.started"]


def test_answers_are_kept_changed_and_taken_back(questionnaire, questions):
    actor = Actor.of(make_person())
    response = actions.start(questionnaire, by=actor)
    assert actions.save(response, {questions["goals"]: ["lead"], questions["values"]: ["honesty"]}, by=actor) == {
        "goals",
        "values",
    }
    assert actions.save(response, {questions["goals"]: ["lead"], questions["values"]: None}, by=actor) == {"values"}
    assert actions.save(response, {questions["goals"]: ["role", "lead"]}, by=actor) == {"goals"}
    assert list(response.answers.values_list("question__key", "value")) == [("goals", ["role", "lead"])]


def test_what_the_cohort_sees_is_written_to_the_profile_and_nothing_else(questionnaire, questions):
    person = make_person()
    response = actions.start(questionnaire, by=Actor.of(person))
    given = {
        questions["goals"]: ["lead"],
        questions["values"]: ["honesty"],
        questions["timezone"]: "Asia/Tokyo",
        questions["challenge"]: ["stress"],
    }
    actions.save(response, given, by=Actor.of(person))
    person.refresh_from_db()
    assert (person.profile, person.timezone) == ({"goals": ["lead"]}, "Asia/Tokyo")
    actions.save(response, {questions["goals"]: None}, by=Actor.of(person))
    assert Person.objects.get(pk=person.pk).profile == {}


def test_drafts_leave_no_event_and_later_changes_do(questionnaire, questions):
    actor = Actor.of(make_person())
    response = actions.start(questionnaire, by=actor)
    actions.save(response, {questions["goals"]: ["lead"]}, by=actor)
    actions.submit(response, by=actor)
    actions.submit(response, by=actor)
    actions.save(response, {questions["goals"]: ["lead"]}, by=actor)
    actions.save(response, {questions["goals"]: ["role"]}, by=actor)
    assert list(Event.objects.order_by("pk").values_list("verb", "facts")) == [
        ("response.started", {}), ("response.submitted", {}), ("response.changed", {"questions": [questions["goals"].pk]}),
    ]  # fmt: skip


def test_a_new_version_replaces_the_answer_to_the_old_one(questionnaire, questions):
    actor = Actor.of(make_person())
    response = actions.start(questionnaire, by=actor)
    old = questions["goals"]
    actions.save(response, {old: ["lead"]}, by=actor)
    new = Question.objects.create(
        key="goals", version=2, text="What for?", kind=old.kind, audience=old.audience, options=old.options
    )
    actions.save(response, {new: ["lead"]}, by=actor)
    assert list(response.answers.values_list("question", flat=True)) == [new.pk]


def test_nobody_answers_or_reads_for_somebody_else(questionnaire, questions):
    person, other, administrator = make_person(), make_person(), make_person(is_administrator=True)
    response = actions.start(questionnaire, by=Actor.of(person))
    allowed = {
        name: policies.answer(Actor.of(who), response)
        for name, who in {"self": person, "other": other, "admin": administrator}.items()
    }
    assert allowed == {"self": True, "other": False, "admin": False}
    with pytest.raises(Denied):
        actions.save(response, {questions["goals"]: ["lead"]}, by=Actor.of(other))
    seen = {
        name: list(Response.objects.visible_to(Actor.of(who)))
        for name, who in {"self": person, "admin": administrator}.items()
    }
    assert seen == {"self": [response], "admin": []}


def test_each_audience_reads_its_own_answers(questionnaire, questions):
    actor = Actor.of(make_person())
    response = actions.start(questionnaire, by=actor)
    feedback = Question.objects.create(key="nps", text="How was it?", kind="scale", audience="feedback")
    given = {
        questions["goals"]: ["lead"],
        questions["values"]: ["honesty"],
        questions["challenge"]: ["stress"],
        feedback: 4,
    }
    actions.save(response, given, by=actor)
    answers = Answer.objects.all()
    read = {
        name: set(queryset.values_list("question__key", flat=True))
        for name, queryset in {
            "cohort": answers.for_cohort(),
            "managers": answers.for_managers(),
            "matching": answers.for_matching(),
        }.items()
    }
    assert read == {"cohort": {"goals"}, "managers": {"goals", "values"}, "matching": {"goals", "values", "challenge"}}


def test_questions_are_switched_without_losing_answers(questionnaire, questions):
    actor = Actor.of(make_person())
    response = actions.start(questionnaire, by=actor)
    actions.save(response, {questions["hobbies"]: ["Chess"]}, by=actor)
    changes = {questions["hobbies"]: "off", questions["formality"]: "required", questions["goals"]: "optional"}
    assert actions.arrange(questionnaire, changes) is True
    assert actions.arrange(questionnaire, changes) is False
    uses = {item.question.key: (item.screen, item.required) for item in Item.objects.select_related("question")}
    assert ("hobbies" in uses, uses["formality"], uses["goals"]) == (False, (3, True), (0, False))
    assert response.answers.count() == 1
    assert actions.arrange(questionnaire, {questions["hobbies"]: "optional"}) is True
