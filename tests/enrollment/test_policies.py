"""Who may do what with an enrollment, for every part and every state."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from tests.factories import make_cohort, make_enrollment, make_person, make_program

from openmentor.enrollment import policies
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db

Status = Enrollment.Status
CAST = (
    "visitor",
    "stranger",
    "applicant",
    "member",
    "manager",
    "sponsor",
    "other_manager",
    "administrator",
    "rule",
    "system",
)
DECIDERS = {"manager", "rule", "system"}
LIVE = {"invited", "applied", "approved", "waitlisted"}


def allowed(cast, enrollment, rule):
    found = set()
    for who, status in product(CAST, Status.values):
        enrollment.status = status
        if rule(cast[who], enrollment):
            found.add((who, status))
    return found


def test_managers_and_their_rules_decide_and_only_what_is_undecided(cast, enrollment):
    undecided = set(product(DECIDERS, ("applied", "waitlisted")))
    assert allowed(cast, enrollment, policies.approve) == undecided
    assert allowed(cast, enrollment, policies.decline) == undecided
    assert allowed(cast, enrollment, policies.waitlist) == set(product(DECIDERS, ("applied",)))


def test_people_change_their_own_while_it_is_live(cast, enrollment):
    own = set(product(("applicant",), LIVE))
    assert allowed(cast, enrollment, policies.change) == own
    assert allowed(cast, enrollment, policies.wish) == own
    assert allowed(cast, enrollment, policies.accept_expectations) == own


def test_people_withdraw_their_own_and_managers_on_their_behalf(cast, enrollment):
    assert allowed(cast, enrollment, policies.withdraw) == set(product({"applicant"} | DECIDERS, LIVE))


def test_a_decline_is_taken_back_by_managers_and_a_withdrawal_by_oneself(cast, enrollment):
    assert allowed(cast, enrollment, policies.reopen) == {*product(DECIDERS, ("declined",)), ("applicant", "withdrawn")}


@pytest.mark.parametrize("name", ["see_applications", "change_questions", "import_applications"])
def test_only_managers_see_all_applications_and_choose_questions(cast, enrollment, name):
    rule = getattr(policies, name)
    assert {who for who in CAST if rule(cast[who], enrollment.cohort)} == {"manager"}


@pytest.mark.parametrize("name", ["decide_many", "remind_held"])
def test_managers_and_their_rules_act_on_many(cast, enrollment, name):
    rule = getattr(policies, name)
    assert {who for who in CAST if rule(cast[who], enrollment.cohort)} == DECIDERS


def test_everybody_who_works_here_applies_while_it_is_open(cast, cohort):
    people = {"stranger", "applicant", "member", "manager", "sponsor", "other_manager", "administrator"}
    assert {who for who in CAST if policies.apply(cast[who], cohort)} == people


def test_where_it_is_by_invitation_only_those_who_were_invited_apply(cast, cohort):
    cohort.enrollment = Cohort.Enrollment.INVITE
    assert {who for who in CAST if policies.apply(cast[who], cohort)} == {"applicant", "member"}


@pytest.mark.parametrize(
    ("fields", "open_"),
    [
        ({"status": "draft"}, False), ({"status": "recruiting"}, True), ({"status": "matching"}, False), ({"status": "active"}, False),
        ({"status": "active", "is_rolling": True}, True), ({"status": "closed", "is_rolling": True}, False),
        ({"applications_close_on": clock.today() + timedelta(days=1)}, True), ({"applications_close_on": clock.today() - timedelta(days=2)}, False),
    ],
)  # fmt: skip
def test_applications_are_open_when_the_cohort_recruits_or_rolls_and_until_its_last_day(fields, open_):
    cohort = make_cohort(make_program(), **fields)
    assert policies.apply(Actor.of(make_person()), cohort) is open_


def test_who_left_does_not_apply(cohort):
    assert policies.apply(Actor.of(make_person(left_on=clock.today())), cohort) is False


def test_nobody_changes_or_withdraws_once_they_have_a_match(cohort):
    enrollment = make_enrollment(cohort, places_taken=1)
    actor = Actor.of(enrollment.person)
    assert (policies.change(actor, enrollment), policies.withdraw(actor, enrollment)) == (False, False)


def test_a_closed_program_decides_nothing(cast, enrollment):
    enrollment.cohort.status = Cohort.Status.CLOSED
    rules = [policies.approve, policies.decline, policies.waitlist]
    assert [rule(cast["manager"], enrollment) for rule in rules] == [False, False, False]
    with pytest.raises(Denied, match="ended"):
        policies.approve.check(cast["manager"], enrollment)


def test_a_stranger_learns_nothing_of_the_state(cast, enrollment):
    sentences = set()
    for status in Status.values:
        enrollment.status = status
        sentences.add(policies.approve.why_not(cast["stranger"], enrollment))
    assert len(sentences) == 1


def test_a_veto_is_said_for_oneself_and_taken_back_by_who_said_it(cast, enrollment):
    veto = Veto.of_text(enrollment.person.pk, "team", "Sales", said_at=clock.now())
    assert {who for who in CAST if policies.take_back_veto(cast[who], veto)} == {"applicant"}
    assert {who for who in CAST if policies.say_veto(cast[who], None)} == set(CAST) - {"visitor", "rule", "system"}
