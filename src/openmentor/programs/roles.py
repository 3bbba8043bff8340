"""Who runs and who sponsors, asked once an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openmentor.programs.models import ProgramRole

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


def _roles(actor: Actor) -> set[tuple[int, str]]:
    if "program_roles" not in actor.memo:
        actor.memo["program_roles"] = (
            set(ProgramRole.objects.filter(person=actor.person).values_list("program_id", "role"))
            if actor.person
            else set()
        )
    found: set[tuple[int, str]] = actor.memo["program_roles"]
    return found


def manages(actor: Actor, program_id: int) -> bool:
    return (program_id, ProgramRole.Role.MANAGER) in _roles(actor)


def sponsors(actor: Actor, program_id: int) -> bool:
    return (program_id, ProgramRole.Role.SPONSOR) in _roles(actor)


def manages_any(actor: Actor) -> bool:
    return any(role == ProgramRole.Role.MANAGER for _program, role in _roles(actor))


def forget(actor: Actor) -> None:
    """Look the roles up again: they were changed in this request."""
    actor.memo.pop("program_roles", None)
