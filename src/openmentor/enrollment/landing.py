"""What a visitor is shown of a program: its texts, its open cohort, whether one can join, and how far the reader has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Case, When
from django.utils.translation import gettext as _

from openmentor.enrollment import policies
from openmentor.enrollment.eligibility import criteria
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import Actor
from openmentor.programs.actions.cohort import by_role
from openmentor.programs.models import Cohort, Program, ProgramQuerySet
from openmentor.programs.policies import oversee


class Door(StrEnum):
    """Whether one can join."""

    OPEN = "open"
    FULL = "full"  # one can apply and waits
    INVITED = "invited"  # by invitation alone
    CLOSED = "closed"


@dataclass
class Landing:
    """``sentence`` says kindly how the door stands when it is not simply open."""

    program: Program
    cohort: Cohort | None
    door: Door
    sentence: str = ""
    expectations: dict[str, list[str]] = field(default_factory=dict)
    who: list[str] = field(default_factory=list)
    mine: list[Enrollment] = field(default_factory=list)
    is_preview: bool = False
    may_edit: bool = False

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Title and explanation of each step."""
        lines = [line.strip().lstrip("-0123456789. ").strip() for line in self.program.steps.splitlines()]
        found = (line.partition(": ") for line in lines if line)
        return [(title, more) for title, _colon, more in found]

    @property
    def takes_applications(self) -> bool:
        return self.door in (Door.OPEN, Door.FULL)

    @property
    def applied(self) -> list[Enrollment]:
        return [enrollment for enrollment in self.mine if enrollment.status != Enrollment.Status.INVITED]

    @property
    def invited(self) -> list[Enrollment]:
        return [enrollment for enrollment in self.mine if enrollment.status == Enrollment.Status.INVITED]


def shown_to(actor: Actor) -> ProgramQuerySet:
    """Programs whose landing page somebody may open: published ones, and those that they run or take part in."""
    return Program.objects.published() | Program.objects.visible_to(actor)


def load(program: Program, actor: Actor) -> Landing:
    """The page of ``program`` as ``actor`` sees it; a fixed number of queries."""
    order = Case(
        When(pk__in=Cohort.objects.recruiting().values("pk"), then=0),
        When(status=Cohort.Status.CLOSED, then=2),
        default=1,
    )
    cohort = (
        Cohort.objects.filter(program=program)
        .order_by(order, "-created_at", "-pk")
        .prefetch_related("expectations")
        .first()
    )
    is_preview = program.published_at is None or program.archived_at is not None
    may_edit = oversee(actor, program) and program.archived_at is None
    if cohort is None:
        return Landing(
            program,
            None,
            Door.CLOSED,
            _("There are no dates yet. Come back a little later."),
            is_preview=is_preview,
            may_edit=may_edit,
        )
    cohort.program = program
    mine = list(Enrollment.objects.filter(cohort=cohort, person=actor.person)) if actor.person else []
    door, sentence = _door(cohort, mine)
    return Landing(
        program,
        cohort,
        door,
        sentence,
        by_role(cohort),
        list(criteria(cohort).sentences(public=True)),
        mine,
        is_preview,
        may_edit,
    )


def _door(cohort: Cohort, mine: list[Enrollment]) -> tuple[Door, str]:
    closed = policies.closed_because(cohort)
    if closed is not None:
        if cohort.status == Cohort.Status.DRAFT:
            return Door.CLOSED, _("Applications are not open yet. Come back a little later, or ask the contact below.")
        if cohort.program.archived_at is not None:
            return Door.CLOSED, closed
        return Door.CLOSED, _("%(why)s There may be a next time: the contact below knows more.") % {"why": closed}
    if cohort.enrollment == Cohort.Enrollment.INVITE and not mine:
        return Door.INVITED, _(
            "People join this program by invitation. If you would like to take part, write to the contact below."
        )
    if cohort.target_count is not None and _inside(cohort) >= cohort.target_count:
        return Door.FULL, _(
            "All places are taken for now. You can still apply: you stand on the waitlist, which moves by itself."
        )
    return Door.OPEN, ""


def _inside(cohort: Cohort) -> int:
    """How many people are in; somebody in two roles counts once."""
    inside = (Enrollment.Status.APPROVED, Enrollment.Status.COMPLETED)
    return Enrollment.objects.filter(cohort=cohort, status__in=inside).values("person").distinct().count()
