"""The list of programs, one program for who takes part in it, and showing or putting it away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from openmentor.foundation.http import Request
from openmentor.programs import actions, policies, roles
from openmentor.programs.actions.cohort import by_role
from openmentor.programs.models import Cohort, Program


@login_required
def programs(request: Request) -> HttpResponse:
    """Programs that one runs, sponsors or takes part in, and those that one may join."""
    actor = request.actor
    mine = list(
        Program.objects.visible_to(actor).prefetch_related(Prefetch("cohorts", Cohort.objects.order_by("-created_at")))
    )
    shown = [program for program in mine if program.archived_at is None]
    ids = {program.pk for program in mine}
    context = {
        "programs": [
            (program, next(iter(program.cohorts.all()), None), roles.manages(actor, program.pk)) for program in shown
        ],
        "archived": [
            program for program in mine if program.archived_at is not None and policies.oversee(actor, program)
        ],
        "open": [
            program
            for program in Program.objects.published().filter(cohorts__in=Cohort.objects.recruiting()).distinct()
            if program.pk not in ids
        ],
        "may_create": policies.create(actor, None),
    }
    return render(request, "programs/list.html", context)


@login_required
def program(request: Request, pk: int) -> HttpResponse:
    """For who runs it, its newest cohort's overview; for who takes part in it, what it is and whom to ask."""
    found = get_object_or_404(
        Program.objects.visible_to(request.actor).select_related("coordinator", "stand_in"), pk=pk
    )
    cohorts = Cohort.objects.filter(program=found)
    if policies.oversee(request.actor, found):
        current = cohorts.current()
        if current is not None:
            return redirect("programs:cohort", pk=current.pk)
        return render(request, "programs/without_cohort.html", {"program": found})
    mine = list(cohorts.filter(enrollments__person=request.actor.person).distinct().prefetch_related("expectations"))
    return render(
        request, "programs/program.html", {"program": found, "cohorts": [(cohort, by_role(cohort)) for cohort in mine]}
    )


def _managed(request: Request, pk: int) -> Program:
    return get_object_or_404(Program.objects.visible_to(request.actor), pk=pk)


@require_POST
@login_required
def publication(request: Request, pk: int) -> HttpResponse:
    """Published by posting ``publish=1``, taken back by posting ``publish=0``. Asking for what is so already changes nothing."""
    found = _managed(request, pk)
    on = request.POST.get("publish") == "1"
    policies.manage.check(request.actor, found)
    if on != (found.published_at is not None):
        (actions.publish if on else actions.unpublish)(found, by=request.actor)
    messages.success(
        request, _("The landing page is public now.") if on else _("The landing page is hidden now. You still see it.")
    )
    return redirect("programs:landing_settings", pk=found.pk)


@login_required
def archiving(request: Request, pk: int) -> HttpResponse:
    """Archived by posting ``archive=1``, restored by posting ``archive=0``; a GET asks first."""
    found = _managed(request, pk)
    rule = policies.manage_team if found.archived_at is None else policies.restore
    rule.check(request.actor, found)
    if request.method != "POST":
        return render(
            request, "programs/archive.html", {"program": found, "why": policies.archive.why_not(request.actor, found)}
        )
    on = request.POST.get("archive") == "1"
    if on != (found.archived_at is not None):
        (actions.archive if on else actions.restore)(found, by=request.actor)
    if on:
        messages.success(
            request,
            _("“%(program)s” is archived. You can restore it from the list of programs.") % {"program": found.name},
        )
        return redirect("programs:list")
    messages.success(request, _("The program is back."))
    return redirect(found)
