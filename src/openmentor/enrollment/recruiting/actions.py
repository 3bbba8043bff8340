"""Inviting many at once, and what an invited person answers by their link."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from openmentor.enrollment import policies
from openmentor.enrollment.eligibility import Criteria
from openmentor.enrollment.models import Enrollment, Invitation, Role
from openmentor.foundation import clock, notices
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.people.models import Person
from openmentor.programs import actions as programs
from openmentor.programs.models import Cohort

BATCH = 500


@dataclass(frozen=True)
class Invited:
    """What inviting did.

    invited      who was not in this role of the cohort before, and is now.
    unreachable  of those: who has no address, so that somebody has to tell them.
    already      who was asked or came before; nothing happens to them.
    """

    invited: int
    unreachable: int
    already: int


def invite(cohort: Cohort, people: QuerySet[Person], role: str, *, by: Actor) -> Invited:
    """Invite ``people`` as ``role``: an enrollment and an invitation each, one event for all. Inviting twice does nothing twice."""
    policies.invite.check(by, cohort)
    now = clock.now()
    asked = people.order_by().count()
    chosen = list(policies.invitable(people, cohort, role).order_by("pk").values_list("pk", "email"))
    places = cohort.default_places if role == Role.MENTOR else 1
    new = (
        Enrollment(
            cohort=cohort, person_id=pk, role=role, status=Enrollment.Status.INVITED, places=places, created_at=now
        )
        for pk, _email in chosen
    )
    with transaction.atomic():
        # Who comes second (another click, another manager, the person's own application) leaves the row as it is.
        Enrollment.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
        fresh = Enrollment.objects.filter(cohort=cohort, role=role, status=Enrollment.Status.INVITED, invitation=None)
        rows = list(fresh.values_list("pk", "person__email"))
        unreachable = sum(not email for _pk, email in rows)
        if rows:
            event = record(
                "enrollment.many_invited",
                cohort,
                by=by,
                facts={"role": str(role), "count": len(rows), "unreachable": unreachable},
            )
            Invitation.objects.bulk_create(
                (
                    Invitation(
                        enrollment_id=pk, invited_by=by.person, event_id=event.pk, sent_at=now if email else None
                    )
                    for pk, email in rows
                ),
                batch_size=BATCH,
            )
    return Invited(len(rows), unreachable, asked - len(rows))


def take_back(invitation: Invitation, *, by: Actor) -> Invitation:
    """Ask no more. The link in the mail opens nothing, and what waits to be sent stays here. Raises ``Conflict`` if they answered meanwhile."""
    policies.take_back_invitation.check(by, invitation)
    enrollment = invitation.enrollment
    with transaction.atomic():
        # Not ``become``: nobody stepped back, and nobody is told that somebody did.
        invited = Enrollment.objects.filter(pk=enrollment.pk, status=Enrollment.Status.INVITED)
        if not invited.update(status=Enrollment.Status.WITHDRAWN, decided_at=clock.now()):
            raise Conflict(_("They answered a moment ago. Please look at it again."))
        Invitation.objects.filter(pk=invitation.pk).update(taken_back_at=clock.now())
        notices.recall(invitation.event_id, enrollment.person_id)
        record("enrollment.invitation_taken_back", enrollment, by=by)
    invitation.refresh_from_db()
    return invitation


def send_again(invitation: Invitation, *, by: Actor) -> Invitation:
    """A new mail with a new link, in place of the earlier one. Raises ``Conflict`` if that was done, or they answered, a moment ago."""
    policies.send_invitation_again.check(by, invitation)
    enrollment = invitation.enrollment
    with transaction.atomic():
        before = Enrollment.objects.filter(pk=enrollment.pk, status=enrollment.status)
        same = Invitation.objects.filter(pk=invitation.pk, issue=invitation.issue)
        # The number is the compare-and-set: of two clicks, one finds it.
        if not before.update(status=Enrollment.Status.INVITED, decided_at=None) or not same.update(
            issue=invitation.issue + 1
        ):
            raise Conflict(_("This was changed a moment ago. Please look at it again."))
        notices.recall(invitation.event_id, enrollment.person_id)
        facts = {"role": enrollment.role, "issue": invitation.issue + 1}
        event = record("enrollment.invited", enrollment, by=by, facts=facts)
        Invitation.objects.filter(pk=invitation.pk).update(
            event_id=event.pk,
            invited_by=by.person,
            sent_at=clock.now() if enrollment.person.email else None,
            opened_at=None,
            taken_back_at=None,
        )
    invitation.refresh_from_db()
    return invitation


def note_opened(enrollment: Enrollment) -> None:
    """They went on from the mail. Counted once; told to nobody."""
    Invitation.objects.filter(enrollment=enrollment, opened_at=None).update(opened_at=clock.now())


def set_eligibility(cohort: Cohort, criteria: Criteria, *, by: Actor) -> Cohort:
    """Say whom a cohort is for."""
    return programs.change_cohort(cohort, {"eligibility": criteria.stored()}, by=by)
