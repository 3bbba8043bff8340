"""Who is told what, once, when they want it, and by a mail server that may refuse."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as django_mail
from django.db import connection, transaction
from django.test import Client
from django.utils.translation import gettext_lazy
from tests.factories import make_person

from openmentor.foundation import clock, events, links, notices, outbox
from openmentor.foundation.actors import system
from openmentor.foundation.jobs import running, worker
from openmentor.foundation.models import DatabaseProperty, Delivery, Event, JobRecord, Mute, QuietHours
from openmentor.foundation.notices import Notice, notice, preferences
from openmentor.foundation.notices.mail import send_mail, unsubscribe_path, write

pytestmark = pytest.mark.django_db
State = Delivery.State
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    """Quiet hours would otherwise make the hour of the day part of every test."""
    monkeypatch.setattr(clock, "now", lambda: NOON + clock._shift)


@pytest.fixture
def mail_server(settings) -> None:
    """As with a server, into Django's outbox for tests."""
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.BASE_URL = "https://mentoring.example.org"


class Server:
    """A real SMTP server that answers as it is told."""

    def __init__(self) -> None:
        self.received: list[email.message.EmailMessage] = []
        self.answers: list[str] = []
        self.at_rcpt: list[str] = []
        self.meanwhile: Any = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.at_rcpt:
            answer = self.at_rcpt.pop(0)
            if not answer.startswith("2"):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return answer


@pytest.fixture
def smtp(settings) -> Iterator[Server]:
    handler = Server()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_URL = "127.0.0.1", port, f"smtp://127.0.0.1:{port}"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield handler
    controller.stop()


def tell(person, message: str = "It is on.", **options: Any) -> int:
    options.setdefault("subject", "Your mentorship is on")
    return notices.send(person, template="foundation/mail/plain", context={"message": message}, **options)


def rows() -> list[tuple[str, str]]:
    return [(row.channel, row.state) for row in Delivery.objects.order_by("id")]


@pytest.fixture
def told_of_additions(monkeypatch):
    """A notice of the verb ``person.added``, alone in the house."""
    monkeypatch.setattr(outbox, "_consumers", {})
    monkeypatch.setattr(outbox, "_by_verb", type(outbox._by_verb)(list))
    answers: list[Any] = []

    @notice("person.added")
    def tell_them(event: Event) -> Any:
        return answers[0](event)

    outbox.work()
    return answers


def happen(person) -> Event:
    with transaction.atomic():
        return events.record("person.added", person, by=system())


# Rows


def test_a_notice_makes_a_row_per_person_and_channel_and_never_a_second_time(told_of_additions, mail_server):
    ada, bob, nobody = make_person("Ada"), make_person("Bob"), make_person("No Address", email=None)
    told_of_additions.append(
        lambda _event: Notice([ada, bob, ada, nobody], "Hello", "foundation/mail/plain", link="/x/")
    )
    event = happen(ada)
    worker.run_all()
    told = set(Delivery.objects.values_list("person__name", "channel", "state"))
    assert told == {
        ("Ada", "app", "sent"),
        ("Ada", "mail", "sent"),
        ("Bob", "app", "sent"),
        ("Bob", "mail", "sent"),
        ("No Address", "app", "sent"),
    }
    assert {message.to[0] for message in django_mail.outbox} == {ada.email, bob.email}

    consumer = next(iter(outbox._consumers.values()))
    consumer.effect(event)  # as after a kill between the rows and the cursor
    worker.run_all()
    assert (Delivery.objects.count(), len(django_mail.outbox)) == (5, 2)


def test_a_notice_may_say_nothing_or_several_things(told_of_additions):
    ada, bob = make_person(), make_person()
    told_of_additions.append(lambda _event: None)
    happen(ada)
    worker.run_all()
    assert rows() == []
    told_of_additions[0] = lambda _event: [
        Notice(ada, "One", "foundation/mail/plain", channels=("app",)),
        Notice(bob, "One", "foundation/mail/plain", channels=("app",)),
        Notice(ada, "Two", "foundation/mail/other", channels=("app",)),
    ]
    event = happen(ada)
    worker.run_all()
    told = [(ada.pk, "One"), (ada.pk, "Two"), (bob.pk, "One")]
    assert sorted(Delivery.objects.values_list("person", "subject")) == told
    # Worked off once more, and the list comes in another order: nothing new.
    before, told_of_additions[0] = told_of_additions[0], lambda event: list(reversed(before(event)))
    next(iter(outbox._consumers.values())).effect(event)
    assert sorted(Delivery.objects.values_list("person", "subject")) == told


