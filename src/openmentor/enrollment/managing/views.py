"""The doors of a cohort's managers."""

from __future__ import annotations

import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from openmentor.enrollment import actions, eligibility, gates, policies
from openmentor.enrollment.actions.approving import Decided
from openmentor.enrollment.applying import pages
from openmentor.enrollment.applying.application import expectations_of
from openmentor.enrollment.applying.words import AS, standing
from openmentor.enrollment.managing.forms import QuestionsForm
from openmentor.enrollment.managing.listing import PAGE, ApplicationFilter, ApplicationTable, applications, counts
from openmentor.enrollment.models import Enrollment, Preference, Role, Veto
from openmentor.foundation.errors import Denied
from openmentor.foundation.http import Request
from openmentor.foundation.ids import numbers
from openmentor.programs.models import Cohort
from openmentor.surveys.models import Answer, Question
from openmentor.surveys.showing import shown
from openmentor.surveys.standard import MOST_REQUIRED, ensure

Status = Enrollment.Status
_MANY = {"approve": actions.approve_many, "waitlist": actions.waitlist_many, "decline": actions.decline_many}


def _cohort(request: Request, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.run_by(request.actor).select_related("program", "questionnaire"), pk=pk)


@login_required
def listing(request: Request, cohort: int) -> HttpResponse:
    """All applications of a cohort."""
    found = _cohort(request, cohort)
    policies.see_applications.check(request.actor, found)
    query = QueryDict(request.GET.urlencode(), mutable=True)
    filters = ApplicationFilter(query, queryset=applications(found), cohort=found)
    table = ApplicationTable(filters.qs)
    tables.RequestConfig(request, paginate={"per_page": PAGE}).configure(table)
    by_status = counts(found)
    context = {
        "cohort": found, "program": found.program, "table": table, "filter": filters, "counts": by_status, "total": sum(by_status.values()),
        "undecided": by_status.get(Status.APPLIED, 0), "waiting": by_status.get(Status.WAITLISTED, 0), "inside": by_status.get(Status.APPROVED, 0),
        "held": gates.held(found).count(), "may_decide": policies.decide_many(request.actor, found),
        "may_import": policies.import_applications(request.actor, found), "may_change_questions": policies.change_questions(request.actor, found),
    }  # fmt: skip
    return render(request, "enrollment/managing/applications.html", context)


@login_required
@require_POST
def decisions(request: Request, cohort: int) -> HttpResponse:
    """Approve, waitlist or decline those that were ticked."""
    found = _cohort(request, cohort)
    chosen = numbers(request.POST.getlist("enrollment"))
    act = _MANY.get(request.POST.get("decision", ""))
    if act is None or not chosen:
        messages.info(request, _("Choose some applications first."))
    else:
        _say(request, act(found, chosen, by=request.actor))
    # Back to the list with its filters; a form that was forged leads nowhere else.
    listed, back = reverse("enrollment:applications", args=[cohort]), request.POST.get("back", "")
    return redirect(back if back == listed or back.startswith(f"{listed}?") else listed)


def _say(request: Request, decided: Decided) -> None:
    if decided.done:
        messages.success(
            request,
            ngettext("%(count)d application decided.", "%(count)d applications decided.", decided.done)
            % {"count": decided.done},
        )
    elif not decided.no_room:
        messages.info(request, _("Nothing was left to decide."))
    if decided.no_room:
        messages.warning(
            request,
            ngettext(
                "%(count)d stays open: the cohort is full.", "%(count)d stay open: the cohort is full.", decided.no_room
            )
            % {"count": decided.no_room},
        )


@login_required
@require_http_methods(["GET", "POST"])
def by_rule(request: Request, cohort: int) -> HttpResponse:
    """Let all in who are eligible: says first how many that would be."""
    found = _cohort(request, cohort)
    policies.decide_many.check(request.actor, found)
    if request.method == "POST":
        _say(request, actions.approve_by_rule(found, by=request.actor))
        if "waitlist" in request.POST:
            rest = Enrollment.objects.filter(cohort=found, status=Status.APPLIED).values_list("pk", flat=True)
            eligible = eligibility.eligible(Enrollment.objects.filter(pk__in=rest), found).values_list("pk", flat=True)
            actions.waitlist_many(found, list(eligible), by=request.actor)
        return redirect("enrollment:applications", cohort)
    waiting = Enrollment.objects.filter(cohort=found, status__in=(Status.APPLIED, Status.WAITLISTED))
    inside = (
        Enrollment.objects.filter(cohort=found, status__in=(Status.APPROVED, Status.COMPLETED))
        .values("person")
        .distinct()
        .count()
    )
    context = {
        "cohort": found, "waiting": waiting.count(), "eligible": eligibility.eligible(waiting, found).count(),
        "conditions": list(eligibility.criteria(found).sentences()), "inside": inside,
        "room": None if found.target_count is None else max(0, found.target_count - inside),
    }  # fmt: skip
    return render(request, "enrollment/managing/by_rule.html", context)


