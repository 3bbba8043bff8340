"""The doors of managers: the list, one application, decisions, questions; who sees what."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.enrollment.test_applying import answer_all
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import actions
from openmentor.enrollment.applying.application import load
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.models import Event
from openmentor.programs.models import Expectation, ProgramRole

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"enrollment:{name}", args=args)


@pytest.fixture
def client(sign_in, manager):
    return sign_in(manager)


def names(response):
    return [record.person.name for record in response.context["table"].page.object_list.data]


@pytest.fixture
def pool(cohort):
    for name, role, status, department in (
        ("Ada Aalto", "mentor", "approved", "Sales"), ("Bea Berg", "mentee", "applied", "Sales"), ("Cem Can", "mentee", "waitlisted", "Legal"),
        ("Dora Dahl", "mentee", "declined", "Legal"),
    ):  # fmt: skip
        make_enrollment(cohort, make_person(name, department=department), role, status=status, applied_at=clock.now())
    return cohort


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sort": "name"}, ["Ada Aalto", "Bea Berg", "Cem Can", "Dora Dahl"]), ({"sort": "-name"}, ["Dora Dahl", "Cem Can", "Bea Berg", "Ada Aalto"]),
        ({"status": "applied"}, ["Bea Berg"]), ({"role": "mentor"}, ["Ada Aalto"]), ({"department": "Legal", "sort": "name"}, ["Cem Can", "Dora Dahl"]),
        ({"q": "dahl"}, ["Dora Dahl"]), ({"gate": "survey", "q": "aalto"}, ["Ada Aalto"]), ({"gate": "none"}, []),
    ],
)  # fmt: skip
def test_applications_are_filtered_searched_and_sorted(client, pool, query, found):
    assert names(client.get(url("applications", pool.pk), query)) == found


def test_the_list_takes_the_same_number_of_queries_for_one_and_for_three(client, cohort, queries):
    Expectation.objects.create(cohort=cohort, role="mentee", text="Come.")
    client.get(url("applications", cohort.pk))  # what is kept for a while is kept now
    counted = []
    for new in (1, 2):
        for _ in range(new):
            make_enrollment(cohort, make_person(department=f"D{new}"), status="applied")
        with queries() as asked:
            client.get(url("applications", cohort.pk))
        counted.append(len(asked))
    # Nine of the page's own; the frame of every page adds some.
    assert counted[0] == counted[1] <= 20


def test_the_list_goes_by_pages(client, cohort):
    for number in range(53):
        make_enrollment(cohort, make_person(f"P{number:02} X"), status="applied")
    assert len(names(client.get(url("applications", cohort.pk), {"sort": "name", "page": 2}))) == 3


PAGES = ("applications", "by_rule", "questions")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["stranger", "applicant", "member", "sponsor", "other_manager", "administrator"])
def test_only_managers_come_here(cast, sign_in, enrollment, name, who):
    assert sign_in(cast[who].person).get(url(name, enrollment.cohort.pk)).status_code in (403, 404)


@pytest.mark.parametrize("name", PAGES)
def test_visitors_sign_in_first(cohort, name):
    assert Client().get(url(name, cohort.pk)).status_code == 302


@pytest.mark.parametrize("who", ["stranger", "member", "sponsor", "other_manager", "administrator"])
def test_nobody_else_opens_an_application(cast, sign_in, enrollment, who):
    assert sign_in(cast[who].person).get(url("enrollment", enrollment.pk)).status_code == 404


def test_ones_own_application_leads_to_ones_own_page(cast, sign_in, enrollment):
    answer = sign_in(cast["applicant"].person).get(url("enrollment", enrollment.pk))
    assert answer["Location"] == url("own", enrollment.cohort.pk)


def test_managers_read_profile_and_matching_answers_and_never_confidential_ones(client, cohort):
    person = make_person("Ana Applicant")
    actions.begin(cohort, ["mentee"], by=Actor.of(person))
    answer_all(cohort, person)
    by_key = {item.question.key: item.question for item in load(cohort, person).asked}
    canaries = {
        by_key["hobbies"]: ["canary of the cohort"],
        by_key["target_role"]: "canary of managers",
        by_key["challenge"]: ["canary of nobody"],
    }
    actions.save_answers(load(cohort, person), canaries, by=Actor.of(person))
    (enrollment,) = actions.send(cohort, by=Actor.of(person))
    page = client.get(url("enrollment", enrollment.pk)).content.decode()
    assert [text in page for text in ("canary of the cohort", "canary of managers", "canary of nobody")] == [
        True,
        True,
        False,
    ]
    listed = client.get(url("applications", cohort.pk)).content.decode()
    assert "canary" not in listed


def test_a_veto_is_shown_to_managers_but_not_to_the_one_it_is_about(client, sign_in, enrollment):
    vetoed = make_person("Vera Vetoed", team="Blue")
    ProgramRole.objects.create(program=enrollment.cohort.program, person=vetoed, role="manager")
    Veto.objects.create(author=enrollment.person, kind="person", person=vetoed, said_at=clock.now())
    Veto.of_text(enrollment.person.pk, "team", "Blue", said_at=clock.now()).save()
    Veto.of_text(enrollment.person.pk, "site", "Rome", said_at=clock.now()).save()
    here = url("enrollment", enrollment.pk)
    seen = [str(veto.subject) for veto in client.get(here).context["vetoes"]]
    assert sorted(seen) == ["Blue", "Rome", "Vera Vetoed"]
    theirs = sign_in(vetoed).get(here)
    assert [str(veto.subject) for veto in theirs.context["vetoes"]] == ["Rome"]
    assert "Blue" not in theirs.content.decode()


def test_one_application_is_approved_waitlisted_declined_and_opened_again(client, enrollment):
    for name, status in (
        ("waiting", "waitlisted"),
        ("decline", "declined"),
        ("taking_back", "applied"),
        ("approval", "approved"),
    ):
        assert client.post(url(name, enrollment.pk)).status_code == 302
        assert Enrollment.objects.get(pk=enrollment.pk).status == status
    assert client.post(url("approval", enrollment.pk)).status_code == 403
    assert Event.objects.filter(verb="enrollment.approved").count() == 1


def test_those_that_are_ticked_are_decided_at_once_and_the_list_stays_as_filtered(client, pool):
    pks = list(Enrollment.objects.filter(cohort=pool).values_list("pk", flat=True))
    back = f"{url('applications', pool.pk)}?department=Sales"
    answer = client.post(url("decisions", pool.pk), {"enrollment": pks, "decision": "approve", "back": back})
    assert answer["Location"] == back
    assert sorted(Enrollment.objects.values_list("status", flat=True)) == [
        "approved",
        "approved",
        "approved",
        "declined",
    ]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/people/"])
def test_nobody_is_led_elsewhere_by_a_forged_form(client, pool, back):
    answer = client.post(url("decisions", pool.pk), {"enrollment": ["1"], "decision": "approve", "back": back})
    assert answer["Location"] == url("applications", pool.pk)


def test_the_rule_says_first_how_many_and_can_put_the_rest_on_the_waitlist(client, cohort):
    cohort.eligibility, cohort.target_count = {"department": ["Sales"]}, 1
    cohort.save()
    for name, department in (("One Sales", "Sales"), ("Two Sales", "Sales"), ("One Legal", "Legal")):
        make_enrollment(cohort, make_person(name, department=department), status="applied", applied_at=clock.now())
    page = client.get(url("by_rule", cohort.pk)).content.decode()
    assert ("2 of 3 open applications" in page, "room for 1 more" in page) == (True, True)
    client.post(url("by_rule", cohort.pk), {"waitlist": "on"})
    assert dict(Enrollment.objects.values_list("person__name", "status")) == {
        "One Sales": "approved",
        "Two Sales": "waitlisted",
        "One Legal": "applied",
    }


def test_a_manager_chooses_questions_and_hears_when_there_are_too_many(client, cohort):
    here = url("questions", cohort.pk)
    form = client.get(here).context["form"]
    data = {question.key: field.value() for question, field in form.rows}
    assert client.post(here, {**data, "hobbies": "off", "goals": "optional"}).status_code == 302
    uses = client.get(here).context["form"].now
    assert (uses["hobbies"], uses["goals"], uses["values"]) == ("off", "optional", "required")
    refused = client.post(here, {**data, "formality": "required", "minutes": "required"})
    assert (refused.status_code, "At most 12 can be required" in refused.content.decode()) == (422, True)
    # What few should know can't be required.
    assert client.post(here, {**data, "challenge": "required"}).status_code == 422


def test_reminding_says_how_many(client, cohort):
    make_enrollment(cohort)
    assert "1 person is reminded." in client.post(url("reminders", cohort.pk), follow=True).content.decode()
    assert "Nobody was left to remind" in client.post(url("reminders", cohort.pk), follow=True).content.decode()
