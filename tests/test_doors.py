"""Doors of all parts, with what nobody would type: an answer comes back, never an error of ours."""

from __future__ import annotations

import re

import pytest
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

from openmentor.foundation import clock, links
from openmentor.mentorships.notices import ANSWER
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db
NO_IDS = ["²", "٣", "9" * 5000, "10" + "0" * 30, "-1", "x", ""]


@pytest.mark.parametrize("given", NO_IDS)
def test_an_id_that_is_none_finds_nothing(sign_in, client, given: str) -> None:  # type: ignore[no-untyped-def]
    admin = sign_in(make_person(is_administrator=True))
    manager = make_person()
    cohort = make_cohort(make_program(managers=[manager]), status=Cohort.Status.MATCHING)
    enrollment = make_enrollment(cohort, role="mentor")
    mentor = sign_in(enrollment.person)
    mentorship = make_mentorship(cohort)
    one = mentorship.people[0]
    token = links.make(ANSWER, person=one, facts={"mentorships": [mentorship.pk]}).token
    statuses = {
        "code": admin.post("/people/codes/", {"person": given}).status_code,
        "decisions": sign_in(manager).post(f"/cohorts/{cohort.pk}/applications/decisions/", {"enrollment": given, "decision": "approve"}).status_code,
        "places": mentor.post(f"/enrollments/{enrollment.pk}/places/", {"places": given}).status_code,
        "wish": mentor.post(f"/enrollments/{enrollment.pk}/wishes/", {"person": given, "add": given, "remove": given, f"person-place-{given}": given}).status_code,
        "search": mentor.get(f"/enrollments/{enrollment.pk}/wishes/", {"q": given}).status_code,
        "veto": mentor.post(f"/apply/{cohort.pk}/never/", {"kind": "person", "text": one.name, "person": given}).status_code,
        "answer": client.post(f"/mentorships/answer/{token}/", {"mentorship": given, "answer": "yes"}).status_code,
    }  # fmt: skip
    assert {name: status for name, status in statuses.items() if status >= 500} == {}
    assert statuses["answer"] == 404


def test_a_nul_is_refused_wherever_it_stands(sign_in) -> None:  # type: ignore[no-untyped-def]
    """PostgreSQL keeps none: searched for or stored, it was an error of ours."""
    enrollment = make_enrollment(make_cohort(), role="mentor")
    page, wishes = sign_in(enrollment.person), f"/enrollments/{enrollment.pk}/wishes/"
    assert page.get(wishes, {"q": "Ada"}).status_code == 200
    answers = [
        page.get(wishes, {"q": "\x00"}), page.get(f"{wishes}?%00=1"), page.get("/p/x%00/"),
        page.post(wishes, {"list": "1", "q": "a\x00"}), page.post(wishes, {"list": "1", "a\x00": ""}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400] * 5
    assert b"<h1" in answers[0].content, "as a page, not as bare text"


def test_a_manager_does_not_read_in_the_list_who_said_no_to_them(sign_in) -> None:  # type: ignore[no-untyped-def]
    """Their own match looks the same whoever declined; the other manager, who keeps it, sees who it was."""
    manager, other = make_person("Mia Stone"), make_person("Otto Reed")
    cohort = make_cohort(make_program(managers=[manager, other]), status=Cohort.Status.MATCHING)
    mentorship = make_mentorship(cohort, mentor=manager, mentee=make_person("Nia Hill"), status="declined")
    address = f"/mentorships/cohorts/{cohort.pk}/"

    def read(reader, who: str) -> str:  # type: ignore[no-untyped-def]
        mentorship.members.update(declined_at=None)
        mentorship.members.filter(role=who).update(declined_at=clock.now(), decline_reason="private")
        page = sign_in(reader).get(address).content.decode()
        return re.search('data-label="Answers">(.*?)</td>', page, re.DOTALL)[1].strip()  # type: ignore[index]

    assert [read(other, who) for who in ("mentor", "mentee")] == [
        "Mentor: no<br>Mentee: none yet",
        "Mentor: none yet<br>Mentee: no",
    ]
    assert [read(manager, who) for who in ("mentor", "mentee")] == ["This is your own match."] * 2


def test_signing_in_leads_nowhere_else(client) -> None:  # type: ignore[no-untyped-def]
    make_person(email="ada@example.org", password="a long walk home")
    for away in ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"):
        given = {"login": "ada@example.org", "password": "a long walk home", "next": away}
        answer = client.post("/accounts/login/", given)
        assert (answer.status_code, answer["Location"]) == (302, "/"), away
        client.logout()