def test_a_notice_to_many_is_written_in_stretches_each_by_set(queries, monkeypatch, mail_server):
    from openmentor.foundation.notices import delivery

    monkeypatch.setattr(delivery, "CHUNK", 10)
    people = [make_person() for _ in range(25)]
    counts = []
    for number in (10, 20):
        with queries() as asked:
            assert tell(people[:number]) == number * 2
        counts.append(len(asked))
    assert counts[1] == counts[0] * 2
    assert JobRecord.objects.count() == 30


def test_what_must_not_be_told_twice_is_told_once():
    ada = make_person()
    assert [tell(ada, once="invitation:7"), tell(ada, once="invitation:7"), tell(ada, once="invitation:8")] == [2, 0, 2]
    assert [tell("New@Example.org", once="invitation:7"), tell("new@example.org ", once="invitation:7")] == [1, 0]
    assert [tell(ada), tell(ada)] == [2, 2]


def test_without_a_mail_server_the_mail_is_held_and_no_job_waits(settings):
    assert settings.EMAIL_URL == ""
    tell(make_person())
    assert rows() == [("app", "sent"), ("mail", "held")]
    assert not JobRecord.objects.exists()
    assert worker.run_all() == 0


def test_a_notice_and_the_change_it_is_about_live_or_die_together(mail_server):
    def change() -> None:
        with transaction.atomic():
            tell(make_person())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert rows() == []
    assert not JobRecord.objects.exists()


# The mail


