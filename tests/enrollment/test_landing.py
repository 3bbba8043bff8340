"""A program's landing page: who sees it, what it says, and how the door stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import make_cohort, make_enrollment, make_person, make_program

from openmentor.enrollment import landing
from openmentor.enrollment.landing import Door
from openmentor.foundation import clock
from openmentor.foundation.actors import VISITOR, Actor
from openmentor.programs.models import Cohort, Expectation, Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cohort: Cohort) -> str:
    Program.objects.filter(pk=cohort.program_id).update(
        slug="grow", benefits_mentor="- Fresh eyes", steps="Apply: on your phone.\nMeet"
    )
    for role in ("mentor", "mentee"):
        Expectation.objects.create(cohort=cohort, role=role, text=f"I am a good {role}.")
    return "/p/grow/"


def test_a_published_page_is_open_to_everybody_and_a_hidden_one_to_its_people(cast, page, program, sign_in) -> None:  # type: ignore[no-untyped-def]
    clients = {
        who: sign_in(actor.person) if actor.person else Client()
        for who, actor in cast.items()
        if who not in ("rule", "system")
    }
    for url in (page, f"{page}mentor/"):
        assert {client.get(url).status_code for client in clients.values()} == {200}
    Program.objects.filter(pk=program.pk).update(published_at=None)
    for url in (page, f"{page}mentor/"):
        assert {who for who, client in clients.items() if client.get(url).status_code == 200} == {
            "applicant",
            "member",
            "manager",
            "sponsor",
            "administrator",
        }
        assert {
            client.get(url).status_code
            for who, client in clients.items()
            if who in ("visitor", "stranger", "other_manager")
        } == {404}
    assert b"This is a preview" in clients["manager"].get(page).content


def test_an_archived_program_has_no_page_for_strangers(page: str, program: Program, client: Client) -> None:
    assert client.get(page).status_code == 200
    Program.objects.filter(pk=program.pk).update(archived_at=clock.now())
    assert (
        client.get(page).status_code,
        client.get("/p/nowhere/").status_code,
        client.get(f"{page}king/").status_code,
    ) == (404, 404, 404)


def test_the_page_says_what_it_is_for_what_one_gains_how_it_goes_and_what_one_promises(
    page: str, client: Client, cohort: Cohort
) -> None:
    text = client.get(page).content.decode()
    for words in (
        "People learn from one another.",
        "Fresh eyes",
        "<h3>Apply</h3><p>On your phone.</p>",
        "<h3>Meet</h3>",
        "I am a good mentor.",
        "I am a good mentee.",
        f'href="/apply/{cohort.pk}/?role=mentee"',
        f'href="/apply/{cohort.pk}/?role=mentor"',
        f'href="/apply/{cohort.pk}/?role=mentee&amp;role=mentor"',
    ):
        assert words in text, words
    assert "I am a good mentor." in client.get(f"{page}mentor/").content.decode()


def test_the_coordinator_is_named_to_visitors_only_with_their_consent(
    page: str, program: Program, client: Client
) -> None:
    Program.objects.filter(pk=program.pk).update(coordinator=make_person("Cora Contact"), contact="ask@example.org")
    hidden = client.get(page).content.decode()
    Program.objects.filter(pk=program.pk).update(names_coordinator=True)
    shown = client.get(page).content.decode()
    assert [("Cora Contact" in text, "ask@example.org" in text) for text in (hidden, shown)] == [
        (False, True),
        (True, True),
    ]


def test_visitors_read_whom_it_is_for_but_nothing_of_ratings(page: str, cohort: Cohort, client: Client) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(
        eligibility={
            "department": ["Care", "Sales"],
            "performance_tier": ["Exceeds"],
            "min_level": 2,
            "min_tenure": 1.5,
        }
    )
    text = client.get(page).content.decode()
    for words, there in (
        ("Department: Care or Sales", True),
        ("Level 2 and up", True),
        ("At least 1.5 year", True),
        ("Exceeds", False),
    ):
        assert (words in text) is there, words


def door(cohort: Cohort, actor: Actor = VISITOR) -> Door:
    return landing.load(Program.objects.get(pk=cohort.program_id), actor).door


def test_the_door_is_open_while_one_can_apply(cohort: Cohort) -> None:
    for status, stands in (
        ("draft", Door.CLOSED),
        ("recruiting", Door.OPEN),
        ("matching", Door.CLOSED),
        ("closed", Door.CLOSED),
    ):
        Cohort.objects.filter(pk=cohort.pk).update(status=status)
        assert door(cohort) == stands, status
    Cohort.objects.filter(pk=cohort.pk).update(status="active", is_rolling=True)
    assert door(cohort) == Door.OPEN


def test_the_door_closes_after_the_last_day(cohort: Cohort, client: Client, page: str) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(applications_close_on=clock.today())
    assert door(cohort) == Door.OPEN
    Cohort.objects.filter(pk=cohort.pk).update(applications_close_on=clock.today() - timedelta(days=2))
    assert door(cohort) == Door.CLOSED
    text = client.get(page).content.decode()
    assert ("Applications closed on" in text, "There may be a next time" in text, "/apply/" in text) == (
        True,
        True,
        False,
    )


def test_when_all_places_are_taken_one_can_wait(cohort: Cohort, client: Client, page: str) -> None:
    both = make_person()
    for role in ("mentor", "mentee"):
        make_enrollment(cohort, both, role)
    Cohort.objects.filter(pk=cohort.pk).update(target_count=2)
    assert door(cohort) == Door.OPEN  # somebody in two roles takes one place
    make_enrollment(cohort)
    assert door(cohort) == Door.FULL
    text = client.get(page).content.decode()
    assert ("All places are taken for now." in text, "/apply/" in text) == (True, True)


def test_by_invitation_alone_only_the_invited_find_the_way_in(
    cohort: Cohort, client: Client, page: str, sign_in
) -> None:  # type: ignore[no-untyped-def]
    Cohort.objects.filter(pk=cohort.pk).update(enrollment="invite")
    guest = make_person()
    make_enrollment(cohort, guest, "mentor", status="invited")
    assert (door(cohort), door(cohort, Actor.of(guest))) == (Door.INVITED, Door.OPEN)
    assert "/apply/" not in client.get(page).content.decode()
    text = sign_in(guest).get(page).content.decode()
    assert (f'/apply/{cohort.pk}/?role=mentor"' in text, "role=mentee" in text) == (True, False)


def test_who_has_applied_sees_how_far_they_came(enrollment, page: str, sign_in) -> None:  # type: ignore[no-untyped-def]
    text = sign_in(enrollment.person).get(page).content.decode()
    assert ("You as mentee: applied" in text, "?role=" in text) == (True, False)


def test_the_open_cohort_stands_on_the_page_and_not_a_newer_draft(program: Program, cohort: Cohort) -> None:
    make_cohort(program, status="draft", name="Later")
    assert landing.load(program, VISITOR).cohort == cohort


def test_a_program_without_a_cohort_has_a_page_too(client: Client) -> None:
    make_program(slug="bare", published_at=clock.now())
    answer = client.get("/p/bare/")
    assert (answer.status_code, "There are no dates yet." in answer.content.decode()) == (200, True)


def test_the_page_takes_as_many_queries_for_three_as_for_one(
    page: str, cohort: Cohort, client: Client, queries
) -> None:  # type: ignore[no-untyped-def]
    found = []
    client.get(page)  # what is looked up once for the whole installation
    for rows in (1, 2):
        for _ in range(rows):
            make_enrollment(cohort)
            make_cohort(cohort.program, status="closed")
            Expectation.objects.create(cohort=cohort, role="mentor", text="Another.")
        with queries() as asked:
            client.get(page)
        found.append(len(asked))
    assert found == [3, 3]
