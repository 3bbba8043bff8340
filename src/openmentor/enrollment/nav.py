from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from openmentor.enrollment import (
    overview,  # noqa: F401 - declares what a cohort's overview shows
    policies,
)
from openmentor.enrollment.models import ApplicationDraft, Enrollment
from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import home, nav
from openmentor.programs.models import Cohort, Program
from openmentor.programs.overview import Tab, add_tab

#: programs that one could apply to, on the first page
MOST_OPEN = 6


def has_applied(actor: Actor) -> bool:
    """Looked up once for a page: an application, an invitation, or a draft of one."""
    if actor.person is None:
        return False
    if "has_applied" not in actor.memo:
        mine = Enrollment.objects.filter(person=actor.person)
        actor.memo["has_applied"] = mine.exists() or ApplicationDraft.objects.filter(person=actor.person).exists()
    return bool(actor.memo["has_applied"])


def _panel(actor: Actor) -> dict[str, Any] | None:
    """One's applications that go on without a match yet, and programs that one could apply to."""
    if actor.person is None or actor.person.left_on is not None:
        return None
    from openmentor.enrollment.applying import pages

    mine = pages.mine(actor.person)
    over = (Enrollment.Status.COMPLETED, Enrollment.Status.DECLINED, Enrollment.Status.WITHDRAWN)
    parts = [part for part in mine["parts"] if part[0].status not in over and not part[0].places_taken]
    inside = {part[0].cohort_id for part in mine["parts"]} | {draft.cohort_id for draft in mine["drafts"]}
    # Who runs programs comes for those; who joins one finds it under "Programs".
    runs = Program.objects.run_by(actor).values("pk")
    recruiting = Cohort.objects.recruiting().filter(program__in=Program.objects.published()).exclude(program__in=runs)
    recruiting = recruiting.exclude(enrollment=Cohort.Enrollment.INVITE).exclude(pk__in=inside)
    found = [
        cohort
        for cohort in recruiting.select_related("program").order_by("-pk")[:MOST_OPEN]
        if not policies.closed_because(cohort)
    ]
    if not (parts or mine["drafts"] or found):
        return None
    return {"parts": parts, "drafts": mine["drafts"], "open": found}


home.add(home.Panel(order=30, template="enrollment/_home.html", context=_panel))
nav.add(
    nav.NavItem(
        _("My applications"), "clipboard-list", "enrollment:mine", visible=has_applied, order=30, also=("/apply/",)
    )
)
add_tab(
    Tab(_("Applications"), "clipboard-list", "enrollment:applications", order=20, rule="enrollment.see_applications")
)
