"""A new program, a copy of one, another cohort."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openmentor.foundation.http import Request
from openmentor.programs import actions, policies
from openmentor.programs.forms import (
    CohortForm,
    DuplicateForm,
    EntryChoiceForm,
    ExpectationsForm,
    ManagersForm,
    PurposeForm,
    new_cohort_initial,
)
from openmentor.programs.models import Cohort, Program


@login_required
def create(request: Request) -> HttpResponse:
    """One page: what it is for, who answers for it, its first cohort, what people promise. All else has good defaults."""
    policies.create.check(request.actor, None)
    person = request.user
    asks_managers = request.actor.is_administrator
    data = request.POST if request.method == "POST" else None
    purpose = PurposeForm(data, prefix="program", initial={"coordinator": person})
    managers = ManagersForm(data, prefix="run", initial={"manager": person}) if asks_managers else None
    cohort = CohortForm(data, prefix="cohort", initial=new_cohort_initial(person))
    entry = EntryChoiceForm(data, prefix="entry")
    expectations = ExpectationsForm(data, prefix="expectations", initial=ExpectationsForm.new().initial)
    forms: list[Any] = [form for form in (purpose, managers, cohort, entry, expectations) if form is not None]
    checked = [form.is_valid() for form in forms]  # each says its errors, not only the first
    if data is not None and all(checked):
        program = actions.create(
            purpose.cleaned_data,
            managers=[managers.cleaned_data["manager"] if managers else person],
            cohort={**cohort.cleaned_data, **entry.cleaned_data},
            expectations=expectations.cleaned_data,
            by=request.actor,
        )
        messages.success(request, _("“%(program)s” is there. Nobody sees it yet.") % {"program": program.name})
        return redirect(program)
    context = {
        "purpose": purpose,
        "managers": managers,
        "cohort": cohort,
        "entry": entry,
        "expectations": expectations,
        "forms": forms,
    }
    return render(request, "programs/create.html", context, status=422 if data is not None else 200)


@login_required
def duplicate(request: Request, pk: int) -> HttpResponse:
    original = get_object_or_404(Program.objects.visible_to(request.actor), pk=pk)
    policies.duplicate.check(request.actor, original)
    form = DuplicateForm(request.POST or None, initial={"name": _("Copy of %(program)s") % {"program": original.name}})
    if request.method == "POST" and form.is_valid():
        copy = actions.duplicate(original, name=form.cleaned_data["name"], by=request.actor)
        messages.success(request, _("The copy is there, with its texts and settings and without people or dates."))
        return redirect(copy)
    return render(
        request, "programs/duplicate.html", {"program": original, "form": form}, status=422 if form.errors else 200
    )


@login_required
def create_cohort(request: Request, pk: int) -> HttpResponse:
    """The next run: like the last one, with dates of its own."""
    program = get_object_or_404(Program.objects.visible_to(request.actor), pk=pk)
    policies.manage.check(request.actor, program)
    before = Cohort.objects.filter(program=program).prefetch_related("expectations").first()
    initial = new_cohort_initial(request.user)
    if before is not None:
        initial |= {
            name: getattr(before, name)
            for name in CohortForm.Meta.fields
            if name not in ("name", "starts_on", "ends_on")
        }
    form = CohortForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        cohort = actions.create_cohort(program, form.cleaned_data, like=before, by=request.actor)
        messages.success(request, _("The cohort is there, as a draft."))
        return redirect(cohort)
    return render(
        request,
        "programs/create_cohort.html",
        {"program": program, "form": form, "before": before},
        status=422 if form.errors else 200,
    )
