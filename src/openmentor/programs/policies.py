"""Who may do what to programs and cohorts, and when."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.policies import rule
from openmentor.programs import roles, steps
from openmentor.programs.models import Cohort, Program, ProgramRole

BUSY = (Cohort.Status.MATCHING, Cohort.Status.ACTIVE, Cohort.Status.CLOSING)


def _only_managers() -> str:
    return _("Only the managers of this program can do this.")


@rule
def create(actor: Actor, subject: None = None) -> str | None:
    """Administrators open programs, and so does whoever manages one already: no ticket to anybody."""
    if actor.is_administrator or roles.manages_any(actor):
        return None
    return _("Only administrators and program managers can create a program.")


@rule
def oversee(actor: Actor, program: Program) -> str | None:
    """See how a program does: its managers, its sponsors, and administrators. Sponsors and administrators only read."""
    if roles.manages(actor, program.pk) or roles.sponsors(actor, program.pk) or actor.is_administrator:
        return None
    return _("Only the people who run this program see this.")


@rule
def oversee_cohort(actor: Actor, cohort: Cohort) -> str | None:
    return oversee.why_not(actor, cohort.program)


@rule
def manage(actor: Actor, program: Program) -> str | None:
    """Change a program and its cohorts. An administrator who wants to is given the role first, and that is on record."""
    if not roles.manages(actor, program.pk):
        return _only_managers()
    if program.archived_at is not None:
        return _("This program is archived. Restore it first.")
    return None


@rule
def publish(actor: Actor, program: Program) -> str | None:
    """Show the landing page to everybody."""
    if sentence := manage.why_not(actor, program):
        return sentence
    if program.published_at is not None:
        return _("The landing page is published already.")
    if not program.purpose.strip():
        return _("Say what the program is for before you publish its page.")
    return None


@rule
def unpublish(actor: Actor, program: Program) -> str | None:
    if sentence := manage.why_not(actor, program):
        return sentence
    return None if program.published_at is not None else _("The landing page is not published.")


@rule
def archive(actor: Actor, program: Program) -> str | None:
    """Put a program away. Nobody loses a running mentorship by it: cohorts that run are closed first."""
    if not (roles.manages(actor, program.pk) or actor.is_administrator):
        return _only_managers()
    if program.archived_at is not None:
        return _("This program is archived already.")
    if program.cohorts.filter(status__in=BUSY).exists():
        return _("A cohort of it is still running. Close the cohort first.")
    return None


@rule
def restore(actor: Actor, program: Program) -> str | None:
    if not (roles.manages(actor, program.pk) or actor.is_administrator):
        return _only_managers()
    return None if program.archived_at is not None else _("This program is not archived.")


@rule
def duplicate(actor: Actor, program: Program) -> str | None:
    """A new program that begins as a copy of this one; also of an archived one."""
    if not roles.manages(actor, program.pk):
        return _only_managers()
    return None


@rule
def manage_team(actor: Actor, program: Program) -> str | None:
    """Roles are given by managers and by administrators, who must be able to help a program that lost all of its managers."""
    if not (roles.manages(actor, program.pk) or actor.is_administrator):
        return _only_managers()
    if program.archived_at is not None:
        return _("This program is archived. Restore it first.")
    return None


@rule
def take_role(actor: Actor, role: ProgramRole) -> str | None:
    """There is always a manager left."""
    if sentence := manage_team.why_not(actor, role.program):
        return sentence
    if role.role == ProgramRole.Role.MANAGER:
        others = ProgramRole.objects.filter(program=role.program, role=ProgramRole.Role.MANAGER).exclude(pk=role.pk)
        if not others.exists():
            return _("They are the last manager. Give the role to somebody else first.")
    return None


@rule
def change_cohort(actor: Actor, cohort: Cohort) -> str | None:
    """Change a cohort's settings, while it is not over."""
    if sentence := manage.why_not(actor, cohort.program):
        return sentence
    return _("This cohort is closed.") if cohort.status == Cohort.Status.CLOSED else None


def _step(actor: Actor, cohort: Cohort, name: str) -> str | None:
    if sentence := manage.why_not(actor, cohort.program):
        return sentence
    step = steps.next_step(cohort)
    if step is None or step.name != name:
        return _("The cohort is not at this step.")
    lacking = steps.missing(name, cohort)
    return lacking[0].sentence if lacking else None


@rule
def open_recruiting(actor: Actor, cohort: Cohort) -> str | None:
    return _step(actor, cohort, "open_recruiting")


@rule
def begin_matching(actor: Actor, cohort: Cohort) -> str | None:
    return _step(actor, cohort, "begin_matching")


@rule
def activate(actor: Actor, cohort: Cohort) -> str | None:
    return _step(actor, cohort, "activate")


@rule
def begin_closing(actor: Actor, cohort: Cohort) -> str | None:
    return _step(actor, cohort, "begin_closing")


@rule
def close(actor: Actor, cohort: Cohort) -> str | None:
    return _step(actor, cohort, "close")
