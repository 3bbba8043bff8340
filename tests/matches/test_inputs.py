"""What the engine is told: each source, their order, and what is never told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.factories import make_cohort, make_mentorship, make_person
from tests.matches.world import Enroll, answer

from openmentor.engine.matching.process import from_mapping
from openmentor.enrollment.models import Enrollment, Preference, Veto
from openmentor.foundation import clock
from openmentor.matches import inputs
from openmentor.matches.models import Hold
from openmentor.mentorships.models import Membership
from openmentor.people.models import Person, Skill
from openmentor.programs.models import Cohort
from openmentor.surveys import standard
from openmentor.surveys.models import Answer, Question

pytestmark = pytest.mark.django_db


def built(cohort: Cohort) -> inputs.Pool:
    return inputs.build(Cohort.objects.get(pk=cohort.pk), clock.now())


def row_of(cohort: Cohort, enrollment: Enrollment) -> inputs.Row:
    return next(row for row in built(cohort).rows if row.enrollment.pk == enrollment.pk)


def cell(cohort: Cohort, enrollment: Enrollment, column: str) -> tuple[object, str | None]:
    row = row_of(cohort, enrollment)
    return row.cells.get(column), row.sources.get(column)


def test_an_answer_holds_before_the_profile_and_that_before_hr(cohort: Cohort, enroll: Enroll) -> None:
    mentor = enroll("Ada", "mentor")
    assert cell(cohort, mentor, "skills_offered") == (None, None)
    Skill.objects.create(person=mentor.person, key="python", name="Python", level=4)
    assert cell(cohort, mentor, "skills_offered") == ("Python:4", "hr")
    Person.objects.filter(pk=mentor.person_id).update(profile={"skills_offered": [{"name": "SQL", "level": None}]})
    assert cell(cohort, mentor, "skills_offered") == ("SQL", "profile")
    answer(mentor, {"skills_offered": [{"name": "Go", "level": 2}]})
    assert cell(cohort, mentor, "skills_offered") == ("Go:2", "answer")


def test_hr_facts_come_as_they_are_and_mappings_fill_what_hr_does_not_know(cohort: Cohort, enroll: Enroll) -> None:
    known = enroll(
        "Ada",
        "mentor",
        position="Lead",
        level=5,
        site="Oslo",
        timezone="Europe/Oslo",
        hired_on=date(2020, 3, 1),
        team="Blue",
    )
    unknown = enroll("Bo", "mentee", position="Lead", site="Oslo")
    nobody = enroll("Cy", "mentee", position="Cook", site="Rome")
    Cohort.objects.filter(pk=cohort.pk).update(mappings={"level": {"Lead": 3}, "timezone": {"Oslo": "Europe/Oslo"}})
    columns = ("level", "timezone", "hired", "team")
    assert [cell(cohort, known, column) for column in columns] == [
        (5, "hr"), ("Europe/Oslo", "hr"), ("2020-03-01", "hr"), ("Blue", "hr"),
    ]  # fmt: skip
    assert [cell(cohort, unknown, column) for column in columns] == [
        (3, "mapping"),
        ("Europe/Oslo", "mapping"),
        (None, None),
        (None, None),
    ]
    assert [cell(cohort, nobody, column) for column in columns] == [(None, None)] * 4


def test_the_organizations_own_columns_come_once_the_settings_name_them(cohort: Cohort, enroll: Enroll) -> None:
    mentor = enroll("Ada", "mentor", custom={"campus": "North"})
    assert cell(cohort, mentor, "campus") == (None, None)
    Cohort.objects.filter(pk=cohort.pk).update(matching={"fields": {"campus": {"kind": "same"}}})
    assert cell(cohort, mentor, "campus") == ("North", "hr")


def test_of_two_versions_of_a_question_the_later_answer_holds_and_feedback_is_never_told(
    cohort: Cohort, enroll: Enroll
) -> None:
    mentee = enroll("Uma", "mentee", answers={"target_role": "Cook"})
    first = standard.ensure()["target_role"]
    later = Question.objects.create(
        key="target_role",
        version=2,
        text="Which?",
        kind="text",
        audience="matching",
        column="target_role",
        role="mentee",
    )
    assert mentee.response is not None
    Answer.objects.create(response=mentee.response, question=later, value="Chef", answered_at=clock.now())
    assert cell(cohort, mentee, "target_role") == ("Chef", "answer")
    secret = Question.objects.create(key="fb", text="How was it?", kind="text", audience="feedback", column="about")
    Answer.objects.create(response=mentee.response, question=secret, value="CANARY", answered_at=clock.now())
    assert cell(cohort, mentee, "about") == (None, None)
    assert first.version == 1


def test_who_is_both_is_asked_and_told_apart_by_role(cohort: Cohort, enroll: Enroll) -> None:
    person = make_person("Ada Both")
    mentor = enroll(
        "",
        "mentor",
        person=person,
        places=3,
        answers={"goals": ["lead"], "helps_with": ["balance"], "medium": ["video"]},
    )
    mentee = enroll("", "mentee", person=person)
    Enrollment.objects.filter(pk=mentee.pk).update(response=mentor.response)
    told = [
        {column: row_of(cohort, each).cells.get(column) for column in ("goals", "helps_with", "medium", "places")}
        for each in (mentor, mentee)
    ]
    assert told == [
        {"goals": None, "helps_with": "Work and life in balance", "medium": "Video call", "places": 3},
        {"goals": "Leading people", "helps_with": None, "medium": "Video call", "places": 1},
    ]
    assert row_of(cohort, mentor).id == row_of(cohort, mentee).id


def test_who_is_in_the_pool(cohort: Cohort, enroll: Enroll) -> None:
    mentor = enroll("Ada", "mentor", places=2)
    full = enroll("Bo", "mentor")
    free = enroll("Uma", "mentee")
    taken = enroll("Vic", "mentee")
    enroll("Wes", "mentee", enrollment={"status": "waitlisted"})
    enroll("Xia", "mentee", left_on=date(2026, 1, 1))
    make_mentorship(cohort, mentor=full.person, mentee=taken.person)
    pool = built(cohort)
    assert {(row.enrollment, row.cells["places"]) for row in pool.mentors} == {(mentor, 2), (full, 0)}
    assert [row.enrollment for row in pool.mentees] == [free]
    assert pool.places == 2


@pytest.mark.parametrize(
    ("survey", "expectations", "sentence"),
    [
        (True, False, "They have not answered the survey."),
        (False, True, "They have not accepted the expectations."),
        (True, True, "They have not answered the survey and not accepted the expectations."),
        (False, False, None),
    ],
)
def test_who_is_held_back_is_told_with_a_sentence(
    cohort: Cohort, enroll: Enroll, survey: bool, expectations: bool, sentence: str | None
) -> None:
    mentee = enroll("Uma", "mentee")
    cohort.expectations.create(role="mentee", text="I come.")
    Cohort.objects.filter(pk=cohort.pk).update(gate_survey=survey, gate_expectations=expectations)
    assert row_of(cohort, mentee).cells.get("gate") == sentence


def test_wishes_and_vetoes_come_as_people_of_the_pool(cohort: Cohort, enroll: Enroll) -> None:
    ada, bo = enroll("Ada Blau", "mentor", team="Blue"), enroll("Bo Braun", "mentor", site="Rome")
    uma = enroll("Uma", "mentee")
    outside = make_person("Out Side")
    for rank, person in enumerate((outside, bo.person, ada.person), 1):
        Preference.objects.create(enrollment=uma, person=person, rank=rank)
    Veto.objects.create(author=uma.person, kind="person", person=outside, said_at=clock.now())
    assert cell(cohort, uma, "wants") == (f"{bo.person_id};{ada.person_id}", "wish")
    assert cell(cohort, uma, "never") == (None, None)
    for veto in (("team", "blue"), ("person", "Braun, Bo")):
        Veto.of_text(uma.person_id, *veto, said_at=clock.now()).save()
    assert cell(cohort, uma, "never") == (f"{ada.person_id};{bo.person_id}", "wish")


def test_who_met_before_and_who_may_not_meet_again(cohort: Cohort, enroll: Enroll) -> None:
    ada, bo = enroll("Ada", "mentor", places=3), enroll("Bo", "mentor", places=3)
    uma, vic, wes = enroll("Uma", "mentee"), enroll("Vic", "mentee"), enroll("Wes", "mentee", places=2)
    earlier = make_cohort(cohort.program, status="closed")
    make_mentorship(earlier, mentor=ada.person, mentee=uma.person, status="completed", activated_at=clock.now())
    make_mentorship(earlier, mentor=bo.person, mentee=uma.person, status="declined")
    over = make_mentorship(cohort, mentor=ada.person, mentee=vic.person, status="declined")
    standing = make_mentorship(cohort, mentor=bo.person, mentee=wes.person, status="active")
    assert cell(cohort, uma, "past") == (str(ada.person_id), "hr")
    pool = built(cohort)
    assert pool.forbidden == [(str(ada.person_id), str(vic.person_id))]
    assert standing.people[1].pk not in {row.enrollment.person_id for row in pool.mentees}
    Membership.objects.filter(mentorship=over).update(asks_again_at=clock.now())
    assert built(cohort).forbidden == []


def test_who_stands_together_is_not_turned_round(cohort: Cohort, enroll: Enroll) -> None:
    ada, uma = enroll("Ada", "mentor"), enroll("Uma", "mentee")
    make_mentorship(cohort, mentor=ada.person, mentee=uma.person, status="active")
    turned_mentor, turned_mentee = enroll("", "mentor", person=uma.person), enroll("", "mentee", person=ada.person)
    assert built(cohort).forbidden == [(str(turned_mentor.person_id), str(turned_mentee.person_id))]


def test_locks_and_bans_come_as_pairs(cohort: Cohort, enroll: Enroll) -> None:
    ada, bo, uma = enroll("Ada", "mentor"), enroll("Bo", "mentor"), enroll("Uma", "mentee")
    for mentor, kind in ((ada, "lock"), (bo, "ban")):
        Hold.objects.create(cohort=cohort, mentor=mentor, mentee=uma, kind=kind, placed_at=clock.now())
    pool = built(cohort)
    assert (pool.forced, pool.forbidden) == (
        [(str(ada.person_id), str(uma.person_id))], [(str(bo.person_id), str(uma.person_id))]
    )  # fmt: skip


def test_lines_of_managers_hold_also_through_people_outside_the_pool(cohort: Cohort, enroll: Enroll) -> None:
    top = enroll("Top Boss", "mentor")
    middle = make_person("Mid Boss", manager=top.person)  # not in the cohort
    uma, vic = enroll("Uma", "mentee", manager=middle), enroll("Vic", "mentee", manager=top.person)
    peer = enroll("Pia Peer", "mentor", manager=middle)
    assert (cell(cohort, uma, "manager"), cell(cohort, vic, "manager")) == ((None, None), (str(top.person_id), "hr"))
    assert built(cohort).forbidden == []  # one level is the engine's to see
    Cohort.objects.filter(pk=cohort.pk).update(matching={"rules": {"reporting_line": 2}})
    assert built(cohort).forbidden == sorted((str(top.person_id), str(mentee.person_id)) for mentee in (uma, vic))
    Cohort.objects.filter(pk=cohort.pk).update(matching={"rules": {"reporting_line": 0, "shared_manager": True}})
    assert built(cohort).forbidden == [(str(peer.person_id), str(uma.person_id))]


def test_columns_know_for_whom_they_are(cohort: Cohort) -> None:
    standard.ensure()
    pool = built(cohort)
    assert pool.confidential == {"challenge", "identity", "identity_wish", "birth_year"}
    assert {"values", "availability", "work_style"} <= pool.for_managers
    assert not {"goals", "skills_offered", "languages"} & pool.for_managers
    assert pool.problem({})["spec"]["confidential"] == sorted(pool.confidential)


def test_the_digest_changes_with_what_counts_and_with_nothing_else(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    before = built(cohort).digest
    Person.objects.filter(pk=pool["Ada"].person_id).update(last_login=clock.now())
    assert built(cohort).digest == before
    Person.objects.filter(pk=pool["Ada"].person_id).update(department="Else")
    changed = built(cohort).digest
    Veto.objects.create(author=pool["Uma"].person, kind="person", person=pool["Bo"].person, said_at=clock.now())
    assert len({before, changed, built(cohort).digest}) == 3


def test_the_engine_reads_what_we_tell_it(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    scored = from_mapping(built(cohort).problem({"weights": {"goals": 12}})).scored()
    assert (len(scored.mentor_ids), len(scored.mentee_ids)) == (3, 5)
    assert {"goals", "values"} <= set(scored.active)
    assert scored.warnings == ()


def test_a_pool_takes_a_constant_number_of_queries(cohort: Cohort, enroll: Enroll, queries: Callable) -> None:  # type: ignore[type-arg]
    Cohort.objects.filter(pk=cohort.pk).update(matching={"rules": {"reporting_line": 3}})
    counts = []
    for number in range(3):
        enroll(f"M{number}", "mentor", answers={"helps_with": ["lead"]})
        enroll(f"E{number}", "mentee", answers={"goals": ["lead"]})
        fresh = Cohort.objects.get(pk=cohort.pk)
        with queries() as asked:
            inputs.build(fresh, clock.now())
        counts.append(len(asked))
    assert counts == [10, 10, 10]
