"""A cohort's matching: what to do next, its runs, and starting, following and ending one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.http import Request
from openmentor.matches import actions, criteria, looking, policies, readiness, telling
from openmentor.matches.models import MatchingRun
from openmentor.matches.specification import settings_of
from openmentor.matches.views.common import around, cohort_of, run_of
from openmentor.programs import actions as programs
from openmentor.programs import steps
from openmentor.programs.models import Cohort

Status = MatchingRun.Status
#: runs on the page, the newest first
SHOWN = 30


@login_required
def cohort(request: Request, pk: int) -> HttpResponse:
    found = cohort_of(request, pk)
    policies.look.check(request.actor, found)
    seen = looking.see(found)
    ready = seen.ready
    runs = list(
        found.runs.defer("report", "messages").annotate(pairs=F("report__counts__pairs")).select_related("created_by").order_by("-number")[:SHOWN]
    )  # fmt: skip
    rows = [_row(request, found, run, ready) for run in runs]
    compared = [run for run in runs if run.has_result]
    last = next((run for run in runs if run.status != Status.CANCELLED), None)
    context = {
        **around(found), "seen": seen, "ready": ready, "used": ready.used[:5] if ready else [], "rows": rows, "next": _next(request, found, last, rows),
        "compared": compared, "settings_aim": telling.aim(settings_of(found)),
        "changes": criteria.differences(compared[0].settings, settings_of(found)) if compared else [],
        "last_with_result": compared[0] if compared else None, "may_configure": policies.configure(request.actor, found),
        "why_not_start": policies.start.why_not(request.actor, found),
    }  # fmt: skip
    return render(request, "matches/cohort.html", context)


def _row(request: Request, found: Cohort, run: MatchingRun, ready: readiness.Readiness | None) -> dict[str, Any]:
    run.cohort = found
    return {
        "run": run, "tone": telling.TONES[run.status], "aim": telling.aim(run.settings), "proof": telling.proof(run.gap),
        "pairs": run.pairs,  # type: ignore[attr-defined]
        "average": run.value / run.pairs if run.value is not None and run.pairs else None,  # type: ignore[attr-defined]
        "total": telling.written("total fit", run.value),
        "has_changed": run.status == Status.READY and bool(run.pool_digest) and ready is not None
        and run.pool_digest != ready.digest,
        "may_discard": policies.discard(request.actor, run), "may_cancel": policies.cancel(request.actor, run),
    }  # fmt: skip


def _next(request: Request, found: Cohort, last: MatchingRun | None, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The one thing to do now, for the card on top."""
    if not found.takes_runs:
        step = steps.next_step(found)
        if step is None:
            return {"name": "over"}
        missing = steps.missing(step.name, found)
        return {"name": "begin" if step.name == "begin_matching" else "wait", "step": step, "missing": missing}
    live = next((row["run"] for row in rows if row["run"].is_live), None)
    if live is not None:
        return {"name": "follow", "run": live}
    if last is None:
        return {"name": "start"}
    if last.status == Status.READY:
        changed = next((row["has_changed"] for row in rows if row["run"].pk == last.pk), False)
        return {"name": "changed" if changed else "publish", "run": last}
    return {"name": "failed" if last.status == Status.FAILED else "again", "run": last}


@login_required
@require_POST
def beginning(request: Request, pk: int) -> HttpResponse:
    """The cohort's step to matching, from where one needs it. A second click finds it done."""
    found = cohort_of(request, pk)
    if found.status == Cohort.Status.MATCHING:
        messages.info(request, _("This was done already."))
    else:
        programs.begin_matching(found, by=request.actor)
        messages.success(request, str(steps.STEPS["begin_matching"].done))
    return redirect("matches:cohort", pk)


@login_required
@require_POST
def runs(request: Request, pk: int) -> HttpResponse:
    """Start a run. A second click leads to the run that the first one started."""
    found = cohort_of(request, pk)
    try:
        run = actions.start(found, by=request.actor)
    except (Conflict, Denied):
        live = found.runs.live().first()
        if live is None or not policies.look(request.actor, found):
            raise
        return redirect(live)
    return redirect(run)


@login_required
def progress(request: Request, pk: int) -> HttpResponse:
    """Asked every two seconds while a run goes on; then the page shows what came of it."""
    found = run_of(request, pk)
    policies.look.check(request.actor, found.cohort)
    response = render(request, "matches/_progress.html", {"run": found})
    if not found.is_live:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def cancellation(request: Request, pk: int) -> HttpResponse:
    """End a run that goes on. One that was over in the meantime stays as it is."""
    found = run_of(request, pk)
    try:
        actions.cancel(found, by=request.actor)
    except (Conflict, Denied) as refusal:
        if not policies.look(request.actor, found.cohort):
            raise
        messages.info(request, refusal.sentence)
    else:
        messages.success(request, _("Run %(number)d is cancelled.") % {"number": found.number})
    if request.htmx:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return redirect(found)


@login_required
@require_http_methods(["GET", "POST"])
def discarding(request: Request, pk: int) -> HttpResponse:
    """Put a result away: a GET asks first."""
    found = run_of(request, pk)
    if request.method == "POST":
        if found.status == Status.DISCARDED and policies.look(request.actor, found.cohort):
            messages.info(request, _("This was done already."))
        else:
            actions.discard(found, by=request.actor)
            messages.success(
                request, _("Run %(number)d is put away. You can still look at it.") % {"number": found.number}
            )
        return redirect("matches:cohort", found.cohort_id)
    policies.discard.check(request.actor, found)
    return render(request, "matches/run_discard.html", {**around(found.cohort), "run": found})
