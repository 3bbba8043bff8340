"""Every form of participants, posted by somebody of the same cohort with the ids of another: refused or without effect, whatever it holds.

The sweep over addresses (``test_every_address``) posts empty forms as a stranger; here each form is filled in as its owner would, so that
nothing but whose it is stands between the post and a change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import resolve
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

from openmentor.enrollment import actions as enrolling
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock, notices
from openmentor.foundation.actors import Actor
from openmentor.foundation.jobs import worker
from openmentor.foundation.models import Delivery
from openmentor.foundation.privacy import our_models
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Expectation

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> dict[str, Any]:
    """Olga's part in a cohort: an application, wishes, a veto, a match, a message. Eve is in the same cohort."""
    cohort = make_cohort(make_program(published_at=clock.now()))
    olga, eve, mentor = make_person("Olga Owner"), make_person("Eve Else"), make_person("Max Mentor")
    waiting = make_cohort(make_program(published_at=clock.now()))
    Expectation.objects.create(cohort=cohort, role="mentee", text="Come.", position=1)
    enrollment = make_enrollment(cohort, olga, "mentee", status="approved")
    withdrawn = make_enrollment(waiting, olga, "mentee", status="withdrawn")
    make_enrollment(cohort, eve, "mentee")
    other = make_enrollment(cohort, mentor, "mentor", places=3)
    Cohort.objects.filter(pk=cohort.pk).update(status="recruiting")
    veto = enrolling.say_veto("person", by=Actor.of(olga), text="Nora Nobody")
    proposed = make_mentorship(cohort, mentor=mentor, mentee=olga, status="proposed")
    active = make_mentorship(waiting, mentor=mentor, mentee=make_person(), status="active")
    notices.send(olga, subject="For Olga", template="people/mail/confirm_address", category="x")
    worker.run_all()
    return {
        "cohort": cohort, "olga": olga, "eve": eve, "enrollment": enrollment, "withdrawn": withdrawn, "mentor": other, "veto": veto,
        "proposed": proposed, "active": active, "message": Delivery.objects.get(person=olga, subject="For Olga", channel="app"),
    }  # fmt: skip


#: address, what its owner would post, and whose ids: each one a form that a participant has
FORMS: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "step back": ("/enrollments/{enrollment.pk}/withdrawal/", lambda w: {}),
    "come back": ("/enrollments/{withdrawn.pk}/reopening/", lambda w: {}),
    "accept the promises": ("/enrollments/{enrollment.pk}/expectations/", lambda w: {"accept": "on"}),
    "change places": ("/enrollments/{mentor.pk}/places/", lambda w: {"places": "5"}),
    "wish": ("/enrollments/{enrollment.pk}/wishes/", lambda w: {"person": [w["mentor"].person_id], "add": w["mentor"].person_id}),
    "take a veto back": ("/apply/{cohort.pk}/never/{veto.pk}/removal/", lambda w: {}),
    "accept a match": ("/mentorships/{proposed.pk}/acceptance/", lambda w: {}),
    "decline a match": ("/mentorships/{proposed.pk}/refusal/", lambda w: {"reason": "no"}),
    "end a match": ("/mentorships/{active.pk}/ending/", lambda w: {"reason": "no"}),
    "open a message": ("/notifications/{message.pk}/opening/", lambda w: {}),
    "edit a person": ("/people/{olga.pk}/edit/", lambda w: {"name": "Mallory", "timezone": "UTC"}),
    "make an administrator": ("/people/{eve.pk}/administratorship/", lambda w: {"make": "1"}),
    "lock an account": ("/people/{olga.pk}/suspension/", lambda w: {"suspend": "1"}),
    "print a code": ("/people/codes/", lambda w: {"person": w["olga"].pk}),
}  # fmt: skip


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of ours, but for what looking at pages leaves behind."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list(*_fields(model)))
        for model in our_models()
        if model._meta.app_label != "foundation" or model is Delivery
    }


def _fields(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.local_fields if field.name != "last_login"]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_with_the_ids_of_another_changes_nothing(
    form: str, world: dict[str, Any], sign_in: Callable[[Person], Client]
) -> None:
    address, filled = FORMS[form]
    eve = sign_in(world["eve"])
    before = everything()
    here = address.format(**world)
    assert resolve(here)
    for extra in ({}, {"HTTP_HX_REQUEST": "true"}):
        answer = eve.post(here, filled(world), **extra)
        assert answer.status_code in (403, 404), (form, answer.status_code)
        assert "Olga" not in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize("form", ["come back", "change places", "take a veto back", "accept a match", "open a message", "edit a person"])  # fmt: skip
def test_the_same_form_does_its_work_for_whom_it_belongs_to(
    form: str, world: dict[str, Any], sign_in: Callable[[Person], Client]
) -> None:
    address, filled = FORMS[form]
    owner = world["mentor"].person if form == "change places" else world["olga"]
    before = everything()
    if form == "change places":  # his match in this cohort would hold them
        world["proposed"].members.all().delete()
        Enrollment.objects.filter(pk=world["mentor"].pk).update(places_taken=0)
        before = everything()
    answer = sign_in(owner).post(address.format(**world), filled(world))
    assert answer.status_code == 302, answer.content.decode()[:500]
    assert everything() != before


def test_ids_in_the_body_are_held_as_those_in_the_address(
    world: dict[str, Any], sign_in: Callable[[Person], Client]
) -> None:
    """One's own form, with somebody whom it may not name: a person of another cohort, a veto picked by a number."""
    eve, mine = sign_in(world["eve"]), Enrollment.objects.get(person=world["eve"])
    stranger = make_person("Sten Stranger")
    for person in (stranger.pk, world["olga"].pk, 10**9, "x"):
        eve.post(f"/enrollments/{mine.pk}/wishes/", {"person": [person], "add": person})
        eve.post(f"/apply/{world['cohort'].pk}/never/", {"kind": "person", "text": "Somebody Else", "person": person})
    assert mine.preferences.count() == 0
    assert list(Veto.objects.filter(author=world["eve"]).values_list("person", "text")) == [(None, "Somebody Else")]
