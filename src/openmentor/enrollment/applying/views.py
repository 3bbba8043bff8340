"""The doors of applying. Everything here is about oneself."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from openmentor.enrollment import actions, policies
from openmentor.enrollment.actions.wishing import MOST_WISHES
from openmentor.enrollment.applying import naming, pages
from openmentor.enrollment.applying.application import MORE, Application, load
from openmentor.enrollment.applying.candidates import candidates
from openmentor.enrollment.applying.forms import VetoForm, is_last, screen_form
from openmentor.enrollment.models import Enrollment, Preference, Role, Veto
from openmentor.foundation.errors import Conflict
from openmentor.foundation.http import Request, answer
from openmentor.foundation.ids import number, numbers
from openmentor.programs.models import Cohort, Program

PER_PAGE = 12


def _cohort(request: Request, pk: int) -> Cohort:
    """A cohort whose program has a landing page, that one has a part in, or that one runs."""
    open_to_all = Q(program__in=Program.objects.published())
    own = Q(pk__in=Enrollment.objects.filter(person=request.actor.person).values("cohort"))
    visible = Q(program__in=Program.objects.visible_to(request.actor))
    return get_object_or_404(
        Cohort.objects.select_related("program__coordinator", "questionnaire").filter(open_to_all | own | visible),
        pk=pk,
    )


def _mine(request: Request, pk: int) -> Application:
    return load(_cohort(request, pk), request.user)


@login_required
@require_http_methods(["GET", "POST"])
def apply(request: Request, cohort: int) -> HttpResponse:
    """How one would like to take part; what is asked, how long it takes, who sees it."""
    application = _mine(request, cohort)
    if request.method == "POST":
        roles = [role for role in request.POST.getlist("role") if role in Role.values]
        application = actions.begin(application.cohort, roles, by=request.actor)
        return redirect(_next(application))
    if application.live and application.draft is None and not pages.free_roles(application):
        return redirect("enrollment:own", application.cohort.pk)
    wanted = request.GET.getlist("role") or sorted(
        {*application.invited_as, *(application.draft.roles if application.draft else [])}
    )
    context = pages.start(application, request.actor, wanted)
    return render(request, "enrollment/applying/start.html", context)


def _next(application: Application, after: int | None = None) -> str:
    """The page after ``after``: the next screen, or one's own page at the end; the first unfinished one to begin with."""
    numbers = [screen.number for screen in application.screens]
    if after is None:
        unfinished = application.first_unfinished
        number = unfinished.number if unfinished else (numbers[-1] if numbers else None)
    else:
        number = next((other for other in numbers if other > after), None)
    if number is None:
        return reverse("enrollment:own", args=[application.cohort.pk])
    return reverse("enrollment:screen", args=[application.cohort.pk, number])


@login_required
@require_http_methods(["GET", "POST"])
def screen(request: Request, cohort: int, number: int) -> HttpResponse:
    """One screen of questions. What can be kept is kept, also of a screen that is not finished."""
    application = _mine(request, cohort)
    if application.response is None or not application.roles:
        return redirect("enrollment:apply", cohort)
    page = application.screen(number)
    if number != MORE and not page.items:
        raise Http404
    policies.answer.check(request.actor, application)
    form = screen_form(request, application, page)
    if request.method == "POST":
        places = form.cleaned_data.get("places") if form.is_valid() else None
        actions.save_answers(application, form.given(), by=request.actor, places=places)
        if not form.is_valid():
            return render(request, "enrollment/applying/screen.html", pages.screen(application, page, form), status=422)
        return _after(request, load(application.cohort, request.user), number, promised="promise" in form.fields)
    return render(request, "enrollment/applying/screen.html", pages.screen(application, page, form))


def _after(request: Request, application: Application, number: int, *, promised: bool) -> HttpResponse:
    if number == MORE:
        messages.success(request, _("Saved."))
        return redirect("enrollment:own", application.cohort.pk)
    if not is_last(application, application.screen(number)):
        return redirect(_next(application, number))
    if application.draft is None:
        messages.success(request, _("Saved."))
        return redirect("enrollment:own", application.cohort.pk)
    if application.first_unfinished is not None:
        messages.warning(request, _("One screen is not finished yet. Then it can be sent."))
        return redirect(_next(application))
    with suppress(Conflict):  # two clicks: the first one sent it
        actions.send(application.cohort, by=request.actor, accepts_expectations=promised)
    return redirect(f"{reverse('enrollment:own', args=[application.cohort.pk])}?sent=1")


@login_required
@require_POST
def answers(request: Request, cohort: int, number: int) -> HttpResponse:
    """Where a screen saves itself while somebody writes. 422 where something can't be kept as it stands; the rest is kept."""
    application = _mine(request, cohort)
    form = screen_form(request, application, application.screen(number), partial=True)
    places = form.cleaned_data.get("places") if form.is_valid() else None
    actions.save_answers(application, form.given(), by=request.actor, places=places)
    return HttpResponse(status=204 if form.is_valid() else 422)


@login_required
def mine(request: Request) -> HttpResponse:
    """All of one's applications."""
    return render(request, "enrollment/applying/mine.html", pages.mine(request.user))


@login_required
def own(request: Request, cohort: int) -> HttpResponse:
    """One's application to one cohort: where it stands, what comes next, what others see."""
    application = _mine(request, cohort)
    if not application.enrollments:
        return redirect("enrollment:apply", cohort)
    return render(
        request, "enrollment/applying/own.html", pages.own(application, request.actor, just_sent="sent" in request.GET)
    )


