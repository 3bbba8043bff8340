"""What a run would find: who is in, what they said, what is missing, and putting it right for all at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from openmentor.enrollment import actions as enrollment
from openmentor.enrollment import gates
from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.http import Request
from openmentor.matches import actions, looking, policies, readiness, telling
from openmentor.matches.specification import GROUPS, label, settings_of
from openmentor.matches.views.common import around, cohort_of
from openmentor.programs.models import Cohort

#: names of those held back that the page shows; all of them are in the list of applications
NAMED = 12
#: words of HR that can be mapped on one page
MAPPED = 300
KINDS = ("level", "timezone")
_LEVEL = forms.IntegerField(required=False, min_value=-50, max_value=100)


@login_required
def page(request: Request, pk: int) -> HttpResponse:
    found = cohort_of(request, pk)
    policies.look.check(request.actor, found)
    return render(request, "matches/readiness.html", _context(request, found))


def _context(request: Request, found: Cohort, faults: dict[tuple[str, str], str] | None = None, given: dict[str, dict[str, str]] | None = None) -> dict[str, Any]:  # fmt: skip
    seen = looking.see(found)
    context: dict[str, Any] = {**around(found), "seen": seen, "ready": seen.ready}
    return context | (_figures(request, found, seen.ready, faults or {}, given or {}) if seen.ready else {})


def _figures(
    request: Request, found: Cohort, ready: readiness.Readiness, faults: dict[tuple[str, str], str], given: dict[str, dict[str, str]]
) -> dict[str, Any]:  # fmt: skip
    return {
        "used": ready.used, "groups": _groups(found, ready), "faults": telling.faults(ready.faults), "held": _held(found, ready),
        "mappings": _mappings(found, ready, faults, given), "zones": sorted(clock.zones()),
        "may_configure": policies.configure(request.actor, found), "may_remind": enrollment_may_remind(request, found),
        "is_behind": any(each.why == "behind" for each in ready.dimensions),
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def figures(request: Request, pk: int) -> HttpResponse:
    """GET, asked every two seconds while new figures are worked out: nothing until they are there. POST tries again what failed.

    A page that already shows figures gets the new ones in their place, so that what is being typed below stays; one without any, and
    one that says so by ``whole``, is made anew.
    """
    found = cohort_of(request, pk)
    policies.look.check(request.actor, found)
    if request.method == "POST":
        looking.ask_again(found)
        return redirect("matches:readiness", pk)
    if not request.htmx:
        return redirect("matches:readiness", pk)
    seen, shown = looking.see(found), request.GET.get("seen", "")
    if not (seen.is_current or seen.has_failed) and seen.mark == shown:
        return HttpResponse(status=204)
    if seen.ready is None or not shown or request.GET.get("whole"):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "matches/_figures.html", _context(request, found))


def enrollment_may_remind(request: Request, found: Cohort) -> bool:
    from openmentor.enrollment.policies import remind_held

    return bool(remind_held(request.actor, found))


def _groups(found: Cohort, ready: readiness.Readiness) -> list[dict[str, Any]]:
    """The dimensions as the settings group them, the organization's own last."""
    settings = settings_of(found)
    by_key = {each.key: each for each in ready.dimensions}
    known = {key for _title, keys in GROUPS for key in keys}
    titled = [*GROUPS, (_l("Your own"), tuple(key for key in by_key if key not in known))]
    return [
        {"title": title, "rows": [{"name": label(key, settings).capitalize(), "is": by_key[key]} for key in keys if key in by_key]}
        for title, keys in titled if any(key in by_key for key in keys)
    ]  # fmt: skip