def test_a_mail_says_what_where_to_and_how_to_stop_it(mail_server):
    ada = make_person("Ada O'Neil")
    tell(ada, message="Dear <b>Ada</b> & co\n\nSecond paragraph", link="/mentorships/7/", link_label="See it")
    worker.run_all()
    [message] = django_mail.outbox
    delivery = Delivery.objects.mails().get()
    unsubscribe = f"https://mentoring.example.org{unsubscribe_path(delivery)}"
    assert (message.subject, message.to) == ("Your mentorship is on", [ada.email])
    assert message.extra_headers == {
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert delivery.message_id.endswith("@mentoring.example.org>")
    assert "Dear <b>Ada</b> & co\n\nSecond paragraph" in message.body
    assert "https://mentoring.example.org/mentorships/7/" in message.body
    assert unsubscribe in message.body
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; co" in html
    assert "<b>Ada</b>" not in html
    assert 'href="https://mentoring.example.org/mentorships/7/"' in html
    assert (delivery.state, delivery.sent_at, delivery.why) == (State.SENT, NOON, "")


def test_each_reads_it_in_their_own_language(settings, mail_server):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    notices.send(
        [make_person(language="de"), make_person()],
        subject=gettext_lazy("Yes"),
        template="foundation/mail/plain",
        context={"message": gettext_lazy("No")},
    )
    worker.run_all()
    assert sorted((row.language, row.subject, row.context["message"]) for row in Delivery.objects.mails()) == [
        ("de", "Ja", "Nein"),
        ("en", "Yes", "No"),
    ]
    assert sorted(message.subject for message in django_mail.outbox) == ["Ja", "Yes"]


def test_objects_of_a_mail_are_kept_as_references_and_read_when_it_is_written(mail_server):
    ada, bob = make_person("Ada"), make_person("Bob")
    notices.send(
        ada, subject="x", template="foundation/mail/plain", context={"message": bob, "more": [bob, {"at": NOON}]}
    )
    row = Delivery.objects.mails().get()
    assert row.context == {
        "message": {"$object": ["people.person", bob.pk]},
        "more": [{"$object": ["people.person", bob.pk]}, {"at": {"$moment": "2027-03-01T12:00:00+00:00"}}],
    }
    type(bob).objects.filter(pk=bob.pk).update(name="Robert")
    assert "Robert" in write(row).text


def test_a_mail_whose_subject_is_gone_is_not_sent(mail_server):
    ada, bob = make_person("Ada"), make_person("Bob")
    notices.send(ada, subject="x", template="foundation/mail/plain", context={"message": bob})
    bob.delete()
    worker.run_all()
    row = Delivery.objects.mails().get()
    assert (row.state, row.why) == (State.DROPPED, "What it was about is no longer there.")
    assert django_mail.outbox == []


def test_a_personal_link_is_bound_to_each_reader_and_no_token_is_stored(mail_server):
    ada, bob = make_person("Ada"), make_person("Bob")
    link = links.Personal("foundation:unsubscribe", "test.answer", facts={"match": 7}, lasts=timedelta(days=3))
    tell([ada, bob], link=link)
    worker.run_all()
    for person in (ada, bob):
        row = Delivery.objects.mails().get(person=person)
        [message] = [message for message in django_mail.outbox if message.to == [person.email]]
        path = links.path_of(row.link, person_id=person.pk, address="")
        assert f"https://mentoring.example.org{path}" in message.body
        found = links.read(path.strip("/").rpartition("/")[2], "test.answer")
        assert (found.person_id, found.facts, found.expires_at) == (person.pk, {"match": 7}, NOON + timedelta(days=3))
        assert path.rpartition("/")[0].rpartition("/")[2] not in str(row.link)


# When


@pytest.mark.parametrize(
    ("at", "zone", "hours", "sends"),
    [
        ("2027-03-01T12:00", "UTC", None, "2027-03-01T12:00"),
        ("2027-03-01T19:59", "UTC", None, "2027-03-01T19:59"),
        ("2027-03-01T20:00", "UTC", None, "2027-03-02T07:00"),
        ("2027-03-01T23:30", "UTC", None, "2027-03-02T07:00"),
        ("2027-03-02T06:59", "UTC", None, "2027-03-02T07:00"),
        ("2027-03-02T07:00", "UTC", None, "2027-03-02T07:00"),
        ("2027-03-01T12:00", "Asia/Tokyo", None, "2027-03-01T22:00"),  # 21:00 there; 07:00 there is 22:00 UTC
        ("2027-03-01T12:00", "America/New_York", None, "2027-03-01T12:00"),  # 07:00 there
        ("2027-03-01T11:59", "America/New_York", None, "2027-03-01T12:00"),
        ("2027-03-27T22:00", "Europe/Berlin", None, "2027-03-28T05:00"),  # the night in which summer time begins
        ("2027-03-01T12:00", "No/Where", None, "2027-03-01T12:00"),
        ("2027-03-01T13:00", "UTC", (time(12), time(14)), "2027-03-01T14:00"),
        ("2027-03-01T23:00", "UTC", (time(12), time(14)), "2027-03-01T23:00"),
        ("2027-03-01T23:00", "UTC", (time(0), time(0)), "2027-03-01T23:00"),
    ],
)
def test_what_can_wait_comes_after_the_readers_quiet_hours(at, zone, hours, sends):
    person = make_person(timezone=zone)
    moment = datetime.fromisoformat(f"{at}+00:00")
    found = preferences.quiet_until(person, hours or QuietHours.USUAL, at=moment)
    assert found == datetime.fromisoformat(f"{sends}+00:00")


def test_only_what_is_urgent_comes_in_quiet_hours(mail_server):
    tokyo = make_person(timezone="Asia/Tokyo")
    tell(tokyo, subject="can wait")
    tell(tokyo, subject="cannot", urgent=True)
    worker.run_all()
    assert [message.subject for message in django_mail.outbox] == ["cannot"]
    with clock.moved(timedelta(hours=10)):
        worker.run_all()
    assert [message.subject for message in django_mail.outbox] == ["cannot", "can wait"]
    assert Delivery.objects.filter(channel="app").count() == 2  # in the app at once


def test_ones_own_quiet_hours_count(mail_server):
    ada = make_person(timezone="UTC")
    QuietHours.objects.create(person=ada, starts=time(11), ends=time(15))
    tell(ada)
    assert Delivery.objects.mails().get().send_after == NOON + timedelta(hours=3)


# Who does not want it


def test_a_category_that_is_turned_off_shows_in_the_app_alone(mail_server):
    ada = make_person()
    notices.mute("sessions", person_id=ada.pk)
    notices.mute("sessions", person_id=ada.pk)
    tell(ada, category="sessions")
    tell(ada, category="matches")
    worker.run_all()
    assert [(row.category, row.channel, row.state) for row in Delivery.objects.order_by("id")] == [
        ("sessions", "app", "sent"),
        ("sessions", "mail", "dropped"),
        ("matches", "app", "sent"),
        ("matches", "mail", "sent"),
    ]
    notices.unmute("sessions", person_id=ada.pk)
    assert not Mute.objects.exists()


def test_who_turns_it_off_while_a_mail_waits_does_not_get_it(mail_server):
    tokyo = make_person(timezone="Asia/Tokyo")
    tell(tokyo, category="sessions")
    notices.mute("sessions", person_id=tokyo.pk)
    worker.run_all(later=True)
    assert rows() == [("app", "sent"), ("mail", "dropped")]
    assert django_mail.outbox == []


def test_who_asked_for_a_mail_gets_it_whatever_is_turned_off(mail_server):
    notices.category("test_essential", "Signing in", essential=True)
    ada = make_person()
    notices.mute("test_essential", person_id=ada.pk)
    tell(ada, category="test_essential", urgent=True)
    worker.run_all()
    [message] = django_mail.outbox
    assert set(message.extra_headers) == {"Message-ID", "Auto-Submitted"}


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": None}])
def test_who_left_or_lost_their_address_meanwhile_gets_no_mail(mail_server, fields):
    ada = make_person()
    tell(ada)
    type(ada).objects.filter(pk=ada.pk).update(**fields)
    worker.run_all()
    assert rows()[1] == ("mail", "dropped")
    assert django_mail.outbox == []


def test_unsubscribing_needs_no_account_and_only_a_post_does_it(mail_server):
    ada = make_person()
    tell(ada, category="sessions")
    path = unsubscribe_path(Delivery.objects.mails().get())
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get(path)
    assert page.status_code == 200
    assert not Mute.objects.exists()
    # What a mail program sends, RFC 8058: no cookie, no token but the link's.
    assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Mute.objects.values_list("person", "category")) == [(ada.pk, "sessions")]
    assert visitor.post(path, {"again": "1"}).status_code == 200
    assert not Mute.objects.exists()
    with clock.moved(timedelta(days=3000)):  # an old mail's link still serves
        assert visitor.post(path).status_code == 200
    assert Mute.objects.count() == 1
    assert visitor.post(path[:-4] + "x/").status_code == 403


