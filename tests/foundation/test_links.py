"""Links in mails: for one person, one purpose, a time, and where asked once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.factories import make_person

from openmentor.foundation import clock, links
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.models import SpentLink


@pytest.mark.django_db
def test_a_link_says_whom_and_what_it_is_for():
    ada = make_person()
    link = links.make("test.answer", person=ada, facts={"match": 7})
    found = links.read(link.token, "test.answer")
    assert found == link
    assert (found.person_id, found.address, found.facts) == (ada.pk, "", {"match": 7})
    assert timedelta(days=13, hours=23) < found.expires_at - clock.now() <= timedelta(days=14)


def test_a_link_may_be_for_an_address_and_last_for_ever():
    link = links.make("test.answer", address="new@example.org", lasts=None)
    with clock.moved(timedelta(days=4000)):
        assert links.read(link.token, "test.answer").address == "new@example.org"


def test_a_link_serves_no_other_purpose():
    with pytest.raises(Denied):
        links.read(links.make("test.answer").token, "test.other")


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t[1:], lambda t: "", lambda t: t.swapcase(), lambda t: "x" + t]
)
def test_a_link_that_was_changed_is_refused(spoil):
    with pytest.raises(Denied):
        links.read(spoil(links.make("test.answer", facts={"match": 7}).token), "test.answer")


def test_a_link_expires():
    link = links.make("test.answer", lasts=timedelta(hours=1))
    with clock.moved(timedelta(minutes=59)):
        links.read(link.token, "test.answer")
    with clock.moved(timedelta(minutes=61)), pytest.raises(Denied):
        links.read(link.token, "test.answer")


def test_another_installation_does_not_know_it(settings):
    token = links.make("test.answer").token
    settings.SECRET_KEY = "another"
    with pytest.raises(Denied):
        links.read(token, "test.answer")


@pytest.mark.django_db
def test_a_link_that_serves_once_serves_once_and_only_its_digest_is_kept():
    link = links.make("test.claim", single_use=True, facts={"code": 7})
    again = links.read(link.token, "test.claim")
    assert not links.is_spent(again)
    links.spend(again)
    assert links.is_spent(link)
    with pytest.raises(Conflict):
        links.spend(link)
    assert link.token not in str(SpentLink.objects.values())


@pytest.mark.django_db
def test_what_is_undone_has_not_used_the_link():
    link = links.make("test.claim", single_use=True)

    def act() -> None:
        with transaction.atomic():
            links.spend(link)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    links.spend(link)


@pytest.mark.django_db
def test_a_link_for_many_uses_is_never_spent():
    link = links.make("test.answer")
    links.spend(link)
    links.spend(link)
    assert not SpentLink.objects.exists()


@pytest.mark.django_db
def test_spent_links_are_forgotten_when_they_would_have_expired():
    links.spend(links.make("test.claim", single_use=True, lasts=timedelta(days=1)))
    links.spend(links.make("test.claim", single_use=True, lasts=timedelta(days=9)))
    with clock.moved(timedelta(days=3)):
        assert links.forget_expired() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_use_it_at_once_use_it_once():
    link = links.make("test.claim", single_use=True)
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def use() -> None:
        try:
            start.wait()
            with transaction.atomic():
                links.spend(link)
            outcomes.append("used")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "used"]
