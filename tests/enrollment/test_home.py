"""The first page: what goes on for somebody, and what they could join."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

from openmentor.foundation import clock
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db
LANDING = '/p/{}/"'


def open_program(**cohort):  # type: ignore[no-untyped-def]
    return make_cohort(make_program(published_at=clock.now()), **cohort)


def shown(client, cohorts: dict[str, Cohort]) -> set[str]:  # type: ignore[no-untyped-def]
    page = client.get("/").content.decode()
    return {name for name, cohort in cohorts.items() if LANDING.format(cohort.program.slug) in page}


def test_programs_that_take_applications_are_offered_and_no_others(sign_in) -> None:  # type: ignore[no-untyped-def]
    person, manager = make_person(), make_person()
    cohorts = {
        "open": open_program(),
        "closed": open_program(status=Cohort.Status.MATCHING),
        "too late": open_program(applications_close_on=date(2020, 1, 1)),
        "by invitation": open_program(enrollment=Cohort.Enrollment.INVITE),
        "mine": open_program(),
        "run by me": make_cohort(make_program(published_at=clock.now(), managers=[manager])),
        "unpublished": make_cohort(),
    }
    make_enrollment(cohorts["mine"], person, status="applied")
    assert shown(sign_in(person), cohorts) == {"open", "run by me"}
    assert shown(sign_in(manager), cohorts) == {"open", "mine"}
    person.left_on = date(2026, 1, 1)
    person.save()
    assert shown(sign_in(person), cohorts) == set()


@pytest.mark.parametrize(
    ("status", "here"),
    [("invited", True), ("applied", True), ("approved", True), ("waitlisted", True), ("declined", False), ("withdrawn", False), ("completed", False)],
)  # fmt: skip
def test_ones_part_is_shown_while_it_goes_on(sign_in, status: str, here: bool) -> None:  # type: ignore[no-untyped-def]
    enrollment = make_enrollment(make_cohort(make_program(name="Growing"), status="matching"), status=status)
    assert ("Growing" in sign_in(enrollment.person).get("/").content.decode()) is here


def test_a_match_takes_the_place_of_the_application(sign_in) -> None:  # type: ignore[no-untyped-def]
    mentee = make_person()
    make_mentorship(mentee=mentee, mentor=make_person("Mia Mentor"))
    page = sign_in(mentee).get("/").content.decode()
    assert ("Mia Mentor" in page, 'id="my-part"' in page) == (True, False)


@pytest.mark.parametrize("many", [1, 3])
def test_it_takes_as_many_queries_for_three_as_for_one(sign_in, queries, many: int) -> None:  # type: ignore[no-untyped-def]
    person = make_person()
    for _ in range(many):
        make_enrollment(make_cohort(), person)
        open_program()
    client = sign_in(person)
    with queries() as asked:
        client.get("/")
    assert len(asked) == 12
