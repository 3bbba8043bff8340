"""Who is told of what happens to programs."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.models import Event
from openmentor.foundation.notices import Notice, notice
from openmentor.people.models import Person
from openmentor.programs.models import Program, ProgramRole


@notice("program.role_given")
def tell_who_got_a_role(event: Event) -> Notice | None:
    """Somebody who was given a role by somebody else."""
    if event.facts["person"] == event.actor_id:
        return None
    given = ProgramRole.objects.select_related("program").filter(pk=event.subject_id).first()
    if given is None:
        return None  # taken back a moment later
    program = given.program
    said = (
        _("You now manage “{program}”")
        if event.facts["role"] == ProgramRole.Role.MANAGER
        else _("You are now a sponsor of “{program}”")
    )
    return Notice(
        to=Person.objects.filter(pk=event.facts["person"]),
        subject=format_lazy(said, program=program.name),
        template="programs/mail/role_given",
        link=program,
        link_label=_("Open the program"),
        context={"program": program, "role": event.facts["role"]},
    )


@notice("program.changed", "program.created")
def tell_the_coordinator(event: Event) -> Notice | None:
    """Who was named as the contact, or as the stand-in, by somebody else."""
    if event.verb == "program.changed" and not {"coordinator", "stand_in"} & set(event.facts["fields"]):
        return None
    program = Program.objects.select_related("coordinator", "stand_in").get(pk=event.subject_id)
    named = event.facts.get("fields", ["coordinator", "stand_in"])
    people = [getattr(program, field) for field in ("coordinator", "stand_in") if field in named]
    told = [person for person in people if person is not None and person.pk != event.actor_id]
    if not told:
        return None
    return Notice(
        to=told,
        subject=format_lazy(_("You are a contact of “{program}”"), program=program.name),
        template="programs/mail/named",
        context={"program": program},
    )
