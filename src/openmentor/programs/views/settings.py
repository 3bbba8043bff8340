"""Settings, a page for each section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openmentor.foundation.errors import Conflict
from openmentor.foundation.http import Request
from openmentor.programs import actions, policies
from openmentor.programs.actions.cohort import by_role
from openmentor.programs.forms import ChangedExpectationsForm, CohortForm, EntryForm, LandingForm, PurposeForm, warnings
from openmentor.programs.models import Cohort, Program


def _program(request: Request, pk: int) -> Program:
    program = get_object_or_404(
        Program.objects.visible_to(request.actor).select_related("coordinator", "stand_in"), pk=pk
    )
    policies.manage.check(request.actor, program)
    return program


def _cohort(request: Request, pk: int) -> Cohort:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.actor).select_related("program"), pk=pk)
    policies.change_cohort.check(request.actor, cohort)
    return cohort


def _page(
    request: Request, section: str, program: Program, cohort: Cohort | None, form: forms.BaseForm, **more: Any
) -> HttpResponse:
    context = {
        "program": program,
        "cohort": cohort or Cohort.objects.filter(program=program).current(),
        "form": form,
        "section": section,
        **more,
    }
    return render(request, f"programs/settings/{section}.html", context, status=422 if form.errors else 200)


@login_required
def purpose(request: Request, pk: int) -> HttpResponse:
    program = _program(request, pk)
    # Forms write on their instance while they check; the row that the page and the action look at stays as it is.
    form = PurposeForm(request.POST or None, instance=_program(request, pk))
    if request.method == "POST" and form.is_valid():
        actions.change(program, form.cleaned_data, by=request.actor)
        messages.success(request, _("Saved."))
        return redirect("programs:settings", pk=program.pk)
    return _page(request, "purpose", program, None, form)


@login_required
def landing(request: Request, pk: int) -> HttpResponse:
    program = _program(request, pk)
    form = LandingForm(request.POST or None, instance=_program(request, pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(program, form.cleaned_data, by=request.actor)
        except Conflict as refusal:
            form.add_error("slug", refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:landing_settings", pk=program.pk)
    return _page(request, "landing", program, None, form)


@login_required
def cohort(request: Request, pk: int) -> HttpResponse:
    found = _cohort(request, pk)
    form = CohortForm(request.POST or None, instance=_cohort(request, pk))
    if request.method == "POST" and form.is_valid():
        actions.change_cohort(found, form.cleaned_data, by=request.actor)
        messages.success(request, _("Saved."))
        return redirect("programs:cohort_settings", pk=found.pk)
    return _page(
        request, "cohort", found.program, found, form, warnings=list(warnings("", found.starts_on, found.ends_on))
    )


@login_required
def entry(request: Request, pk: int) -> HttpResponse:
    found = _cohort(request, pk)
    form = EntryForm(request.POST or None, instance=_cohort(request, pk))
    if request.method == "POST" and form.is_valid():
        actions.change_cohort(found, form.cleaned_data, by=request.actor)
        messages.success(request, _("Saved."))
        return redirect("programs:entry", pk=found.pk)
    return _page(request, "entry", found.program, found, form, warnings=list(warnings(found.enrollment, None, None)))


@login_required
def expectations(request: Request, pk: int) -> HttpResponse:
    found = _cohort(request, pk)
    form = ChangedExpectationsForm(request.POST or None, initial=by_role(found))
    if request.method == "POST" and form.is_valid():
        anew = form.cleaned_data["anew"]
        actions.set_expectations(
            found, {role: form.cleaned_data[role] for role in ("mentor", "mentee")}, anew=anew, by=request.actor
        )
        messages.success(request, _("Saved. Everybody is asked to accept them again.") if anew else _("Saved."))
        return redirect("programs:expectations", pk=found.pk)
    return _page(request, "expectations", found.program, found, form)