def test_an_address_without_a_person_can_be_turned_off_too(mail_server):
    tell("new@example.org", category="invitations")
    worker.run_all()
    assert len(django_mail.outbox) == 1
    Client().post(unsubscribe_path(Delivery.objects.get()))
    tell("new@example.org", category="invitations")
    worker.run_all()
    assert len(django_mail.outbox) == 1
    assert rows() == [("mail", "sent"), ("mail", "dropped")]


# A real server


def test_a_real_server_gets_a_mail_of_two_parts_with_its_headers(smtp):
    ada = make_person("Ada Ö")
    tell(ada, subject="Größe", message="Ünïcode")
    worker.run_all()
    [message] = smtp.received
    row = Delivery.objects.mails().get()
    assert (message["Subject"], message["To"], message["Message-ID"]) == ("Größe", ada.email, row.message_id)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "Ünïcode" in message.get_body(("plain",)).get_content()
    assert row.state == State.SENT


def test_a_refused_address_is_parked_at_once_and_says_why(smtp):
    smtp.at_rcpt = ["550 5.1.1 no such user"]
    tell(make_person())
    worker.run_all()
    row = Delivery.objects.mails().get()
    assert (row.state, row.why) == (State.PARKED, "The mail server refused it: 550 5.1.1 no such user")
    assert JobRecord.objects.get().status == "done"  # nothing to try again: the row says it


