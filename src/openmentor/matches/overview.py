"""What a cohort's overview says of its matching: the next thing to do, and how many have somebody."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import Actor
from openmentor.matches.models import MatchingRun
from openmentor.programs import overview
from openmentor.programs.models import Cohort
from openmentor.programs.overview import Stage, Task

Status = MatchingRun.Status


@overview.add_stages
def stages(cohort: Cohort, actor: Actor) -> Iterator[Stage]:
    """People who have somebody: in both roles they count twice, as they enrolled."""
    if cohort.status in (Cohort.Status.DRAFT, Cohort.Status.RECRUITING):
        return
    matched = Enrollment.objects.approved().filter(cohort=cohort, places_taken__gt=0).count()
    yield Stage(_l("Matched"), matched, 50, "users-group", href=reverse("matches:cohort", args=[cohort.pk]))


@overview.add_tasks
def tasks(cohort: Cohort, actor: Actor) -> Iterator[Task]:
    if not cohort.takes_runs:
        return
    home = reverse("matches:cohort", args=[cohort.pk])
    last = cohort.runs.order_by("-number").values_list("number", "status", "pk").first()
    if last is None:
        yield Task(_("Everybody is in. The matching can be run."), home, 50, "arrows-shuffle", label=_l("Run it"))
        return
    number, status, pk = last
    board = reverse("matches:board", args=[pk])
    if status in (Status.QUEUED, Status.SOLVING):
        yield Task(_("Run %(number)d is under way.") % {"number": number}, board, 50, "hourglass", "info")
    elif status == Status.READY:
        yield Task(
            _("Run %(number)d waits to be published.") % {"number": number}, board, 50, "layout-board", label=_l("Open the board")
        )  # fmt: skip
    elif status == Status.PUBLISHING:
        yield Task(_("Run %(number)d is being published.") % {"number": number}, board, 50, "send", "info")
    elif status == Status.FAILED:
        yield Task(_("Run %(number)d ended without a result.") % {"number": number}, board, 50, "alert-triangle", "warning", _l("See why"))  # fmt: skip
