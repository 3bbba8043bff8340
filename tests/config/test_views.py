"""Pages of the house as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client
from tests.factories import make_mentorship, make_person, make_program

from openmentor.people.models import Person

SignIn = Callable[[Person], Client]

pytestmark = pytest.mark.django_db


def test_the_page_for_our_own_faults_needs_nothing_that_may_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise OperationalError("the database is gone")

    monkeypatch.setattr("openmentor.config.views.panels", broken)
    monkeypatch.setattr("openmentor.config.views.Person.objects.filter", broken)
    monkeypatch.setattr("openmentor.config.demo.context.is_demo", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "<h1>Something broke on our side</h1>" in text
    assert "is gone" not in text


def test_a_new_administrator_is_led_on_until_there_is_a_program(sign_in: SignIn) -> None:
    client = sign_in(make_person("Paula Planner", is_administrator=True))
    guide, done = "From here to your first matches", "Done"

    def says() -> tuple[bool, bool, bool]:
        page = client.get("/").content.decode()
        return guide in page, done in page, "Nothing waits for you" in page

    assert says() == (True, False, False)
    somebody = make_person("Ada Alder")
    assert says() == (True, True, False)
    assert guide not in sign_in(somebody).get("/").content.decode()
    make_program()
    assert says() == (False, False, True)


@pytest.mark.parametrize(
    ("path", "back"), [("acceptance/", "/mentorships/{pk}/"), ("members/7/confirmation/", "/mentorships/{pk}/")]
)
def test_the_address_of_a_button_opened_as_a_page_leads_back_to_the_page(sign_in: SignIn, path: str, back: str) -> None:
    mentorship = make_mentorship()
    client = sign_in(make_person("Ada Alder"))
    answer = client.get(f"/mentorships/{mentorship.pk}/{path}")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    text = answer.content.decode()
    assert "There is nothing to see here" in text
    assert f'href="{back.format(pk=mentorship.pk)}"' in text


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_whoever_signs_in_is_asked_for_an_e_mail_as_everywhere(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert "E-mail" in page
    assert "Email" not in page


@pytest.mark.parametrize(
    ("path", "here"),
    [("/system/mail/", "?"), ("/system/jobs/", "?status=parked"), ("/system/jobs/?status=done", "?status=done")],
)
def test_a_list_by_state_marks_the_state_that_it_shows(sign_in: SignIn, path: str, here: str) -> None:
    page = sign_in(make_person(is_administrator=True)).get(path).content.decode()
    assert re.findall(r'<a href="(\?[^"]*)" aria-current="page"', page) == [here]
