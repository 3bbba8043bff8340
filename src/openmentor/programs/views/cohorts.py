"""A cohort's overview, the first page of who runs it, and its steps."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openmentor.foundation.http import Request
from openmentor.programs import actions, overview, policies, roles, steps
from openmentor.programs.forms import warnings
from openmentor.programs.models import Cohort


def _found(request: Request, pk: int) -> Cohort:
    cohorts = Cohort.objects.visible_to(request.actor).select_related("program__coordinator", "program__stand_in")
    return get_object_or_404(cohorts.prefetch_related("expectations"), pk=pk)


@login_required
def cohort(request: Request, pk: int) -> HttpResponse:
    """The funnel, what needs a manager today, the next step. A sponsor sees the same without what is to do."""
    found = _found(request, pk)
    if not policies.oversee(request.actor, found.program):
        return redirect(found.program)
    manages = policies.manage(request.actor, found.program)
    step = steps.next_step(found) if manages else None
    context = {
        "cohort": found,
        "program": found.program,
        "others": Cohort.objects.filter(program=found.program_id).exclude(pk=found.pk),
        "stages": overview.stages(found, request.actor),
        "manages": manages,
        "tasks": overview.tasks(found, request.actor) if manages else [],
        "step": step,
        "missing": steps.missing(step.name, found) if step else [],
        "warnings": list(warnings(found.enrollment, found.starts_on, found.ends_on)) if manages else [],
        "may_restore": found.program.archived_at is not None and policies.restore(request.actor, found.program),
        "may_archive": policies.archive(request.actor, found.program),
        "may_duplicate": policies.duplicate(request.actor, found.program),
        "may_manage_team": policies.manage_team(request.actor, found.program),
        "is_sponsor": roles.sponsors(request.actor, found.program_id),
    }
    return render(request, "programs/cohort.html", context)


@login_required
def step(request: Request, pk: int, name: str) -> HttpResponse:
    """One step from phase to phase: a GET asks first, a POST does it. Who comes second finds it done."""
    found = _found(request, pk)
    asked = steps.STEPS.get(name)
    if asked is None:
        raise Http404
    policies.manage.check(request.actor, found.program)
    if found.status == asked.to:
        messages.info(request, _("This was done already."))
        return redirect(found)
    if request.method == "POST":
        actions.STEP_ACTIONS[name](found, by=request.actor)
        messages.success(request, str(asked.done))
        return redirect(found)
    return render(
        request,
        "programs/step.html",
        {"cohort": found, "program": found.program, "step": asked, "missing": steps.missing(name, found)},
    )
