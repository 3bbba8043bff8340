"""Who may do what to programs and cohorts, for everybody of the cast."""

from __future__ import annotations

import pytest
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import overview  # noqa: F401 - asks for both sides before matching
from openmentor.foundation.actors import Actor
from openmentor.programs import policies
from openmentor.programs.models import Cohort, Program, ProgramRole

WHO = {
    "oversee": {"manager", "sponsor", "administrator"},
    "manage": {"manager"},
    "publish": {"manager"},
    "archive": {"manager", "administrator"},
    "duplicate": {"manager"},
    "manage_team": {"manager", "administrator"},
}


@pytest.mark.parametrize("name", sorted(WHO))
def test_each_verb_is_for_its_people_alone(name: str, cast: dict[str, Actor], cohort: Cohort) -> None:
    rule = getattr(policies, name)
    assert {who for who, actor in cast.items() if rule(actor, cohort.program)} == WHO[name]


def test_administrators_and_whoever_manages_a_program_may_open_another(
    cast: dict[str, Actor], program: Program
) -> None:
    assert {who for who, actor in cast.items() if policies.create(actor, None)} == {
        "manager",
        "foreign_manager",
        "administrator",
    }


def test_what_one_sees_follows_from_roles_and_part_in_it(cast: dict[str, Actor], cohort: Cohort) -> None:
    seen = {who for who, actor in cast.items() if cohort.program in Program.objects.visible_to(actor)}
    assert seen == {"manager", "sponsor", "participant", "administrator"}
    assert seen == {who for who, actor in cast.items() if cohort in Cohort.objects.visible_to(actor)}


STEPS = ("open_recruiting", "begin_matching", "activate", "begin_closing", "close")


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("draft", {"open_recruiting"}),
        ("recruiting", {"begin_matching"}),
        ("matching", {"activate"}),
        ("active", {"begin_closing"}),
        ("closing", {"close"}),
        ("closed", set()),
    ],
)
def test_from_each_phase_one_step_leads_on_and_only_managers_take_it(
    status: str, allowed: set[str], cast: dict[str, Actor], cohort: Cohort
) -> None:
    make_enrollment(cohort, role="mentor")
    Cohort.objects.filter(pk=cohort.pk).update(status=status)
    cohort.refresh_from_db()
    for who, actor in cast.items():
        assert {step for step in STEPS if getattr(policies, step)(actor, cohort)} == (
            allowed if who == "manager" else set()
        ), who


def test_a_rolling_cohort_starts_from_its_draft(cast: dict[str, Actor], cohort: Cohort) -> None:
    cohort.is_rolling = True
    assert (policies.activate(cast["manager"], cohort), policies.open_recruiting(cast["manager"], cohort)) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("coordinator", "Name a coordinator: the person whom everybody in the program can turn to."),
        ("purpose", "Say what the program is for."),
        ("starts_on", "Say when the cohort starts."),
        ("ends_on", "Say when the cohort ends."),
        ("expectations", "Write down what mentors and mentees promise."),
    ],
)
def test_recruiting_waits_for_a_contact_a_purpose_dates_and_promises(
    left_out: str, sentence: str, cast: dict[str, Actor], cohort: Cohort
) -> None:
    match left_out:
        case "coordinator":
            cohort.program.coordinator = None
        case "purpose":
            cohort.program.purpose = " "
        case "expectations":
            cohort.expectations.filter(role="mentor").delete()
        case _:
            setattr(cohort, left_out, None)
    assert policies.open_recruiting.why_not(cast["manager"], cohort) == sentence


def test_a_coordinator_who_left_is_none(cast: dict[str, Actor], cohort: Cohort) -> None:
    cohort.program.coordinator = make_person(left_on="2026-01-01")
    assert policies.open_recruiting.why_not(cast["manager"], cohort) == "The coordinator has left. Name another one."


def test_matching_waits_for_both_sides(cast: dict[str, Actor], cohort: Cohort) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(status="recruiting")
    cohort.refresh_from_db()
    assert policies.begin_matching.why_not(cast["manager"], cohort) == "No mentor is approved yet."
    make_enrollment(cohort, role="mentor")
    assert policies.begin_matching(cast["manager"], cohort)


def test_a_program_with_a_running_cohort_is_not_put_away(cast: dict[str, Actor], cohort: Cohort) -> None:
    for status, may in (
        ("draft", True),
        ("recruiting", True),
        ("matching", False),
        ("active", False),
        ("closing", False),
        ("closed", True),
    ):
        Cohort.objects.filter(pk=cohort.pk).update(status=status)
        assert policies.archive(cast["manager"], cohort.program) is may, status


def test_nothing_changes_in_an_archived_program_until_it_is_restored(cast: dict[str, Actor], cohort: Cohort) -> None:
    cohort.program.archived_at = cohort.created_at
    changing = (policies.manage, policies.publish, policies.archive, policies.manage_team)
    assert [rule(cast["manager"], cohort.program) for rule in changing] == [False] * 4
    assert policies.open_recruiting.why_not(cast["manager"], cohort) == "This program is archived. Restore it first."
    assert {who for who, actor in cast.items() if policies.restore(actor, cohort.program)} == {
        "manager",
        "administrator",
    }


def test_the_last_manager_keeps_the_role(cast: dict[str, Actor], program: Program) -> None:
    only = program.roles.get(role=ProgramRole.Role.MANAGER)
    sponsor = program.roles.get(role=ProgramRole.Role.SPONSOR)
    assert (
        policies.take_role.why_not(cast["manager"], only)
        == "They are the last manager. Give the role to somebody else first."
    )
    assert {who for who, actor in cast.items() if policies.take_role(actor, sponsor)} == {"manager", "administrator"}
    ProgramRole.objects.create(program=program, person=make_person(), role=ProgramRole.Role.MANAGER)
    assert policies.take_role(cast["manager"], only)
