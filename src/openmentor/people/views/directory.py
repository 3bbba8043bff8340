"""The list of people, and one person's page."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from openmentor.foundation.errors import Conflict
from openmentor.foundation.http import Request
from openmentor.foundation.ids import number
from openmentor.foundation.ui.paging import SearchPaginator
from openmentor.people import actions, policies
from openmentor.people.forms import OwnForm, PersonForm
from openmentor.people.models import PendingAddress, Person

PAGE = 50
#: of what stands in one line on a phone, with its heading where it says nothing without
PLAIN = {"td": {"class": "om-cell-plain"}}
LABELED = {"td": {"class": "om-cell-plain om-cell-labeled"}}


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(label=_l("Name or e-mail"), method="search")
    state = django_filters.ChoiceFilter(
        label=_l("Who"),
        method="by_state",
        empty_label=None,
        null_label=None,
        choices=[
            ("present", _l("Here now")),
            ("left", _l("Left")),
            ("no_address", _l("Without e-mail")),
            ("administrators", _l("Administrators")),
        ],
    )
    department = django_filters.CharFilter(label=_l("Department"), lookup_expr="icontains")

    class Meta:
        model = Person
        fields: list[str] = []

    def search(self, queryset: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        for word in value.split()[:5]:
            queryset = queryset.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return queryset

    def by_state(self, queryset: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        match value:
            case "left":
                return queryset.exclude(left_on=None)
            case "no_address":
                return queryset.filter(left_on=None, email=None)
            case "administrators":
                return queryset.filter(is_administrator=True)
            case _:
                return queryset.filter(left_on=None)


class PersonTable(tables.Table):  # type: ignore[misc]
    name = tables.Column(
        verbose_name=_l("Name"),
        order_by=("family_name", "given_name", "name", "pk"),
        linkify=True,
        attrs={"td": {"class": "om-cell-title"}},
    )
    email = tables.Column(verbose_name=_l("E-mail"), default="", attrs={"td": {"class": "om-cell-plain text-break"}})
    position = tables.Column(verbose_name=_l("Position"), default="", attrs=PLAIN)
    department = tables.Column(verbose_name=_l("Department"), default="", attrs=PLAIN)
    site = tables.Column(verbose_name=_l("Site"), default="", attrs=PLAIN)
    hired_on = tables.DateColumn(short=False, verbose_name=_l("Hired"), default="", attrs=LABELED)
    account = tables.Column(verbose_name=_l("Account"), empty_values=(), orderable=False, attrs=LABELED)

    class Meta:
        model = Person
        attrs = {"class": "om-table-compact"}
        fields: tuple[str, ...] = ()
        sequence = ("name", "email", "position", "department", "site", "hired_on", "account")
        order_by = "name"

    def render_account(self, record: Person) -> str:
        if record.left_on:
            return format_html('<span class="om-badge" data-tone="neutral">{}</span>', _("Left"))
        if not record.is_active:
            return format_html('<span class="om-badge" data-tone="warning">{}</span>', _("Locked"))
        if record.has_account:
            return format_html('<span class="om-badge" data-tone="success">{}</span>', _("Yes"))
        return format_html('<span class="om-badge" data-tone="neutral">{}</span>', _("Not yet"))


def people(request: Request) -> HttpResponse:
    """Everybody, for administrators: searched, filtered, sorted, paged."""
    policies.see_everybody.check(request.actor, None)
    everybody = Person.objects.visible_to(request.actor)
    chosen = PersonFilter({"state": "present", **request.GET.dict()}, queryset=everybody)
    table = PersonTable(chosen.qs)
    tables.RequestConfig(request, paginate={"per_page": PAGE, "paginator_class": SearchPaginator}).configure(table)
    return render(
        request,
        "people/people.html",
        {"table": table, "filter": chosen, "nobody": not everybody.exclude(pk=request.user.pk).exists()},
    )


def person(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Person.objects.visible_to(request.actor).select_related("manager"), pk=pk)
    context: dict[str, Any] = {
        "person": found,
        "is_self": request.actor.person == found,
        "skills": found.skills.all(),
        "pending": PendingAddress.objects.filter(person=found).first(),
    }
    if request.actor.is_administrator:
        context |= {
            "events": found.employment_events.select_related("source"),
            "identities": found.identities.select_related("source"),
        }
    return render(request, "people/person.html", context)


def edit(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Person.objects.visible_to(request.actor), pk=pk)
    policies.edit.check(request.actor, found)
    kind = PersonForm if request.actor.is_administrator else OwnForm
    form = kind(request.POST or None, instance=Person.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(found, form.cleaned_data, by=request.actor)
        except Conflict as refusal:
            form.add_error("email" if "email" in form.changed_data else None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect(found)
    return render(request, "people/edit.html", {"form": form, "person": found}, status=422 if form.errors else 200)


def _verb(request: Request, pk: int, verb: str, done: str) -> HttpResponse:
    found = get_object_or_404(Person.objects.visible_to(request.actor), pk=pk)
    getattr(actions, verb)(found, by=request.actor)
    messages.success(request, done)
    return redirect(found)


@require_POST
def administratorship(request: Request, pk: int) -> HttpResponse:
    """Made by posting ``make=1``, taken by posting ``make=0``."""
    make = request.POST.get("make") == "1"
    return _verb(
        request,
        pk,
        "make_administrator" if make else "unmake_administrator",
        _("They are an administrator now.") if make else _("They are no administrator any more."),
    )


@require_POST
def suspension(request: Request, pk: int) -> HttpResponse:
    suspend = request.POST.get("suspend") == "1"
    return _verb(
        request,
        pk,
        "suspend" if suspend else "restore",
        _("They can't sign in any more.") if suspend else _("They can sign in again."),
    )


def codes(request: Request) -> HttpResponse:
    """Claim codes for those without an address and an account: asked first, then printed once."""
    policies.make_codes.check(request.actor, None)
    waiting = Person.objects.present().filter(email=None, is_active=True, last_login=None)
    if request.method != "POST":
        return render(request, "people/codes.html", {"count": waiting.count()})
    chosen = waiting.filter(pk=number(request.POST["person"])) if request.POST.get("person") else waiting
    made = actions.make_codes(chosen, by=request.actor)
    return render(
        request,
        "people/codes_sheet.html",
        {"codes": made, "days": actions.CODE_DAYS, "claim_url": request.build_absolute_uri("/claim/")},
    )


def own(request: HttpRequest) -> HttpResponse:
    """One's own page, at an address that everybody shares."""
    return redirect("people:person", pk=request.user.pk) if request.user.is_authenticated else redirect("account_login")
