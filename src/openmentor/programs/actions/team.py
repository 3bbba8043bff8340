"""Who runs a program, and who sponsors it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import record
from openmentor.people.models import Person
from openmentor.programs import policies, roles
from openmentor.programs.models import Program, ProgramRole


def give_role(program: Program, person: Person, role: str, *, by: Actor) -> ProgramRole:
    """Make somebody a manager or a sponsor. Giving what they have already changes nothing and tells nobody."""
    policies.manage_team.check(by, program)
    if person.left_on is not None or person.erased_at is not None or not person.is_active:
        raise Denied(_("They have left, or may not sign in."))
    with transaction.atomic():
        return add_role(program, person, role, by=by)


def add_role(program: Program, person: Person, role: str, *, by: Actor) -> ProgramRole:
    """Give a role inside the caller's transaction, which has asked whether it may."""
    given, is_new = ProgramRole.objects.get_or_create(program=program, person=person, role=role)
    if is_new:
        record("program.role_given", given, by=by, facts={"role": str(role), "person": person.pk})
    roles.forget(by)
    return given


def take_role(given: ProgramRole, *, by: Actor) -> None:
    """Take a role back. Raises ``Conflict`` if by now they are the last manager."""
    policies.take_role.check(by, given)
    with transaction.atomic():
        # The program is locked: two managers who remove one another at once would otherwise leave none.
        Program.objects.select_for_update().get(pk=given.program_id)
        managers = ProgramRole.objects.filter(program=given.program_id, role=ProgramRole.Role.MANAGER)
        if given.role == ProgramRole.Role.MANAGER and not managers.exclude(pk=given.pk).exists():
            raise Conflict(_("They are the last manager now."))
        facts = {"role": given.role, "person": given.person_id}
        if not ProgramRole.objects.filter(pk=given.pk).delete()[0]:
            raise Conflict(_("They lost this role a moment ago."))
        record("program.role_taken", given.program, by=by, facts=facts)
    roles.forget(by)
