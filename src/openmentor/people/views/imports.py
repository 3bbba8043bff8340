"""The doors of importing people: bring a file, look at what it would do, say yes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openmentor.foundation import clock
from openmentor.foundation.errors import Conflict
from openmentor.foundation.http import Request
from openmentor.foundation.ui.widgets import FileDrop
from openmentor.people import policies
from openmentor.people.importing.table import FILE_BYTES
from openmentor.people.merging import actions, choosing, showing, staging
from openmentor.people.models import Import, Source

LIMIT_MB = FILE_BYTES // 2**20
LISTED = 30
Status = Import.Status


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_l("The file"),
        widget=FileDrop(accept=".csv,.tsv,.txt,.xlsx", note=_l("CSV or XLSX, one row for each person, names of columns on top."), limit_mb=LIMIT_MB),
        error_messages={
            "required": _l("Choose a file."),
            "empty": _l("This file is empty. Choose one with a row for each person."),
        },
    )  # fmt: skip
    source = forms.CharField(
        label=_l("Where it comes from"),
        max_length=100,
        help_text=_l("The same name each time, so that people are known again by their numbers and your choices are remembered."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )  # fmt: skip
    extent = forms.ChoiceField(
        label=_l("Who is in it"),
        choices=Import.Extent.choices,
        initial=Import.Extent.PARTIAL,
        widget=forms.RadioSelect,
        help_text=_l(
            "After a file of everybody you are asked about those who are absent. Nobody is taken out unasked."
        ),
    )
    valid_on = forms.CharField(
        label=_l("The day it is true for"),
        help_text=_l("Usually the day of the export. What differs from before is noted with this day."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES:
            raise forms.ValidationError(
                _(
                    "The file has %(size)d MB; at most %(most)d are read. Take out columns that are not about people, or split it."
                )
                % {"size": file.size // 2**20, "most": LIMIT_MB}
            )
        return file

    def clean_source(self) -> str:
        return " ".join(self.cleaned_data["source"].split())

    def clean_valid_on(self) -> Any:
        day, why = choosing.day_of(self.cleaned_data["valid_on"].strip())
        if day is None:
            raise forms.ValidationError(why)
        return day


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: Request) -> HttpResponse:
    """Bring a file; see what became of earlier ones."""
    policies.import_people.check(request.actor, None)
    sources = list(Source.objects.order_by("name").values_list("name", flat=True)[:50])
    form = UploadForm(
        initial={"valid_on": clock.today().isoformat(), "source": sources[0] if len(sources) == 1 else ""}
    )
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            try:
                return redirect(
                    actions.start(
                        given["file"], name=given["file"].name, source=given["source"], extent=given["extent"],
                        valid_on=given["valid_on"], by=request.actor,
                    )
                )  # fmt: skip
            except OSError:
                form.add_error(
                    "file", _("The server can't keep the file: its disk is full or can't be written. Nothing was changed. Make room, then try again.")
                )  # fmt: skip
    earlier = Import.objects.visible_to(request.actor).select_related("source", "created_by")[:LISTED]
    context = {"form": form, "imports": earlier, "sources": sources}
    return render(request, "people/imports/imports.html", context, status=422 if form.errors else 200)


def _batch(request: Request, pk: int) -> Import:
    return get_object_or_404(Import.objects.visible_to(request.actor).select_related("source", "created_by"), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def batch(request: Request, pk: int) -> HttpResponse:
    """One import: what was found, what can be corrected, what was done."""
    found = _batch(request, pk)
    if request.method == "POST":
        return _go_on(request, found)
    return render(request, "people/imports/import.html", showing.context(found, request.GET))


def _go_on(request: Request, found: Import) -> HttpResponse:
    """Check again what was changed; bring in what was not. Nothing that was not seen is written."""
    wants_import = request.POST.get("verb") == "import"
    if wants_import and found.status in (Status.MERGING, Status.DONE):
        return redirect(found)  # a second click
    if found.status not in (Status.CHECKED, Status.FAILED) or request.POST.get("reading") != str(found.reading):
        raise Conflict(_("This was changed a moment ago. Please look at it again."))
    choices = choosing.posted(request.POST, found)
    if wants_import and not choices.is_changed and not choices.absent and staging.absent(found).exists():
        choices.errors["absent"] = _("Say whether they have left.")
    if choices.errors:
        context = showing.context(found, request.GET, posted=request.POST, errors=choices.errors)
        return render(request, "people/imports/import.html", context, status=422)
    if choices.absent and found.status == Status.CHECKED and not choices.is_changed:
        actions.decide_absent(found, choices.absent, choices.still_here, by=request.actor)
    if wants_import and not choices.is_changed:
        actions.confirm(found, by=request.actor, answers=choices.answers)
        return redirect(found)
    changes = dict(choices.changes)
    if choices.same:
        changes["decisions"] = actions.with_same(found, choices.same)
    if choices.answers and "answers" not in changes:
        changes["answers"] = {**found.answers, **choices.answers}
    actions.change(found, by=request.actor, **changes)
    if wants_import:
        messages.info(
            request, _("You changed something, so the file is checked again. Look at it once more, then bring it in.")
        )
    return redirect(found)


@login_required
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """Asked every two seconds while something runs; then the page shows what came of it."""
    found = _batch(request, pk)
    response = render(request, "people/imports/_progress.html", {"batch": found})
    if not found.is_running:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def cancellation(request: Request, pk: int) -> HttpResponse:
    """Asked first; then nobody of this file is brought in."""
    found = _batch(request, pk)
    if request.method == "GET":
        return render(request, "people/imports/cancel.html", {"batch": found})
    if found.status == Status.CANCELLED:
        return redirect("people:imports")
    actions.cancel(found, by=request.actor)
    messages.success(request, _("Given up. Nobody of this file was brought in."))
    return redirect("people:imports")


@login_required
@require_POST
def retrial(request: Request, pk: int) -> HttpResponse:
    """After a fault that was none of the file's: read it again."""
    found = _batch(request, pk)
    if found.status == Status.FAILED:
        actions.try_again(found, by=request.actor)
    return redirect(found)
