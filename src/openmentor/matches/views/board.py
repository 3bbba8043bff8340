"""The board of a run: looked at, changed by hand, asked about."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openmentor.enrollment.models import Enrollment, Role
from openmentor.foundation.errors import Conflict, Denied, Refusal
from openmentor.foundation.http import Request
from openmentor.foundation.ids import number
from openmentor.matches import actions, desk, looking, policies, questions
from openmentor.matches import board as boards
from openmentor.matches import draft as drafts
from openmentor.matches.draft import Draft, Plan
from openmentor.matches.models import Hold, MatchingRun, RunInput
from openmentor.mentorships.models import Mentorship

#: people up to which the pool is looked through again while the page is made; beyond, the page asks for it afterwards
AT_ONCE = 500
KEPT_OF_QUERY = ("q", "show", "sort", "page")
NOBODY = "none"
#: more lanes than a board shows
LANES = 100


class HoldForm(forms.Form):
    kind = forms.ChoiceField(choices=Hold.Kind.choices, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_l("Why?"),
        required=False,
        max_length=300,
        help_text=_l("For you and the other managers. The two never read it."),
    )


def find(request: Request, pk: int) -> MatchingRun:
    """A run that the reader may see; 404 for what is absent and for what is not theirs alike."""
    return get_object_or_404(MatchingRun.objects.visible_to(request.actor).select_related("cohort__program"), pk=pk)


def find_result(request: Request, pk: int) -> MatchingRun:
    run = find(request, pk)
    if not run.has_result:
        raise Http404
    return run


def is_small(run: MatchingRun) -> bool:
    """Whether its pool is looked through again while a page is made."""
    counts = run.report.get("counts", {})
    return bool(counts.get("mentors", 0) + counts.get("mentees", 0) <= AT_ONCE)


def freshness_of(run: MatchingRun) -> dict[str, Any]:
    """What ``_freshness.html`` needs: whether the pool has changed since, or that the page asks afterwards."""
    is_ready = run.status == MatchingRun.Status.READY
    changed = looking.has_changed(run) if is_ready and is_small(run) else False
    return {"has_changed": changed, "ask_freshness": is_ready and (changed is None or not is_small(run))}


def query_of(request: Request) -> QueryDict:
    """How the board is filtered on the page that asks, whichever way it asks."""
    asked = request.GET
    if request.htmx and request.htmx.current_url:
        asked = QueryDict(urlsplit(request.htmx.current_url).query)
    kept = QueryDict(mutable=True)
    for name in KEPT_OF_QUERY:
        if asked.get(name):
            kept[name] = str(asked[name])[:100]
    return kept


def context_of(request: Request, run: MatchingRun) -> dict[str, Any]:
    query = query_of(request) if request.method == "POST" else request.GET
    kept = {name: query[name] for name in KEPT_OF_QUERY if query.get(name)}
    found = boards.build(run, query, urlencode(kept))
    may_draft = policies.draft(request.actor, run)
    return {
        "run": run, "cohort": run.cohort, "program": run.cohort.program, "board": found, "may_draft": may_draft,
        "may_hold": policies.hold(request.actor, run.cohort),
        "proof": boards.proof(run, found.draft, is_changed=found.is_changed), "levels": boards.levels(run, found.draft),
        "unmet": boards.unmet(run), "words": boards.settings_in_words(run),
        **freshness_of(run),
        "made_by_hand": sum(not each.is_undone for each in found.changes),
    }  # fmt: skip


@login_required
@require_GET
def board(request: Request, pk: int) -> HttpResponse:
    """The pairs of a run; how far it is, or why it has no result, while it has none."""
    run = find(request, pk)
    policies.look.check(request.actor, run.cohort)
    if not run.has_result:
        context = {"run": run, "cohort": run.cohort, "program": run.cohort.program}
        return render(request, "matches/board_without_result.html", context)
    return render(request, "matches/board.html", context_of(request, run))


def _answer(request: Request, run: MatchingRun, *, status: int = 200) -> HttpResponse:
    """The fresh board: as a fragment for htmx, as a page for everybody else."""
    if request.htmx:
        run.refresh_from_db()
        return render(request, "matches/_board.html", context_of(request, run), status=status)
    if status == 409:
        return render(request, "matches/board.html", context_of(request, run), status=status)
    kept = query_of(request).urlencode()
    return redirect(f"{run.get_absolute_url()}?{kept}" if kept else run.get_absolute_url())


def _number(given: str | None) -> int | None:
    """An id from a form; None for nobody. Raises 404 for what is no id."""
    if given in (None, "", NOBODY):
        return None
    found = number(given)
    if found is None:
        raise Http404
    return found


def _seen(request: Request) -> int:
    given = number(request.POST.get("version") or request.GET.get("version"))
    return -1 if given is None else given


def _in_run(run: MatchingRun, *enrollments: int | None) -> dict[int, Enrollment]:
    """These people as the run knew them; 404 if one was no part of it."""
    wanted = [pk for pk in enrollments if pk is not None]
    took_part = RunInput.objects.filter(run=run, enrollment__in=wanted).values("enrollment")
    found = Enrollment.objects.filter(pk__in=took_part).select_related("person").in_bulk()
    if set(wanted) - found.keys():
        raise Http404
    return found


def _moved(request: Request, run: MatchingRun) -> tuple[int, int | None, int | None, int | None, dict[int, Enrollment]]:
    given = request.POST if request.method == "POST" else request.GET
    mentee, source, target, swap = (_number(given.get(name)) for name in ("item", "from", "to", "swap"))
    if mentee is None:
        raise Http404
    people = _in_run(run, mentee, source, target, swap)
    if people[mentee].role != Role.MENTEE or any(
        people[pk].role != Role.MENTOR for pk in (source, target) if pk is not None
    ):
        raise Http404
    return mentee, source, target, swap, people


@login_required
@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    """GET: with whom somebody could be put, each with its cost. POST moves a mentee ``item`` ``from`` one mentor ``to`` another."""
    run = find_result(request, pk)
    policies.draft.check(request.actor, run)
    if request.method == "GET":
        return _candidates(request, run)
    mentee, source, target, swap, people = _moved(request, run)
    try:
        plan = actions.move(
            run, mentee=mentee, source=source, target=target, swap=swap, seen=_seen(request), by=request.actor
        )
    except Conflict as conflict:
        messages.error(request, conflict.sentence)
        return _answer(request, run, status=409)
    names = {pk: each.person.name for pk, each in people.items()}
    said = in_words(plan, names | _names(plan), is_done=True)
    # Who is far down the board doesn't see the line at its top.
    messages.success(request, f"{said} {boards.proof(run, Draft.of(run), is_changed=True)['head']}")
    return _answer(request, run)


def _names(plan: Plan) -> dict[int, str]:
    people = {pk for pair in (*plan.added, *plan.removed) for pk in pair}
    return dict(Enrollment.objects.filter(pk__in=people).values_list("pk", "person__name"))


def in_words(plan: Plan, names: dict[int, str], *, is_done: bool = False) -> str:
    """What a change costs, in one or two sentences. The same before and after it is done."""
    if abs(plan.cost) < 5e-5:
        said = [_("Total fit stays the same.")]
    elif plan.cost > 0:
        said = [_("Total fit grows by %(points)s points.") % {"points": boards.points(plan.cost)}]
    else:
        said = [_("Total fit falls by %(points)s points.") % {"points": boards.points(-plan.cost)}]
    if plan.swapped is not None:
        goes = next((mentor for mentor, mentee in plan.added if mentee == plan.swapped), None)
        if goes is not None:
            said.insert(
                0,
                _("%(name)s goes to %(mentor)s in exchange.")
                % {"name": names.get(plan.swapped, ""), "mentor": names.get(goes, "")},
            )
    for mentee in plan.alone:
        said.append(_("%(name)s then has nobody.") % {"name": names.get(mentee, "")})
    if is_done:
        said.insert(0, pgettext("a change of the board", "Done."))
    return " ".join(said)


@login_required
@require_GET
def preview(request: Request, pk: int) -> HttpResponse:
    """What a move would cost, in words, before it is done."""
    run = find_result(request, pk)
    policies.draft.check(request.actor, run)
    mentee, source, target, swap, people = _moved(request, run)
    try:
        plan = drafts.move(Draft.of(run), mentee, source, target, swap=swap)
    except Refusal as refusal:
        return render(
            request, "matches/_cost.html", {"sentence": _("Not possible. %(why)s") % {"why": refusal.sentence}}
        )
    names = {pk: each.person.name for pk, each in people.items()} | _names(plan)
    return render(request, "matches/_cost.html", {"sentence": in_words(plan, names)})


@login_required
@require_GET
def closed(request: Request, pk: int) -> HttpResponse:
    """Where somebody may not be moved, of the lanes ``to`` that a board shows: asked when they are picked up."""
    run = find_result(request, pk)
    policies.draft.check(request.actor, run)
    mentee, source = _number(request.GET.get("item")), _number(request.GET.get("from"))
    targets = [found for found in map(_number, request.GET.getlist("to")[:LANES]) if found is not None]
    if mentee is None:
        raise Http404
    people = _in_run(run, mentee, source, *targets)
    mentors = {*targets, *([] if source is None else [source])}
    if people[mentee].role != Role.MENTEE or any(people[pk].role != Role.MENTOR for pk in mentors):
        raise Http404
    found = drafts.closed(Draft.of(run), mentee, source, targets)
    return JsonResponse({NOBODY if target is None else str(target): why for target, why in found.items()})


def _candidates(request: Request, run: MatchingRun) -> HttpResponse:
    mentee, mentor = _number(request.GET.get("mentee")), _number(request.GET.get("mentor"))
    if (mentee is None) == (mentor is None):
        raise Http404
    who = next(iter(_in_run(run, mentee, mentor).values()))
    if who.role != (Role.MENTEE if mentee is not None else Role.MENTOR):
        raise Http404
    draft = Draft.of(run)
    words = (request.GET.get("q") or "")[:100].split()[:5]
    among = None
    if words:
        people = Enrollment.objects.filter(cohort=run.cohort_id)
        for word in words:
            people = people.filter(person__name__icontains=word)
        among = list(people.values_list("pk", flat=True))
    found = drafts.candidates(draft, mentee=mentee, mentor=mentor, among=among)
    now = draft.mentors_of.get(who.pk, []) if mentee is not None else draft.mentees_of.get(who.pk, [])
    shown = {
        pk
        for each in found
        for pair in (*(each.plan.added if each.plan else ()), *(each.plan.removed if each.plan else ()))
        for pk in pair
    }
    shown |= {each.mentor for each in found} | {each.mentee for each in found} | set(now)
    people_by_pk = Enrollment.objects.filter(pk__in=shown).select_related("person").in_bulk()
    names = {pk: each.person.name for pk, each in people_by_pk.items()}
    rows = [
        {
            "candidate": each, "other": people_by_pk.get(each.mentor if mentee is not None else each.mentee),
            "cost": in_words(each.plan, names) if each.plan else each.why_not,
            "source": next(iter(draft.mentors_of.get(each.mentee, [])), NOBODY), "swap": each.plan.swapped if each.plan else None,
            "delta": each.plan.cost if each.plan else None,
        }
        for each in found
    ]  # fmt: skip
    context = {
        "run": run, "cohort": run.cohort, "program": run.cohort.program, "who": who, "rows": rows, "is_mentee": mentee is not None,
        "now": [people_by_pk[pk] for pk in now if pk in people_by_pk], "token": draft.token, "most": drafts.SHOWN, "q": " ".join(words),
    }  # fmt: skip
    return render(request, "matches/board_move.html", context)


@login_required
@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Take the last change back."""
    return _step(request, pk, actions.undo, _("Undone."))


