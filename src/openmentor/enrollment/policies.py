"""Who may do what with an enrollment, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment, Invitation, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.policies import rule
from openmentor.people.models import Person
from openmentor.programs.models import Cohort
from openmentor.programs.roles import manages

if TYPE_CHECKING:
    from openmentor.enrollment.applying.application import Application

Status = Enrollment.Status


def closed_because(cohort: Cohort) -> str | None:
    """Why nobody can apply now, None while applications are open."""
    if cohort.program.archived_at is not None:
        return _("This program has ended.")
    if cohort.status == Cohort.Status.DRAFT:
        return _("Applications are not open yet.")
    if cohort.status != Cohort.Status.RECRUITING and not (cohort.is_rolling and cohort.status == Cohort.Status.ACTIVE):
        return _("Applications are closed.")
    if cohort.applications_close_on is not None and clock.today(cohort.timezone) > cohort.applications_close_on:
        return _("Applications closed on %(day)s.") % {"day": date_format(cohort.applications_close_on)}
    return None


def _decides(actor: Actor, cohort: Cohort) -> bool:
    """The managers of the program; a rule that they set up; the product itself."""
    return actor.is_system or manages(actor, cohort.program_id)


def _is_over(cohort: Cohort) -> bool:
    return cohort.status == Cohort.Status.CLOSED


@rule
def apply(actor: Actor, cohort: Cohort) -> str | None:
    """Everybody who works here, while applications are open; where it is by invitation, those who were invited."""
    if actor.person is None or not actor.is_person:
        return _("Sign in to apply.")
    if actor.person.left_on is not None or actor.person.erased_at is not None:
        return _("You have left the organization.")
    if why := closed_because(cohort):
        return why
    if cohort.enrollment == Cohort.Enrollment.INVITE:
        # Who was asked as mentor and as mentee keeps the one when the other is taken back.
        asked = cohort.enrollments.filter(person=actor.person)
        if not asked.exclude(status=Status.WITHDRAWN, invitation__taken_back_at__isnull=False).exists():
            return _("This program takes people by invitation alone.")
    return None


@rule
def change(actor: Actor, enrollment: Enrollment) -> str | None:
    """Answers, places, wishes: one's own, until one has a match."""
    if actor.person is None or enrollment.person_id != actor.person.pk:
        return _("This application is somebody else's.")
    if enrollment.status not in Enrollment.LIVE:
        return _("This application is no longer open.")
    if enrollment.cohort.status in (Cohort.Status.CLOSING, Cohort.Status.CLOSED):
        return _("This program is coming to its end.")
    if enrollment.places_taken:
        return _("You have a match by now. To change something, write to the coordinator of the program.")
    return None


@rule
def answer(actor: Actor, application: Application) -> str | None:
    """While one applies, and later as long as an application of one's own may be changed."""
    if actor.person is None or application.person.pk != actor.person.pk:
        return _("This application is somebody else's.")
    live = [enrollment for enrollment in application.enrollments if enrollment.status in Enrollment.LIVE]
    if application.draft is not None or not live:
        return apply.why_not(actor, application.cohort)
    sentences = [change.why_not(actor, enrollment) for enrollment in live]
    return None if None in sentences else sentences[0]


@rule
def wish(actor: Actor, enrollment: Enrollment) -> str | None:
    """Whom one would like: while one's application may be changed, and after one is in, until one has a match."""
    return change.why_not(actor, enrollment)


@rule
def accept_expectations(actor: Actor, enrollment: Enrollment) -> str | None:
    if actor.person is None or enrollment.person_id != actor.person.pk:
        return _("Everybody accepts them for themselves.")
    if enrollment.status not in Enrollment.LIVE:
        return _("This application is no longer open.")
    return None


@rule
def withdraw(actor: Actor, enrollment: Enrollment) -> str | None:
    """Oneself, or a manager on somebody's behalf. Who has a match ends that first."""
    if not _decides(actor, enrollment.cohort) and (actor.person is None or enrollment.person_id != actor.person.pk):
        return _("This application is somebody else's.")
    if enrollment.status not in Enrollment.LIVE:
        return _("This application is no longer open.")
    if enrollment.places_taken:
        return _("There is a match. It has to be ended first.")
    return None


@rule
def reopen(actor: Actor, enrollment: Enrollment) -> str | None:
    """Who declined takes that back; who withdrew comes back themselves, while applications are open."""
    is_own = actor.person is not None and enrollment.person_id == actor.person.pk
    if enrollment.status == Status.WITHDRAWN and is_own:
        if enrollment.applied_at is None and enrollment.response_id is None:
            return _("There is no application yet to come back to. You can apply while applications are open.")
        return apply.why_not(actor, enrollment.cohort)
    if not _decides(actor, enrollment.cohort):
        return _("Only the managers of this program can do this.")
    if enrollment.status == Status.WITHDRAWN:
        return _("Who withdrew comes back themselves.")
    if enrollment.status != Status.DECLINED:
        return _("This application is open.")
    return _("This program has ended.") if _is_over(enrollment.cohort) else None


