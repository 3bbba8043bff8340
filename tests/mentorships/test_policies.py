"""Who may do what to a match: everybody of the cast, in every state."""

from __future__ import annotations

import pytest
from tests.factories import make_mentorship

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.mentorships import policies
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.programs.models import ProgramRole

pytestmark = pytest.mark.django_db
Status = Mentorship.Status
RUNNING = {Status.ACTIVE, Status.PAUSED}
OVER = {Status.DECLINED, Status.LAPSED, Status.ENDED}


@pytest.mark.parametrize("status", Mentorship.Status.values)
@pytest.mark.parametrize(
    ("verb", "who", "states"),
    [
        ("accept", {"mentor", "mentee"}, {Status.PROPOSED}),
        ("decline", {"mentor", "mentee"}, {Status.PROPOSED}),
        ("withdraw", {"manager", "rule", "system"}, {Status.PROPOSED}),
        ("end", {"manager", "rule", "system"}, RUNNING),
        ("ask_again", {"mentor", "mentee"}, OVER),
    ],
)
def test_who_may_and_in_which_state(
    cast: dict[str, Actor], mentorship: Mentorship, verb: str, who: set[str], states: set[str], status: str
) -> None:
    Mentorship.objects.filter(pk=mentorship.pk).update(status=status)
    mentorship.refresh_from_db()
    rule = getattr(policies, verb)
    assert {name for name, actor in cast.items() if rule(actor, mentorship)} == (who if status in states else set())


@pytest.mark.parametrize("status", Mentorship.Status.values)
def test_a_manager_confirms_for_who_has_not_answered(
    cast: dict[str, Actor], mentorship: Mentorship, status: str
) -> None:
    Mentorship.objects.filter(pk=mentorship.pk).update(status=status)
    member = Membership.objects.select_related("mentorship__cohort").get(mentorship=mentorship, role="mentee")
    expected = {"manager", "rule", "system"} if status == Status.PROPOSED else set()
    assert {name for name, actor in cast.items() if policies.confirm_for(actor, member)} == expected


def test_a_manager_who_is_in_the_match_does_not_speak_for_the_other(
    cast: dict[str, Actor], mentorship: Mentorship
) -> None:
    mentor = mentorship.people[0]
    ProgramRole.objects.create(program=mentorship.cohort.program, person=mentor, role="manager")
    member = mentorship.members.get(role="mentee")
    assert not policies.confirm_for(Actor.of(mentor), member)
    assert policies.confirm_for(cast["manager"], member)


def test_a_reason_is_for_who_said_it_and_managers_outside_the_match(
    cast: dict[str, Actor], mentorship: Mentorship
) -> None:
    member = mentorship.members.get(role="mentee")
    assert {name for name, actor in cast.items() if policies.see_reason(actor, member)} == {"mentee", "manager"}
    ProgramRole.objects.create(program=mentorship.cohort.program, person=mentorship.people[0], role="manager")
    assert not policies.see_reason(Actor.of(mentorship.people[0]), member)


def test_who_said_yes_may_still_say_no_but_not_yes_again(mentorship: Mentorship) -> None:
    mentorship.members.filter(role="mentor").update(accepted_at=clock.now())
    mentor = Actor.of(mentorship.people[0])
    assert not policies.accept(mentor, mentorship)
    assert policies.decline(mentor, mentorship)


def test_who_sees_a_match(cast: dict[str, Actor], mentorship: Mentorship) -> None:
    make_mentorship()
    seeing = {name for name, actor in cast.items() if mentorship in Mentorship.objects.visible_to(actor)}
    assert seeing == {"mentor", "mentee", "manager"}
    assert all(set(Mentorship.objects.visible_to(cast[name])) == {mentorship} for name in seeing)


@pytest.mark.parametrize("status", ["draft", "recruiting", "matching", "active", "closing", "closed"])
def test_matches_are_proposed_by_managers_while_the_cohort_takes_runs(
    cast: dict[str, Actor], mentorship: Mentorship, status: str
) -> None:
    mentorship.cohort.status = status
    expected = {"manager", "rule", "system"} if status in {"matching", "active", "closing"} else set()
    assert {name for name, actor in cast.items() if policies.propose(actor, mentorship.cohort)} == expected
