"""Finding people, inviting them in one step, and what an invited person does by their link."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.http import QueryDict
from django.test import Client
from tests.factories import make_cohort, make_enrollment, make_person, make_program

from openmentor.enrollment import eligibility, policies
from openmentor.enrollment.eligibility import Criteria
from openmentor.enrollment.models import Enrollment, Invitation
from openmentor.enrollment.recruiting import actions, finding
from openmentor.enrollment.recruiting.entrance import PURPOSE, may_enter_by_link
from openmentor.foundation import clock, links
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.jobs import worker
from openmentor.foundation.models import Delivery, Event
from openmentor.foundation.notices import mail as mails
from openmentor.people.models import Person, Skill
from openmentor.programs.models import Cohort, ProgramRole

pytestmark = pytest.mark.django_db
AT = date(2027, 1, 1)


def with_skill(person: Person, name: str, level: int | None) -> Person:
    Skill.objects.create(person=person, key=name.casefold(), name=name, level=level)
    return person


# ---- Whom a filter finds


@pytest.fixture
def staff() -> dict[str, Person]:
    return {
        "ann": with_skill(
            make_person(
                "Ann", department="Care", site="Oslo", level=3, hired_on=date(2020, 1, 1), performance_tier="A"
            ),
            "SQL",
            4,
        ),
        "bo": with_skill(
            make_person("Bo", department="Sales", site="Oslo", level=5, hired_on=date(2026, 7, 1), country="NO"),
            "SQL",
            2,
        ),
        "cy": with_skill(
            with_skill(
                make_person("Cy", department="IT, ops", function="Data", level=4, hired_on=date(2024, 1, 1)), "SQL", 5
            ),
            "Go",
            None,
        ),
        "di": make_person("Di"),  # nobody knows anything of her
        "ed": make_person("Ed", department="Care", level=3, left_on=date(2026, 1, 1)),
    }


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({}, "ann bo cy di"),
        ({"department": ["Care", "IT, ops"]}, "ann cy"),
        ({"site": ["Oslo"], "department": ["Sales"]}, "bo"),
        ({"country": ["NO"]}, "bo"),
        ({"function": ["Data"]}, "cy"),
        ({"performance_tier": ["A"]}, "ann"),
        ({"min_level": 4}, "bo cy"),
        ({"max_level": 4}, "ann cy"),
        ({"min_level": 4, "max_level": 4}, "cy"),
        ({"min_tenure": 3}, "ann cy"),
        ({"min_tenure": 0.5, "max_tenure": 5}, "bo cy"),
        ({"skill": ["sql"]}, "ann bo cy"),
        ({"skill": ["sql"], "skill_level": 4}, "ann cy"),
        ({"skill": ["sql", "go"]}, "cy"),
        ({"skill": ["sql", "go"], "skill_level": 1}, ""),  # nobody said how well Cy knows Go
    ],
)
def test_criteria_find_exactly_who_meets_all_of_them(
    criteria: dict[str, object], found: str, staff: dict[str, Person]
) -> None:
    people = Criteria.of(criteria).people(at=AT)
    assert {name for name, person in staff.items() if person in people} == set(found.split())
    assert Criteria.of(Criteria.of(criteria).stored()) == Criteria.of(criteria)


def test_eligible_enrollments_are_those_whose_person_meets_the_cohorts_criteria(
    staff: dict[str, Person], cohort: Cohort
) -> None:
    cohort.eligibility = {"department": ["Care"]}
    inside = make_enrollment(cohort, staff["ann"], status="applied")
    make_enrollment(cohort, staff["bo"], status="applied")
    assert list(eligibility.eligible(Enrollment.objects.all(), cohort)) == [inside]


def test_criteria_are_told_in_words() -> None:
    told = Criteria.of(
        {
            "department": ["Care"],
            "skill": ["sql", "go"],
            "skill_level": 3,
            "min_level": 1,
            "max_level": 2,
            "max_tenure": 5,
        }
    )
    assert list(told.sentences()) == [
        "Department: Care",
        "Skills: sql and go, from level 3",
        "Level 1 to 2",
        "Less than 5 years here",
    ]
    assert (list(Criteria().sentences()), Criteria.of({"unknown": 1, "site": []}).stored()) == ([], {})


def found(cohort: Cohort, query: str, role: str = "mentor") -> dict[str, str | None]:
    return {person.name: person.asked for person in finding.find(cohort, role, QueryDict(query)).people}


def test_finding_leaves_out_who_was_asked_in_this_role_unless_one_asks_for_them(
    staff: dict[str, Person], cohort: Cohort, manager: Person
) -> None:
    make_enrollment(cohort, staff["ann"], "mentor", status="withdrawn")
    make_enrollment(cohort, staff["bo"], "mentee", status="applied")
    sql = "skill=SQL"
    assert found(cohort, sql) == {"Bo": None, "Cy": None}
    assert found(cohort, f"{sql}&asked=asked") == {"Ann": "withdrawn"}
    assert found(cohort, f"{sql}&asked=all", "mentee") == {"Ann": None, "Bo": "applied", "Cy": None}
    assert found(cohort, "q=c+y&asked=all") == {"Cy": None}


def test_without_a_filter_the_cohorts_own_criteria_come_first(staff: dict[str, Person], cohort: Cohort) -> None:
    cohort.eligibility = {"department": ["IT, ops", "Care"], "skill": ["sql"]}
    assert found(cohort, "") == {"Ann": None, "Cy": None} == found(cohort, "role=mentor&sort=level&page=1")
    assert "Di" in found(cohort, "asked=")


def test_a_filter_that_makes_no_sense_finds_nobody_and_says_why(
    staff: dict[str, Person], cohort: Cohort, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    answer = sign_in(manager).get(f"/cohorts/{cohort.pk}/find/", {"min_level": 5, "max_level": 2})
    assert (
        answer.status_code,
        "This is less than where it begins." in answer.content.decode(),
        b"Sales</td>" in answer.content,
    ) == (422, True, False)
    assert b"Sales</td>" in sign_in(manager).get(f"/cohorts/{cohort.pk}/find/", {"min_level": 5}).content


# ---- Who may


def test_only_managers_look_for_people_and_invite_while_one_can_answer(cast, cohort: Cohort) -> None:  # type: ignore[no-untyped-def]
    for status, open_ in (("draft", False), ("recruiting", True), ("matching", False), ("closed", False)):
        cohort.status = status
        for who, actor in cast.items():
            assert policies.recruit(actor, cohort) is (who == "manager"), (who, status)
            assert policies.invite(actor, cohort) is (who == "manager" and open_), (who, status)


@pytest.mark.parametrize("page", ["find", "invite", "invitations", "eligibility"])
def test_pages_for_recruiting_are_the_managers(page: str, cast, cohort: Cohort, sign_in) -> None:  # type: ignore[no-untyped-def]
    url = f"/cohorts/{cohort.pk}/{page}/"
    codes = {who: sign_in(actor.person).get(url).status_code for who, actor in cast.items() if actor.person is not None}
    assert codes == {
        "manager": 200,
        "sponsor": 403,
        "applicant": 403,
        "member": 403,
        "administrator": 403,
        "stranger": 404,
        "other_manager": 404,
    }
    assert Client().get(url).status_code == 302


# ---- Inviting


def test_inviting_a_whole_result_is_one_event_a_row_each_and_a_mail_each(
    staff: dict[str, Person], cohort: Cohort, manager: Person, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_URL = "smtp://localhost"
    worker.run_all()
    Cohort.objects.filter(pk=cohort.pk).update(default_places=2)
    cohort.refresh_from_db()
    people = Person.objects.filter(pk__in=[person.pk for person in staff.values()])
    Person.objects.filter(pk=staff["di"].pk).update(email=None)
    done = actions.invite(cohort, people, "mentor", by=Actor.of(manager))
    assert (done.invited, done.unreachable, done.already) == (4, 1, 1)  # Ed has left
    event = Event.objects.get()
    assert (event.verb, event.facts) == ("enrollment.many_invited", {"role": "mentor", "count": 4, "unreachable": 1})
    rows = Enrollment.objects.filter(cohort=cohort).values_list(
        "person__name", "role", "status", "places", "invitation__invited_by"
    )
    assert set(rows) == {(name, "mentor", "invited", 2, manager.pk) for name in ("Ann", "Bo", "Cy", "Di")}
    assert Invitation.objects.filter(sent_at=None).get().enrollment.person.name == "Di"
    worker.run_all(later=True)
    assert {(message.to[0], message.subject) for message in mail.outbox} == {
        (staff[name].email, f"Would you like to be a mentor in “{cohort.program.name}”?")
        for name in ("ann", "bo", "cy")
    }


def test_inviting_twice_says_so_and_does_nothing_twice(
    staff: dict[str, Person], cohort: Cohort, manager: Person
) -> None:
    worker.run_all()
    people = Person.objects.filter(department__in=["Care", "Sales"], left_on=None)
    for expected in ((2, 0, 0), (0, 0, 2)):
        done = actions.invite(cohort, people, "mentor", by=Actor.of(manager))
        worker.run_all()
        assert (done.invited, done.unreachable, done.already) == expected
    assert (Enrollment.objects.count(), Event.objects.count(), Delivery.objects.mails().count()) == (2, 1, 2)
    # As a mentee they were not asked yet.
    assert actions.invite(cohort, people, "mentee", by=Actor.of(manager)).invited == 2


def test_who_comes_between_choosing_and_writing_keeps_their_row(
    staff: dict[str, Person], cohort: Cohort, manager: Person, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    """Another manager, or the person's own application, was faster than we were."""
    make_enrollment(cohort, staff["ann"], "mentor", status="applied")
    monkeypatch.setattr(policies, "invitable", lambda people, cohort, role: people)
    done = actions.invite(cohort, Person.objects.filter(name__in=["Ann", "Bo"]), "mentor", by=Actor.of(manager))
    assert (done.invited, done.already) == (1, 1)
    assert set(Enrollment.objects.values_list("person__name", "status")) == {("Ann", "applied"), ("Bo", "invited")}
    assert Invitation.objects.get().enrollment.person == staff["bo"]