@login_required
def enrollment(request: Request, pk: int) -> HttpResponse:
    """One application, for the managers; one's own leads to one's own page."""
    found = get_object_or_404(
        Enrollment.objects.visible_to(request.actor).select_related("cohort__program", "person__manager", "response"),
        pk=pk,
    )
    if not policies.see_applications(request.actor, found.cohort):
        return redirect("enrollment:own", found.cohort_id)
    return render(request, "enrollment/managing/application.html", _application(request, found))


def _application(request: Request, found: Enrollment) -> dict[str, object]:
    marked = applications(found.cohort).get(pk=found.pk)
    answers = (
        list(Answer.objects.for_managers().filter(response=found.response_id).select_related("question"))
        if found.response_id
        else []
    )
    siblings = Enrollment.objects.filter(cohort=found.cohort, person=found.person_id).exclude(pk=found.pk)
    actor = request.actor
    return {
        "enrollment": found, "cohort": found.cohort, "program": found.cohort.program, "person": found.person, "title": AS[Role(found.role)],
        "standing": standing(found), "gates": gates.gates_of(marked), "is_eligible": marked.is_eligible,  # type: ignore[attr-defined]
        "facts": pages.facts(found.person), "siblings": siblings,
        "profile": shown([each for each in answers if each.question.audience == Question.Audience.PROFILE], roles={found.role}),
        "matching": shown([each for each in answers if each.question.audience == Question.Audience.MATCHING], roles={found.role}),
        "wishes": Preference.objects.filter(enrollment=found).select_related("person"),
        "vetoes": Veto.objects.visible_to(actor).filter(author=found.person_id).select_related("person"),
        "promised": expectations_of(found.cohort, [found.role]).get(found.role, []),
        "may_approve": policies.approve(actor, found), "may_waitlist": policies.waitlist(actor, found), "may_decline": policies.decline(actor, found),
        "may_reopen": policies.reopen(actor, found), "may_withdraw": policies.withdraw(actor, found), "is_own": found.person_id == actor.person_id,
    }  # fmt: skip


def _decide(request: Request, pk: int, verb: str, done: str) -> HttpResponse:
    found = get_object_or_404(
        Enrollment.objects.visible_to(request.actor).select_related("cohort__program", "person"), pk=pk
    )
    getattr(actions, verb)(found, by=request.actor)
    messages.success(request, done % {"name": found.person.name})
    return redirect(found)


@login_required
@require_POST
def approval(request: Request, pk: int) -> HttpResponse:
    return _decide(request, pk, "approve", _("%(name)s is in."))


@login_required
@require_POST
def waiting(request: Request, pk: int) -> HttpResponse:
    return _decide(request, pk, "waitlist", _("%(name)s waits for a place."))


@login_required
@require_POST
def declining(request: Request, pk: int) -> HttpResponse:
    return _decide(request, pk, "decline", _("%(name)s is declined. You can open the application again."))


@login_required
@require_POST
def taking_back(request: Request, pk: int) -> HttpResponse:
    return _decide(request, pk, "reopen", _("The application of %(name)s is open again."))


@login_required
@require_POST
def stepping_back(request: Request, pk: int) -> HttpResponse:
    """On behalf of somebody who can't: a leaver, or one who said it by mail."""
    return _decide(request, pk, "withdraw", _("%(name)s no longer takes part."))


@login_required
@require_POST
def reminders(request: Request, cohort: int) -> HttpResponse:
    """Ask everybody whom a gate holds back."""
    found = _cohort(request, cohort)
    asked = actions.remind_held(found, by=request.actor)
    if asked:
        messages.success(
            request,
            ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", asked) % {"count": asked},
        )
    else:
        messages.info(request, _("Nobody was left to remind: each is reminded once a day at most."))
    return redirect("enrollment:applications", cohort)


@login_required
@require_http_methods(["GET", "POST"])
def questions(request: Request, cohort: int) -> HttpResponse:
    """Which questions this cohort is asked."""
    found = _cohort(request, cohort)
    policies.change_questions.check(request.actor, found)
    actions.ensure_questionnaire(found)
    ensure()
    form = QuestionsForm(request.POST or None, cohort=found, questions=list(Question.objects.newest()))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_questions(found, form.uses, by=request.actor)
        except Denied as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("enrollment:questions", cohort)
    context = {
        "cohort": found,
        "program": found.program,
        "form": form,
        "most": MOST_REQUIRED,
        "required": form.most_required if not form.errors else {},
    }
    return render(request, "enrollment/managing/questions.html", context, status=422 if form.errors else 200)
