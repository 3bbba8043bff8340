"""Finding and inviting people, and what they see when they come by the link of their invitation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from openmentor.enrollment import actions as applying
from openmentor.enrollment import eligibility, policies
from openmentor.enrollment.models import Enrollment, Invitation, Role
from openmentor.enrollment.recruiting import actions, finding
from openmentor.enrollment.recruiting.entrance import PURPOSE, may_enter_by_link
from openmentor.enrollment.recruiting.forms import CriteriaForm
from openmentor.foundation import clock, links
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.http import Request
from openmentor.foundation.ids import numbers
from openmentor.people.models import Person
from openmentor.people.views.entrance import BACKEND
from openmentor.programs.models import Cohort
from openmentor.programs.policies import change_cohort

PAGE = 50
#: how many skills stand in the list; those that were asked for come first
SKILLS = 3
TONES = {
    Enrollment.Status.INVITED: "info",
    Enrollment.Status.APPLIED: "accent",
    Enrollment.Status.APPROVED: "success",
    Enrollment.Status.WAITLISTED: "warning",
}


def _badge(status: str) -> str:
    shown = Enrollment.Status(status)
    return format_html(
        '<span class="om-badge om-badge-dot" data-tone="{}">{}</span>', TONES.get(shown, "neutral"), shown.label
    )


#: of what stands in one line on a phone, with its heading where it says nothing without
PLAIN = {"td": {"class": "om-cell-plain"}}
LABELED = {"td": {"class": "om-cell-plain om-cell-labeled"}}


class FoundTable(tables.Table):  # type: ignore[misc]
    """People who were found, each with a box to tick while they can be invited."""

    tick = tables.Column(verbose_name="", empty_values=(), orderable=False, attrs={"td": {"class": "om-cell-choose"}})
    name = tables.Column(
        verbose_name=_l("Name"),
        order_by=("family_name", "given_name", "name", "pk"),
        attrs={"td": {"class": "om-cell-title"}},
    )
    department = tables.Column(verbose_name=_l("Department"), default="", attrs=PLAIN)
    site = tables.Column(verbose_name=_l("Site"), default="", attrs=PLAIN)
    level = tables.Column(verbose_name=_l("Level"), default="", attrs=LABELED)
    hired_on = tables.Column(verbose_name=_l("Years here"), default="", attrs=LABELED)
    skills = tables.Column(
        verbose_name=_l("Skills"), empty_values=(), orderable=False, attrs={"td": {"class": "om-cell-more"}}
    )
    asked = tables.Column(
        verbose_name=_l("In this cohort"), empty_values=(), orderable=False, attrs={"td": {"class": "om-cell-state"}}
    )

    class Meta:
        attrs = {"id": "people", "class": "om-table-compact"}
        order_by = "name"
        empty_text = _l("Nobody meets these conditions, or all who do were asked already.")

    def render_tick(self, record: Any) -> str:
        if record.asked is not None:
            return ""
        return format_html(
            '<span class="form-check mb-0"><input type="checkbox" class="form-check-input" name="person" value="{}" aria-label="{}"></span>',
            record.pk,
            record.name,
        )

    def render_name(self, record: Any) -> str:
        told = [record.position, "" if record.email else _("no e-mail address")]
        note = ", ".join(word for word in told if word)
        return format_html(
            '<span class="text-body-emphasis fw-medium">{}</span><div class="om-quiet">{}</div>', record.name, note
        )

    def render_hired_on(self, record: Any) -> str:
        return f"{record.tenure_years(clock.today()):.1f}"

    def __init__(self, *args: Any, wanted: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted

    def render_skills(self, record: Any) -> str:
        skills = sorted(
            record.skills.all(), key=lambda skill: (skill.key not in self.wanted, -(skill.level or 0), skill.key)
        )
        names = [f"{skill.name} {skill.level}" if skill.level else skill.name for skill in skills]
        shown = ", ".join(names[:SKILLS]) + (" …" if len(names) > SKILLS else "")
        return format_html('<span class="om-quiet" title="{}">{}</span>', ", ".join(names), shown) if names else ""

    def render_asked(self, record: Any) -> str:
        return _badge(record.asked) if record.asked is not None else ""


class InvitationTable(tables.Table):  # type: ignore[misc]
    person = tables.Column(
        verbose_name=_l("Name"), accessor="enrollment__person__name", attrs={"td": {"class": "om-cell-title"}}
    )
    role = tables.Column(
        verbose_name=_l("As"), accessor="enrollment__get_role_display", order_by="enrollment__role", attrs=PLAIN
    )
    sent_at = tables.DateTimeColumn(
        short=False, verbose_name=_l("Sent"), default=_l("no e-mail address"), attrs=LABELED
    )
    opened_at = tables.DateTimeColumn(short=False, verbose_name=_l("Opened"), default="", attrs=LABELED)
    status = tables.Column(
        verbose_name=_l("Now"), accessor="enrollment__status", attrs={"td": {"class": "om-cell-state"}}
    )
    verbs = tables.TemplateColumn(
        template_name="enrollment/recruit/_invitation_verbs.html",
        verbose_name="",
        orderable=False,
        attrs={"td": {"class": "om-cell-actions om-cell-more"}},
    )

    class Meta:
        attrs = {"id": "invitations", "class": "om-table-compact"}
        order_by = "-sent_at"
        empty_text = _l("Nobody was invited yet.")

    def render_status(self, value: str, record: Invitation) -> str:
        if record.is_taken_back:
            return format_html('<span class="om-badge om-badge-dot" data-tone="neutral">{}</span>', _("taken back"))
        return _badge(value)


def _cohort(request: Request, pk: int) -> Cohort:
    cohort = get_object_or_404(Cohort.objects.visible_to(request.actor).select_related("program"), pk=pk)
    policies.recruit.check(request.actor, cohort)
    return cohort


def _role(given: QueryDict) -> str:
    return Role.MENTEE if given.get("role") == Role.MENTEE else Role.MENTOR


@login_required
def recruit(request: Request, pk: int) -> HttpResponse:
    """Find people by what HR and they themselves say of them, and invite them in one step."""
    cohort = _cohort(request, pk)
    role = _role(request.GET)
    found = finding.find(cohort, role, request.GET)
    table = FoundTable(
        found.people.prefetch_related("skills"), wanted=getattr(found.form, "cleaned_data", {}).get("skill", ())
    )
    tables.RequestConfig(request, paginate={"per_page": PAGE}).configure(table)
    context = {
        "cohort": cohort,
        "program": cohort.program,
        "role": role,
        "form": found.form,
        "table": table,
        "count": table.paginator.count,
        "why_not": policies.invite.why_not(request.actor, cohort) or "",
        "filter": _filter_of(found.form.data),
        "query": _query(role, found.form.data),
        "by_invitation": cohort.enrollment == Cohort.Enrollment.INVITE,
    }
    return render(request, "enrollment/recruit/find.html", context, status=422 if found.form.errors else 200)


def _filter_of(chosen: Any) -> list[tuple[str, str]]:
    """The filter as names and values, to be carried along. ``asked`` always: a filter that says nothing would be the cohort's own."""
    left_out = ("csrfmiddlewaretoken", "role", "person", "page", "sort", "all", "asked")
    rest = [(name, value) for name, values in chosen.lists() if name not in left_out for value in values if value]
    return [("asked", chosen.get("asked", "")), *rest]


