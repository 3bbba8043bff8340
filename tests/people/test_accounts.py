"""How people come in, through the pages themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from tests.factories import make_person

from openmentor.config.server import setup_token
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
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


def test_an_office_behind_one_address_is_no_guesser(client: Client) -> None:
    admin = make_person(is_administrator=True)
    codes = actions.make_codes([make_person(email=None) for _ in range(35)], by=Actor.of(admin))
    assert {client.post("/claim/", {"code": code}).status_code for _person, code in codes} == {200}


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


YESTERDAY = timedelta(days=-1)


@pytest.mark.parametrize("closed", [{"left_on": "today"}, {"is_active": False}, {"erased_at": "now"}])
def test_who_left_or_was_suspended_is_signed_out_and_cannot_sign_in_again(sign_in, client, closed) -> None:  # type: ignore[no-untyped-def]
    ada = make_person(email="ada@example.org", password="a long walk home")
    old_session = sign_in(ada)
    assert old_session.get("/people/me/")["Location"] == f"/people/{ada.pk}/"
    said = {"today": clock.today(), "now": clock.now()}
    Person.objects.filter(pk=ada.pk).update(**{field: said.get(value, value) for field, value in closed.items()})
    assert old_session.get("/people/me/")["Location"] == "/accounts/login/", "the session is over"
    client.post("/accounts/login/", {"login": "ada@example.org", "password": "a long walk home"})
    assert "_auth_user_id" not in client.session
    assert client.get("/people/me/")["Location"] == "/accounts/login/"


def test_who_leaves_next_week_still_works_here(sign_in) -> None:  # type: ignore[no-untyped-def]
    ada = make_person(left_on=clock.today() + timedelta(days=7))
    page = sign_in(ada)
    assert page.get("/people/me/")["Location"] == f"/people/{ada.pk}/"
    with clock.moved(timedelta(days=7)):
        assert page.get("/people/me/")["Location"] == "/accounts/login/"


def test_a_code_of_somebody_who_left_since_opens_nothing(client: Client) -> None:
    admin, kim = make_person(is_administrator=True), make_person("Kim Lee", email=None)
    [(_, code)] = actions.make_codes([kim], by=Actor.of(admin))
    assert actions.find_code(code) is not None
    Person.objects.filter(pk=kim.pk).update(left_on=clock.today())
    answer = client.post("/claim/", {"code": code, "email": "kim@home.example", "password": "a long walk home"})
    kim.refresh_from_db()
    assert (answer.status_code, kim.email, "_auth_user_id" in client.session) == (422, None, False)


def test_a_file_that_says_the_last_administrator_left_does_not_lock_everybody_out(sign_in) -> None:  # type: ignore[no-untyped-def]
    ada = make_person(is_administrator=True, left_on=clock.today() + YESTERDAY)
    page = sign_in(ada)
    assert "You count as somebody who has left" in page.get("/").content.decode(), "and is told"
    ben = make_person()
    assert page.post(f"/people/{ben.pk}/administratorship/", {"make": "1"}).status_code == 302
    assert page.get("/people/me/")["Location"] == "/accounts/login/", "now somebody else can administer"
    assert "You count as somebody who has left" not in sign_in(ben).get("/").content.decode()


def test_an_administrator_who_left_does_not_count_as_one_more() -> None:
    ada, _left = make_person(is_administrator=True), make_person(is_administrator=True, left_on=clock.today())
    assert ada.is_last_administrator
    with pytest.raises(Denied):
        actions.unmake_administrator(ada, by=Actor.of(ada))


def test_two_administrators_who_suspend_one_another_leave_one() -> None:
    one, two = make_person(is_administrator=True), make_person(is_administrator=True)
    actions.suspend(two, by=Actor.of(one))
    with pytest.raises(Conflict):  # asked before the other was done: their policy still saw two of them
        actions.suspend(one, by=Actor.of(two))
    assert list(Person.objects.may_sign_in()) == [one]


def test_nobody_takes_another_address_by_themselves(sign_in) -> None:  # type: ignore[no-untyped-def]
    ada = make_person(email="ada@example.org", password="a long walk home")
    page = sign_in(ada)
    for verb in ("action_add", "action_primary"):
        answer = page.post("/accounts/email/", {verb: "", "email": "newcomer@example.org"})
        assert (answer.status_code, answer["Location"]) == (302, "/people/me/")
    ada.refresh_from_db()
    assert (ada.email, EmailAddress.objects.count()) == ("ada@example.org", 0)
    assert "accounts/email" not in page.get("/accounts/password/change/").content.decode()
