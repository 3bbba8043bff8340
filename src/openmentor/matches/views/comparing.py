"""Two runs side by side; lists made by hand beside a run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from openmentor.foundation.http import Request
from openmentor.foundation.ui.widgets import FileDrop
from openmentor.matches import actions, comparing, criteria, lists, policies, telling
from openmentor.matches.models import ComparedList, MatchingRun, RunInput
from openmentor.matches.views.common import around, cohort_of
from openmentor.people.importing.faults import InvalidFile
from openmentor.programs.models import Cohort

SHOWN = 20


class ListForm(forms.Form):
    name = forms.CharField(label=_l("What to call it"), max_length=200, required=False, help_text=_l("Left empty, it is called like the file."))  # fmt: skip
    file = forms.FileField(
        label=_l("The list"), widget=FileDrop(accept=".csv,.tsv,.txt,.xlsx", note=_l("CSV or XLSX, up to 5 MB."), limit_mb=lists.LIMIT_MB),
        help_text=_l("A row for each pair, with a column “mentor” and a column “mentee”. People are found by name, e-mail address or personnel number."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > lists.LIMIT_MB * 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": lists.LIMIT_MB})
        return file


def _results(cohort: Cohort) -> list[MatchingRun]:
    """Runs with a result, the newest first, without what weighs much."""
    return list(cohort.runs.with_result().defer("report", "messages").order_by("-number"))


def _chosen(runs: list[MatchingRun], number: str | None, default: MatchingRun | None) -> MatchingRun | None:
    return next((run for run in runs if str(run.number) == number), default)


@login_required
def comparison(request: Request, pk: int) -> HttpResponse:
    """Two runs: the later one's settings are the measure unless they were chosen the other way round."""
    found = cohort_of(request, pk)
    policies.compare.check(request.actor, found)
    runs = _results(found)
    second = _chosen(runs, request.GET.get("second"), runs[0] if runs else None)
    first = _chosen(runs, request.GET.get("first"), next((run for run in runs if run != second), None))
    context: dict[str, Any] = {**around(found), "runs": runs, "first": first, "second": second}
    if first is not None and second is not None and first != second:
        earlier, run = (found.runs.select_related("cohort").get(pk=each.pk) for each in (first, second))
        context |= {
            "comparison": comparing.with_run(run, earlier), "same_measure": comparing.same_measure(run, earlier),
            "differences": criteria.differences(earlier.settings, run.settings),
            "their_title": _("Run %(number)d") % {"number": earlier.number}, "our_title": _("Run %(number)d") % {"number": run.number},
            "proof": telling.proof(run.gap),
        }  # fmt: skip
    return render(request, "matches/comparison.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def all_lists(request: Request, pk: int) -> HttpResponse:
    """Bring a list, and see those that were brought."""
    found = cohort_of(request, pk)
    policies.compare.check(request.actor, found)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            compared = actions.import_list(
                found, file.read(), form.cleaned_data["name"].strip() or file.name or _("List"), by=request.actor
            )
        except InvalidFile as invalid:
            faults = [str(fault) for fault in invalid.faults]
        else:
            return redirect("matches:list", compared.pk)
    context = {
        **around(found), "form": form, "faults": faults, "has_result": found.runs.with_result().exists(),
        "lists": found.compared_lists.select_related("created_by")[:SHOWN],
    }  # fmt: skip
    return render(request, "matches/lists.html", context, status=422 if form.errors or faults else 200)


def _list_of(request: Request, pk: int) -> ComparedList:
    return get_object_or_404(ComparedList.objects.visible_to(request.actor).select_related("cohort__program"), pk=pk)


@login_required
def one_list(request: Request, pk: int) -> HttpResponse:
    """A list beside a run: by default the one that most people had a part in, the newest of such.

    A later run that only fills gaps knows nothing of the others, and nearly every pair of the list would break its rules.
    """
    compared = _list_of(request, pk)
    found = compared.cohort
    policies.compare.check(request.actor, found)
    runs = _results(found)
    sizes = dict(RunInput.objects.filter(run__in=[run.pk for run in runs]).values_list("run").annotate(Count("pk")))
    largest = max(runs, key=lambda run: (sizes.get(run.pk, 0), run.number), default=None)
    chosen = _chosen(runs, request.GET.get("run"), largest)
    context: dict[str, Any] = {
        **around(found), "list": compared, "runs": runs, "run": chosen, "faults": compared.faults[:100], "pairs": len(compared.pairs),
        "may_remove": policies.remove_list(request.actor, compared),
    }  # fmt: skip
    if chosen is not None:
        run = found.runs.select_related("cohort").get(pk=chosen.pk)
        context |= {
            "comparison": comparing.with_list(run, compared), "their_title": compared.name, "our_title": _("Run %(number)d") % {"number": run.number},
            "proof": telling.proof(run.gap),
        }  # fmt: skip
    return render(request, "matches/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def removal(request: Request, pk: int) -> HttpResponse:
    """Throw a list away: a GET asks first."""
    compared = _list_of(request, pk)
    policies.remove_list.check(request.actor, compared)
    if request.method == "POST":
        actions.remove_list(compared, by=request.actor)
        messages.success(request, _("The list is thrown away."))
        return redirect("matches:lists", compared.cohort_id)
    return render(request, "matches/list_removal.html", {**around(compared.cohort), "list": compared})