def _enrollment(request: Request, pk: int) -> Enrollment:
    found = Enrollment.objects.select_related("cohort__program", "person", "response").filter(
        person=request.actor.person
    )
    return get_object_or_404(found, pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def withdrawal(request: Request, pk: int) -> HttpResponse:
    enrollment = _enrollment(request, pk)
    policies.withdraw.check(request.actor, enrollment)
    if request.method == "POST":
        actions.withdraw(enrollment, by=request.actor)
        messages.success(request, _("You stepped back. You can come back while applications are open."))
        return redirect("enrollment:own", enrollment.cohort_id)
    return render(request, "enrollment/applying/withdraw.html", {"enrollment": enrollment})


@login_required
@require_POST
def reopening(request: Request, pk: int) -> HttpResponse:
    enrollment = _enrollment(request, pk)
    actions.reopen(enrollment, by=request.actor)
    messages.success(request, _("Your application is open again."))
    return redirect("enrollment:own", enrollment.cohort_id)


@login_required
@require_POST
def expectations(request: Request, pk: int) -> HttpResponse:
    enrollment = _enrollment(request, pk)
    actions.accept_expectations(enrollment, by=request.actor)
    messages.success(request, _("Thank you. That is kept."))
    return redirect("enrollment:own", enrollment.cohort_id)


@login_required
@require_POST
def places(request: Request, pk: int) -> HttpResponse:
    enrollment = _enrollment(request, pk)
    given = number(request.POST.get("places"))
    if given is not None:
        actions.change_places(enrollment, given, by=request.actor)
        messages.success(request, _("Saved."))
    return redirect("enrollment:own", enrollment.cohort_id)


@login_required
@require_http_methods(["GET", "POST"])
def wishes(request: Request, pk: int) -> HttpResponse:
    """Whom one would like, in order; and who is there to be wished for."""
    enrollment = _enrollment(request, pk)
    page = reverse("enrollment:wishes", args=[pk])
    if request.method == "POST":
        order = _posted_order(request, enrollment)
        actions.set_wishes(enrollment, order, by=request.actor)
        if request.headers.get("X-Autosave"):
            return HttpResponse(status=204)
        query = request.POST.get("q", "")
        page = f"{page}?q={query}" if query and not request.htmx else page
        return answer(request, "enrollment/applying/_wishes.html", _wishes(request, enrollment, query), page=page)
    policies.wish.check(request.actor, enrollment)
    query = request.GET.get("q", "")
    template = (
        "enrollment/applying/_candidates.html"
        if request.htmx and not request.htmx.boosted
        else "enrollment/applying/wishes.html"
    )
    return render(request, template, _wishes(request, enrollment, query))


def _posted_order(request: Request, enrollment: Enrollment) -> list[int]:
    """The list as posted, by the places written beside the names, with one added or taken off."""
    people = dict.fromkeys(numbers(request.POST.getlist("person")))

    def place(person: int) -> float:
        written = number(request.POST.get(f"person-place-{person}"))
        return float("inf") if written is None else written

    order = sorted(people, key=place)
    if "person" not in request.POST and "list" not in request.POST:
        order = list(enrollment.preferences.values_list("person", flat=True))
    add, remove = number(request.POST.get("add")), number(request.POST.get("remove"))
    if add is not None:
        order.append(add)
    return [pk for pk in order if pk != remove]


def _wishes(request: Request, enrollment: Enrollment, query: str) -> dict[str, object]:
    chosen = list(Preference.objects.filter(enrollment=enrollment).select_related("person"))
    found = candidates(enrollment).exclude(person__in=[wish.person_id for wish in chosen])
    for word in query.split()[:5]:
        found = found.filter(
            Q(person__name__icontains=word)
            | Q(person__department__icontains=word)
            | Q(person__position__icontains=word)
            | Q(person__site__icontains=word)
        )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "enrollment": enrollment, "cohort": enrollment.cohort, "chosen": chosen, "page": page, "people": pages.profiles(list(page.object_list)),
        "query": query, "most": MOST_WISHES, "is_full": len(chosen) >= MOST_WISHES,
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def vetoes(request: Request, cohort: int) -> HttpResponse:
    """With whom one never wants to be matched, and who sees that."""
    found = _cohort(request, cohort)
    form = VetoForm(request.POST or None)
    matches: list[object] = []
    if request.method == "POST" and form.is_valid():
        kind, text = form.cleaned_data["kind"], form.cleaned_data["text"]
        meant = naming.resolve(kind, text, cohort=found, by=request.user, chosen=request.POST.get("person", ""))
        if len(meant.people) > 1:
            matches = list(meant.people)
        else:
            person = meant.people[0] if meant.people else None
            actions.say_veto(kind, by=request.actor, person=person, text=text if meant.typed or person is None else "")
            # One answer whether they work here or not: this form is no directory.
            messages.success(request, _("Kept. It counts for whoever is meant by it, now and later."))
            return redirect("enrollment:vetoes", cohort)
    context = {
        "cohort": found, "form": form, "matches": matches, "vetoes": Veto.objects.filter(author=request.user).select_related("person"),
        "managers": naming.managers_of(found), "teams": naming.known_places("team"), "sites": naming.known_places("site"),
    }  # fmt: skip
    return render(request, "enrollment/applying/vetoes.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def veto_removal(request: Request, cohort: int, pk: int) -> HttpResponse:
    veto = get_object_or_404(Veto.objects.filter(author=request.user), pk=pk)
    actions.take_back_veto(veto, by=request.actor)
    messages.success(request, _("Taken back."))
    return redirect("enrollment:vetoes", cohort)
