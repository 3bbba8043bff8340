"""Matches: seen, answered, by page or by the link in the mail; and for managers all of a cohort's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from openmentor.foundation import links
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Refusal
from openmentor.foundation.http import Request, answer
from openmentor.foundation.ids import number
from openmentor.mentorships import actions, policies
from openmentor.mentorships.forms import DeclineForm, MentorshipFilter
from openmentor.mentorships.models import Membership, Mentorship, MentorshipQuerySet
from openmentor.mentorships.notices import ANSWER
from openmentor.people.models import Person
from openmentor.programs.models import Cohort
from openmentor.programs.roles import manages
from openmentor.surveys.models import Answer
from openmentor.surveys.showing import Shown, shown

PAGE = 50


@dataclass(frozen=True)
class Other:
    """Somebody else in a match, as a member may see them."""

    member: Membership
    answers: list[Shown]
    is_reachable: bool


def joined(mentorships: MentorshipQuerySet) -> MentorshipQuerySet:
    """With all that a page of a mentorship shows: three queries, however many there are."""
    members = Membership.objects.select_related("person", "enrollment", "confirmed_by", "mentorship__cohort__program")
    return mentorships.select_related("cohort__program__coordinator", "cohort__program__stand_in").prefetch_related(
        Prefetch("members", members)
    )


def pictures(mentorships: MentorshipQuerySet, actor: Actor) -> list[dict[str, Any]]:
    """What one reader may see of these matches: their own reasons, and of the others what they told their cohort."""
    found = list(joined(mentorships))
    responses = {
        member.enrollment.response_id: member
        for mentorship in found
        for member in mentorship.members.all()
        if member.enrollment is not None and member.enrollment.response_id is not None
    }
    answers: dict[int, list[Answer]] = {}
    for said in Answer.objects.for_cohort().filter(response__in=responses).select_related("question"):
        answers.setdefault(said.response_id, []).append(said)
    return [_picture(mentorship, actor, answers) for mentorship in found]


def _picture(mentorship: Mentorship, actor: Actor, answers: dict[int, list[Answer]]) -> dict[str, Any]:
    own = mentorship.member_of(actor.person)
    stands = mentorship.status in Mentorship.HOLDING
    is_on = mentorship.status in (Mentorship.Status.ACTIVE, Mentorship.Status.PAUSED)

    def other(member: Membership) -> Other:
        response = member.enrollment.response_id if member.enrollment is not None else None
        said = answers.get(response, []) if stands and response is not None else []
        return Other(member, shown(said, roles={member.role}), is_on and bool(member.person.email))

    return {
        "mentorship": mentorship,
        "program": mentorship.cohort.program,
        "own": own,
        "others": [other(member) for member in mentorship.others_than(actor.person if own else None)],
        "members": list(mentorship.members.all()),
        "reasons": mentorship.reasons.get(own.role, []) if own else [],
        "message": mentorship.messages.get(own.role, "") if own else "",
        "runs": manages(actor, mentorship.program_id) and own is None,
        "waits": own is not None and mentorship.status == Mentorship.Status.PROPOSED and not own.has_answered,
        "said_yes": own is not None and own.accepted_at is not None,
        "stands": stands,
    }


@login_required
def mine(request: Request) -> HttpResponse:
    """All matches of one person, those that wait for an answer first."""
    found = pictures(Mentorship.objects.of(request.user.pk), request.actor)
    found.sort(key=lambda picture: (not picture["waits"], not picture["stands"]))
    return render(request, "mentorships/mine.html", {"pictures": found})


@login_required
def mentorship(request: Request, pk: int) -> HttpResponse:
    return _show(request, pk, "mentorships/mentorship.html")


def _show(
    request: Request, pk: int, template: str, *, form: DeclineForm | None = None, status: int = 200
) -> HttpResponse:
    visible = Mentorship.objects.visible_to(request.actor)
    get_object_or_404(visible, pk=pk)
    (picture,) = pictures(visible.filter(pk=pk), request.actor)
    return render(request, template, {**picture, "form": form or DeclineForm()}, status=status)


def _find(request: Request, pk: int) -> Mentorship:
    return get_object_or_404(Mentorship.objects.visible_to(request.actor).select_related("cohort__program"), pk=pk)


def _after(request: Request, pk: int) -> HttpResponse:
    found = _find(request, pk)
    (picture,) = pictures(Mentorship.objects.filter(pk=pk), request.actor)
    return answer(request, "mentorships/_mentorship.html", {**picture, "form": DeclineForm()}, page=found)


@login_required
@require_POST
def acceptance(request: Request, pk: int) -> HttpResponse:
    """POST says yes for the reader."""
    actions.accept(_find(request, pk), by=request.actor)
    return _after(request, pk)


@login_required
def refusal(request: Request, pk: int) -> HttpResponse:
    """GET asks for a reason that may stay empty; POST says no."""
    found = _find(request, pk)
    policies.decline.check(request.actor, found)
    form = DeclineForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show(
            request, pk, "mentorships/refusal.html", form=form, status=422 if request.method == "POST" else 200
        )
    actions.decline(found, reason=form.cleaned_data["reason"], by=request.actor)
    messages.success(request, _("You said no. You are in the next round of matching."))
    return redirect(found)


@login_required
@require_POST
def confirmation(request: Request, pk: int, member: int) -> HttpResponse:
    """POST says yes on behalf of somebody who can't be reached."""
    found = _find(request, pk)
    who = get_object_or_404(Membership.objects.select_related("mentorship__cohort"), pk=member, mentorship=found)
    actions.confirm_for(who, by=request.actor)
    return _after(request, pk)


