"""Publishing a run: what will happen, how far it is, what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openmentor.enrollment.models import Enrollment
from openmentor.foundation.http import Request
from openmentor.matches import actions, policies, publishing
from openmentor.matches import draft as drafts
from openmentor.matches.actions.publishing import LONGEST_MESSAGE
from openmentor.matches.models import MatchingRun
from openmentor.matches.views.board import find_result, freshness_of
from openmentor.mentorships.models import Mentorship

Status = MatchingRun.Status
LISTED = 200


class PublicationForm(forms.Form):
    """What the manager writes to each role."""

    mentor = forms.CharField(
        label=_l("To the mentors"), required=False, max_length=LONGEST_MESSAGE, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_l("Stands above the match, in the mail and on the page."),
    )  # fmt: skip
    mentee = forms.CharField(
        label=_l("To the mentees"), required=False, max_length=LONGEST_MESSAGE, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@login_required
@require_http_methods(["GET", "POST"])
def publication(request: Request, pk: int) -> HttpResponse:
    """GET says what publishing will do, or how it goes; POST begins. The second of two clicks shows the first one's work."""
    run = find_result(request, pk)
    if run.status in (Status.PUBLISHING, Status.PUBLISHED):
        if request.method == "POST":
            return redirect("matches:publication", run.pk)
        return render(request, "matches/publication.html", _done(run) | _where(run))
    policies.publish.check(request.actor, run)
    form = PublicationForm(
        request.POST if request.method == "POST" else None, initial={"version": drafts.token_of(run)}
    )
    if request.method == "POST" and form.is_valid():
        words = {role: form.cleaned_data[role] for role in ("mentor", "mentee")}
        actions.publish(run, messages=words, seen=form.cleaned_data["version"], by=request.actor)
        return redirect("matches:publication", run.pk)
    left_out = publishing.left_out_now(run)
    names = dict(
        Enrollment.objects.filter(pk__in={pk for pair in left_out for pk in pair}).values_list("pk", "person__name")
    )
    numbers = publishing.numbers(run)
    context = _where(run) | {
        "form": form, "numbers": numbers, **freshness_of(run), "holding": numbers["pairs"] - len(left_out),
        "left_out": [(names.get(one, ""), names.get(other, ""), why) for (one, other), why in list(left_out.items())[:LISTED]],
        "left_out_count": len(left_out),
    }  # fmt: skip
    return render(request, "matches/publication.html", context, status=422 if request.method == "POST" else 200)


def _where(run: MatchingRun) -> dict[str, Any]:
    return {"run": run, "cohort": run.cohort, "program": run.cohort.program}


def _done(run: MatchingRun) -> dict[str, Any]:
    left_out = run.matches.in_draft().exclude(refused="").select_related("mentor__person", "mentee__person")
    return {
        "numbers": publishing.numbers(run),
        "made": Mentorship.objects.filter(run_id=run.pk).count(), "refused": list(left_out.order_by("mentor__person__name")[:LISTED]),
        "refused_count": left_out.count(), "all": run.matches.in_draft().count(), "percent": round(100 * run.progress),
    }  # fmt: skip


@login_required
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """How far publishing is, as a fragment that the page asks for again and again."""
    run = find_result(request, pk)
    return render(request, "matches/_publication.html", _done(run) | _where(run))


@login_required
@require_POST
def continuation(request: Request, pk: int) -> HttpResponse:
    """Take up a publication that came to a stop."""
    run = find_result(request, pk)
    actions.go_on_publishing(run, by=request.actor)
    return redirect("matches:publication", run.pk)
