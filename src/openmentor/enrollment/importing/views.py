"""The doors of importing applications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST

from openmentor.enrollment import policies
from openmentor.enrollment.importing import actions
from openmentor.enrollment.importing.choices import Choices
from openmentor.enrollment.importing.reading import LEAVE_OUT, QUESTION, check_mapping
from openmentor.enrollment.models import ApplicationImport
from openmentor.foundation.errors import Conflict
from openmentor.foundation.http import Request
from openmentor.foundation.ids import number
from openmentor.foundation.ui.widgets import FileDrop
from openmentor.people.importing.applications.columns import SEVERAL
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.policies import import_people
from openmentor.programs.models import Cohort
from openmentor.surveys.models import Item, Question

LIMIT_MB = 20
#: what a column can be besides an answer
PLACES = (
    ("email", _l("E-mail address")), ("external_id", _l("Personnel number")), ("name", _l("Name")), ("given_name", _l("Given name")),
    ("family_name", _l("Family name")), ("submitted_at", _l("When it was sent")), ("role", _l("Role")), ("places", _l("Places")),
    ("wishes", _l("Whom they would like")), ("vetoes", _l("Never with")),
)  # fmt: skip
ROLES = (
    ("", _l("The file says")),
    ("mentee", _l("All are mentees")),
    ("mentor", _l("All are mentors")),
    ("both", _l("All are both")),
)
SHOWN = 100


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_l("The file"), widget=FileDrop(accept=".csv,.tsv,.txt,.xlsx", note=_l("CSV or XLSX, up to 20 MB."), limit_mb=LIMIT_MB),
        help_text=_l("As Google Forms or Microsoft Forms exports it, or a spreadsheet of your own with one row for each application."),
    )  # fmt: skip
    is_approved = forms.BooleanField(
        label=_l("They are approved already"),
        required=False,
        help_text=_l("Otherwise you decide about each afterwards."),
    )
    has_accepted = forms.BooleanField(label=_l("They accepted what is expected in the form"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMIT_MB * 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": LIMIT_MB})
        return file


def _cohort(request: Request, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.run_by(request.actor).select_related("program", "questionnaire"), pk=pk)


def _batch(request: Request, pk: int) -> ApplicationImport:
    return get_object_or_404(
        ApplicationImport.objects.visible_to(request.actor).select_related("cohort__program", "cohort__questionnaire"),
        pk=pk,
    )


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: Request, cohort: int) -> HttpResponse:
    """Bring a file; see what became of earlier ones of one's own."""
    found = _cohort(request, cohort)
    policies.import_applications.check(request.actor, found)
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        choices = Choices(is_approved=form.cleaned_data["is_approved"], has_accepted=form.cleaned_data["has_accepted"])
        try:
            return redirect(actions.start(found, form.cleaned_data["file"], choices, by=request.actor))
        except OSError:
            form.add_error(
                "file", _("The server can't keep the file: its disk is full or can't be written. Nothing was changed. Make room, then try again.")
            )  # fmt: skip
    context = {
        "cohort": found, "program": found.program, "form": form,
        "imports": ApplicationImport.objects.visible_to(request.actor).filter(cohort=found)[:20],
    }  # fmt: skip
    return render(request, "enrollment/importing/imports.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def batch(request: Request, pk: int) -> HttpResponse:
    """One import: what was found, what can be corrected, what was done."""
    found = _batch(request, pk)
    if request.method == "POST":
        return _go_on(request, found)
    return render(request, "enrollment/importing/import.html", _context(request, found))


def _go_on(request: Request, found: ApplicationImport) -> HttpResponse:
    """Read again what was changed; write what was not. Nothing that was not seen is written."""
    mapping, choices = _posted(request.POST, found)
    try:
        check_mapping(found.findings, mapping, _questions(found).values())
    except InvalidFile as invalid:
        chosen = {**_mapping(found.findings), **mapping}
        context = {**_context(request, found, choices, chosen), "refused": [str(fault) for fault in invalid.faults]}
        return render(request, "enrollment/importing/import.html", context, status=422)
    changed = mapping != found.mapping or choices.stored() != Choices.of(found.choices).stored()
    if changed or found.status == ApplicationImport.Status.FAILED:
        actions.read_again(found, mapping, choices, by=request.actor)
        if request.POST.get("verb") == "import":
            messages.info(
                request, _("You changed something, so the file is read again. Look at it once more, then import it.")
            )
    elif request.POST.get("verb") == "import":
        actions.confirm(found, by=request.actor)
    return redirect(found)


def _mapping(findings: Mapping[str, Any]) -> dict[str, str]:
    return {column["column"]: column["to"] for column in findings.get("columns", [])}


def _posted(data: QueryDict, found: ApplicationImport) -> tuple[dict[str, str], Choices]:
    """The page's form as mapping and choices. What was corrected before stays corrected."""
    shown = _mapping(found.findings)
    moved = {name: data.get(f"column-{at}", to) for at, (name, to) in enumerate(shown.items())}
    moved = {name: to for name, to in moved.items() if to != shown[name]}
    # A column that was chosen earlier gives its place to the one that is chosen now.
    kept = {name: to if to in SEVERAL or to not in moved.values() else LEAVE_OUT for name, to in found.mapping.items()}
    mapping = {**kept, **moved}
    before = Choices.of(found.choices)
    corrections = {key: dict(given) for key, given in before.corrections.items()}
    for at, group in enumerate(found.findings.get("unknown", [])[:SHOWN]):
        given = data.get(f"correction-{at}", "keep")
        if given != "keep":
            corrections.setdefault(group["question"], {})[group["text"]] = "" if given == "drop" else given
    choices = Choices.of(
        {
            "default_role": data.get("default_role", before.default_role), "is_approved": "is_approved" in data, "has_accepted": "has_accepted" in data,
            "corrections": corrections, "by_name": data.get("by_name", before.by_name),
            "by_name_rows": data.getlist("row") if "by_name" in data else before.by_name_rows, "meant": _meant(data, found, before), "unknown": data.get("unknown", before.unknown),
        }
    )  # fmt: skip
    return mapping, choices


def _meant(data: QueryDict, found: ApplicationImport, before: Choices) -> dict[int, int]:
    """Whom each row means whose name several have; what was said before stays until it is said otherwise."""
    meant = dict(before.meant)
    for each in found.findings.get("ambiguous", []):
        given = data.get(f"meant-{each['row']}")
        if given == "":
            meant.pop(each["row"], None)
        elif number(given) in {person["id"] for person in each["people"]}:
            meant[each["row"]] = int(str(given))
    return meant


def _questions(found: ApplicationImport) -> dict[str, Question]:
    items = Item.objects.filter(questionnaire=found.cohort.questionnaire_id).select_related("question")
    return {item.question.key: item.question for item in items}


def _context(
    request: Request,
    found: ApplicationImport,
    choices: Choices | None = None,
    mapping: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """``choices`` and ``mapping`` as they were posted, if they could not be taken; else as they are kept."""
    findings, choices = found.findings, choices or Choices.of(found.choices)
    if mapping:
        columns = [{**each, "to": mapping.get(each["column"], each["to"])} for each in findings.get("columns", [])]
        findings = {**findings, "columns": columns}
    questions = _questions(found)
    targets = [
        (_("Who and what for"), [(key, str(label)) for key, label in PLACES]),
        (_("Answers"), [(QUESTION + key, _(each.text)) for key, each in questions.items()]),
    ]
    return {
        "batch": found, "cohort": found.cohort, "program": found.cohort.program, "findings": findings, "choices": choices,
        "status": found.Status(found.status), "targets": targets, "leave_out": LEAVE_OUT, "roles": ROLES,
        "unknown": [_unknown(group, questions) for group in findings.get("unknown", [])[:SHOWN]],
        "doubts": findings.get("doubts", [])[:SHOWN], "by_name": findings.get("by_name", [])[:SHOWN], "strangers": findings.get("strangers", [])[:SHOWN],
        "ambiguous": [{**each, "meant": choices.meant.get(each["row"])} for each in findings.get("ambiguous", [])],
        "may_add_people": import_people(request.actor, None), "why_not_add": import_people.why_not(request.actor, None),
        "faults": found.message.splitlines(), "why_not_import": _why_not_import(findings, choices),
    }  # fmt: skip


def _why_not_import(findings: Mapping[str, Any], choices: Choices) -> str:
    """Why there is nothing to be written yet, or nothing."""
    if findings.get("accepted") or (choices.unknown == "create" and findings.get("strangers_count")):
        return ""
    return _("There is nobody to be imported yet. Correct the columns, or say who is meant.")


def _unknown(group: Mapping[str, Any], questions: Mapping[str, Question]) -> dict[str, Any]:
    question = questions.get(group["question"])
    nearest = [tuple(group["nearest"])] if group["nearest"] else []
    others = [(value, _(label)) for value, label in question.choices] if question else []
    choices = [*nearest, *(each for each in others if each[:1] not in [one[:1] for one in nearest])]
    return {**group, "label": _(question.text) if question else group["question"], "choices": choices}


@login_required
def progress(request: Request, pk: int) -> HttpResponse:
    """Asked every two seconds while something runs; then the page shows what came of it."""
    found = _batch(request, pk)
    response = render(request, "enrollment/importing/_progress.html", {"batch": found})
    if not found.is_running:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def cancellation(request: Request, pk: int) -> HttpResponse:
    found = _batch(request, pk)
    try:
        actions.cancel(found, by=request.actor)
    except Conflict as refusal:
        messages.info(request, refusal.sentence)
        return redirect(found)
    messages.success(request, _("Given up. The file is dropped, and nothing was imported."))
    return redirect("enrollment:application_imports", found.cohort_id)
