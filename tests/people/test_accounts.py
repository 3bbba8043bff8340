"""How people come in, through the pages themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import make_person

from openmentor.config.server import setup_token
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.models import DatabaseProperty, Event
from openmentor.people import actions
from openmentor.people.models import ClaimCode, Person

pytestmark = pytest.mark.django_db
GOOD = {"name": "Ada Bose", "email": "Ada@Example.org ", "password": "a long walk home"}


def test_the_first_administrator_needs_the_token_that_the_console_prints(client: Client) -> None:
    token = setup_token()
    assert setup_token() == token, "a restart prints the same one until it is used"
    refused = client.post("/setup/", {**GOOD, "token": "guess"})
    assert (refused.status_code, Person.objects.count()) == (422, 0)
    made = client.post("/setup/", {**GOOD, "token": token})
    ada = Person.objects.get()
    assert (made.status_code, ada.email, ada.is_administrator, client.session["_auth_user_id"]) == (
        302,
        "ada@example.org",
        True,
        str(ada.pk),
    )
    assert DatabaseProperty.read("setup_token") is None
    assert list(Event.objects.values_list("verb", "actor_id")) == [("person.administrator_made", ada.pk)]


def test_a_used_token_makes_nobody_else(client: Client) -> None:
    token = setup_token()
    Client().post("/setup/", {**GOOD, "token": token})
    again = client.post("/setup/", {**GOOD, "email": "eve@example.org", "token": token})
    assert (again.status_code, again["Location"], Person.objects.count()) == (302, "/accounts/login/", 1)


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": "a long walk home"})
    assert Person.objects.count() == 0


def test_a_claim_code_opens_the_account_of_its_person_once(client: Client) -> None:
    admin, kim = make_person(is_administrator=True), make_person("Kim Lee", email=None)
    [(_, code)] = actions.make_codes([kim], by=Actor.of(admin))
    shown = client.post("/claim/", {"code": code.lower().replace("-", " ")})
    assert "Kim Lee" in shown.content.decode()
    done = client.post("/claim/", {"code": code, "email": "kim@home.example", "password": "a long walk home"})
    kim.refresh_from_db()
    assert (done.status_code, kim.email, client.session["_auth_user_id"]) == (302, "kim@home.example", str(kim.pk))
    again = Client().post("/claim/", {"code": code, "email": "eve@home.example", "password": "a long walk home"})
    kim.refresh_from_db()
    assert (again.status_code, kim.email) == (422, "kim@home.example")


def test_a_code_that_is_old_or_replaced_opens_nothing(client: Client) -> None:
    admin, kim = make_person(is_administrator=True), make_person("Kim Lee", email=None)
    [(_, first)] = actions.make_codes([kim], by=Actor.of(admin))
    [(_, second)] = actions.make_codes([kim], by=Actor.of(admin))
    assert actions.find_code(first) is None
    assert actions.find_code(second) is not None
    ClaimCode.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert client.post("/claim/", {"code": second}).status_code == 422


def test_a_code_cannot_take_somebody_elses_address(client: Client) -> None:
    admin, kim = make_person(is_administrator=True), make_person("Kim Lee", email=None)
    make_person(email="taken@example.org")
    [(_, code)] = actions.make_codes([kim], by=Actor.of(admin))
    answer = client.post("/claim/", {"code": code, "email": "Taken@example.org", "password": "a long walk home"})
    kim.refresh_from_db()
    assert (answer.status_code, kim.email) == (422, None)
    assert actions.find_code(code) is not None, "the code is still good for another address"


def test_guessing_codes_is_slowed_down(client: Client) -> None:
    statuses = {client.post("/claim/", {"code": f"AAAA-BBBB-{number:04}"}).status_code for number in range(40)}
    assert statuses == {422, 429}


def test_only_administrators_print_codes(sign_in) -> None:  # type: ignore[no-untyped-def]
    make_person("Kim Lee", email=None)
    assert sign_in(make_person()).post("/people/codes/").status_code == 403
    assert ClaimCode.objects.count() == 0
    sheet = sign_in(make_person(is_administrator=True)).post("/people/codes/")
    assert ("Kim Lee" in sheet.content.decode(), ClaimCode.objects.count()) == (True, 1)


def test_there_is_always_one_administrator_left(sign_in) -> None:  # type: ignore[no-untyped-def]
    one, two = make_person(is_administrator=True), make_person(is_administrator=True)
    page = sign_in(one)
    assert page.post(f"/people/{two.pk}/administratorship/", {"make": "0"}).status_code == 302
    assert page.post(f"/people/{one.pk}/administratorship/", {"make": "0"}).status_code == 403
    assert list(Person.objects.filter(is_administrator=True)) == [one]
