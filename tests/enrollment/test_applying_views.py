"""The doors of applying: screens that save, sending, one's own page, wishes, vetoes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.enrollment.test_applying import answer_all
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import actions
from openmentor.enrollment.applying.application import load
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.enrollment.vetoes import never
from openmentor.foundation.actors import Actor
from openmentor.programs.models import Cohort, Expectation
from openmentor.surveys.models import Answer

pytestmark = pytest.mark.django_db

SCREENS = {
    1: {"goals": ["speaking", "lead"], "goals-place-speaking": "1", "goals-place-lead": "2", "skills_wanted": ["SQL"], "skills_wanted-level-SQL": "2",
        "skills_wanted-own": "Rust, Go:3", "helps_with": ["lead"], "skills_offered": ["Python"]},
    2: {"values": ["honesty", "learning"], "style_sought": ["coach"], "style_offered": ["teach"]},
    3: {**{f"work_style-{at}": "4" for at in range(5)}, "communication": "5"},
    4: {"availability": ["Mon-Fri 09:00-12:00"], "availability-exact": "Sat 10:00-11:30", "timezone": "Europe/Madrid", "languages": ["en"],
        "languages-level-en": "4", "languages-other": "de", "medium": ["video"], "cadence": "monthly", "promise": "on", "places": "3"},
}  # fmt: skip


@pytest.fixture
def person():
    return make_person("Ana Applicant")


@pytest.fixture
def client(sign_in, person):
    return sign_in(person)


def url(name, *args):
    return reverse(f"enrollment:{name}", args=args)


def test_one_applies_in_both_roles_screen_by_screen(client, cohort, person):
    Expectation.objects.create(cohort=cohort, role="mentor", text="One hour a month.")
    assert client.get(url("apply", cohort.pk)).status_code == 200
    answer = client.post(url("apply", cohort.pk), {"role": ["mentor", "mentee"]})
    for number, data in SCREENS.items():
        assert answer["Location"] == url("screen", cohort.pk, number)
        assert client.get(answer["Location"]).status_code == 200
        answer = client.post(answer["Location"], data)
        assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == url("own", cohort.pk) + "?sent=1"
    values = {key: answer.value for key, answer in load(cohort, person).answers.items()}
    assert values == {
        "goals": ["speaking", "lead"],
        "skills_wanted": [{"name": "SQL", "level": 2}, {"name": "Rust", "level": None}, {"name": "Go", "level": 3}],
        "helps_with": ["lead"], "skills_offered": [{"name": "Python", "level": None}], "values": ["honesty", "learning"], "style_sought": ["coach"],
        "style_offered": ["teach"], "work_style": [4] * 5, "communication": 5,
        "availability": ";".join([*(f"{day} 09:00-12:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")), "Sat 10:00-11:30"]),
        "timezone": "Europe/Madrid", "languages": [{"code": "en", "level": 4}, {"code": "de", "level": 5}], "medium": ["video"], "cadence": "monthly",
    }  # fmt: skip
    found = {each.role: each for each in Enrollment.objects.all()}
    assert {role: (each.status, each.places, each.expectations_accepted_at is not None) for role, each in found.items()} == {
        "mentee": ("applied", 1, False), "mentor": ("applied", 3, True),
    }  # fmt: skip
    page = client.get(answer["Location"]).content.decode()
    assert "Your application is sent." in page
    assert "Leading people" in page


def test_half_a_screen_saves_itself_and_survives_a_reload(client, cohort, person):
    client.post(url("apply", cohort.pk), {"role": "mentee"})
    assert client.post(url("answers", cohort.pk, 1), {"goals": ["lead"]}).status_code == 204
    page = client.get(url("screen", cohort.pk, 1)).content.decode()
    assert 'value="lead" id="id_goals_0" checked' in page
    # Going on without the rest says what is missing, and keeps what is there.
    refused = client.post(url("screen", cohort.pk, 1), {"goals": ["role"]})
    assert (refused.status_code, "Please answer this." in refused.content.decode()) == (422, True)
    assert load(cohort, person).values == {"goals": ["role"]}


def test_what_cannot_be_kept_is_refused_and_the_rest_is_kept(client, cohort, person):
    client.post(url("apply", cohort.pk), {"role": "mentee"})
    answer = client.post(
        url("answers", cohort.pk, 1), {"goals": ["lead", "role", "network", "visible"], "skills_wanted": ["SQL"]}
    )
    assert answer.status_code == 422
    assert set(load(cohort, person).values) == {"skills_wanted"}


def test_sending_with_an_unfinished_screen_leads_back_to_it(client, cohort):
    client.post(url("apply", cohort.pk), {"role": "mentee"})
    answer = client.post(url("screen", cohort.pk, 4), SCREENS[4])
    assert answer["Location"] == url("screen", cohort.pk, 1)
    assert Enrollment.objects.count() == 0


def test_what_the_browser_and_the_profile_know_stands_in_the_questions(client, cohort, person):
    person.profile, person.timezone = {"goals": ["network"]}, "Asia/Tokyo"
    person.save()
    client.post(url("apply", cohort.pk), {"role": "mentee"})
    first = client.get(url("screen", cohort.pk, 1)).content.decode()
    last = client.get(
        url("screen", cohort.pk, 4), headers={"accept-language": "pt-BR,pt;q=0.9,en;q=0.8"}
    ).content.decode()
    assert 'value="network" id="id_goals_4" checked' in first
    assert '<option value="Asia/Tokyo" selected>' in last
    assert 'value="pt" id="id_languages_0" checked' in last
    assert 'value="en" id="id_languages_1">' in last
    assert 'value="biweekly" id="id_cadence_1" checked' in last or 'name="cadence" value="biweekly"' in last
    assert Answer.objects.count() == 0


def test_each_question_says_who_sees_the_answer(client, cohort):
    client.post(url("apply", cohort.pk), {"role": ["mentor", "mentee"]})
    for number in (1, 2, 3, 4, 0):
        response = client.get(url("screen", cohort.pk, number))
        page = response.content.decode()
        questions = [item for item in response.context["form"].fields.values() if hasattr(item, "question")]
        # The places, too, say who sees them.
        assert page.count('class="om-audience"') == len(questions) + ("places" in response.context["form"].fields)


def test_a_double_click_on_send_sends_once_and_both_end_on_the_page(client, cohort, person):
    client.post(url("apply", cohort.pk), {"role": "mentee"})
    for number in (1, 2, 3):
        client.post(url("screen", cohort.pk, number), SCREENS[number])
    answers = [client.post(url("screen", cohort.pk, 4), SCREENS[4]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Enrollment.objects.count() == 1


def test_answers_change_after_sending_and_the_optional_ones_come_then(client, cohort, person):
    client.post(url("apply", cohort.pk), {"role": "mentee"})
    answer_all(cohort, person)
    client.post(url("screen", cohort.pk, 4), SCREENS[4])
    assert client.post(url("screen", cohort.pk, 0), {"hobbies": "Chess, Cooking", "identity": ["woman"]})[
        "Location"
    ] == url("own", cohort.pk)
    assert client.post(url("screen", cohort.pk, 2), SCREENS[2])["Location"] == url("screen", cohort.pk, 3)
    values = load(cohort, person).values
    assert (values["hobbies"], values["identity"], values["values"]) == (
        ["Chess", "Cooking"],
        ["woman"],
        ["honesty", "learning"],
    )


@pytest.mark.parametrize("name", ["apply", "own", "vetoes"])
def test_an_unpublished_program_is_not_there_for_strangers(client, cohort, name):
    cohort.program.published_at = None
    cohort.program.save()
    assert client.get(url(name, cohort.pk)).status_code == 404


def test_visitors_sign_in_first(cohort, db):
    from django.test import Client

    answer = Client().get(url("apply", cohort.pk))
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?next={url('apply', cohort.pk)}")


def test_closed_applications_say_so(client, cohort):
    cohort.status = "matching"
    cohort.save()
    assert "Applications are closed." in client.get(url("apply", cohort.pk)).content.decode()
    assert client.post(url("apply", cohort.pk), {"role": "mentee"}).status_code == 403


@pytest.mark.parametrize("name", ["withdrawal", "reopening", "accept", "places", "wishes"])
def test_nobody_comes_to_the_doors_of_somebody_else(client, cohort, name):
    other = make_enrollment(cohort, role="mentor")
    assert client.post(url(name, other.pk), {"places": "2"}).status_code == 404


def test_wishes_are_added_ordered_and_taken_off(client, cohort, person):
    mine = make_enrollment(cohort, person)
    a, b, c = (make_enrollment(cohort, make_person(f"Mentor {letter}"), "mentor").person for letter in "ABC")
    here = url("wishes", mine.pk)
    assert client.get(here).status_code == 200
    for each in (a, b, c):
        client.post(here, {"add": each.pk})
    client.post(here, {"list": "1", "person": [c.pk, a.pk, b.pk]}, headers={"x-autosave": "1"})
    client.post(here, {"list": "1", "person": [c.pk, a.pk, b.pk], "remove": a.pk})
    assert list(mine.preferences.values_list("rank", "person__name")) == [(1, "Mentor C"), (2, "Mentor B")]
    # Without scripts, the places written beside the names count.
    client.post(here, {"list": "1", "person": [c.pk, b.pk], f"person-place-{b.pk}": "1", f"person-place-{c.pk}": "2"})
    assert list(mine.preferences.values_list("person__name", flat=True)) == ["Mentor B", "Mentor C"]
    client.post(here, {"list": "1", "person": [c.pk], "remove": c.pk})
    assert not mine.preferences.exists()


def test_candidates_are_found_and_show_only_what_the_cohort_may_see(client, cohort, person, sign_in):
    mine = make_enrollment(cohort, person)
    mentor = make_person("Marta Mentor", department="Sales")
    actions.begin(cohort, ["mentor"], by=Actor.of(mentor))
    given = answer_all(cohort, mentor)
    by_key = {question.key: question for question in given}
    challenge = next(item.question for item in load(cohort, mentor).asked if item.question.key == "challenge")
    actions.save_answers(
        load(cohort, mentor), {challenge: ["Canary challenge"], by_key["values"]: ["adventure"]}, by=Actor.of(mentor)
    )
    actions.send(cohort, by=Actor.of(mentor))
    make_enrollment(cohort, make_person("Luis Legal", department="Legal"), "mentor")
    page = client.get(url("wishes", mine.pk), {"q": "sales"}).content.decode()
    assert ("Marta Mentor" in page, "Luis Legal" in page, "Leading people" in page) == (True, False, True)
    assert ("Canary challenge" in page, "Adventure" in page) == (False, False)


def test_the_list_of_candidates_takes_the_same_number_of_queries_for_one_and_for_three(client, cohort, person, queries):
    mine = make_enrollment(cohort, person)
    client.get(url("wishes", mine.pk))  # what is kept for a while is kept now
    counted = []
    for new in (1, 2):
        for _ in range(new):
            mentor = make_person()
            actions.begin(cohort, ["mentor"], by=Actor.of(mentor))
            answer_all(cohort, mentor)
            actions.send(cohort, by=Actor.of(mentor))
        with queries() as asked:
            client.get(url("wishes", mine.pk))
        counted.append(len(asked))
    # Five of the page's own; the frame of every page adds some.
    assert counted[0] == counted[1] <= 12


def test_a_veto_finds_one_person_asks_among_several_and_keeps_the_text_of_nobody(client, cohort, person):
    make_enrollment(cohort, person)
    one = make_person("Olga One")
    twins = [make_person("Tim Twin", department="A"), make_person("Tim Twin", department="B")]
    for each in (one, *twins):
        make_enrollment(cohort, each, "mentor")
    here = url("vetoes", cohort.pk)
    client.post(here, {"kind": "person", "text": "one, olga"})
    asking = client.post(here, {"kind": "person", "text": "Tim Twin"}).content.decode()
    assert "Whom do you mean?" in asking
    client.post(here, {"kind": "person", "text": "Tim Twin", "person": twins[1].pk})
    client.post(here, {"kind": "person", "text": "Nora Nobody"})
    client.post(here, {"kind": "team", "text": "Blue"})
    assert {(veto.kind, veto.person_id, veto.text) for veto in Veto.objects.all()} == {
        ("person", one.pk, ""), ("person", twins[1].pk, ""), ("person", None, "Nora Nobody"), ("team", None, "Blue"),
    }  # fmt: skip
    page = client.get(here).content.decode()
    assert all(text in page for text in ("Olga One", "Nora Nobody", "everybody of this name", "Mona Manager"))
    veto = Veto.objects.get(text="Blue")
    client.post(url("veto_removal", cohort.pk, veto.pk))
    assert Veto.objects.count() == 3


def told(client: Client, cohort: Cohort, text: str) -> tuple[list[str], list[str]]:
    """What the form for vetoes says, and what its list then holds, of ``text``."""
    page = client.post(url("vetoes", cohort.pk), {"kind": "person", "text": text}, follow=True).content.decode()
    listed = [
        " ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in re.findall(r"<li class=\"om-row.*?</li>", page, re.S)
    ]
    return re.findall(r"Kept[^<]*", page), listed


@pytest.mark.parametrize(
    "text", ["ola@work.example", " OLA@work.example", "Olaf Outside", "outside, olaf", "Mia Invited", "Pat Peerless"]
)
def test_a_veto_is_answered_alike_whether_one_works_here_or_not(client, cohort, person, text):
    make_enrollment(cohort, person)
    unknown = told(client, cohort, text)
    assert (len(unknown[0]), len(unknown[1])) == (1, 1)
    client.post(url("veto_removal", cohort.pk, Veto.objects.get().pk))
    make_person("Olaf Outside", email="ola@work.example")
    # In the cohort and not shown to a mentee there: asked and not in yet, and another mentee.
    make_enrollment(cohort, make_person("Mia Invited"), "mentor", status="invited")
    make_enrollment(cohort, make_person("Pat Peerless"), "mentee")
    assert told(client, cohort, text) == unknown


def test_a_veto_by_address_is_held_against_its_person_also_under_another_address(client, cohort, person):
    make_enrollment(cohort, person)
    ola = make_person("Ola Known", email="ola@work.example")
    make_enrollment(cohort, ola, "mentor")
    for text in ("ola@work.example", "Ola@work.example", "Ola Known"):
        client.post(url("vetoes", cohort.pk), {"kind": "person", "text": text})
    assert sorted(Veto.objects.values_list("person", "text")) == [(ola.pk, ""), (ola.pk, "ola@work.example")]
    ola.email = "other@work.example"
    ola.save()
    Veto.objects.get(text="").delete()
    assert never([person, ola]) == {person.pk: {ola.pk}}


def test_people_outside_the_cohort_are_not_looked_up_by_name(client, cohort, person):
    make_enrollment(cohort, person)
    make_person("Otto Outside")
    client.post(url("vetoes", cohort.pk), {"kind": "person", "text": "Otto Outside"})
    veto = Veto.objects.get()
    assert (veto.person_id, veto.text) == (None, "Otto Outside")


def test_stepping_back_asks_first_and_one_can_come_back(client, cohort, person):
    mine = make_enrollment(cohort, person, status="applied")
    assert client.get(url("withdrawal", mine.pk)).status_code == 200
    assert Enrollment.objects.get().status == "applied"
    client.post(url("withdrawal", mine.pk))
    assert Enrollment.objects.get().status == "withdrawn"
    client.post(url("reopening", mine.pk))
    assert Enrollment.objects.get().status == "applied"


def test_a_promise_that_is_missing_is_asked_for_and_kept(client, cohort, person):
    Expectation.objects.create(cohort=cohort, role="mentee", text="Come prepared.")
    mine = make_enrollment(cohort, person)
    assert "Come prepared." in client.get(url("own", cohort.pk)).content.decode()
    client.post(url("accept", mine.pk))
    assert Enrollment.objects.get(pk=mine.pk).expectations_accepted_at is not None
    assert "Come prepared." not in client.get(url("own", cohort.pk)).content.decode()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("applied", "A manager of the program decides"),
        ("approved", "You&#x27;re in"),
        ("waitlisted", "You move up by yourself"),
        ("declined", "did not work out"),
        ("withdrawn", "You stepped back"),
        ("invited", "You are invited"),
    ],
)
def test_ones_own_page_says_where_it_stands(client, cohort, person, status, words):
    make_enrollment(cohort, person, status=status)
    assert words in client.get(url("own", cohort.pk)).content.decode()
    assert words in client.get(url("mine")).content.decode()
