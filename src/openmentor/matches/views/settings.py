"""What counts, what must hold, and what a run aims at."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from openmentor.foundation.errors import Conflict
from openmentor.foundation.http import Request
from openmentor.matches import actions, criteria, policies
from openmentor.matches.specification import MOST, settings_of
from openmentor.matches.views.common import around, cohort_of


@login_required
@require_http_methods(["GET", "POST"])
def page(request: Request, pk: int) -> HttpResponse:
    found = cohort_of(request, pk)
    policies.configure.check(request.actor, found)
    form = criteria.SettingsForm(request.POST if request.method == "POST" else None, cohort=found)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["version"] != found.matching_version:
            raise Conflict(_("Somebody changed the settings a moment ago. Please look at them again."))
        before = found.matching_version
        actions.change_settings(found, form.settings, by=request.actor)
        if found.matching_version == before:
            messages.info(request, _("Nothing was changed."))
        else:
            messages.success(request, _("Saved. The next run uses these settings; earlier runs keep theirs."))
        return redirect("matches:cohort" if "back" in request.POST else "matches:settings", pk)
    last = found.runs.with_result().only("number", "settings", "cohort").order_by("-number").first()
    context = {
        **around(found), "form": form, "most": MOST, "last": last,
        "changes": criteria.differences(last.settings, settings_of(found)) if last is not None else [],
        "own_changes": criteria.differences({}, settings_of(found)),
    }  # fmt: skip
    return render(request, "matches/settings.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def defaults(request: Request, pk: int) -> HttpResponse:
    """Back to the usual settings."""
    found = cohort_of(request, pk)
    actions.change_settings(found, {}, by=request.actor)
    messages.success(request, _("The settings are the usual ones again."))
    return redirect("matches:settings", pk)
