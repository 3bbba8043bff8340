"""What each reader sees of a match, and how they answer it: by page, by link, by mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import make_enrollment, make_mentorship, make_person

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock, links, privacy
from openmentor.foundation.actors import Actor, system
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Delivery, Event
from openmentor.mentorships import actions
from openmentor.mentorships.models import Mentorship
from openmentor.mentorships.notices import ANSWER
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, ProgramRole
from openmentor.surveys.models import Answer, Question, Questionnaire, Response

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
AUDIENCES = {
    "profile": "CANARYPROFILE",
    "matching": "CANARYMATCHING",
    "confidential": "CANARYCONFIDENTIAL",
    "feedback": "CANARYFEEDBACK",
}


def answers_of(enrollment: Enrollment) -> None:
    """One answer for each audience, each a word of its own."""
    questionnaire = Questionnaire.objects.create(name="Survey")
    response = Response.objects.create(
        questionnaire=questionnaire, person=enrollment.person, started_at=clock.now(), submitted_at=clock.now()
    )
    for audience, word in AUDIENCES.items():
        question = Question.objects.create(
            key=f"q-{audience}-{enrollment.pk}", text=f"About {audience}", kind="text", audience=audience
        )
        Answer.objects.create(response=response, question=question, value=word, answered_at=clock.now())
    Enrollment.objects.filter(pk=enrollment.pk).update(response=response)


def proposed(cohort: Cohort) -> Mentorship:
    """A match as publishing makes it."""
    mentor = make_enrollment(cohort, make_person("Mara Mentor", position="Architect"), "mentor")
    mentee = make_enrollment(cohort, make_person("Emil Mentee"), "mentee")
    reasons = {"mentor": ["You can help with goals."], "mentee": ["They can help with your goals."]}
    made, _refused = actions.propose(
        cohort,
        [actions.Proposal(mentor.pk, mentee.pk, 0.83, reasons)],
        run_id=3,
        by=system(),
        messages={"mentee": "Welcome."},
    )
    return Mentorship.objects.get(pk=made[0])


def test_each_member_sees_the_other_and_the_reasons_meant_for_them(cohort: Cohort, sign_in: SignIn) -> None:
    mentorship = proposed(cohort)
    mentor, mentee = mentorship.people
    for enrollment in Enrollment.objects.all():
        answers_of(enrollment)
    page = sign_in(mentee).get(mentorship.get_absolute_url()).content.decode()
    assert "Mara Mentor" in page
    assert "Architect" in page
    assert "They can help with your goals." in page
    assert "Welcome." in page
    assert "You can help with goals." not in page
    assert AUDIENCES["profile"] in page
    assert not [word for audience, word in AUDIENCES.items() if audience != "profile" and word in page]
    assert "om-score" not in page  # how well they fit as a number is for managers
    page = sign_in(mentor).get(mentorship.get_absolute_url()).content.decode()
    assert "You can help with goals." in page
    assert "Welcome." not in page


def test_saying_yes_on_the_page_begins_it_and_shows_how_to_reach_the_other(cohort: Cohort, sign_in: SignIn) -> None:
    mentorship = proposed(cohort)
    mentor, mentee = mentorship.people
    address = f"/mentorships/{mentorship.pk}/acceptance/"
    assert str(mentor.email) not in sign_in(mentee).get(mentorship.get_absolute_url()).content.decode()
    assert sign_in(mentor).post(address).status_code == 302
    answer = sign_in(mentee).post(address, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f'id="mentorship-{mentorship.pk}"' in answer.content.decode()
    assert str(mentor.email) in answer.content.decode()
    mentorship.refresh_from_db()
    assert mentorship.status == Mentorship.Status.ACTIVE


def test_saying_no_asks_for_a_reason_that_may_stay_empty(cohort: Cohort, sign_in: SignIn) -> None:
    mentorship = proposed(cohort)
    client = sign_in(mentorship.people[1])
    assert "The other person never does." in client.get(f"/mentorships/{mentorship.pk}/refusal/").content.decode()
    assert client.post(f"/mentorships/{mentorship.pk}/refusal/", {"reason": ""}).status_code == 302
    mentorship.refresh_from_db()
    assert mentorship.status == Mentorship.Status.DECLINED


def everything_for(client: Client, mentorship: Mentorship) -> str:
    pages = [
        "/", "/mentorships/", mentorship.get_absolute_url(), f"/mentorships/cohorts/{mentorship.cohort_id}/", "/notifications/",
        mentorship.cohort.get_absolute_url(),
    ]  # fmt: skip
    return "\n".join(client.get(page, follow=True).content.decode() for page in pages)


def test_why_somebody_said_no_never_reaches_the_other_even_if_they_run_the_program(
    cohort: Cohort, manager: Person, sign_in: SignIn
) -> None:
    mentorship = proposed(cohort)
    mentor, mentee = mentorship.people
    ProgramRole.objects.create(program=cohort.program, person=mentor, role="manager")
    actions.decline(mentorship, reason="CANARYREASON", by=Actor.of(mentee))
    run_all()
    assert "CANARYREASON" in everything_for(sign_in(manager), mentorship)
    for reader in (mentor, make_person(is_administrator=True)):
        assert "CANARYREASON" not in everything_for(sign_in(reader), mentorship)
        assert "CANARYREASON" not in json.dumps(privacy.export_person(reader), default=str)
    places = {(model, field) for model, field, _key in privacy.find_text("CANARYREASON")}
    assert places == {("mentorships.Membership", "decline_reason")}
    assert Delivery.objects.filter(person=mentor, template="mentorships/mail/over").exists()
    assert not Delivery.objects.filter(person=mentee, template="mentorships/mail/over").exists()


def test_each_gets_one_mail_with_their_reasons_and_answers_from_it(
    cohort: Cohort, client: Client, mailoutbox: list, settings
) -> None:  # type: ignore[no-untyped-def, type-arg]
    settings.EMAIL_URL = "memory"
    mentor = make_enrollment(cohort, make_person("Mara Mentor", timezone="UTC"), "mentor", places=2)
    mentees = [make_enrollment(cohort, make_person(name), "mentee") for name in ("Emil Mentee", "Fritz Fellow")]
    actions.propose(
        cohort,
        [actions.Proposal(mentor.pk, mentee.pk, 0.8, {"mentor": [f"For {mentee.person.name}."]}) for mentee in mentees],
        run_id=1, by=system(),
    )  # fmt: skip
    with clock.moved(timedelta(days=1)):
        run_all(later=True)
    (mail,) = [mail for mail in mailoutbox if mail.to == [mentor.person.email]]
    assert "For Emil Mentee." in mail.body
    assert "For Fritz Fellow." in mail.body
    assert len(mailoutbox) == 3
    path = next(word for word in mail.body.split() if "/mentorships/answer/" in word).partition("/mentorships/")[2]
    page = client.get(f"/mentorships/{path}")
    assert page.status_code == 200
    first, second = Mentorship.objects.order_by("pk")
    client.post(f"/mentorships/{path}", {"mentorship": first.pk, "answer": "yes"})
    client.post(f"/mentorships/{path}", {"mentorship": first.pk, "answer": "yes"})  # a second click
    client.post(f"/mentorships/{path}", {"mentorship": second.pk, "answer": "no", "reason": "Too much at once."})
    assert [bool(mentorship.members.get(person=mentor.person).accepted_at) for mentorship in (first, second)] == [
        True,
        False,
    ]
    second.refresh_from_db()
    assert second.status == Mentorship.Status.DECLINED
    assert Event.objects.filter(verb="mentorship.accepted").count() == 1


def test_opening_the_link_says_nothing_and_it_opens_only_its_own_matches(cohort: Cohort, client: Client) -> None:
    mentorship, foreign = proposed(cohort), make_mentorship(cohort)
    link = links.make(ANSWER, person=mentorship.people[0], facts={"mentorships": [mentorship.pk, foreign.pk]})
    address = f"/mentorships/answer/{link.token}/"
    assert client.get(address).status_code == 200
    assert not Event.objects.filter(verb="mentorship.accepted").exists()
    assert client.post(address, {"mentorship": foreign.pk, "answer": "yes"}).status_code == 404
    assert client.get("/mentorships/answer/made-up/").status_code == 403


def test_a_second_run_of_the_notice_tells_nobody_twice(cohort: Cohort) -> None:
    from openmentor.mentorships.notices import offer

    mentorship = proposed(cohort)
    run_all()
    told = Delivery.objects.count()
    assert told == 4  # two people, in the app and by mail
    event = Event.objects.get(verb="mentorship.many_proposed")
    assert [notice.to for notice in offer(event)] == mentorship.people


def test_what_others_may_open(cast: dict[str, Actor], mentorship: Mentorship, sign_in: SignIn) -> None:
    pages = [mentorship.get_absolute_url(), f"/mentorships/cohorts/{mentorship.cohort_id}/"]
    seen = {
        name: [sign_in(actor.person).get(page).status_code for page in pages]
        for name, actor in cast.items()
        if actor.person is not None
    }
    nothing = [404, 404]
    assert seen == {
        "stranger": nothing, "member": nothing, "other_manager": nothing, "sponsor": nothing, "administrator": nothing,
        "mentor": [200, 404], "mentee": [200, 404], "manager": [200, 200],
    }  # fmt: skip


def test_a_manager_confirms_takes_back_and_reminds_by_page(
    mentorship: Mentorship, manager: Person, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    member = mentorship.members.get(role="mentee")
    assert client.post(f"/mentorships/{mentorship.pk}/members/{member.pk}/confirmation/").status_code == 302
    member.refresh_from_db()
    assert member.confirmed_by == manager
    assert "Mona Manager" in client.get(mentorship.get_absolute_url()).content.decode()
    assert "Take this match back?" in client.get(f"/mentorships/{mentorship.pk}/withdrawal/").content.decode()
    client.post(f"/mentorships/{mentorship.pk}/withdrawal/")
    mentorship.refresh_from_db()
    assert mentorship.status == Mentorship.Status.WITHDRAWN
    assert client.post(f"/mentorships/cohorts/{mentorship.cohort_id}/reminders/").status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(
    cohort: Cohort,
    manager: Person,
    sign_in: SignIn,
    queries: Callable[[], AbstractContextManager[CaptureQueriesContext]],
    count: int,
) -> None:
    mentor = make_person("Mara Mentor")
    for _ in range(count):
        make_mentorship(cohort, mentor=mentor)
    for person, page, expected in ((manager, f"/mentorships/cohorts/{cohort.pk}/", 12), (mentor, "/mentorships/", 7)):
        client = sign_in(person)
        client.get(page)
        with queries() as asked:
            assert client.get(page).status_code == 200
        assert len(asked) == expected, (page, [query["sql"][:150] for query in asked])
