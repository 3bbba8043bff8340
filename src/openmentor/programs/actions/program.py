"""Opening, changing, showing and putting away a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.people.models import Person
from openmentor.programs import policies, texts
from openmentor.programs.actions.cohort import add_cohort, copy_cohort
from openmentor.programs.actions.team import add_role
from openmentor.programs.models import Cohort, Program, ProgramRole

#: what a copy takes from its original
COPIED = (
    "purpose",
    "format",
    "coordinator",
    "stand_in",
    "summary",
    "benefits_mentor",
    "benefits_mentee",
    "steps",
    "guide_mentor",
    "guide_mentee",
    "contact",
)


def create(
    facts: Mapping[str, Any],
    *,
    managers: Iterable[Person],
    cohort: Mapping[str, Any],
    expectations: Mapping[str, list[str]],
    by: Actor,
) -> Program:
    """Open a program with its first cohort, in draft. ``facts`` and ``cohort`` are fields; texts that are not given are templates."""
    policies.create.check(by, None)
    guides, gains = texts.guides(), texts.benefits()
    filled = {
        "guide_mentor": guides["mentor"],
        "guide_mentee": guides["mentee"],
        "steps": texts.steps(),
        "benefits_mentor": gains["mentor"],
        "benefits_mentee": gains["mentee"],
        **facts,
    }
    with transaction.atomic():
        program = Program.objects.create(**{"slug": free_slug(filled["name"]), "created_at": clock.now(), **filled})
        record("program.created", program, by=by)
        for person in dict.fromkeys(managers):
            add_role(program, person, ProgramRole.Role.MANAGER, by=by)
        add_cohort(program, cohort, expectations, by=by)
    return program


def free_slug(name: str) -> str:
    """An address for the landing page that nobody has yet."""
    base = slugify(name)[:60].strip("-") or "program"
    taken = set(Program.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for slug in (f"{base}-{number}" for number in range(2, len(taken) + 3)) if slug not in taken)


def change(program: Program, changes: Mapping[str, Any], *, by: Actor) -> Program:
    """Change fields of a program. Raises ``Conflict`` if its address belongs to another one."""
    policies.manage.check(by, program)
    changed = [field for field, value in changes.items() if getattr(program, field) != value]
    if not changed:
        return program
    try:
        with transaction.atomic():
            Program.objects.filter(pk=program.pk).update(**{field: changes[field] for field in changed})
            record("program.changed", program, by=by, facts={"fields": sorted(changed)})
    except IntegrityError as error:
        raise Conflict(_("Another program has this address already.")) from error
    for field in changed:
        setattr(program, field, changes[field])
    return program


def publish(program: Program, *, by: Actor) -> Program:
    """Show the landing page to everybody."""
    policies.publish.check(by, program)
    return _mark(program, "published_at", True, "program.published", by)


def unpublish(program: Program, *, by: Actor) -> Program:
    """Take the landing page away from everybody but those who run the program."""
    policies.unpublish.check(by, program)
    return _mark(program, "published_at", False, "program.unpublished", by)


def archive(program: Program, *, by: Actor) -> Program:
    """Put it away: no landing page, no applications, nothing to change until it is restored. Nothing is lost."""
    policies.archive.check(by, program)
    return _mark(program, "archived_at", True, "program.archived", by)


def restore(program: Program, *, by: Actor) -> Program:
    policies.restore.check(by, program)
    return _mark(program, "archived_at", False, "program.restored", by)


def _mark(program: Program, field: str, on: bool, verb: str, by: Actor) -> Program:
    at = clock.now() if on else None
    with transaction.atomic():
        if not Program.objects.filter(pk=program.pk, **{f"{field}__isnull": on}).update(**{field: at}):
            raise Conflict(_("This was changed a moment ago. Please look at it again."))
        record(verb, program, by=by)
    setattr(program, field, at)
    return program


def duplicate(program: Program, *, name: str, by: Actor) -> Program:
    """A new program with the texts of this one and a draft of its newest cohort; without its people, and managed by ``by`` alone."""
    policies.duplicate.check(by, program)
    assert by.person is not None  # only people manage programs
    newest = Cohort.objects.filter(program=program).prefetch_related("expectations").first()
    with transaction.atomic():
        copy = Program.objects.create(
            name=name,
            slug=free_slug(name),
            created_at=clock.now(),
            **{field: getattr(program, field) for field in COPIED},
        )
        record("program.created", copy, by=by, facts={"from": program.pk})
        add_role(copy, by.person, ProgramRole.Role.MANAGER, by=by)
        if newest is not None:
            copy_cohort(newest, into=copy, name=newest.name, by=by)
    return copy
