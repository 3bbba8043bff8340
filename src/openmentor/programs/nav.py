from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import home, nav
from openmentor.programs import overview
from openmentor.programs.models import Cohort, Program, ProgramRole


def _panel(actor: Actor) -> dict[str, Any] | None:
    """The programs that one runs or sponsors, each with its newest cohort."""
    if actor.person is None:
        return None
    mine = ProgramRole.objects.filter(person=actor.person).values("program")
    newest = Prefetch("cohorts", Cohort.objects.order_by("-created_at"))
    found = [
        (program, next(iter(program.cohorts.all()), None))
        for program in Program.objects.filter(pk__in=mine, archived_at=None).prefetch_related(newest)
    ]
    return {"programs": found} if found else None


nav.add(
    nav.NavItem(
        _("Programs"), "stack-2", "programs:list", group=nav.MINE, order=20,
        also=("/cohorts/", "/runs/", "/matching-lists/", "/mentorships/cohorts/", "/application-imports/", "/enrollments/"),
    )
)  # fmt: skip
home.add(home.Panel(order=20, template="programs/_home.html", context=_panel))
overview.add_tab(
    overview.Tab(_("Overview"), "layout-dashboard", "programs:cohort", order=0, rule="programs.oversee_cohort")
)