def _held(found: Cohort, ready: readiness.Readiness) -> list[dict[str, Any]]:
    """For each gate, how many it holds and the first of them. A query a gate that holds somebody."""
    inside = Enrollment.objects.approved().filter(cohort=found, person__left_on=None)
    held = gates.with_gates(inside, found).select_related("person").order_by("person__family_name", "pk")
    is_on = {gates.Gate.SURVEY: found.gate_survey, gates.Gate.EXPECTATIONS: found.gate_expectations}
    listed = reverse("enrollment:applications", args=[found.pk])
    rows = []
    for gate in gates.Gate:
        count = ready.held_by[gate.value]
        rows.append(
            {"label": str(gate.label).capitalize(), "is_on": is_on[gate], "count": count, "more": max(0, count - NAMED),
             "some": list(held.filter(**{f"held_{gate.value}": True})[:NAMED]) if count else [],
             "href": f"{listed}?status=approved&gate={gate.value}"}
        )  # fmt: skip
    return rows


def _mappings(
    found: Cohort, ready: readiness.Readiness, faults: dict[tuple[str, str], str], given: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    tables = []
    for kind in KINDS:
        words, told = ready.unmapped[kind], (found.mappings or {}).get(kind, {})
        rows = [
            {"word": each.word, "people": each.people, "fault": faults.get((kind, each.word), ""),
             "value": given.get(kind, {}).get(each.word, told.get(each.word, ""))}
            for each in words[:MAPPED]
        ]  # fmt: skip
        tables.append({"kind": kind, "rows": rows, "more": max(0, len(words) - MAPPED)})
    return tables


@login_required
@require_POST
def mappings(request: Request, pk: int) -> HttpResponse:
    """Say once for all which level a position has and in which time zone a site lies; an emptied cell takes it back."""
    found = cohort_of(request, pk)
    policies.configure.check(request.actor, found)
    given = _given(request.POST)
    cleaned, faults = _cleaned(given)
    if faults:
        return render(request, "matches/readiness.html", _context(request, found, faults, given), status=422)
    before = found.matching_version
    actions.map_facts(found, cleaned, by=request.actor)
    if found.matching_version != before:
        messages.success(request, _("Saved. The next run uses it."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect(reverse("matches:readiness", args=[pk]) + "#mappings")


def _given(data: QueryDict) -> dict[str, dict[str, str]]:
    """kind -> word -> what was written. The words travel along, so that a pool that changed meanwhile moves no answer to another row."""
    return {
        kind: dict(zip(data.getlist(f"{kind}-word")[:MAPPED], (value.strip() for value in data.getlist(f"{kind}-value")[:MAPPED]), strict=False))
        for kind in KINDS
    }  # fmt: skip


def _cleaned(given: dict[str, dict[str, str]]) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], str]]:
    faults: dict[tuple[str, str], str] = {}
    cleaned: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    zones = {zone.casefold(): zone for zone in clock.zones()}
    for word, value in given["level"].items():
        try:
            cleaned["level"][word[:200]] = _LEVEL.clean(value)
        except forms.ValidationError as error:
            faults["level", word] = error.messages[0]
    for word, value in given["timezone"].items():
        if value and value.casefold() not in zones:
            faults["timezone", word] = _(
                "This is no time zone that we know. Choose one of the list, such as Europe/Berlin."
            )
        else:
            cleaned["timezone"][word[:200]] = zones.get(value.casefold(), "")
    return cleaned, faults


@login_required
@require_POST
def reminders(request: Request, pk: int) -> HttpResponse:
    """Ask everybody whom a gate holds back; nobody twice within a day."""
    found = cohort_of(request, pk)
    asked = enrollment.remind_held(found, by=request.actor)
    if asked:
        text = ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", asked)
        messages.success(request, text % {"count": asked})
    else:
        messages.info(request, _("Nobody was left to remind: each is reminded once a day at most."))
    return redirect(reverse("matches:readiness", args=[pk]) + "#held")


@login_required
@require_POST
def averages(request: Request, pk: int) -> HttpResponse:
    """Let what was answered since the first run count in the next one."""
    actions.measure_anew(cohort_of(request, pk), by=request.actor)
    messages.success(
        request, _("The next run measures averages anew. Its fits can't be compared with those of earlier runs.")
    )
    return redirect("matches:readiness", pk)