@login_required
@require_POST
def redo(request: Request, pk: int) -> HttpResponse:
    """Make it again."""
    return _step(request, pk, actions.redo, _("Done again."))


@login_required
@require_http_methods(["GET", "POST"])
def reset(request: Request, pk: int) -> HttpResponse:
    """GET asks, POST goes back to the run's own pairs."""
    run = find_result(request, pk)
    policies.draft.check(request.actor, run)
    if request.method == "GET":
        return render(request, "matches/board_reset.html", {"run": run, "token": drafts.token_of(run)})
    return _step(request, pk, actions.reset, _("Here are the run's own pairs again. You can undo this."))


def _step(request: Request, pk: int, act: Any, done: str) -> HttpResponse:
    run = find_result(request, pk)
    try:
        act(run, seen=_seen(request), by=request.actor)
    except Conflict as conflict:
        messages.error(request, conflict.sentence)
        return _answer(request, run, status=409)
    messages.success(request, done)
    return _answer(request, run)


@login_required
@require_GET
def freshness(request: Request, pk: int) -> HttpResponse:
    """Whether the pool has changed since the run: asked by the page where looking takes a moment. Readies the desk meanwhile, so that
    the first move needn't wait for it."""
    run = find_result(request, pk)
    if policies.draft(request.actor, run):
        desk.of(run)
    changed = looking.has_changed(run)
    context = {"run": run, "cohort": run.cohort, "has_changed": changed, "ask_freshness": changed is None}
    return render(request, "matches/_freshness.html", context)


