"""What the page of an import shows: a constant number of queries, whatever the file holds."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from openmentor.foundation.ids import numbers
from openmentor.people.importing import fields, sensitive
from openmentor.people.importing.mapping import CUSTOM, LEAVE_OUT
from openmentor.people.importing.questions import CLAIM_CODES
from openmentor.people.merging import staging
from openmentor.people.models import Import, ImportRow, Person

ROWS = 25
#: undecided people and absent people shown at once; the next come when these are answered
ASKED = 50
ABSENT = 200
TABS = (
    ("doubtful", _l("Doubtful")),
    ("new", _l("New")),
    ("changed", _l("Changed")),
    ("same", _l("As before")),
    ("left_out", _l("Left out")),
)
#: The kinds of doubt in a few words, to filter by.
KINDS = {
    "date.epoch": _l("1970-01-01 for none"), "date.improbable": _l("dates that can hardly be"), "date.invalid": _l("no dates"),
    "email.account": _l("sign in with another address"), "email.invalid": _l("no addresses"), "email.rule": _l("addresses that the rule can't make"),
    "email.shared": _l("shared addresses"), "email.taken": _l("addresses of others"), "flag.unknown": _l("neither yes nor no"),
    "left.before_hired": _l("left before being hired"), "left.contradiction": _l("left or not"), "left.future": _l("leave later"),
    "level.words": _l("levels in words"), "manager.differs": _l("two managers"), "name.missing": _l("no names"), "person.namesake": _l("of one name"),
    "person.repeated": _l("repeated rows"), "person.twice": _l("twice and different"), "person.unidentified": _l("neither number nor address"),
    "row.short": _l("short rows"), "status.unknown": _l("unknown status"), "text.foreign": _l("letters in another encoding"),
    "text.long": _l("long texts"), "text.lost": _l("lost letters"), "timezone.unknown": _l("unknown time zones"),
    "header.below": _l("names of columns"), "header.empty": _l("names of columns"), "header.twice": _l("names of columns"),
}  # fmt: skip
WORDS = {"manager": _l("Manager"), "custom": _l("Other columns"), "name": _l("Name"), "email": _l("E-mail")}


def context(
    batch: Import, query: QueryDict, *, posted: QueryDict | None = None, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    """Everything that ``people/imports/import.html`` needs.

    posted   a form that came back with ``errors``: what was chosen in it is still chosen.
    """
    errors = errors or {}
    given = posted or QueryDict()
    found: dict[str, Any] = {
        "batch": batch,
        "counts": batch.counts,
        "errors": errors,
        "faults": batch.message.splitlines(),
    }
    columns = [_column(i, column, given, errors) for i, column in enumerate(batch.findings.get("columns", []))]
    found |= {
        "columns": [column for column in columns if not column["sensitive"]],
        "private_columns": [column for column in columns if column["sensitive"]],
        "private_open": any(column["error"] or column["to"] != LEAVE_OUT for column in columns if column["sensitive"]),
        "targets": [(field.key, field.label) for field in fields.FIELDS],
        "custom": CUSTOM,
        "leave_out": LEAVE_OUT,
        "file": batch.findings.get("file", {}),
        "extents": Import.Extent.choices,
    }
    if batch.status == Import.Status.CHECKED:
        found |= _to_be_said(batch, given, errors)
    if batch.status in (Import.Status.CHECKED, Import.Status.DONE) and not batch.emptied_at:
        found |= _rows(batch, query)
        found["managers"] = batch.findings.get("managers", {})
    return found


def _column(i: int, column: dict[str, Any], given: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    kind = sensitive.SENSITIVE_BY_KEY.get(column["sensitive"] or "")
    return {
        **column,
        "number": i,
        "to": given.get(f"column-{i}", column["to"]),
        "reason": given.get(f"reason-{i}", column["reason"]),
        "kind": kind.label if kind else "",
        "is_unsure": column["to"] in fields.BY_KEY and column["confidence"] <= 0.5,
        "error": errors.get(f"column-{i}") or errors.get(f"reason-{i}", ""),
    }


def _to_be_said(batch: Import, given: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    questions = [_question(question, batch, given, errors) for question in batch.findings.get("questions", [])]
    undecided, undecided_count = _undecided(batch, given)
    absent = staging.absent(batch) if not undecided_count else Person.objects.none()
    absent_count = absent.count() if batch.extent == Import.Extent.FULL else 0
    waits = [question["sentence"] for question in questions if question["must_be_answered"]]
    people_count = sum(batch.counts.get(key, 0) for key in ("new", "changed"))
    return {
        "questions": questions,
        "open_questions": sum(not question["is_answered"] for question in questions),
        "undecided": undecided,
        "undecided_count": undecided_count,
        "absent": absent.order_by("family_name", "given_name", "pk")[:ABSENT] if absent_count else [],
        "absent_count": absent_count,
        "absent_more": max(0, absent_count - ABSENT),
        "absent_said": given.get("absent", batch.decisions.get("absent", "")),
        "still_here": set(numbers(given.getlist("still-here"))) or set(batch.decisions.get("still_here", [])),
        "extent_said": given.get("extent", batch.extent),
        "valid_on_said": given.get("valid_on", batch.valid_on.isoformat()),
        "is_half_absent": absent_count > batch.counts.get("changed", 0) + batch.counts.get("same", 0),
        "must_check": bool(waits or undecided_count),
        "why_not": _why_not(len(waits), undecided_count),
        "people_count": people_count,
    }


def _why_not(questions: int, undecided: int) -> str:
    if questions:
        return ngettext("A question is still open.", "Some questions are still open.", questions)
    return ngettext(
        "%(count)d person may be known already: say who it is.",
        "%(count)d people may be known already: say who they are.",
        undecided,
    ) % {"count": undecided}


def _question(question: dict[str, Any], batch: Import, given: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    key = question["key"]
    value = question["answer"] if question["answer"] is not None else question["assumed"]
    rule = ""
    if key == "email":
        rule = next((text for text in (question["answer"], question["proposal"]) if text and text != CLAIM_CODES), "")
    return {
        **question,
        "value": given.get(f"answer-{key}", "rule" if key == "email" and value != CLAIM_CODES else value or ""),
        "rule": given.get("rule", rule),
        "is_answered": question["answer"] is not None,
        "must_be_answered": key in batch.findings.get("unanswerable", []),
        "error": errors.get(f"answer-{key}", ""),
    }


def _undecided(batch: Import, given: QueryDict) -> tuple[list[dict[str, Any]], int]:
    """Rows of people who may be known already, each with whom it may be."""
    count = batch.counts.get("undecided", 0)
    if not count:
        return [], 0
    rows = list(batch.rows.filter(action=ImportRow.Action.UNDECIDED)[:ASKED])
    wanted = {person for row in rows for person in row.candidates}
    known = {person.pk: person for person in Person.objects.filter(pk__in=wanted)}
    return [
        {
            "row": row,
            "people": [known[person] for person in row.candidates if person in known],
            "said": given.get(f"same-{row.number}", ""),
        }
        for row in rows
    ], count


def rows_of(batch: Import, show: str, kind: str) -> QuerySet[ImportRow]:
    """The rows of a tab, those of one kind of doubt where one is asked for."""
    found = batch.rows.order_by("number")
    found = found.filter(is_doubtful=True) if show == "doubtful" else found.filter(action=show)
    return found.filter(kinds__contains=f" {kind} ") if kind else found


def _rows(batch: Import, query: QueryDict) -> dict[str, Any]:
    counts = batch.counts
    tabs = [{"key": key, "label": label, "count": counts.get(key, 0)} for key, label in TABS]
    usual = next((tab["key"] for tab in tabs if tab["count"]), "doubtful")
    show = query.get("show", "")
    show = str(show if show in dict(TABS) else usual)
    by_kind = batch.findings.get("kinds", {})
    kind = query.get("kind", "") if show == "doubtful" and query.get("kind") in by_kind else ""
    page: Page[ImportRow] = Paginator(rows_of(batch, show, kind), ROWS).get_page(query.get("page"))
    kinds = [
        {"key": key, "label": KINDS.get(key, key), "count": count}
        for key, count in sorted(by_kind.items(), key=lambda pair: -pair[1])
    ]
    return {
        "tabs": [tab for tab in tabs if tab["count"]],
        "show": show,
        "kinds": kinds if show == "doubtful" and len(kinds) > 1 else [],
        "kind": kind,
        "page": page,
        "rows": [_row(row) for row in page],
        "file_doubts": batch.findings.get("doubts", []),
    }


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name or _("nobody"),
        "action": row.get_action_display(),
        "changes": [_change(key, before, after) for key, (before, after) in row.changes.items() if key != "custom"],
        "has_other_changes": "custom" in row.changes,
        "facts": [str(fact) for fact in (row.email, row.position, row.department, row.site) if fact],
        "left_on": row.left_on,
        "doubts": row.doubts,
    }


def _change(key: str, before: Any, after: Any) -> dict[str, Any]:
    if key == "manager":  # ids say nothing to a reader
        return {"label": WORDS["manager"], "before": "", "after": _("another") if after else _("nobody")}
    label = fields.BY_KEY[key].label if key in fields.BY_KEY else WORDS.get(key, key)
    return {"label": label, "before": before, "after": after if after not in (None, "") else _("nothing")}
