"""Every address of the product as a visitor and as a stranger who has an account: what belongs to others looks as if it were not there.

Addresses come from the resolver, so a new page is held to this by itself: it names nobody of the others' world, and with an id of theirs
it refuses. What is open to everybody is listed here, and nowhere else.
"""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from tests.config.addresses import FIRST, all_patterns, begin_ids_at, filled, parameters, text_of
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

from openmentor.people.models import Person

pytestmark = pytest.mark.django_db

#: what a visitor may open: coming in, landing pages, links of mails, health
OPEN = re.compile(r"^/($|setup/|claim/|healthz|demo/|p/|unsubscribe/|i/|mentorships/answer/)")
#: what the world's people and programs are called: a word that no page holds otherwise
SECRET = "Zqsecret"
#: ids that lead nowhere, and one that no database can hold
NOWHERE = ("0", "999999", "9" * 30)
REFUSED = (302, 403, 404, 405)
ALL = all_patterns()


@pytest.fixture
def foreign_world() -> None:
    """A program that nobody sees, its people, and their match; the first row of every kind has the same id."""
    begin_ids_at(FIRST)
    people = [
        make_person(f"{SECRET} Number {number}", email=f"{SECRET.lower()}{number}@example.org") for number in range(3)
    ]
    cohort = make_cohort(
        make_program(name=f"{SECRET} program", managers=[people[0]], slug="hidden"), name=SECRET, status="active"
    )
    make_mentorship(cohort, mentor=people[1], mentee=people[2])
    make_enrollment(cohort, make_person(SECRET), "mentee", status="applied")


def address(pattern: str, number: object = FIRST) -> str:
    return filled(pattern, lambda kind, _name: str(number) if kind == "int" else "hidden" if kind == "slug" else "x")


def has_id(pattern: str) -> bool:
    return bool(parameters(pattern))


def numbered() -> list[str]:
    return [pattern for pattern in ALL if any(kind == "int" for kind, _name in parameters(pattern))]


def test_the_sweep_sees_the_whole_product() -> None:
    assert len(ALL) > 80
    assert {"/people/", "/setup/", "/people/<int:pk>/"} <= set(ALL)


@pytest.mark.parametrize("path", ALL)
def test_a_visitor_reaches_nothing_that_is_not_open(path: str, foreign_world: None, client: Client) -> None:
    make_person(is_administrator=True)  # it is set up
    here = address(path)
    answer = client.get(here)
    assert SECRET.lower() not in text_of(answer).lower()
    if OPEN.match(here):
        assert answer.status_code < 500
    else:
        assert answer.status_code in REFUSED, f"{here} answered {answer.status_code}"
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/")
    posted = client.post(here)
    assert SECRET.lower() not in text_of(posted).lower()
    assert posted.status_code in (200, 302, 400, 403, 404, 405, 422, 429)
    if not OPEN.match(here) and posted.status_code == 302:
        assert posted["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ALL)
def test_a_stranger_with_an_account_reaches_nothing_of_others(path: str, foreign_world: None, sign_in) -> None:  # type: ignore[no-untyped-def]
    stranger, here = sign_in(make_person("Sten Stranger")), address(path)
    answer = stranger.get(here)
    assert SECRET.lower() not in text_of(answer).lower()
    if has_id(path) and not OPEN.match(here):
        assert answer.status_code in REFUSED, f"{here} answered {answer.status_code}"
    assert answer.status_code < 500
    posted = stranger.post(here)
    assert SECRET.lower() not in text_of(posted).lower()
    assert posted.status_code < 500
    if has_id(path) and not OPEN.match(here):
        assert posted.status_code in (403, 404, 405, 409), f"POST {here} answered {posted.status_code}"


def test_no_id_breaks_anything(foreign_world: None, sign_in) -> None:  # type: ignore[no-untyped-def]
    """As somebody who may do all, so that each page is reached: ids that lead nowhere, and one that no database can hold."""
    manager = Person.objects.get(pk=FIRST)
    manager.is_administrator = True
    manager.save()
    client = sign_in(manager)
    client.raise_request_exception = False
    broken = []
    for pattern in numbered():
        for number in NOWHERE:
            cache.clear()  # what is limited by the minute is not what is asked here
            here = address(pattern, number)
            answers = client.get(here).status_code, client.post(here).status_code
            if max(answers) >= 500 or not set(answers) <= {302, 403, 404, 405, 409, 422}:
                broken.append((here, *answers))
    assert broken == []
