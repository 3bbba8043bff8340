"""How people come in, through the pages themselves."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.test import Client
from tests.factories import make_person

from openmentor.config.server import setup_token
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.models import DatabaseProperty, Delivery, Event
from openmentor.foundation.notices import mail, send
from openmentor.people import actions
from openmentor.people.models import ClaimCode, EmploymentEvent, PendingAddress, Person

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
    done = client.post("/claim/", {"code": code, "email": "Kim@home.example", "password": "a long walk home"})
    kept = PendingAddress.objects.get(person=kim)
    assert (done.status_code, kept.address, client.session["_auth_user_id"]) == (302, "kim@home.example", str(kim.pk))
    again = Client().post("/claim/", {"code": code, "email": "eve@home.example", "password": "a long walk home"})
    kept.refresh_from_db()
    assert (again.status_code, kept.address) == (422, "kim@home.example")


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


# ---- An address that somebody typed for themselves


@pytest.fixture
def kim(client: Client) -> Person:
    """Kim has come by a code, typed an address, and not confirmed it; ``client`` is signed in as her."""
    admin, kim = make_person(is_administrator=True), make_person("Kim Lee", email=None)
    [(_, code)] = actions.make_codes([kim], by=Actor.of(admin))
    client.post("/claim/", {"code": code, "email": "kim@home.example", "password": "a long walk home"})
    return Person.objects.get(pk=kim.pk)


def confirmation() -> str:
    """Where the newest mail that asks about an address leads to."""
    delivery = Delivery.objects.filter(notice="people/mail/confirm_address").first()
    assert delivery is not None
    return str(re.search(r"/people/address/[^/\s]+/", mail.write(delivery).text)[0])  # type: ignore[index]


def test_an_address_serves_for_signing_in_alone_until_its_mail_is_answered(kim: Person, client: Client) -> None:
    assert (kim.email, Delivery.objects.get().address) == (None, "kim@home.example")
    assert "Kim" not in mail.write(Delivery.objects.get()).text, "it may be a stranger's"
    send(kim, subject="You have a match", template="people/mail/confirm_address", category="matches")
    assert not Delivery.objects.filter(category="matches", channel="mail").exists()
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": "Kim@home.example", "password": "a long walk home"})
    assert elsewhere.session["_auth_user_id"] == str(kim.pk)
    assert "kim@home.example" in elsewhere.get("/").content.decode(), "the first page says what is missing"
    assert "is not confirmed yet" in elsewhere.get(f"/people/{kim.pk}/").content.decode()
    Client().post("/accounts/password/reset/", {"email": "kim@home.example"})
    assert django_mail.outbox == []


def test_the_mail_confirms_by_a_click_and_not_by_being_opened(kim: Person, client: Client) -> None:
    link = confirmation()
    assert (Client().get(link).status_code, PendingAddress.objects.count()) == (200, 1)
    assert Client().post(link)["Location"] == "/accounts/login/"
    kim.refresh_from_db()
    assert (kim.email, PendingAddress.objects.count()) == ("kim@home.example", 0)
    again = client.post(link)
    assert (again.status_code, "Nothing to confirm" in again.content.decode()) == (200, True)
    assert client.get("/people/me/address/").status_code == 403, "a known address is the administrators' to correct"
    send(kim, subject="You have a match", template="people/mail/confirm_address", category="matches")
    assert Delivery.objects.filter(category="matches", channel="mail", address="kim@home.example").exists()
    assert list(Event.objects.filter(subject_id=kim.pk).order_by("pk").values_list("verb", flat=True)) == [
        "person.claimed", "person.address_typed", "person.address_confirmed",
    ]  # fmt: skip


def test_a_corrected_address_ends_the_link_to_the_one_before(kim: Person, client: Client) -> None:
    old = confirmation()
    assert client.post("/people/me/address/", {"email": "kim@work.example"})["Location"] == "/people/me/address/"
    assert "Nothing to confirm" in client.post(old).content.decode()
    assert client.post(confirmation())["Location"] == "/"
    kim.refresh_from_db()
    assert kim.email == "kim@work.example"


def test_the_mail_is_sent_again_three_times_an_hour_at_most(kim: Person, client: Client) -> None:
    statuses = [client.post("/people/me/address/", {"email": "kim@home.example"}).status_code for _ in range(4)]
    assert (statuses, Delivery.objects.count()) == ([302, 302, 302, 422], 4)


def test_whose_an_address_is_the_mail_decides_and_not_who_typed_it_first(kim: Person, client: Client) -> None:
    link = confirmation()
    make_person(email="kim@home.example")
    answer = client.post(link)
    kim.refresh_from_db()
    assert (answer.status_code, kim.email) == (409, None)
    assert client.post("/people/me/address/", {"email": "kim@home.example"}).status_code == 422


def test_the_address_that_we_know_of_somebody_needs_no_mail(client: Client) -> None:
    admin, lou = make_person(is_administrator=True), make_person("Lou Hill", email="lou@example.org")
    [(_, code)] = actions.make_codes([lou], by=Actor.of(admin))
    client.post("/claim/", {"code": code, "email": "Lou@Example.org", "password": "a long walk home"})
    lou.refresh_from_db()
    assert (lou.email, PendingAddress.objects.count(), Delivery.objects.count()) == ("lou@example.org", 0, 0)


def test_an_address_that_an_administrator_gives_takes_the_place_of_one_that_waits(kim: Person) -> None:
    actions.edit(kim, {"email": "kim.lee@example.org"}, by=Actor.of(make_person(is_administrator=True)))
    assert (kim.email, PendingAddress.objects.count()) == ("kim.lee@example.org", 0)


# ---- A name, and a last day


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Kim \u202eeeL", "Kim eeL"),
        ("K\u200bi\u00adm\u2060 \u3164Lee\ufeff", "Kim Lee"),
        ("Kim\nLee\x07", "Kim Lee"),
        ("می\u200cنا", "می\u200cنا"),
        ("Ki\u200dm", "Kim"),
        ("\u202e \u200b\u3164", None),
        ("12345", None),
    ],
)
def test_a_name_keeps_nothing_that_nobody_sees(sign_in, typed: str, kept: str | None) -> None:  # type: ignore[no-untyped-def]
    kim = make_person("Kim Lee")
    answer = sign_in(kim).post(f"/people/{kim.pk}/edit/", {"name": typed})
    kim.refresh_from_db()
    assert (answer.status_code, kim.name) == ((302, kept) if kept else (422, "Kim Lee"))
    assert kept or "at least one letter" in answer.content.decode() or "required" in answer.content.decode()


def leaving(person: Person) -> list[tuple[str, date]]:
    return list(EmploymentEvent.objects.filter(person=person).values_list("kind", "day"))


def test_a_last_day_leaves_the_event_that_an_import_would(sign_in) -> None:  # type: ignore[no-untyped-def]
    kim, admin = make_person("Kim Lee"), make_person(is_administrator=True)
    page, theirs = sign_in(admin), sign_in(kim)
    here = f"/people/{kim.pk}/edit/"
    assert "get no mails" in page.get(here).content.decode(), "the page says what happens"
    said = {"name": "Kim Lee", "email": kim.email, "hired_on": "2020-01-01"}
    assert page.post(here, {**said, "left_on": "2026-03-31"}).status_code == 302
    assert (leaving(kim), theirs.get("/people/me/")["Location"]) == ([("left", date(2026, 3, 31))], "/accounts/login/")
    page.post(here, {**said, "left_on": "2026-04-30"})
    assert leaving(kim) == [("left", date(2026, 4, 30))]
    page.post(here, said)
    assert (leaving(kim), theirs.get("/people/me/")["Location"]) == ([], f"/people/{kim.pk}/"), "they did not leave"
    page.post(here, {**said, "left_on": "2026-04-30"})
    page.post(here, {**said, "hired_on": "2026-09-01"})
    assert leaving(kim) == [("left", date(2026, 4, 30)), ("hired", date(2026, 9, 1))], "they came back"
    wrong = page.post(here, {**said, "left_on": "2019-01-01"})
    assert (wrong.status_code, "before the day" in wrong.content.decode()) == (422, True)


def test_the_last_administrator_does_not_leave_by_a_slip(sign_in) -> None:  # type: ignore[no-untyped-def]
    ada = make_person("Ada Bose", is_administrator=True)
    answer = sign_in(ada).post(
        f"/people/{ada.pk}/edit/", {"name": "Ada Bose", "email": ada.email, "left_on": "2026-01-01"}
    )
    ada.refresh_from_db()
    assert (answer.status_code, ada.left_on, leaving(ada)) == (422, None, [])
    assert "last administrator" in answer.content.decode()