def test_a_server_that_is_busy_is_tried_again_with_the_same_id(smtp):
    smtp.answers = ["451 4.7.1 try later", "421 busy"]
    tell(make_person())
    row = Delivery.objects.mails().get()
    worker.run_all(raising=False)
    row.refresh_from_db()
    assert (row.state, row.why) == (State.WAITING, "The mail server refused it: 451 4.7.1 try later")
    worker.run_all(raising=False, later=True)
    assert [message["Message-ID"] for message in smtp.received] == [row.message_id]
    row.refresh_from_db()
    assert (row.state, row.why) == (State.SENT, "")


def test_a_server_that_stays_away_parks_the_mail_after_five_tries(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_URL = "127.0.0.1", 1, "smtp://127.0.0.1:1"
    tell(make_person())
    worker.run_all(raising=False, later=True)
    row = Delivery.objects.mails().get()
    assert row.state == State.PARKED
    assert row.why.startswith("The mail server could not be reached: ")
    assert JobRecord.objects.get().attempts == 5


def test_a_process_that_died_while_sending_is_made_good_with_the_same_id(smtp):
    tell(make_person())
    row = Delivery.objects.mails().get()
    # The first worker gave it to the server and was killed before it could say so.
    claimed = running.claim(["mail"], "dies")
    assert claimed is not None
    Delivery.objects.filter(pk=row.pk).update(state=State.SENDING)
    JobRecord.objects.update(lease_until=datetime.now(tz=UTC) - timedelta(seconds=1))
    worker.run_all()
    assert [message["Message-ID"] for message in smtp.received] == [row.message_id]
    worker.run_all()
    send_mail(row.pk)  # asked again: it is sent, and stays so
    assert len(smtp.received) == 1


def test_a_mail_that_cannot_be_written_is_parked_with_its_traceback(mail_server):
    notices.send(make_person(), subject="x", template="foundation/mail/there_is_no_such")
    worker.run_all(raising=False, later=True)
    row = Delivery.objects.mails().get()
    assert (row.state, row.why) == (State.PARKED, "It could not be written. The page of jobs shows why.")
    assert "TemplateDoesNotExist" in JobRecord.objects.get(status="parked").error
    assert notices.unread_count(row.person_id) == 1  # in the app it was told all the same


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_write_the_same_notice_at_once_tell_it_once(told_of_additions, mail_server):
    people = [make_person() for _ in range(20)]
    told_of_additions.append(lambda _event: Notice(people, "Hello", "foundation/mail/plain"))
    event = happen(people[0])
    consumer = next(iter(outbox._consumers.values()))
    start = threading.Barrier(3)
    failures: list[BaseException] = []

    def work_off() -> None:
        try:
            start.wait()
            consumer.effect(event)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work_off) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert (Delivery.objects.count(), JobRecord.objects.count()) == (40, 20)
    worker.run_all()
    assert sorted(message.to[0] for message in django_mail.outbox) == sorted(person.email for person in people)


# Pages


def test_the_bell_counts_what_is_new_and_opening_goes_where_it_leads(sign_in):
    ada, bob = make_person(), make_person()
    tell(ada, link="/mentorships/7/")
    tell(ada, subject="Second")
    client, other = sign_in(ada), sign_in(bob)
    assert notices.unread_count(ada.pk) == 2
    assert b"Messages: 2 new" in client.get("/notifications/bell/").content
    first = Delivery.objects.in_app_of(ada.pk).get(subject="Your mentorship is on")
    assert other.post(f"/notifications/{first.pk}/opening/").status_code == 404
    assert client.get(f"/notifications/{first.pk}/opening/").status_code == 405
    opened = client.post(f"/notifications/{first.pk}/opening/")
    assert (opened.status_code, opened["Location"]) == (302, "/mentorships/7/")
    assert notices.unread_count(ada.pk) == 1
    assert client.post("/notifications/reading/").status_code == 302
    assert notices.unread_count(ada.pk) == 0
    page = client.get("/notifications/").content.decode()
    assert "Your mentorship is on" in page
    assert "Second" in page
    assert "Second" not in other.get("/notifications/").content.decode()


