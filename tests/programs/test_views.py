"""Pages of programs: who reaches them, what a form does, how many queries they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.factories import make_cohort, make_enrollment, make_person, make_program

from openmentor.foundation.models import Event
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Program, ProgramRole

SignIn = Callable[[Person], Client]
NEW = {
    "program-name": "Cross Roads",
    "program-purpose": "See further.",
    "program-coordinator": "Mara Lind",
    "program-stand_in": "",
    "cohort-name": "Spring",
    "cohort-starts_on": "2027-01-11",
    "cohort-ends_on": "2027-07-09",
    "cohort-timezone": "Europe/Paris",
    "cohort-target_count": "",
    "cohort-default_places": "2",
    "cohort-cadence": "monthly",
    "cohort-minutes": "60",
    "entry-enrollment": "approve",
    "entry-acceptance": "members",
    "expectations-mentor": "I listen.\n- I come.\n",
    "expectations-mentee": "I prepare.",
}


def codes(people: dict[str, Person], sign_in: SignIn, url: str) -> dict[str, int]:
    """Status of a page for everybody of the cast."""
    return {
        "visitor": Client().get(url).status_code,
        **{who: sign_in(person).get(url).status_code for who, person in people.items()},
    }


FORBIDDEN = {
    "visitor": 302,
    "sponsor": 403,
    "participant": 403,
    "foreign_manager": 404,
    "administrator": 403,
    "stranger": 404,
}


@pytest.mark.parametrize("page", ["settings", "landing", "duplicate", "cohorts/new"])
def test_pages_of_a_program_are_its_managers(
    page: str, people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    assert codes(people, sign_in, f"/programs/{cohort.program_id}/{page}/") == {**FORBIDDEN, "manager": 200}


@pytest.mark.parametrize("page", ["settings", "entry", "expectations", "steps/open_recruiting"])
def test_pages_of_a_cohort_are_its_managers(
    page: str, people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    assert codes(people, sign_in, f"/programs/cohorts/{cohort.pk}/{page}/") == {**FORBIDDEN, "manager": 200}


@pytest.mark.parametrize("page", ["team", "archiving"])
def test_administrators_help_with_roles_and_put_programs_away(
    page: str, people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    assert codes(people, sign_in, f"/programs/{cohort.program_id}/{page}/") == {
        **FORBIDDEN,
        "manager": 200,
        "administrator": 200,
    }


def test_the_overview_is_for_who_runs_sponsors_or_administers(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    expected = {
        "visitor": 302,
        "manager": 200,
        "sponsor": 200,
        "administrator": 200,
        "participant": 302,
        "foreign_manager": 404,
        "stranger": 404,
    }
    assert codes(people, sign_in, cohort.get_absolute_url()) == expected
    # One's own page of the program: who runs it goes on to the overview, who takes part stays.
    expected |= {"manager": 302, "sponsor": 302, "administrator": 302, "participant": 200}
    assert codes(people, sign_in, cohort.program.get_absolute_url()) == expected


def test_a_manager_is_told_what_is_next_and_what_is_missing_and_a_sponsor_is_not(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    Program.objects.filter(pk=cohort.program_id).update(coordinator=None)
    text = {who: sign_in(people[who]).get(cohort.get_absolute_url()).content.decode() for who in ("manager", "sponsor")}
    for words in (
        "Open recruiting",
        "Name a coordinator",
        "What needs you today",
        f"/programs/cohorts/{cohort.pk}/settings/",
    ):
        assert (words in text["manager"], words in text["sponsor"]) == (True, False), words
    for words in ("Approved", "0 mentors, 1 mentees", "Landing page"):
        assert (words in text["manager"], words in text["sponsor"]) == (True, True), words


def test_a_participant_finds_dates_contact_and_promises(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    text = sign_in(people["participant"]).get(cohort.program.get_absolute_url()).content.decode()
    for words in ("Growing", "Mara Lind", "I am a good mentor.", "I am a good mentee.", "Jan. 11, 2027"):
        assert words in text, words


def test_pages_take_as_many_queries_for_three_as_for_one(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort, queries
) -> None:  # type: ignore[no-untyped-def]
    """Other apps add to the overview and to the frame, so their sum is no number of ours; that it does not grow is."""
    client = sign_in(people["manager"])
    found: list[dict[str, int]] = []
    for rows in (1, 2):
        for _ in range(rows):
            make_cohort(make_program(managers=[people["manager"]]))
            make_cohort(cohort.program, status="closed")
            make_enrollment(cohort, role="mentor", status="applied")
            ProgramRole.objects.create(program=cohort.program, person=make_person(), role="manager")
            make_program(published_at=cohort.created_at).cohorts.create(
                name="x", status="recruiting", created_at=cohort.created_at
            )
        client.get("/programs/")
        found.append({})
        for name, url in {
            "list": "/programs/",
            "overview": cohort.get_absolute_url(),
            "team": f"/programs/{cohort.program_id}/team/",
            "settings": f"/programs/cohorts/{cohort.pk}/settings/",
            "promises": f"/programs/cohorts/{cohort.pk}/expectations/",
        }.items():
            with queries() as asked:
                assert client.get(url).status_code == 200
            found[-1][name] = len(asked)
    assert found[0] == found[1]
    assert max(found[0].values()) <= 25


def test_who_runs_or_sponsors_a_program_finds_it_at_home(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    link = f'href="{cohort.get_absolute_url()}"'
    assert {who for who, person in people.items() if link in sign_in(person).get("/").content.decode()} == {
        "manager",
        "sponsor",
    }


def test_one_page_makes_a_program_with_its_cohort(people: dict[str, Person], sign_in: SignIn, program: Program) -> None:
    answer = sign_in(people["manager"]).post("/programs/new/", NEW)
    made = Program.objects.get(name="Cross Roads")
    cohort = made.cohorts.get()
    assert answer["Location"] == made.get_absolute_url()
    assert (made.coordinator, [role.person for role in made.roles.all()]) == (people["manager"], [people["manager"]])
    assert (cohort.starts_on, cohort.timezone, cohort.default_places, cohort.cadence) == (
        date(2027, 1, 11),
        "Europe/Paris",
        2,
        "monthly",
    )
    assert sorted(cohort.expectations.values_list("role", "text")) == [
        ("mentee", "I prepare."),
        ("mentor", "I come."),
        ("mentor", "I listen."),
    ]


def test_an_administrator_names_the_manager_of_a_new_program(
    people: dict[str, Person], sign_in: SignIn, program: Program
) -> None:
    client = sign_in(people["administrator"])
    assert client.post("/programs/new/", NEW).status_code == 422
    client.post("/programs/new/", {**NEW, "run-manager": f"Stan Vale <{people['stranger'].email}>"})
    assert [role.person for role in Program.objects.get(name="Cross Roads").roles.all()] == [people["stranger"]]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"program-name": ""}, "This field is required."),
        ({"program-coordinator": "Nobody Here"}, "Nobody of this name or address works here."),
        ({"program-stand_in": "Mara Lind"}, "The stand-in is somebody else than the coordinator."),
        ({"cohort-ends_on": "2026-01-01"}, "The end comes after the start."),
        ({"cohort-timezone": "Europe/Atlantis"}, "Select a valid choice."),
        ({"cohort-default_places": "0"}, "Between 1 and 20."),
        ({"expectations-mentee": " \n- "}, "This field is required."),
        ({"expectations-mentor": "x" * 501}, "Line 1 is too long: 500 characters at most."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    wrong: dict[str, str], words: str, people: dict[str, Person], sign_in: SignIn, program: Program
) -> None:
    answer = sign_in(people["manager"]).post("/programs/new/", {**NEW, **wrong})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Program.objects.filter(name="Cross Roads").exists()


def test_strangers_neither_create_programs_nor_look_people_up(
    people: dict[str, Person], sign_in: SignIn, program: Program
) -> None:
    expected = {
        "visitor": 302,
        "manager": 200,
        "foreign_manager": 200,
        "administrator": 200,
        "sponsor": 403,
        "participant": 403,
        "stranger": 403,
    }
    assert codes(people, sign_in, "/programs/new/") == expected
    assert codes(people, sign_in, "/programs/people/?x=lin") == expected


def test_people_are_suggested_by_any_part_of_their_name(
    people: dict[str, Person], sign_in: SignIn, program: Program
) -> None:
    make_person("Linda Left", left_on=date(2026, 1, 1))
    text = sign_in(people["manager"]).get("/programs/people/", {"program-coordinator": "lin ma"}).content.decode()
    assert text.count("<option") == 1
    assert f"Mara Lind &lt;{people['manager'].email}&gt;" in text


def test_two_of_one_name_are_asked_about(people: dict[str, Person], sign_in: SignIn, program: Program) -> None:
    twin = make_person("Mara Lind", email=None)
    client = sign_in(people["manager"])
    assert "Several people are called so." in client.post("/programs/new/", NEW).content.decode()
    client.post("/programs/new/", {**NEW, "program-coordinator": f"Mara Lind (no. {twin.pk})"})
    assert Program.objects.get(name="Cross Roads").coordinator == twin


def test_settings_are_saved_and_recorded_once(people: dict[str, Person], sign_in: SignIn, cohort: Cohort) -> None:
    client = sign_in(people["manager"])
    pk = cohort.program_id
    client.post(
        f"/programs/{pk}/settings/",
        {"name": "Grown", "purpose": "p", "coordinator": people["stranger"].email, "stand_in": ""},
    )
    client.post(f"/programs/{pk}/landing/", {"summary": "One line", "slug": "Grown Up", "contact": "ask@example.org"})
    client.post(
        f"/programs/cohorts/{cohort.pk}/settings/",
        {
            "name": "Spring",
            "starts_on": "2027-02-01",
            "ends_on": "2027-07-09",
            "timezone": "UTC",
            "default_places": "1",
            "cadence": "biweekly",
            "minutes": "60",
            "target_count": "40",
        },
    )
    client.post(
        f"/programs/cohorts/{cohort.pk}/entry/",
        {
            "enrollment": "invite",
            "acceptance": "silence",
            "acceptance_days": "7",
            "gate_survey": "on",
            "applications_close_on": "2027-01-20",
        },
    )
    program = Program.objects.get(pk=pk)
    cohort.refresh_from_db()
    assert (program.name, program.coordinator, program.summary, program.slug) == (
        "Grown",
        people["stranger"],
        "One line",
        "grown-up",
    )
    assert (
        cohort.starts_on,
        cohort.target_count,
        cohort.enrollment,
        cohort.acceptance_days,
        cohort.gate_expectations,
    ) == (date(2027, 2, 1), 40, "invite", 7, False)
    facts = [(event.verb, event.facts) for event in Event.objects.order_by("pk")]
    assert facts[0] == ("program.changed", {"fields": ["coordinator", "name", "purpose"]})
    assert facts[2:] == [
        ("cohort.changed", {"fields": ["starts_on", "target_count"]}),
        (
            "cohort.changed",
            {"fields": ["acceptance", "acceptance_days", "applications_close_on", "enrollment", "gate_expectations"]},
        ),
    ]


def test_invitation_alone_comes_with_a_warning(people: dict[str, Person], sign_in: SignIn, cohort: Cohort) -> None:
    client, words = sign_in(people["manager"]), "people whom nobody thought of have no way in"
    before = client.get(f"/programs/cohorts/{cohort.pk}/entry/").content.decode()
    Cohort.objects.filter(pk=cohort.pk).update(enrollment="invite")
    pages = [
        client.get(url).content.decode() for url in (f"/programs/cohorts/{cohort.pk}/entry/", cohort.get_absolute_url())
    ]
    assert (words in before, [words in page for page in pages]) == (False, [True, True])


def test_two_clicks_on_a_step_take_it_once(people: dict[str, Person], sign_in: SignIn, cohort: Cohort) -> None:
    client, url = sign_in(people["manager"]), f"/programs/cohorts/{cohort.pk}/steps/open_recruiting/"
    assert "Open recruiting" in client.get(url).content.decode()
    assert [client.post(url).status_code for _ in range(2)] == [302, 302]
    assert list(Event.objects.values_list("verb", flat=True)) == ["cohort.recruiting_opened"]
    assert client.post(f"/programs/cohorts/{cohort.pk}/steps/close/").status_code == 403
    assert client.post(f"/programs/cohorts/{cohort.pk}/steps/fly/").status_code == 404


def test_publishing_and_archiving_twice_does_nothing_twice(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    client, pk = sign_in(people["manager"]), cohort.program_id
    for address, field in (("publication", "publish"), ("archiving", "archive")):
        for value in ("1", "1"):
            client.post(f"/programs/{pk}/{address}/", {field: value})
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [
        "program.published",
        "program.archived",
    ]
    client.post(f"/programs/{pk}/archiving/", {"archive": "0"})
    assert Program.objects.published().filter(pk=pk).exists()


def test_an_archived_program_is_found_again_by_who_runs_it_alone(
    people: dict[str, Person], sign_in: SignIn, cohort: Cohort
) -> None:
    Program.objects.filter(pk=cohort.program_id).update(archived_at=cohort.created_at, published_at=cohort.created_at)
    listed = {who: "Growing" in sign_in(person).get("/programs/").content.decode() for who, person in people.items()}
    assert {who for who, there in listed.items() if there} == {"manager", "sponsor", "administrator"}


def test_roles_are_given_and_taken_on_the_team_page(
    people: dict[str, Person], sign_in: SignIn, program: Program
) -> None:
    client, url = sign_in(people["manager"]), f"/programs/{program.pk}/team/"
    assert client.post(url, {"person": "Stan Vale", "role": "manager"}).status_code == 302
    assert client.post(url, {"person": "Stan Vale", "role": "king"}).status_code == 422
    given = program.roles.get(person=people["stranger"])
    only = program.roles.get(person=people["manager"])
    assert sign_in(people["foreign_manager"]).post(f"/programs/roles/{given.pk}/removal/").status_code == 404
    assert sign_in(people["sponsor"]).post(f"/programs/roles/{given.pk}/removal/").status_code == 403
    assert client.post(f"/programs/roles/{given.pk}/removal/").status_code == 302
    assert client.post(f"/programs/roles/{only.pk}/removal/").status_code == 403
    assert sorted(role.role for role in program.roles.all()) == ["manager", "sponsor"]


def test_who_gives_up_their_own_role_is_not_sent_to_a_page_that_is_closed_to_them(
    people: dict[str, Person], sign_in: SignIn, program: Program
) -> None:
    ProgramRole.objects.create(program=program, person=people["stranger"], role="manager")
    own = program.roles.get(person=people["manager"])
    assert sign_in(people["manager"]).post(f"/programs/roles/{own.pk}/removal/")["Location"] == "/programs/"


def test_a_manager_s_text_can_not_bring_a_script(people: dict[str, Person], sign_in: SignIn, cohort: Cohort) -> None:
    text = "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)> **bold**\n\n# Big"
    Program.objects.filter(pk=cohort.program_id).update(purpose=text)
    html = sign_in(people["manager"]).get(cohort.get_absolute_url()).content.decode()
    shown = html.split("What it is for")[1].split("</section>")[0]
    assert "<strong>bold</strong>" in shown
    assert "<h3>Big</h3>" in shown
    assert [part for part in ("<script", "<img", 'href="javascript') if part in shown] == []
