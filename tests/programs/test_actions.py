"""What the verbs of programs and cohorts leave behind: rows, events, and who is told."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories import make_cohort, make_person, make_program

from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.jobs import worker
from openmentor.foundation.models import Delivery, Event
from openmentor.people.models import Person
from openmentor.programs import actions, policies, texts
from openmentor.programs.actions.cohort import by_role
from openmentor.programs.actions.program import free_slug
from openmentor.programs.models import Cohort, Program, ProgramRole

FACTS = {"name": "Cross Roads", "purpose": "See further."}
DATES = {"name": "Spring", "starts_on": date(2027, 1, 11), "ends_on": date(2027, 7, 9), "timezone": "Europe/Paris"}
PROMISES = {"mentor": ["I listen."], "mentee": ["I prepare.", "I come."]}


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def test_an_administrator_opens_a_program_and_names_who_runs_it(people: dict[str, Person]) -> None:
    lead = make_person("Lea Ford")
    program = actions.create(
        FACTS, managers=[lead], cohort=DATES, expectations=PROMISES, by=Actor.of(people["administrator"])
    )
    cohort = program.cohorts.get()
    assert [(role.person, role.role) for role in program.roles.all()] == [(lead, "manager")]
    assert (program.slug, program.published_at, cohort.status, by_role(cohort)) == (
        "cross-roads",
        None,
        "draft",
        PROMISES,
    )
    assert (program.guide_mentor, program.benefits_mentee) == (texts.guides()["mentor"], texts.benefits()["mentee"])
    assert cohort.questionnaire is not None
    assert verbs() == ["program.created", "program.role_given", "cohort.created"]


def test_somebody_without_a_role_opens_none(people: dict[str, Person]) -> None:
    with pytest.raises(Denied):
        actions.create(
            FACTS, managers=[people["stranger"]], cohort=DATES, expectations=PROMISES, by=Actor.of(people["stranger"])
        )
    assert (Program.objects.count(), Event.objects.count()) == (0, 0)


def test_who_opens_their_second_program_manages_it_at_once(program: Program, people: dict[str, Person]) -> None:
    actor = Actor.of(people["manager"])
    fresh = actions.create(FACTS, managers=[people["manager"]], cohort=DATES, expectations=PROMISES, by=actor)
    assert policies.manage(actor, fresh)


def test_addresses_of_landing_pages_never_clash(db) -> None:  # type: ignore[no-untyped-def]
    for slug in ("cross-roads", "cross-roads-2"):
        make_program(slug=slug)
    assert (free_slug("Cross Roads!"), free_slug("日本"), free_slug("Elsewhere")) == (
        "cross-roads-3",
        "program",
        "elsewhere",
    )


def test_changing_says_which_fields_changed_and_nothing_if_none_did(
    program: Program, people: dict[str, Person]
) -> None:
    by = Actor.of(people["manager"])
    actions.change(program, {"name": "Growing", "purpose": "Another one."}, by=by)
    actions.change(program, {"purpose": "Another one."}, by=by)
    assert [event.facts for event in Event.objects.all()] == [{"fields": ["purpose"]}]
    program.refresh_from_db()
    assert program.purpose == "Another one."


def test_an_address_that_is_taken_is_a_conflict_and_changes_nothing(
    program: Program, people: dict[str, Person]
) -> None:
    make_program(slug="taken")
    with pytest.raises(Conflict):
        actions.change(program, {"slug": "taken", "name": "Else"}, by=Actor.of(people["manager"]))
    program.refresh_from_db()
    assert (program.name, Event.objects.count()) == ("Growing", 0)


def test_a_copy_has_the_texts_and_settings_and_neither_people_nor_dates(
    cohort: Cohort, people: dict[str, Person]
) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(eligibility={"department": ["Care"]}, acceptance_days=5)
    original = cohort.program
    copy = actions.duplicate(original, name="Growing again", by=Actor.of(people["manager"]))
    twin = copy.cohorts.get()
    assert (copy.purpose, copy.coordinator, copy.published_at, copy.slug) == (
        original.purpose,
        original.coordinator,
        None,
        "growing-again",
    )
    assert [role.person for role in copy.roles.all()] == [people["manager"]]
    assert (twin.status, twin.starts_on, twin.enrollments.count(), twin.eligibility, twin.acceptance_days) == (
        "draft",
        None,
        0,
        {"department": ["Care"]},
        5,
    )
    assert by_role(twin) == by_role(cohort)


def test_the_next_cohort_begins_like_the_last_with_a_survey_of_its_own(
    program: Program, people: dict[str, Person]
) -> None:
    by = Actor.of(people["manager"])
    first = actions.create_cohort(program, DATES, by=by)
    first.questionnaire.items.filter(screen=0).delete()
    actions.set_expectations(first, PROMISES, anew=False, by=by)
    second = actions.create_cohort(program, {**DATES, "name": "Autumn"}, like=first, by=by)
    assert (second.name, by_role(second), second.questionnaire_id == first.questionnaire_id) == (
        "Autumn",
        PROMISES,
        False,
    )
    kept = [list(each.questionnaire.items.values_list("question", "screen", "required")) for each in (first, second)]
    assert kept[0] == kept[1] != []


def test_publishing_and_putting_away_are_undone_by_their_opposites(program: Program, people: dict[str, Person]) -> None:
    by = Actor.of(people["manager"])
    actions.publish(program, by=by)
    assert program in Program.objects.published()
    actions.archive(program, by=by)
    assert program not in Program.objects.published()
    actions.restore(program, by=by)
    assert program in Program.objects.published()
    actions.unpublish(program, by=by)
    assert program not in Program.objects.published()
    assert verbs() == ["program.published", "program.archived", "program.restored", "program.unpublished"]


def test_of_two_who_publish_at_once_one_does(program: Program, people: dict[str, Person]) -> None:
    by = Actor.of(people["manager"])
    stale = Program.objects.get(pk=program.pk)
    actions.publish(program, by=by)
    with pytest.raises(Conflict):
        actions.publish(stale, by=by)
    assert verbs() == ["program.published"]


def test_a_role_given_twice_is_one_role_one_event_and_one_mail(program: Program, people: dict[str, Person]) -> None:
    worker.run_all()
    by = Actor.of(people["administrator"])
    for _ in range(2):
        actions.give_role(program, people["stranger"], ProgramRole.Role.SPONSOR, by=by)
    worker.run_all()
    assert verbs() == ["program.role_given"]
    assert [row.person for row in Delivery.objects.mails()] == [people["stranger"]]
    assert Delivery.objects.mails().get().subject == "You are now a sponsor of “Growing”"


def test_who_has_left_gets_no_role(program: Program, people: dict[str, Person]) -> None:
    with pytest.raises(Denied):
        actions.give_role(program, make_person(left_on=date(2026, 1, 1)), "manager", by=Actor.of(people["manager"]))


def test_of_two_managers_who_remove_one_another_one_stays(
    program: Program, people: dict[str, Person], monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    second = ProgramRole.objects.create(program=program, person=people["stranger"], role=ProgramRole.Role.MANAGER)
    first = program.roles.get(person=people["manager"])
    # Both have passed the rule before either acts.
    monkeypatch.setattr(policies.take_role, "_function", lambda actor, role: None)
    actions.take_role(first, by=Actor.of(people["stranger"]))
    with pytest.raises(Conflict):
        actions.take_role(second, by=Actor.of(people["manager"]))
    assert [role.person for role in program.roles.filter(role="manager")] == [people["stranger"]]


def test_each_step_of_a_cohort_is_one_event_and_a_second_click_none(cohort: Cohort, people: dict[str, Person]) -> None:
    by = Actor.of(people["manager"])
    actions.open_recruiting(cohort, by=by)
    with pytest.raises(Denied):
        actions.open_recruiting(cohort, by=by)
    stale = Cohort.objects.get(pk=cohort.pk)
    stale.status = "draft"
    with pytest.raises(Conflict):
        actions.open_recruiting(stale, by=by)
    cohort.refresh_from_db()
    assert (cohort.status, verbs()) == ("recruiting", ["cohort.recruiting_opened"])


def test_new_promises_count_anew_only_when_asked_for(cohort: Cohort, people: dict[str, Person]) -> None:
    by = Actor.of(people["manager"])
    actions.set_expectations(cohort, PROMISES, anew=False, by=by)
    assert (by_role(cohort), cohort.expectations_changed_at) == (PROMISES, None)
    actions.set_expectations(cohort, PROMISES, anew=False, by=by)
    actions.set_expectations(cohort, PROMISES, anew=True, by=by)
    cohort.refresh_from_db()
    assert cohort.expectations_changed_at is not None
    assert [event.facts for event in Event.objects.all()] == [{"anew": False}, {"anew": True}]


def test_the_coordinator_is_told_when_somebody_else_names_them(program: Program, people: dict[str, Person]) -> None:
    worker.run_all()
    by = Actor.of(people["manager"])
    actions.change(program, {"stand_in": people["manager"]}, by=by)
    actions.change(program, {"coordinator": people["stranger"]}, by=by)
    worker.run_all()
    assert [(row.person, row.subject) for row in Delivery.objects.mails()] == [
        (people["stranger"], "You are a contact of “Growing”")
    ]


def test_a_closed_cohort_is_not_changed_any_more(program: Program, people: dict[str, Person]) -> None:
    closed = make_cohort(program, status="closed")
    with pytest.raises(Denied):
        actions.change_cohort(closed, {"name": "Else"}, by=Actor.of(people["manager"]))