@login_required
def withdrawal(request: Request, pk: int) -> HttpResponse:
    """GET asks, POST takes a proposal back."""
    found = _find(request, pk)
    policies.withdraw.check(request.actor, found)
    if request.method != "POST":
        return _show(request, pk, "mentorships/withdrawal.html")
    actions.withdraw(found, by=request.actor)
    return _after(request, pk)


@login_required
def ending(request: Request, pk: int) -> HttpResponse:
    """GET asks, POST ends a running mentorship."""
    found = _find(request, pk)
    policies.end.check(request.actor, found)
    if request.method != "POST":
        return _show(request, pk, "mentorships/ending.html")
    actions.end(found, by=request.actor)
    return _after(request, pk)


@login_required
@require_POST
def second_chance(request: Request, pk: int) -> HttpResponse:
    """POST asks to be matched with the same person again; it takes both."""
    actions.ask_again(_find(request, pk), by=request.actor)
    messages.success(request, _("Noted. If both of you ask, you can be matched again."))
    return _after(request, pk)


def answer_by_link(request: Request, token: str) -> HttpResponse:
    """From the mail, without signing in: the page shows, the buttons act. The link is bound to one person and their matches."""
    link = links.read(token, ANSWER)
    person = get_object_or_404(Person.objects.may_sign_in(), pk=link.person_id)
    actor = Actor.of(person)
    theirs = Mentorship.objects.of(person.pk).filter(pk__in=link.facts.get("mentorships", []))
    if request.method == "POST":
        found = get_object_or_404(theirs.select_related("cohort__program"), pk=number(request.POST.get("mentorship")))
        _answer(request, found, actor)
        return redirect("mentorships:answer", token=token)
    found_pictures = [
        {
            **picture,
            "may_accept": policies.accept(actor, picture["mentorship"]),
            "may_decline": policies.decline(actor, picture["mentorship"]),
        }
        for picture in pictures(theirs, actor)
    ]
    context = {
        "pictures": found_pictures,
        "person": person,
        "form": DeclineForm(),
        "address": reverse("mentorships:answer", args=[token]),
    }
    return render(request, "mentorships/answer.html", context, status=200 if found_pictures else 404)


def _answer(request: Request, found: Mentorship, actor: Actor) -> None:
    try:
        if request.POST.get("answer") == "yes":
            actions.accept(found, by=actor)
            messages.success(request, _("You said yes."))
        elif request.POST.get("answer") == "no":
            form = DeclineForm(request.POST)
            actions.decline(found, reason=form.cleaned_data["reason"] if form.is_valid() else "", by=actor)
            messages.success(request, _("You said no. You are in the next round of matching."))
    except Refusal as sentence:  # the second click on the same link, or an answer given elsewhere
        messages.info(request, sentence.sentence)


@login_required
def cohort(request: Request, pk: int) -> HttpResponse:
    """All mentorships of a cohort: who has answered, who has not."""
    found = get_object_or_404(Cohort.objects.run_by(request.actor).select_related("program"), pk=pk)
    policies.manage.check(request.actor, found)
    everything = Mentorship.objects.filter(cohort=found)
    counts = everything.aggregate(**{name: Count("pk", filter=Q(status=name)) for name in Mentorship.Status.values})
    chosen = MentorshipFilter(request.GET)
    page = Paginator(joined(chosen.apply(everything).order_by("-proposed_at", "pk")), PAGE).get_page(
        request.GET.get("page")
    )
    waiting = Membership.objects.waiting_in(found).aggregate(
        reachable=Count("person", distinct=True, filter=Q(person__email__isnull=False)),
        unreachable=Count("person", distinct=True, filter=Q(person__email=None)),
    )
    context = {
        "cohort": found,
        "program": found.program,
        "page": page,
        "filter": chosen,
        "counts": counts,
        "waiting": waiting,
        "own": {mentorship.pk for mentorship in page if mentorship.has_member(request.actor.person)},
    }
    return render(request, "mentorships/cohort.html", context)


@login_required
@require_POST
def reminders(request: Request, pk: int) -> HttpResponse:
    """POST reminds those of a cohort who have not answered."""
    found = get_object_or_404(Cohort.objects.run_by(request.actor), pk=pk)
    count = actions.remind(found, by=request.actor)
    if count:
        messages.success(
            request, ngettext("%(n)d person is reminded.", "%(n)d people are reminded.", count) % {"n": count}
        )
    else:
        messages.info(request, _("Everybody was asked within the last day."))
    return redirect("mentorships:cohort", pk=pk)
