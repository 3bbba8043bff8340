"""Who may do what to a mentorship, and when."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.policies import rule
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.programs.models import Cohort
from openmentor.programs.roles import manages

Status = Mentorship.Status


def _not_a_member(actor: Actor, mentorship: Mentorship) -> str | None:
    return None if mentorship.has_member(actor.person) else _("Only the people in this match can answer it.")


def _not_a_manager(actor: Actor, cohort: Cohort) -> str | None:
    if actor.is_system or manages(actor, cohort.program_id):
        return None
    return _("Only the managers of this program can do this.")


@rule
def propose(actor: Actor, cohort: Cohort) -> str | None:
    """Managers, while the cohort matches or runs."""
    if sentence := _not_a_manager(actor, cohort):
        return sentence
    return None if cohort.takes_runs else _("This cohort takes no matches now.")


@rule
def accept(actor: Actor, mentorship: Mentorship) -> str | None:
    """The members of a proposed mentorship answer it; to confirm on somebody's behalf is a verb of its own."""
    if sentence := _not_a_member(actor, mentorship):
        return sentence
    if mentorship.status != Status.PROPOSED:
        return _("This match has already been answered.")
    member = mentorship.member_of(actor.person)
    if member is not None and member.accepted_at is not None:
        return _("You have said yes already. The other has not answered yet.")
    return None


@rule
def decline(actor: Actor, mentorship: Mentorship) -> str | None:
    """The members, until it is active; also who said yes while the other has not answered yet."""
    if sentence := _not_a_member(actor, mentorship):
        return sentence
    return None if mentorship.status == Status.PROPOSED else _("This match has already been answered.")


@rule
def confirm_for(actor: Actor, member: Membership) -> str | None:
    """A manager says yes for somebody who can't be reached; the record says so. Who is in the match doesn't speak for the other."""
    if sentence := _not_a_manager(actor, member.mentorship.cohort):
        return sentence
    if member.mentorship.has_member(actor.person):
        return _("You are in this match yourself. Ask another manager.")
    if member.mentorship.status != Status.PROPOSED or member.has_answered:
        return _("This match has already been answered.")
    return None


@rule
def withdraw(actor: Actor, mentorship: Mentorship) -> str | None:
    """A manager takes back what was proposed, until it is active."""
    if sentence := _not_a_manager(actor, mentorship.cohort):
        return sentence
    return None if mentorship.status == Status.PROPOSED else _("This match has already been answered. End it instead.")


@rule
def end(actor: Actor, mentorship: Mentorship) -> str | None:
    """A manager ends it early."""
    if sentence := _not_a_manager(actor, mentorship.cohort):
        return sentence
    return None if mentorship.status in (Status.ACTIVE, Status.PAUSED) else _("This match is not active.")


@rule
def ask_again(actor: Actor, mentorship: Mentorship) -> str | None:
    """A pair that declined, lapsed or ended is proposed again only if both ask for it."""
    if sentence := _not_a_member(actor, mentorship):
        return sentence
    if mentorship.status not in Mentorship.OVER:
        return _("This match is not over.")
    member = mentorship.member_of(actor.person)
    return _("You have asked already.") if member is not None and member.asks_again_at else None


@rule
def manage(actor: Actor, cohort: Cohort) -> str | None:
    """See all mentorships of a cohort, with their states and answers."""
    return None if manages(actor, cohort.program_id) else _("Only the managers of this program see its mentorships.")


@rule
def remind(actor: Actor, cohort: Cohort) -> str | None:
    """Ask those who have not answered once more."""
    return _not_a_manager(actor, cohort)


@rule
def see_reason(actor: Actor, member: Membership) -> str | None:
    """Why somebody said no: themselves, and the managers of the program who are not in that match."""
    if actor.person is not None and member.person_id == actor.person.pk:
        return None
    if member.mentorship.has_member(actor.person):
        return _("This is between them and the managers of the program.")
    if not manages(actor, member.mentorship.program_id):
        return _("This is between them and the managers of the program.")
    return None