def _decide(actor: Actor, enrollment: Enrollment, states: tuple[str, ...]) -> str | None:
    if not _decides(actor, enrollment.cohort):
        return _("Only the managers of this program decide on applications.")
    if _is_over(enrollment.cohort):
        return _("This program has ended.")
    if enrollment.status not in states:
        return _("This application is decided: %(status)s.") % {"status": Status(enrollment.status).label}
    return None


@rule
def approve(actor: Actor, enrollment: Enrollment) -> str | None:
    return _decide(actor, enrollment, (Status.APPLIED, Status.WAITLISTED))


@rule
def waitlist(actor: Actor, enrollment: Enrollment) -> str | None:
    return _decide(actor, enrollment, (Status.APPLIED,))


@rule
def decline(actor: Actor, enrollment: Enrollment) -> str | None:
    return _decide(actor, enrollment, (Status.APPLIED, Status.WAITLISTED))


@rule
def decide_many(actor: Actor, cohort: Cohort) -> str | None:
    """Approve, waitlist or decline several at once, by hand or by rule."""
    if not _decides(actor, cohort):
        return _("Only the managers of this program decide on applications.")
    return _("This program has ended.") if _is_over(cohort) else None


@rule
def see_applications(actor: Actor, cohort: Cohort) -> str | None:
    return None if manages(actor, cohort.program_id) else _("Only the managers of this program see applications.")


@rule
def remind_held(actor: Actor, cohort: Cohort) -> str | None:
    if not _decides(actor, cohort):
        return _("Only the managers of this program can do this.")
    return _("This program has ended.") if _is_over(cohort) else None


@rule
def change_questions(actor: Actor, cohort: Cohort) -> str | None:
    """Which questions are asked, until the first match: later answers would not compare."""
    if not manages(actor, cohort.program_id):
        return _("Only the managers of this program choose its questions.")
    if cohort.status in (Cohort.Status.CLOSING, Cohort.Status.CLOSED):
        return _("This program is coming to its end.")
    return None


@rule
def import_applications(actor: Actor, cohort: Cohort) -> str | None:
    if not manages(actor, cohort.program_id):
        return _("Only the managers of this program bring in applications.")
    if cohort.status in (Cohort.Status.CLOSING, Cohort.Status.CLOSED):
        return _("This program is coming to its end.")
    return None


@rule
def say_veto(actor: Actor, subject: None = None) -> str | None:
    """Everybody for themselves."""
    return None if actor.person is not None and actor.is_person else _("Sign in first.")


@rule
def take_back_veto(actor: Actor, veto: Veto) -> str | None:
    return (
        None if actor.person is not None and veto.author_id == actor.person.pk else _("Only who said it takes it back.")
    )


@rule
def recruit(actor: Actor, cohort: Cohort) -> str | None:
    """Look for people by HR facts, and see what became of invitations."""
    return None if manages(actor, cohort.program_id) else _("Only the managers of this program look for people.")


@rule
def invite(actor: Actor, cohort: Cohort) -> str | None:
    """Ask people to join, while they can answer."""
    if sentence := recruit.why_not(actor, cohort):
        return sentence
    if cohort.status == Cohort.Status.DRAFT:
        return _("Open recruiting first: whom you invite could not answer yet.")
    return closed_because(cohort)


@rule
def take_back_invitation(actor: Actor, invitation: Invitation) -> str | None:
    """Who may invite takes it back, until it is answered."""
    cohort = invitation.enrollment.cohort
    if sentence := recruit.why_not(actor, cohort):
        return sentence
    if invitation.enrollment.status != Status.INVITED:
        return _("This invitation was answered, or taken back already.")
    return None


@rule
def send_invitation_again(actor: Actor, invitation: Invitation) -> str | None:
    """While it is not answered, or after it was taken back; nobody who said no is asked again."""
    if sentence := invite.why_not(actor, invitation.enrollment.cohort):
        return sentence
    if invitation.enrollment.status != Status.INVITED and not invitation.is_taken_back:
        return _("This invitation was answered already.")
    person = invitation.enrollment.person
    if person.left_on is not None or not person.may_sign_in:
        return _("They have left, or may not sign in.")
    return None


def invitable(people: QuerySet[Person], cohort: Cohort, role: str) -> QuerySet[Person]:
    """The set form of ``invite``: who works here, may sign in, and has no part in this role of the cohort yet, not even a past one."""
    mine = Enrollment.objects.filter(cohort=cohort, role=role, person=OuterRef("pk"))
    return people.filter(~Exists(mine), left_on=None, erased_at=None, is_active=True)