def test_the_list_costs_the_same_with_one_and_with_three_messages(sign_in, queries):
    ada = make_person()
    client = sign_in(ada)
    client.get("/notifications/")
    counts = []
    for number in (1, 2):
        for _ in range(number):
            tell(ada)
        with queries() as asked:
            assert client.get("/notifications/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_one_chooses_ones_mails_and_quiet_hours(sign_in):
    notices.category("test_sessions", "Sessions")
    notices.category("test_matches", "Matches")
    ada = make_person()
    client = sign_in(ada)
    assert client.get("/notifications/settings/").status_code == 200
    wanted = [known.key for known in notices.registry.categories() if known.key != "test_sessions"]
    saved = client.post("/notifications/settings/", {"mails": wanted, "starts": "21:00", "ends": "06:30"})
    assert saved.status_code == 302
    assert list(Mute.objects.filter(person=ada).values_list("category", flat=True)) == ["test_sessions"]
    assert QuietHours.objects.filter(person=ada).values_list("starts", "ends").get() == (time(21), time(6, 30))
    assert client.post("/notifications/settings/", {"starts": "25:00", "ends": ""}).status_code == 422
    # Turned off from a mail, in a category that none of our notices has any more: it can be turned on again.
    notices.mute("of_old", person_id=ada.pk)
    client.post("/notifications/settings/", {"mails": [*wanted, "of_old"], "starts": "21:00", "ends": "06:30"})
    assert list(Mute.objects.filter(person=ada).values_list("category", flat=True)) == ["test_sessions"]


def test_administrators_see_what_became_of_mails_but_not_what_is_in_them(sign_in, settings):
    ada, boss = make_person("Ada"), make_person("Boss", is_administrator=True)
    tell(ada, message="canary in the body")
    row = Delivery.objects.mails().get()
    page = sign_in(boss).get("/system/mail/").content.decode()
    assert ada.email in page
    assert "Your mentorship is on" in page
    assert "canary" not in page
    for client in (sign_in(boss), sign_in(ada)):
        assert client.get(f"/system/mail/{row.pk}/").status_code == 403
        assert client.get(f"/system/mail/{row.pk}/body/").status_code == 403
    assert sign_in(ada).get("/system/mail/").status_code == 403
    assert Client().get("/system/mail/").status_code == 302


def test_in_a_demo_everybody_sees_the_mails_as_their_readers_would(sign_in):
    DatabaseProperty.objects.create(key="demo", value=True, written_at=clock.now())
    ada, visitor = make_person("Ada"), make_person("Persona")
    tell(ada, message="what it says")
    row = Delivery.objects.mails().get()
    client = sign_in(visitor)
    assert client.get("/system/mail/").status_code == 200
    assert "what it says" in client.get(f"/system/mail/{row.pk}/").content.decode()
    body = client.get(f"/system/mail/{row.pk}/body/")
    assert "what it says" in body.content.decode()
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    assert body["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert client.post(f"/system/mail/{row.pk}/sending/").status_code == 403


def test_an_administrator_sends_a_held_mail_once_there_is_a_server(sign_in, mail_server, settings):
    settings.EMAIL_URL = ""
    boss, ada = make_person(is_administrator=True), make_person()
    tell(ada)
    row = Delivery.objects.mails().get()
    client = sign_in(boss)
    assert client.post(f"/system/mail/{row.pk}/sending/").status_code == 409
    settings.EMAIL_URL = "smtp://mail.example.org"
    assert client.post(f"/system/mail/{row.pk}/sending/").status_code == 302
    assert client.post(f"/system/mail/{row.pk}/sending/").status_code == 409  # the second click
    worker.run_all()
    assert [message.to for message in django_mail.outbox] == [[ada.email]]
    assert Event.objects.filter(verb="mail.sent_again").count() == 1


def test_the_page_of_mails_costs_the_same_with_one_and_with_three(sign_in, queries):
    client = sign_in(make_person(is_administrator=True))
    client.get("/system/mail/")
    counts = []
    for number in (1, 2):
        for _ in range(number):
            tell(make_person())
        with queries() as asked:
            assert client.get("/system/mail/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_paths_of_links_are_absolute_in_mails_alone():
    tell(make_person(), link="/mentorships/7/")
    assert {urlsplit(row.link["path"]).netloc for row in Delivery.objects.all()} == {""}
