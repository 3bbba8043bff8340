"""What a manager sets on the settings page is what the engine keeps, and what a run's reasons name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import make_cohort, make_mentorship, make_person
from tests.matches.test_criteria import posted
from tests.matches.world import Enroll, pairs_of

from openmentor.enrollment.models import Preference
from openmentor.foundation import clock
from openmentor.matches.models import MatchingRun
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db
Choose = Callable[..., MatchingRun]


@pytest.fixture
def choose(
    cohort: Cohort, manager: Person, sign_in: Callable[[Person], Client], matched: Callable[[], MatchingRun]
) -> Choose:
    """Save the settings page with some fields changed, and run."""

    def choose(without: tuple[str, ...] = (), **changes: Any) -> MatchingRun:
        cohort.refresh_from_db()
        data = {name: value for name, value in posted(cohort, **changes).items() if name not in without}
        answer = sign_in(manager).post(reverse("matches:settings", args=[cohort.pk]), data)
        assert answer.status_code == 302, answer.context["form"].errors
        return matched()

    return choose


RULES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # rule: facts of the mentor, facts of the mentee, the setting that forbids their pair
    "same team": ({"team": "Blue"}, {"team": "Blue"}, {"team": "different"}),
    "other team": ({"team": "Blue"}, {"team": "Red"}, {"team": "same"}),
    "department": ({"department": "IT"}, {"department": "HR"}, {"department": "same"}),
    "site": ({"site": "Oslo"}, {"site": "Rome"}, {"site": "same"}),
    "time zone": ({"timezone": "Asia/Tokyo"}, {"timezone": "America/New_York"}, {"time_zone": "6"}),
    "seniority": ({"level": 3}, {"level": 2}, {"seniority": "2"}),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_on_facts_forbids_a_pair_that_was_made_without_it(enroll: Enroll, choose: Choose, name: str) -> None:
    of_mentor, of_mentee, setting = RULES[name]
    enroll("Ada", "mentor", **of_mentor)
    enroll("Uma", "mentee", **of_mentee)
    assert pairs_of(choose()) == {("Ada", "Uma")}
    run = choose(**setting)
    assert pairs_of(run) == set()
    assert {each.kind for each in run.unmatched.all()} == {"no_partner"}


def test_a_rule_on_hours_and_one_on_languages(enroll: Enroll, choose: Choose) -> None:
    for name, role, level, hours in (("Ada", "mentor", 2, "Mon 09:00-10:00"), ("Uma", "mentee", 5, "Mon 09:30-12:00")):
        enroll(
            name, role, answers={"languages": [{"code": "en", "level": level}], "availability": hours}, timezone="UTC"
        )
    assert pairs_of(choose()) == {("Ada", "Uma")}
    assert pairs_of(choose(common_hours="0.5", language="2")) == {("Ada", "Uma")}
    assert pairs_of(choose(common_hours="1")) == set()
    assert pairs_of(choose(common_hours="", language="4")) == set()


def test_lines_of_managers_as_far_as_is_chosen(enroll: Enroll, choose: Choose) -> None:
    top = enroll("Top", "mentor")
    middle = make_person("Mid", manager=top.person)
    enroll("Uma", "mentee", manager=middle)
    assert pairs_of(choose()) == {("Top", "Uma")}
    assert pairs_of(choose(reporting_line="2")) == set()
    Person.objects.filter(name="Uma").update(manager=top.person)
    assert pairs_of(choose(reporting_line="1")) == set()
    assert pairs_of(choose(reporting_line="0")) == {("Top", "Uma")}
    peer = make_person("Boss")
    Person.objects.filter(name__in=("Top", "Uma")).update(manager=peer)
    assert pairs_of(choose(shared_manager="on")) == set()


def test_not_again_after_another_cohort(cohort: Cohort, enroll: Enroll, choose: Choose) -> None:
    ada, uma = enroll("Ada", "mentor"), enroll("Uma", "mentee")
    earlier = make_cohort(cohort.program, status="closed")
    make_mentorship(earlier, mentor=ada.person, mentee=uma.person, status="ended", activated_at=clock.now())
    assert pairs_of(choose()) == {("Ada", "Uma")}
    assert pairs_of(choose(past="on")) == set()


@pytest.mark.parametrize(
    ("direction", "pairs"), [("same", {("Ada", "Uma"), ("Bo", "Vic")}), ("different", {("Ada", "Vic"), ("Bo", "Uma")})]
)
def test_the_switch_to_different_turns_the_pairs_round(
    enroll: Enroll, choose: Choose, direction: str, pairs: set[tuple[str, str]]
) -> None:
    for name, role, function in (
        ("Ada", "mentor", "Sales"),
        ("Bo", "mentor", "Tech"),
        ("Uma", "mentee", "Sales"),
        ("Vic", "mentee", "Tech"),
    ):
        enroll(name, role, function=function)
    assert pairs_of(choose(direction_function=direction)) == pairs


def test_a_column_of_ones_own_can_be_preferred_different(enroll: Enroll, choose: Choose) -> None:
    for name, role, country in (
        ("Ada", "mentor", "NO"),
        ("Bo", "mentor", "IT"),
        ("Uma", "mentee", "NO"),
        ("Vic", "mentee", "IT"),
    ):
        enroll(name, role, country=country)
    run = choose(**{"own-0-column": "country", "own-0-kind": "different", "own-0-weight": "5"})
    assert pairs_of(run) == {("Ada", "Vic"), ("Bo", "Uma")}


def test_how_people_talk_and_where_they_meet_is_scored(enroll: Enroll, choose: Choose) -> None:
    for name, role, live, medium in (
        ("Ada", "mentor", 1, "video"), ("Bo", "mentor", 5, "person"), ("Uma", "mentee", 1, "video"), ("Vic", "mentee", 5, "person"),
    ):  # fmt: skip
        enroll(name, role, answers={"communication": live, "formality": live, "medium": [medium]})
    run = choose()
    assert pairs_of(run) == {("Ada", "Uma"), ("Bo", "Vic")}
    assert {reason["key"] for match in run.matches.all() for reason in match.reasons} == {"communication", "medium"}


def test_more_than_twenty_dimensions_at_once_each_named_in_every_reason(enroll: Enroll, choose: Choose) -> None:
    both: dict[str, Any] = {
        "values": ["honesty", "learning"], "work_style": [1, 2, 3, 4, 5], "communication": 2, "formality": 3, "interests": ["chess"], "hobbies": ["running"],
        "industry": ["energy"], "education": ["physics"], "certifications": ["PMP"], "networks": ["women in tech"], "medium": ["video"], "cadence": "weekly",
        "minutes": 45, "commitment_hours": 4, "languages": [{"code": "en", "level": 5}], "availability": "Mon 09:00-12:00",
    }  # fmt: skip
    of = {
        "mentor": {"helps_with": ["lead"], "skills_offered": [{"name": "SQL", "level": 3}], "soft_offered": ["listening"], "style_offered": ["coach"]},
        "mentee": {"goals": ["lead", "role"], "skills_wanted": [{"name": "SQL", "level": None}], "soft_wanted": ["listening"], "style_sought": ["coach"], "target_role": "Lead", "priority": "goals"},
    }  # fmt: skip
    made = [
        enroll(f"{role} {at}", role, answers={**both, **of[role], "minutes": 30 + at}, level=4 - at, hired_on=date(2015 + at, 1, 1), position="Lead",
               function=f"F{at}", department=f"D{at}", site=f"S{at}", timezone="Europe/Oslo")
        for role in ("mentor", "mentee") for at in range(2)
    ]  # fmt: skip
    Preference.objects.create(enrollment=made[2], person=made[0].person, rank=1)
    run = choose(commitment_hours="4")
    named = [{reason["key"] for reason in match.reasons} for match in run.matches.all()]
    assert len(named) == 2
    assert named[0] == named[1]
    assert len(named[0]) >= 25, sorted(named[0])
    told = [reason for match in run.matches.all() for reason in match.reasons if reason["text"]["manager"]]
    assert len({reason["key"] for reason in told}) >= 20
