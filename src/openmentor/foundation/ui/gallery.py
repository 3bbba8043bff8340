"""Every component in its states, on one page: to look at while building, and to test that all are accessible."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from openmentor.foundation import clock
from openmentor.foundation.errors import Conflict
from openmentor.foundation.templatetags.ui import AUDIENCES
from openmentor.foundation.ui import widgets

NAMES = [
    "Amara Okafor",
    "Björn Lindqvist",
    "Chiara Rossi",
    "Dimitri Papadopoulos",
    "Élodie Moreau",
    "Farah Haddad",
    "Grace Kim",
    "Hiroshi Tanaka",
    "Inés García",
    "Jakub Nowak",
    "Kemal Yılmaz",
    "Lucía Fernández",
    "Mei-Ling Chen",
    "Nadia Petrova",
]
DEPARTMENTS = ["Engineering", "Sales", "Operations"]
PEOPLE = [
    {
        "name": name,
        "department": DEPARTMENTS[at % 3],
        "tenure": 1 + at * 7 % 12,
        "state": ["approved", "applied", "waitlisted"][at % 3],
    }
    for at, name in enumerate(NAMES)
]
TONES = {"approved": "success", "applied": "info", "waitlisted": "warning"}


class PeopleTable(tables.Table):  # type: ignore[misc]
    name = tables.Column(verbose_name="Name")
    department = tables.Column(verbose_name="Department")
    tenure = tables.Column(
        verbose_name="Years here", attrs={"th": {"class": "om-cell-number"}, "td": {"class": "om-cell-number"}}
    )
    state = tables.Column(verbose_name="Application")

    class Meta:
        attrs = {"id": "people"}
        empty_text = "Nobody matches these filters. Clear them to see everybody."
        order_by = "name"

    def render_name(self, value: str) -> str:
        return format_html('<span class="text-body-emphasis fw-medium">{}</span>', value)

    def render_state(self, value: str) -> str:
        return format_html(
            '<span class="om-badge om-badge-dot" data-tone="{}">{}</span>', TONES[value], value.capitalize()
        )


class PeopleFilter(forms.Form):
    """What ``FilterSet.form`` of django-filter is: a form whose fields are all optional."""

    q = forms.CharField(label="Search by name", required=False)
    department = forms.ChoiceField(
        label="Department", choices=[("", "All"), *((name, name) for name in DEPARTMENTS)], required=False
    )


class ExampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label="Name", help_text="As your colleagues know you.")
    email = forms.EmailField(label="E-mail", required=False)
    about = forms.CharField(
        label="What would you like to talk about?", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    department = forms.ChoiceField(
        label="Department", choices=[("", "Choose one"), *((name, name) for name in DEPARTMENTS)]
    )
    role = forms.ChoiceField(
        label="How would you like to take part?",
        choices=[("mentor", "As a mentor"), ("mentee", "As a mentee"), ("both", "As both")],
        widget=forms.RadioSelect(attrs={"class": "om-choices-row"}),
    )
    goals = forms.MultipleChoiceField(
        label="What do you want to get better at?",
        choices=[("leading", "Leading people"), ("speaking", "Speaking in public"), ("strategy", "Strategy")],
        widget=forms.CheckboxSelectMultiple(),
        help_text="Choose up to three.",
    )
    directness = forms.TypedChoiceField(
        label="How direct should feedback be?",
        coerce=int,
        choices=[(n, str(n)) for n in range(1, 6)],
        widget=widgets.Scale(low="Gentle", high="Blunt"),
        required=False,
    )
    starts_on = forms.DateField(label="From when?", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    skills = forms.CharField(
        label="Skills you can teach", widget=widgets.Tags(suggestions=["Python", "SQL", "Negotiation"]), required=False
    )
    hours = forms.CharField(label="When are you free?", widget=widgets.WeekHours(), required=False)
    languages = forms.CharField(label="Languages you speak", widget=widgets.LanguageLevels(), required=False)
    wishes = forms.CharField(
        label="People you would like",
        required=False,
        widget=widgets.Ranked(options=[("12", "Amara Okafor"), ("7", "Grace Kim"), ("31", "Mei-Ling Chen")]),
    )
    photo = forms.FileField(
        label="A file", widget=widgets.FileDrop(accept=".csv,.xlsx", note="CSV or XLSX, up to 20 MB."), required=False
    )
    agreed = forms.BooleanField(label="I can make time for one hour a month.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, audience in zip(("name", "about", "role", "directness"), AUDIENCES, strict=True):
            self.fields[field].audience = audience  # type: ignore[attr-defined]


def _people(request: HttpRequest) -> tuple[PeopleTable, PeopleFilter]:
    rows = [
        person
        for person in PEOPLE
        if request.GET.get("q", "").casefold() in str(person["name"]).casefold()
        and request.GET.get("department") in (None, "", person["department"])
    ]
    table = PeopleTable(rows)
    tables.RequestConfig(request, paginate={"per_page": 5}).configure(table)
    return table, PeopleFilter(request.GET)


def page(request: HttpRequest) -> HttpResponse:
    people, filters = _people(request)
    context = {
        "people": people,
        "filters": filters,
        "nobody": PeopleTable([], prefix="none-", attrs={"id": "nobody"}),
        "form": ExampleForm(
            initial={"hours": "Mon 09:00-11:00;Wed 14:00-16:00", "skills": "Python, SQL", "languages": "en:C2; de:B1"}
        ),
        "wrong": ExampleForm({"name": "", "goals": ["cooking"]}, prefix="wrong"),
        "tones": ["neutral", "accent", "success", "info", "warning", "danger"],
        "scores": [0.94, 0.71, 0.55, 0.31, None],
        "names": NAMES[:8],
        "now": clock.now(),
        "page": Paginator(range(200), 10).page(7),
        "lanes": [
            ("Amara Okafor", ["Jakub Nowak"]),
            ("Grace Kim", ["Inés García", "Kemal Yılmaz"]),
            ("Nadia Petrova", []),
        ],
    }
    return render(request, "foundation/ui/gallery.html", context)


def public(request: HttpRequest) -> HttpResponse:
    return render(request, "foundation/ui/public.html")


def entrance(request: HttpRequest) -> HttpResponse:
    return render(request, "foundation/ui/entrance.html")


def progress(request: HttpRequest) -> HttpResponse:
    """Moves on by a tenth each time it is asked, then is done."""
    at = min(int(request.GET.get("at", 0)) + 60, 600)
    return render(request, "foundation/ui/_progress.html", {"at": at, "cancelled": request.method == "POST"})


def table(request: HttpRequest) -> HttpResponse:
    people, filters = _people(request)
    return render(request, "foundation/ui/table.html", {"people": people, "filters": filters})


def board(request: HttpRequest) -> HttpResponse:
    """Says what it was asked; the board of the matches app answers with the fresh board."""
    if request.POST.get("to") == "Nadia Petrova":
        raise Conflict("Nadia Petrova has no place left.")
    messages.success(request, f"{request.POST.get('item')} is now with {request.POST.get('to')}.")
    return HttpResponse(status=204)


def ranking(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("ui:gallery"))


def saved(request: HttpRequest) -> HttpResponse:
    """Where the example form saves itself."""
    if request.POST.get("name") == "refuse":
        return HttpResponse(status=422)
    return HttpResponse(status=204)


def confirmed(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        messages.success(request, "Done.")
        return HttpResponseRedirect(reverse("ui:gallery"))
    return render(request, "foundation/ui/confirm.html")


def refused(request: HttpRequest) -> HttpResponse:
    raise Conflict("Somebody else changed this a moment ago. Here is how it is now.")