@login_required
@require_GET
def unmatched(request: Request, pk: int, role: str) -> HttpResponse:
    """All of a side who have nobody, each with the reason."""
    run = find_result(request, pk)
    if role not in ("mentors", "mentees"):
        raise Http404
    side = Role.MENTOR if role == "mentors" else Role.MENTEE
    page, people = boards.alone(run, side, request.GET.get("page"))
    context = {
        "run": run, "cohort": run.cohort, "program": run.cohort.program, "page": page, "people": people, "role": role,
        "may_draft": policies.draft(request.actor, run),
    }  # fmt: skip
    return render(request, "matches/board_unmatched.html", context)


@login_required
@require_GET
def pair(request: Request, pk: int, mentor: int, mentee: int) -> HttpResponse:
    """Two people of a run: why they fit, or why they are not together; lock them, or keep them apart."""
    run = find_result(request, pk)
    template = "matches/_reasons.html" if request.htmx and not request.htmx.boosted else "matches/board_pair.html"
    return render(request, template, _pair(request, run, mentor, mentee))


def _pair(request: Request, run: MatchingRun, mentor: int, mentee: int) -> dict[str, Any]:
    people = _in_run(run, mentor, mentee)
    if (people[mentor].role, people[mentee].role) != (Role.MENTOR, Role.MENTEE):
        raise Http404
    key = (mentor, mentee)
    match = run.matches.filter(mentor=mentor, mentee=mentee).first()
    context: dict[str, Any] = {
        "run": run, "cohort": run.cohort, "program": run.cohort.program, "mentor": people[mentor], "mentee": people[mentee],
        "is_together": match is not None and match.in_draft,
    }  # fmt: skip
    if request.htmx and match is not None:  # the reasons alone
        return context | {"reasons": boards.said(match.reasons, run.settings), "score": match.score}
    draft = Draft.of(run)
    rule = draft.desk.rule(mentor, mentee)
    score = match.score if match is not None else None
    reasons = match.reasons if match is not None else []
    if match is None and rule is None:
        score, reasons = draft.desk.scores([key])[0], draft.desk.reasons([key])[0]
    why_not = "" if context["is_together"] else drafts.against(draft, [key]).get(key, "")
    plan, cost = None, ""
    may_draft = policies.draft(request.actor, run)
    source = next(iter(draft.mentors_of.get(mentee, [])), None)
    if may_draft and not context["is_together"] and not why_not:
        try:
            plan = drafts.move(draft, mentee, source, mentor)
            cost = in_words(plan, _names(plan))
        except Refusal as refusal:
            why_not = refusal.sentence
    asked = questions.answer_to(run.pk, mentor, mentee)
    return context | {
        "score": score, "reasons": boards.said(reasons, run.settings), "why_not": why_not, "plan": plan, "cost": cost, "source": source or NOBODY,
        "hold": Hold.objects.filter(cohort=run.cohort_id, mentor=mentor, mentee=mentee).select_related("author").first(),
        "may_draft": may_draft, "may_hold": policies.hold(request.actor, run.cohort), "form": HoldForm(), "token": draft.token,
        "can_ask": rule is None and not context["is_together"] and not (match is not None and match.in_run),
        "asked": None if asked is None else questions.in_words(asked),
        "others": Enrollment.objects.filter(pk__in=draft.mentors_of.get(mentee, [])).select_related("person"),
        "mentorship": Mentorship.objects.filter(run_id=run.pk, pair_key=f"{mentor}-{mentee}").first(), "match": match,
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def question(request: Request, pk: int, mentor: int, mentee: int) -> HttpResponse:
    """POST lets the engine say what the whole would lose by this pair; GET says how far that is."""
    run = find_result(request, pk)
    people = _in_run(run, mentor, mentee)
    if (people[mentor].role, people[mentee].role) != (Role.MENTOR, Role.MENTEE):
        raise Http404
    if request.method == "POST":
        questions.ask(run.pk, mentor, mentee)
        if not request.htmx:
            return redirect("matches:pair", run.pk, mentor, mentee)
    asked = questions.answer_to(run.pk, mentor, mentee)
    context = {
        "run": run, "mentor": people[mentor], "mentee": people[mentee], "can_ask": True,
        "asked": None if asked is None else questions.in_words(asked),
    }  # fmt: skip
    return render(request, "matches/_question.html", context)


@login_required
@require_POST
def hold(request: Request, pk: int) -> HttpResponse:
    """Lock or ban a pair, with a reason, for all runs of the cohort."""
    run = find_result(request, pk)
    mentor, mentee = _number(request.POST.get("mentor")), _number(request.POST.get("mentee"))
    if mentor is None or mentee is None:
        raise Http404
    people = _in_run(run, mentor, mentee)
    if (people[mentor].role, people[mentee].role) != (Role.MENTOR, Role.MENTEE):
        raise Http404
    form = HoldForm(request.POST)
    if not form.is_valid():
        raise Denied(_("Please choose whether the two are kept together or apart, with at most 300 letters of why."))
    kind = form.cleaned_data["kind"]
    actions.hold(run, (mentor, mentee), kind, reason=form.cleaned_data["reason"], by=request.actor)
    names = {"mentor": people[mentor].person.name, "mentee": people[mentee].person.name}
    said = (
        _("%(mentor)s and %(mentee)s stay together in every run.")
        if kind == Hold.Kind.LOCK
        else _("%(mentor)s and %(mentee)s are not matched in any run.")
    )
    messages.success(request, said % names)
    return _back(request, run, mentor, mentee)


@login_required
@require_POST
def release(request: Request, pk: int) -> HttpResponse:
    """Let a pair be matched, or not, as it comes."""
    found = get_object_or_404(Hold.objects.visible_to(request.actor).select_related("cohort__program"), pk=pk)
    actions.release(found, by=request.actor)
    messages.success(request, _("Released."))
    given = _number(request.POST.get("run")) or 0
    run = (
        MatchingRun.objects.visible_to(request.actor)
        .filter(pk=given, cohort=found.cohort)
        .select_related("cohort__program")
        .first()
    )
    if run is None:
        return redirect(found.cohort)
    return _back(request, run, found.mentor_id, found.mentee_id)


def _back(request: Request, run: MatchingRun, mentor: int, mentee: int) -> HttpResponse:
    """To where one came from: the page of the pair, or the board."""
    if request.POST.get("to") == "pair":
        return redirect(reverse("matches:pair", args=[run.pk, mentor, mentee]))
    return _answer(request, run)
