"""What a person does with their own application."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from openmentor.enrollment import policies
from openmentor.enrollment.actions import approving
from openmentor.enrollment.applying.application import ROLES, Application, expectations_of, load
from openmentor.enrollment.models import ApplicationDraft, Enrollment, Role
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor, rule
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import record
from openmentor.programs.models import Cohort
from openmentor.surveys import actions as surveys
from openmentor.surveys.models import Question, Questionnaire
from openmentor.surveys.standard import make_questionnaire

Status = Enrollment.Status
MOST_PLACES = 20


def ensure_questionnaire(cohort: Cohort) -> Questionnaire:
    """The questions of a cohort; the standard ones where nobody has chosen any yet."""
    if cohort.questionnaire is not None:
        return cohort.questionnaire
    with transaction.atomic():
        # Locked: two first applicants would otherwise get a questionnaire each.
        fresh = Cohort.objects.select_for_update().get(pk=cohort.pk)
        if fresh.questionnaire is None:
            fresh.questionnaire = make_questionnaire(f"{cohort.program.name}: {cohort.name}"[:200])
            fresh.save(update_fields=["questionnaire"])
    cohort.questionnaire = fresh.questionnaire
    return fresh.questionnaire


def begin(cohort: Cohort, roles: Collection[str], *, by: Actor) -> Application:
    """Start or go on with an application in these roles. A second tab finds the same draft."""
    policies.apply.check(by, cohort)
    assert by.person is not None  # the policy has asked
    questionnaire = ensure_questionnaire(cohort)
    there = {enrollment.role: enrollment for enrollment in Enrollment.objects.filter(cohort=cohort, person=by.person)}
    declined = [role for role in roles if role in there and there[role].status == Status.DECLINED]
    if declined:
        raise Denied(_("Your application was declined. The coordinator of the program can open it again."))
    wanted = [
        role
        for role in ROLES
        if role in roles and (role not in there or there[role].status in (Status.INVITED, Status.WITHDRAWN))
    ]
    if not wanted:
        raise Denied(_("You have applied already.") if roles else _("Choose how you would like to take part."))
    with transaction.atomic():
        response = surveys.start(questionnaire, by=by)
        draft, made = ApplicationDraft.objects.get_or_create(
            cohort=cohort, person=by.person, defaults={"response": response, "roles": wanted, "started_at": clock.now()}
        )
        if not made and draft.roles != wanted:
            draft.roles = wanted
            draft.save(update_fields=["roles"])
    return load(cohort, by.person)


def save_answers(
    application: Application, given: Mapping[Question, Any], *, by: Actor, places: int | None = None
) -> set[str]:
    """Keep the answers of a screen, whole or half; returns the keys that changed. Raises ``Denied`` once it is too late."""
    policies.answer.check(by, application)
    response = application.response
    if response is None:
        raise Denied(_("Say first how you would like to take part."))
    with transaction.atomic():
        if application.draft is not None and places is not None and places != application.draft.places:
            ApplicationDraft.objects.filter(pk=application.draft.pk).update(places=_checked(places))
            application.draft.places = places
        return surveys.save(response, given, by=by)


def _checked(places: int) -> int:
    if not 1 <= places <= MOST_PLACES:
        raise Denied(_("Between 1 and %(most)d mentees at a time are possible.") % {"most": MOST_PLACES})
    return places


def send(cohort: Cohort, *, by: Actor, accepts_expectations: bool = False) -> list[Enrollment]:
    """Send the draft: one enrollment for each of its roles. Who gets in at once, by the cohort's mode, is in when this returns.

    Raises ``Denied`` while required answers are missing, ``Conflict`` if it was sent a moment ago.
    """
    policies.apply.check(by, cohort)
    assert by.person is not None  # the policy has asked
    application = load(cohort, by.person)
    if application.draft is not None and application.first_unfinished is not None:
        raise Denied(
            _("Some questions are still open: “%(screen)s”.") % {"screen": _(application.first_unfinished.title)}
        )
    expecting = expectations_of(cohort, application.new_roles)
    with transaction.atomic():
        # Taking the draft away is the compare-and-set: of two clicks, one finds it.
        draft = application.draft
        if draft is None or not ApplicationDraft.objects.filter(pk=draft.pk).delete()[0]:
            raise Conflict(_("This application was sent a moment ago."))
        accepted = clock.now() if accepts_expectations else None
        sent = [
            _apply_as(role, application, draft, accepted if role in expecting else None, by)
            for role in application.new_roles
        ]
        surveys.submit(draft.response, by=by)
        if cohort.enrollment in (Cohort.Enrollment.OPEN, Cohort.Enrollment.INVITE):
            name = "open enrollment" if cohort.enrollment == Cohort.Enrollment.OPEN else "by invitation"
            approving.admit(cohort, sent, by=rule(name))
    return sent


def _apply_as(role: str, application: Application, draft: ApplicationDraft, accepted: Any, by: Actor) -> Enrollment:
    cohort, now = application.cohort, clock.now()
    places = (draft.places or cohort.default_places) if role == Role.MENTOR else 1
    changes = {
        "response": draft.response,
        "places": places,
        "expectations_accepted_at": accepted,
        "applied_at": now,
        "decided_at": None,
    }
    there = application.enrollment_as(role)
    if there is not None:
        there.become(Status.APPLIED, by=by, **changes)
        return there
    try:
        with transaction.atomic():
            enrollment = Enrollment.objects.create(
                cohort=cohort, person=application.person, role=role, status=Status.APPLIED, created_at=now, **changes
            )
    except IntegrityError as error:
        raise Conflict(_("This application was sent a moment ago.")) from error
    record("enrollment.applied", enrollment, by=by)
    return enrollment


def change_places(enrollment: Enrollment, places: int, *, by: Actor) -> Enrollment:
    """How many mentees a mentor takes at once."""
    policies.change.check(by, enrollment)
    _checked(places)
    with transaction.atomic():
        if enrollment.places != places:
            if not Enrollment.objects.filter(pk=enrollment.pk, places_taken__lte=places).update(places=places):
                raise Conflict(_("More places than that are taken."))
            record("enrollment.changed", enrollment, by=by, facts={"places": places})
    enrollment.places = places
    return enrollment


def accept_expectations(enrollment: Enrollment, *, by: Actor) -> Enrollment:
    """Promise what the role promises. Accepting again, after the promises changed, counts from now."""
    policies.accept_expectations.check(by, enrollment)
    with transaction.atomic():
        enrollment.expectations_accepted_at = clock.now()
        enrollment.save(update_fields=["expectations_accepted_at"])
        record("enrollment.expectations_accepted", enrollment, by=by)
    return enrollment


def withdraw(enrollment: Enrollment, *, by: Actor) -> Enrollment:
    """Step back. The place that comes free goes to the waitlist. Answers stay, so that one can come back."""
    policies.withdraw.check(by, enrollment)
    with transaction.atomic():
        # The cohort first, then the enrollment: the order in which publishing and approving lock as well.
        cohort = Cohort.objects.select_for_update().get(pk=enrollment.cohort_id)
        fresh = Enrollment.objects.select_for_update().get(pk=enrollment.pk)
        if fresh.places_taken:
            raise Conflict(_("There is a match since a moment ago. It has to be ended first."))
        was_in = fresh.status == Status.APPROVED
        fresh.become(Status.WITHDRAWN, by=by, decided_at=clock.now())
        if was_in:
            approving.fill_up(cohort, role_first=fresh.role)
    enrollment.status = fresh.status
    return enrollment


def reopen(enrollment: Enrollment, *, by: Actor) -> Enrollment:
    """Take a decline back, or come back after withdrawing: the application is open again, as it was."""
    policies.reopen.check(by, enrollment)
    with transaction.atomic():
        # Not ``become``: that would record 'applied', and thank somebody for an application that they sent long ago.
        before = enrollment.status
        moved = Enrollment.objects.filter(pk=enrollment.pk, status=before).update(
            status=Status.APPLIED, decided_at=None
        )
        if not moved or not enrollment.may_become(Status.APPLIED):
            raise Conflict(_("This was changed a moment ago. Please look at it again."))
        enrollment.status = Status.APPLIED
        record("enrollment.reopened", enrollment, by=by, facts={"from": str(before)})
        if by.person_id == enrollment.person_id and enrollment.cohort.enrollment == Cohort.Enrollment.OPEN:
            approving.admit(enrollment.cohort, [enrollment], by=rule("open enrollment"))
    return enrollment
