"""Wishes keep their order; vetoes keep their secret and are held against whomever they mean."""

from __future__ import annotations

import pytest
from tests.factories import make_enrollment, make_person

from openmentor.enrollment import actions, vetoes
from openmentor.enrollment.applying.candidates import candidates
from openmentor.enrollment.models import Preference, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import Audience, audience
from openmentor.foundation.models import Event
from openmentor.people.models import Person
from openmentor.programs.models import ProgramRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentors(cohort):
    return [make_enrollment(cohort, make_person(f"Mentor {letter}"), "mentor").person for letter in "ABC"]


def ranked(enrollment):
    return list(Preference.objects.filter(enrollment=enrollment).order_by("rank").values_list("rank", "person__name"))


def test_wishes_keep_the_order_in_which_they_are_said(enrollment, mentors):
    by = Actor.of(enrollment.person)
    a, b, c = mentors
    actions.set_wishes(enrollment, [c.pk, a.pk, b.pk], by=by)
    assert ranked(enrollment) == [(1, "Mentor C"), (2, "Mentor A"), (3, "Mentor B")]
    actions.set_wishes(enrollment, [b.pk, c.pk, b.pk], by=by)
    actions.set_wishes(enrollment, [b.pk, c.pk], by=by)
    assert ranked(enrollment) == [(1, "Mentor B"), (2, "Mentor C")]
    assert list(Event.objects.values_list("verb", flat=True)) == ["enrollment.wishes_changed"] * 2


def test_one_wishes_for_people_of_the_other_role_who_applied_or_are_in(cohort, enrollment, mentors):
    applied = make_enrollment(cohort, make_person("Mentor D"), "mentor", status="applied").person
    for status in ("invited", "waitlisted", "declined", "withdrawn"):
        make_enrollment(cohort, role="mentor", status=status)
    make_enrollment(cohort, role="mentee")
    make_enrollment(cohort, make_person("Gone Mentor", left_on=clock.today()), "mentor")
    make_enrollment(cohort, enrollment.person, "mentor")
    assert {found.person for found in candidates(enrollment)} == {*mentors, applied}
    with pytest.raises(Conflict):
        actions.set_wishes(enrollment, [make_person().pk], by=Actor.of(enrollment.person))


def test_a_list_of_wishes_has_an_end(cohort, enrollment):
    many = [make_enrollment(cohort, role="mentor").person_id for _ in range(11)]
    with pytest.raises(Denied, match="10"):
        actions.set_wishes(enrollment, many, by=Actor.of(enrollment.person))


def test_nobody_says_wishes_for_somebody_else(enrollment, mentors, cast):
    for who in ("stranger", "member", "manager", "administrator"):
        with pytest.raises(Denied):
            actions.set_wishes(enrollment, [mentors[0].pk], by=cast[who])


def test_a_veto_is_kept_once_and_can_be_taken_back(enrollment, mentors):
    by = Actor.of(enrollment.person)
    first = actions.say_veto("person", by=by, person=mentors[0])
    assert actions.say_veto("person", by=by, person=mentors[0]) == first
    text = actions.say_veto("person", by=by, text="Smith, John")
    assert actions.say_veto("person", by=by, text="john  SMITH") == text
    actions.take_back_veto(first, by=by)
    assert list(Veto.objects.values_list("text", flat=True)) == ["Smith, John"]
    assert list(Event.objects.values_list("verb", flat=True)) == ["enrollment.veto_said"] * 2 + [
        "enrollment.veto_taken_back"
    ]


@pytest.mark.parametrize("text", ["", "  ", "?!", "..."])
def test_a_veto_names_somebody(enrollment, text):
    with pytest.raises(Denied):
        actions.say_veto("person", by=Actor.of(enrollment.person), text=text)


def test_events_about_wishes_and_vetoes_are_for_nobody_and_name_nobody(enrollment, mentors):
    by = Actor.of(enrollment.person)
    actions.say_veto("person", by=by, person=mentors[0])
    actions.set_wishes(enrollment, [mentors[1].pk], by=by)
    assert [(audience(event.verb), event.facts) for event in Event.objects.all()] == [(Audience.NOBODY, {})] * 2


ABOUT = {
    "by person": lambda author, about: Veto(author=author, kind="person", person=about, said_at=clock.now()),
    "by name": lambda author, about: Veto.of_text(author.pk, "person", "MÜLLER, Jana", said_at=clock.now()),
    "by address": lambda author, about: Veto.of_text(author.pk, "person", "Jana@Example.org", said_at=clock.now()),
    "by team": lambda author, about: Veto.of_text(author.pk, "team", "team blue", said_at=clock.now()),
    "by site": lambda author, about: Veto.of_text(author.pk, "site", "BERLIN", said_at=clock.now()),
}  # fmt: skip


@pytest.fixture
def jana():
    return make_person(
        "Jana K. Müller",
        given_name="Jana K.",
        family_name="Müller",
        email="jana@example.org",
        team="Team Blue",
        site="Berlin",
    )


@pytest.mark.parametrize("how", ABOUT)
def test_whom_a_veto_is_about_never_sees_it_even_as_manager(enrollment, cast, jana, how):
    veto = ABOUT[how](enrollment.person, jana)
    veto.save()
    make_enrollment(enrollment.cohort, jana, "mentor")
    ProgramRole.objects.create(program=enrollment.cohort.program, person=jana, role="manager")
    actors = {**cast, "about": Actor.of(jana)}
    # The other manager sees it, and so does who said it; nobody else does.
    assert {who for who, actor in actors.items() if Veto.objects.visible_to(actor)} == {"applicant", "manager"}


@pytest.mark.parametrize("how", ABOUT)
def test_a_veto_is_held_against_whom_it_means_also_if_they_come_later(enrollment, jana, how, django_assert_num_queries):
    author = enrollment.person
    ABOUT[how](author, jana).save()
    other = make_person("Jana Meyer", team="Team Red", site="Bonn")
    people = list(Person.objects.filter(pk__in=[author.pk, jana.pk, other.pk]))
    with django_assert_num_queries(1):
        found = vetoes.never(people)
    assert found == {author.pk: {jana.pk}}


def test_a_name_that_two_people_have_is_held_against_both(enrollment):
    twins = [make_person("Kim Lee"), make_person("Lee, Kim", given_name="Kim", family_name="Lee")]
    Veto.of_text(enrollment.person.pk, "person", "Kim Lee", said_at=clock.now()).save()
    assert vetoes.never([enrollment.person, *twins]) == {enrollment.person.pk: {twin.pk for twin in twins}}


def test_a_veto_against_ones_own_team_leaves_oneself_out(enrollment):
    author = enrollment.person
    author.team = "Blue"
    author.save()
    colleague = make_person(team="blue")
    Veto.of_text(author.pk, "team", "Blue", said_at=clock.now()).save()
    assert vetoes.never([author, colleague]) == {author.pk: {colleague.pk}}