@login_required
def invite(request: Request, pk: int) -> HttpResponse:
    """Invite who was ticked, or with ``all=1`` everybody whom the filter finds; a GET asks before all are."""
    cohort = _cohort(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    role = _role(given)
    everybody = given.get("all") == "1"
    if everybody:
        people: QuerySet[Person] = finding.find(cohort, role, given).people
    else:
        ticked = numbers(given.getlist("person"))[:5000]
        people = Person.objects.present().filter(pk__in=ticked)
    if request.method != "POST":
        policies.invite.check(request.actor, cohort)
        context = {
            "cohort": cohort,
            "role": role,
            "filter": _filter_of(given),
            "count": people.count(),
            "unreachable": people.filter(email=None).count(),
        }
        return render(request, "enrollment/recruit/confirm.html", context)
    if not everybody and not ticked:
        messages.warning(
            request, _("Tick the people whom you would like to invite, or invite everybody whom the filter finds.")
        )
        return redirect(f"{reverse('enrollment:recruit', args=[cohort.pk])}?{_query(role, given)}")
    _say(request, actions.invite(cohort, people, role, by=request.actor))
    return redirect(f"{reverse('enrollment:recruit', args=[cohort.pk])}?{_query(role, given)}")


def _query(role: str, chosen: Any) -> str:
    """Role and filter as the end of an address."""
    return urlencode([("role", role), *_filter_of(chosen)])


def _say(request: Request, done: actions.Invited) -> None:
    if done.invited:
        messages.success(
            request,
            ngettext("%(count)d person is invited.", "%(count)d people are invited.", done.invited)
            % {"count": done.invited},
        )
    if done.unreachable:
        messages.warning(
            request,
            ngettext(
                "%(count)d of them has no e-mail address. An administrator can print a claim code for them.",
                "%(count)d of them have no e-mail address. An administrator can print claim codes for them.",
                done.unreachable,
            )
            % {"count": done.unreachable},
        )
    if done.already or not done.invited:
        messages.info(
            request,
            ngettext(
                "%(count)d person was asked before or has a part in it already, and gets no second mail.",
                "%(count)d people were asked before or have a part in it already, and get no second mail.",
                done.already,
            )
            % {"count": done.already},
        )


@login_required
def invitations(request: Request, pk: int) -> HttpResponse:
    """What became of them: figures, and each one."""
    cohort = _cohort(request, pk)
    rows = Invitation.objects.filter(enrollment__cohort=cohort).select_related(
        "enrollment__person", "enrollment__cohort"
    )
    table = InvitationTable(rows)
    tables.RequestConfig(request, paginate={"per_page": PAGE}).configure(table)
    context = {"cohort": cohort, "program": cohort.program, "table": table, "figures": finding.figures(cohort)}
    return render(request, "enrollment/recruit/invitations.html", context)


def _invitation(request: Request, pk: int, invitation: int) -> Invitation:
    rows = Invitation.objects.filter(enrollment__cohort=_cohort(request, pk))
    return get_object_or_404(rows.select_related("enrollment__person", "enrollment__cohort__program"), pk=invitation)


@login_required
@require_POST
def take_back(request: Request, pk: int, invitation: int) -> HttpResponse:
    taken = actions.take_back(_invitation(request, pk, invitation), by=request.actor)
    messages.success(
        request,
        _("The invitation of %(name)s is taken back. The link in their mail opens nothing any more.")
        % {"name": taken.enrollment.person.name},
    )
    return redirect("enrollment:invitations", pk=pk)


@login_required
@require_POST
def send_again(request: Request, pk: int, invitation: int) -> HttpResponse:
    """``issue`` is the one that the page showed: a second click on it finds another."""
    found = _invitation(request, pk, invitation)
    if request.POST.get("issue") != str(found.issue):
        raise Conflict(_("This was sent again a moment ago."))
    sent = actions.send_again(found, by=request.actor)
    name = {"name": sent.enrollment.person.name}
    if sent.sent_at:
        messages.success(request, _("%(name)s is asked again, with a new link. The earlier one opens nothing.") % name)
    else:
        messages.warning(
            request,
            _("%(name)s is invited again and has no e-mail address. An administrator can print a claim code.") % name,
        )
    return redirect("enrollment:invitations", pk=pk)


@login_required
def set_eligibility(request: Request, pk: int) -> HttpResponse:
    """Whom the cohort is for: said on the landing page, used by approving by rule, and the first filter when finding people."""
    cohort = _cohort(request, pk)
    change_cohort.check(request.actor, cohort)
    stored = eligibility.criteria(cohort).stored()
    # Nothing ticked at all is an answer too: everybody may.
    form = CriteriaForm(
        request.POST if request.method == "POST" else None,
        initial={**stored, "skill": ", ".join(stored.get("skill", []))},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_eligibility(cohort, form.criteria, by=request.actor)
        messages.success(request, _("Saved."))
        return redirect("enrollment:eligibility", pk=cohort.pk)
    context = {
        "cohort": cohort,
        "program": cohort.program,
        "form": form,
        "section": "eligibility",
        "sentences": list(eligibility.criteria(cohort).sentences()),
        "count": eligibility.criteria(cohort).people().count(),
    }
    return render(request, "enrollment/recruit/eligibility.html", context, status=422 if form.errors else 200)


def invitation(request: Request, token: str) -> HttpResponse:
    """By the link of an invitation, without a password: who asks and for what. Nothing happens before one acts."""
    link = links.read(token, PURPOSE)
    enrollment = get_object_or_404(
        Enrollment.objects.select_related("person", "cohort__program__coordinator", "invitation__invited_by"),
        cohort=link.facts["cohort"],
        role=link.facts["role"],
        person=link.person_id,
    )
    _check_newest(enrollment, link)
    if request.method == "POST":
        return _answer(request, enrollment)
    cohort = enrollment.cohort
    is_other = request.actor.person is not None and request.actor.person_id != enrollment.person_id
    context = {
        "enrollment": enrollment,
        "cohort": cohort,
        "program": cohort.program,
        "is_other": is_other,
        "closed": policies.closed_because(cohort),
        "invited": enrollment.status == Enrollment.Status.INVITED,
    }
    return render(request, "enrollment/invitation.html", context)


def _check_newest(enrollment: Enrollment, link: links.Link) -> None:
    """Raises ``Denied`` for the link of an invitation that was taken back or sent again since."""
    newest = getattr(enrollment, "invitation", None)
    if newest is None:
        return
    newest.enrollment = enrollment
    if newest.is_taken_back:
        raise Denied(_("This invitation was taken back. If you think that is a mistake, write to whoever sent it."))
    if link.facts.get("issue", 1) != newest.issue:
        raise Denied(_("A newer invitation was sent to you. Please open the link in that mail."))


def _answer(request: Request, enrollment: Enrollment) -> HttpResponse:
    """``answer=no`` declines for good; ``answer=yes`` goes on to the application, signed in where the link may do that."""
    if request.POST.get("answer") == "no":
        if enrollment.status == Enrollment.Status.INVITED:
            applying.withdraw(enrollment, by=Actor.of(enrollment.person))
        return render(
            request,
            "enrollment/invitation_declined.html",
            {"enrollment": enrollment, "program": enrollment.cohort.program},
        )
    actions.note_opened(enrollment)
    address = reverse("enrollment:apply", args=[enrollment.cohort_id]) + f"?role={enrollment.role}"
    if request.actor.person_id == enrollment.person_id:
        return redirect(address)
    if request.actor.person is not None:
        raise Denied(_("You are signed in as somebody else. Sign out first, then open the link again."))
    if not may_enter_by_link(enrollment.person):
        return redirect_to_login(address)
    login(request, enrollment.person, backend=BACKEND)
    return redirect(address)