def test_inviting_takes_as_many_queries_for_three_as_for_one(cohort: Cohort, manager: Person, queries) -> None:  # type: ignore[no-untyped-def]
    asked = []
    for people in ([make_person()], [make_person() for _ in range(3)]):
        actor = Actor.of(manager)
        with queries() as seen:
            actions.invite(cohort, Person.objects.filter(pk__in=[person.pk for person in people]), "mentor", by=actor)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_the_ticked_are_invited_and_nobody_else(
    staff: dict[str, Person], cohort: Cohort, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    client, url = sign_in(manager), f"/cohorts/{cohort.pk}/invite/"
    answer = client.post(url, {"role": "mentee", "person": [staff["ann"].pk, "x"], "skill": "sql"}, follow=True)
    assert "1 person is invited." in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"/cohorts/{cohort.pk}/find/?role=mentee&asked=&skill=sql"
    assert [(row.person.name, row.role) for row in Enrollment.objects.all()] == [("Ann", "mentee")]
    answer = client.post(url, {"role": "mentee", "person": [staff["ann"].pk]}, follow=True)
    assert "1 person was asked before" in answer.content.decode()
    assert "Tick the people" in client.post(url, {"role": "mentor"}, follow=True).content.decode()
    assert Enrollment.objects.count() == 1


def test_all_whom_the_filter_finds_are_asked_about_first_and_then_invited(
    staff: dict[str, Person], cohort: Cohort, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    client, url = sign_in(manager), f"/cohorts/{cohort.pk}/invite/"
    query = {"role": "mentor", "all": "1", "department": ["Care", "IT, ops"]}
    assert "Invite 2 people as mentors?" in client.get(url, query).content.decode()
    assert Enrollment.objects.count() == 0
    client.post(url, query)
    assert set(Enrollment.objects.values_list("person__name", flat=True)) == {"Ann", "Cy"}


def test_all_are_those_whom_the_page_shows_also_when_the_filter_was_cleared(
    staff: dict[str, Person], cohort: Cohort, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    """An empty filter is not the cohort's own, which comes first when there is none."""
    Cohort.objects.filter(pk=cohort.pk).update(eligibility={"department": ["Care"]})
    client = sign_in(manager)
    for query, shown in (("?role=mentor", "1 person"), ("?role=mentor&asked=", "6 people")):
        page = client.get(f"/cohorts/{cohort.pk}/find/{query}").content.decode()
        link = html.unescape(re.search(r'href="([^"]*/invite/[^"]*)"', page)[1])
        question = client.get(link).content.decode()
        assert (f"{shown} found" in page, f"Invite {shown} as" in question) == (True, True)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', question)
        assert QueryDict(urlencode(hidden)).get("asked") == ""


def test_the_list_shows_facts_and_hides_the_box_of_who_is_in_it(
    staff: dict[str, Person], cohort: Cohort, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    make_enrollment(cohort, staff["ann"], "mentor", status="applied")
    text = sign_in(manager).get(f"/cohorts/{cohort.pk}/find/", {"asked": "all", "skill": "sql"}).content.decode()
    assert all(words in text for words in ("SQL 4", "IT, ops", "applied", 'value="IT, ops"'))
    assert (f'name="person" value="{staff["bo"].pk}"' in text, f'name="person" value="{staff["ann"].pk}"' in text) == (
        True,
        False,
    )


def test_pages_take_as_many_queries_for_three_as_for_one(cohort: Cohort, manager: Person, sign_in, queries) -> None:  # type: ignore[no-untyped-def]
    client, counts = sign_in(manager), []
    for rows in (1, 2):
        for _ in range(rows):
            with_skill(make_person(department="Care"), "SQL", 3)
            Invitation.objects.create(enrollment=make_enrollment(cohort, status="invited"), sent_at=clock.now())
        client.get(f"/cohorts/{cohort.pk}/find/")  # what filters offer is kept for a minute
        for page in ("find", "invitations"):
            with queries() as asked:
                client.get(f"/cohorts/{cohort.pk}/{page}/?asked=all")
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 20


def test_figures_say_what_became_of_invitations(cohort: Cohort) -> None:
    now = clock.now()
    for status, applied, opened, sent in (
        ("invited", None, None, None),
        ("invited", None, None, now),
        ("invited", None, now, now),
        ("applied", now, now, now),
        ("approved", now, None, now),
        ("withdrawn", now, now, now),
        ("withdrawn", None, now, now),
    ):
        enrollment = make_enrollment(cohort, status=status, applied_at=applied)
        Invitation.objects.create(enrollment=enrollment, sent_at=sent, opened_at=opened)
    make_enrollment(cohort, status="applied", applied_at=now)  # came by themselves
    assert finding.figures(cohort) == finding.Figures(invited=7, sent=6, opened=4, applied=3, approved=1, said_no=1)


def test_whom_a_cohort_is_for_is_saved_told_and_taken_back(
    staff: dict[str, Person], cohort: Cohort, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    client, url = sign_in(manager), f"/cohorts/{cohort.pk}/eligibility/"
    client.post(
        url,
        {"department": ["IT, ops"], "skill": " SQL,  Go ", "skill_level": "", "min_tenure": "0.5", "max_level": "4"},
    )
    cohort.refresh_from_db()
    assert cohort.eligibility == {"department": ["IT, ops"], "skill": ["sql", "go"], "min_tenure": 0.5, "max_level": 4}
    text = client.get(url).content.decode()
    assert ("Department: IT, ops. Skills: sql and go" in text, 'value="sql, go"' in text) == (True, True)
    client.post(url, {})
    cohort.refresh_from_db()
    assert (cohort.eligibility, Event.objects.filter(verb="cohort.changed").count()) == ({}, 2)
    assert client.post(url, {"department": ["Atlantis"]}).status_code == 422


# ---- By the link


@pytest.fixture
def guest(cohort: Cohort, manager: Person) -> Enrollment:
    person = make_person("Gus Guest")
    actions.invite(cohort, Person.objects.filter(pk=person.pk), "mentor", by=Actor.of(manager))
    return Enrollment.objects.get(person=person)


def link_of(enrollment: Enrollment) -> str:
    link = links.make(
        PURPOSE, person=enrollment.person, facts={"cohort": enrollment.cohort_id, "role": enrollment.role}
    )
    return f"/i/{link.token}/"


def test_the_mail_holds_the_persons_own_link_and_opening_it_changes_nothing(guest: Enrollment, client: Client) -> None:
    worker.run_all()
    written = mails.write(Delivery.objects.mails().get(person=guest.person))
    url = next(urlsplit(word).path for word in written.text.split() if "/i/" in word)
    answer = client.get(url)
    text = answer.content.decode()
    assert (
        answer.status_code,
        "Hello Gus" in text,
        "You are invited to be a mentor" in text,
        "Mona Manager" in text,
    ) == (200, True, True, True)
    guest.refresh_from_db()
    assert (guest.status, guest.invitation.opened_at, "_auth_user_id" in client.session) == ("invited", None, False)


def test_going_on_opens_the_application_without_a_password(guest: Enrollment, client: Client) -> None:
    answer = client.post(link_of(guest), {"answer": "yes"})
    assert answer["Location"] == f"/apply/{guest.cohort_id}/?role=mentor"
    assert client.session["_auth_user_id"] == str(guest.person_id)
    assert client.get(answer["Location"]).status_code == 200
    first = Invitation.objects.get().opened_at
    # From another device, a day later, it opens again; it was opened once.
    other = Client()
    other.post(link_of(guest), {"answer": "yes"})
    assert (other.session["_auth_user_id"], Invitation.objects.get().opened_at) == (str(guest.person_id), first)


def test_a_mail_that_was_passed_on_opens_no_account_that_has_a_key_of_its_own(
    guest: Enrollment, client: Client, cohort: Cohort
) -> None:
    person = guest.person
    assert may_enter_by_link(person)
    person.set_password("correct horse battery")
    person.save()
    answer = client.post(link_of(guest), {"answer": "yes"})
    assert (answer["Location"].startswith("/accounts/login/?next=/apply/"), "_auth_user_id" in client.session) == (
        True,
        False,
    )
    for change in ({"is_administrator": True}, {"is_active": False}, {"left_on": date(2026, 1, 1)}):
        assert not may_enter_by_link(make_person(**change))
    lead = make_person()
    ProgramRole.objects.create(program=make_program(), person=lead, role="sponsor")
    assert not may_enter_by_link(lead)


def test_saying_no_takes_one_click_and_no_account(guest: Enrollment, client: Client) -> None:
    for _ in range(2):
        assert client.post(link_of(guest), {"answer": "no"}).status_code == 200
    guest.refresh_from_db()
    assert (
        guest.status,
        Event.objects.filter(verb="enrollment.withdrawn").count(),
        "_auth_user_id" in client.session,
    ) == ("withdrawn", 1, False)
    assert finding.figures(guest.cohort).said_no == 1


def test_somebody_elses_link_does_not_change_who_is_signed_in(guest: Enrollment, sign_in) -> None:  # type: ignore[no-untyped-def]
    other = make_person()
    client = sign_in(other)
    assert "You are signed in as somebody else" in client.get(link_of(guest)).content.decode()
    assert client.post(link_of(guest), {"answer": "yes"}).status_code == 403
    assert client.session["_auth_user_id"] == str(other.pk)


def test_a_link_that_is_not_ours_too_old_or_for_another_purpose_opens_nothing(
    guest: Enrollment, client: Client
) -> None:
    facts = {"cohort": guest.cohort_id, "role": guest.role}
    token = links.make("something.else", person=guest.person, facts=facts).token
    ours = link_of(guest)
    with clock.moved(timedelta(days=15)):
        late = client.get(ours)
    assert [client.get(f"/i/{token}/").status_code, client.get("/i/x/").status_code, late.status_code] == [
        403,
        403,
        403,
    ]
    assert client.get(ours).status_code == 200
    stranger = links.make(PURPOSE, person=make_person(), facts=facts)
    assert client.get(f"/i/{stranger.token}/").status_code == 404


def test_an_invitation_to_a_door_that_closed_says_so(guest: Enrollment, client: Client) -> None:
    Cohort.objects.filter(pk=guest.cohort_id).update(status="matching")
    text = client.get(link_of(guest)).content.decode()
    assert ("Applications are closed." in text, "Go on to the application" in text) == (True, False)


def test_nobody_is_invited_to_a_draft(staff: dict[str, Person], program) -> None:  # type: ignore[no-untyped-def]
    draft = make_cohort(program, status="draft")
    with pytest.raises(Denied, match="Open recruiting first"):
        actions.invite(draft, Person.objects.all(), "mentor", by=Actor.of(program.roles.get(role="manager").person))


# ---- At 10,000


def test_finding_at_ten_thousand_uses_the_indexes(cohort: Cohort) -> None:
    """The plan for the page's rows and for their count: enrollments and skills are looked up, never walked through for each person."""
    Person.objects.bulk_create(
        (
            Person(
                name=f"P {n}", family_name=f"F{n:05}", department=f"D{n % 40}", level=n % 7, email=f"p{n}@example.com"
            )
            for n in range(10_000)
        ),
        batch_size=1000,
    )
    ids = list(Person.objects.filter(email__endswith="@example.com").values_list("pk", flat=True))
    Skill.objects.bulk_create(
        (Skill(person_id=pk, key=f"skill {pk % 50}", name=f"Skill {pk % 50}", level=pk % 5 + 1) for pk in ids),
        batch_size=1000,
    )
    Enrollment.objects.bulk_create(
        (Enrollment(cohort=cohort, person_id=pk, role="mentor", created_at=clock.now()) for pk in ids[:2000]),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    people = finding.find(cohort, "mentor", QueryDict("department=D3&skill=skill+3&skill_level=2&min_level=1")).people
    assert people.count() == sum(
        1
        for pk, at in zip(ids, range(10_000), strict=True)
        if at >= 2000 and at % 40 == 3 and at % 7 >= 1 and pk % 50 == 3 and pk % 5 + 1 >= 2
    )
    plan = people.order_by("family_name", "given_name", "name", "pk")[:50].explain()
    if connection.vendor == "sqlite":
        walked = [line for line in plan.splitlines() if "SCAN" in line and "INDEX" not in line]
        assert walked == []
    else:
        assert "Seq Scan on enrollment_enrollment" not in plan


# ---- Taking an invitation back, and sending it again


@pytest.fixture
def invitation(cohort: Cohort, manager: Person) -> Invitation:
    """Kim is invited as a mentor and has the mail."""
    actions.invite(cohort, Person.objects.filter(pk=make_person("Kim Lee").pk), "mentor", by=Actor.of(manager))
    worker.run_all()
    return Invitation.objects.select_related("enrollment__person", "enrollment__cohort__program").get()


def mailed_links(person: Person) -> list[str]:
    """Where the mails that asked somebody lead to, the first mail first."""
    told = Delivery.objects.mails().filter(person=person).order_by("pk")
    return [urlsplit(re.search(r"https?://\S+/i/\S+", mails.write(each).text)[0]).path for each in told]  # type: ignore[index]


def verb(invitation: Invitation, name: str) -> str:
    return f"/cohorts/{invitation.enrollment.cohort_id}/invitations/{invitation.pk}/{name}/"


def test_a_link_that_was_taken_back_opens_nothing(invitation: Invitation, manager: Person, sign_in) -> None:  # type: ignore[no-untyped-def]
    person = invitation.enrollment.person
    [link] = mailed_links(person)
    assert Client().get(link).status_code == 200
    page = sign_in(manager)
    assert "Take back: Kim Lee" in page.get(f"/cohorts/{invitation.enrollment.cohort_id}/invitations/").content.decode()
    said = page.post(verb(invitation, "retraction"), follow=True).content.decode()
    assert ("is taken back" in said, "taken back</span>" in said, "Take back: Kim Lee" in said) == (True, True, False)
    stranger = Client()
    for answer in (stranger.get(link), stranger.post(link, {"answer": "yes"}), stranger.post(link, {"answer": "no"})):
        assert (answer.status_code, "was taken back" in answer.content.decode()) == (403, True)
    assert "_auth_user_id" not in stranger.session
    assert Enrollment.objects.get().status == "withdrawn"
    assert Delivery.objects.filter(person=person).values_list("channel", "state").get() == ("mail", "dropped")
    assert Event.objects.filter(verb="enrollment.invitation_taken_back").count() == 1
    assert page.post(verb(invitation, "retraction")).status_code == 403, "it is taken back already"
    assert finding.figures(invitation.enrollment.cohort).said_no == 0


def test_who_was_asked_no_more_has_no_way_into_a_cohort_by_invitation(
    invitation: Invitation, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    cohort, kim = invitation.enrollment.cohort, Actor.of(invitation.enrollment.person)
    cohort.enrollment = Cohort.Enrollment.INVITE
    cohort.save()
    assert policies.apply(kim, cohort)
    actions.take_back(invitation, by=Actor.of(manager))
    assert not policies.apply(kim, cohort)
    enrollment = Enrollment.objects.get()
    assert not policies.reopen(kim, enrollment)
    page = sign_in(kim.person).get(f"/apply/{cohort.pk}/mine/").content.decode()
    assert ("that is over" in page, "stepped back" in page) == (True, False)


def test_sent_again_the_new_link_opens_and_the_old_one_does_not(
    invitation: Invitation, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    page, person = sign_in(manager), invitation.enrollment.person
    page.post(verb(invitation, "retraction"))
    said = page.post(verb(invitation, "resending"), {"issue": "1"}, follow=True).content.decode()
    assert "is asked again, with a new link" in said
    assert page.post(verb(invitation, "resending"), {"issue": "1"}).status_code == 409, "a second click sends nothing"
    worker.run_all()
    old, new = mailed_links(person)
    refused = Client().post(old, {"answer": "yes"})
    assert (refused.status_code, "A newer invitation" in refused.content.decode()) == (403, True)
    invited = Client()
    assert (invited.get(new).status_code, invited.post(new, {"answer": "yes"}).status_code) == (200, 302)
    assert invited.session["_auth_user_id"] == str(person.pk)
    assert Enrollment.objects.get().status == "invited"


def test_what_was_answered_is_neither_taken_back_nor_sent_again(
    invitation: Invitation, manager: Person, sign_in
) -> None:  # type: ignore[no-untyped-def]
    [link] = mailed_links(invitation.enrollment.person)
    Client().post(link, {"answer": "no"})
    page = sign_in(manager)
    assert page.post(verb(invitation, "retraction")).status_code == 403
    assert page.post(verb(invitation, "resending"), {"issue": "1"}).status_code == 403
    shown = page.get(f"/cohorts/{invitation.enrollment.cohort_id}/invitations/").content.decode()
    assert ("Take back: Kim" in shown, "Send again: Kim" in shown) == (False, False)


def test_only_who_may_invite_takes_back_and_sends_again(cast, invitation: Invitation, sign_in) -> None:  # type: ignore[no-untyped-def]
    for name in ("retraction", "resending"):
        codes = {
            who: sign_in(actor.person).post(verb(invitation, name), {"issue": "1"}).status_code
            for who, actor in cast.items()
            if actor.person is not None and who != "manager"
        }
        assert codes == {
            "sponsor": 403, "applicant": 403, "member": 403, "administrator": 403, "stranger": 404, "other_manager": 404,
        }  # fmt: skip
    other = Invitation.objects.create(enrollment=make_enrollment(make_cohort(), status="invited"))
    here = f"/cohorts/{invitation.enrollment.cohort_id}/invitations/{other.pk}/"
    page = sign_in(cast["manager"].person)
    assert {page.post(here + name, {"issue": "1"}).status_code for name in ("retraction/", "resending/")} == {404}
