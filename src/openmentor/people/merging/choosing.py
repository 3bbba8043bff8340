"""What the page of an import says when it is sent: columns, answers, who is who, who has left. Pure: nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.ids import number, numbers
from openmentor.people.importing import fields, sensitive
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.importing.mapping import CUSTOM, LEAVE_OUT
from openmentor.people.importing.questions import CLAIM_CODES, Answers
from openmentor.people.models import Import

OLDEST = date(1970, 1, 1)


@dataclass(slots=True)
class Choices:
    """The form of the page.

    changes   fields of the import that differ from what it was checked with: then it is checked again.
    answers   answers that were assumed so far and are said now; nothing changes by them.
    same      row -> id of the person it is, 0 for somebody new.
    absent    'left' or 'here' for who is not in a file of everybody; '' for no answer.
    errors    by the name of the control.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    absent: str = ""
    still_here: list[int] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        return bool(self.changes or self.same)


def posted(data: QueryDict, batch: Import) -> Choices:
    """Read the form of ``batch``'s page. What it does not hold stays as it is."""
    choices = Choices()
    _columns(data, batch, choices)
    _answers(data, batch, choices)
    _extent(data, batch, choices)
    for name, value in data.items():
        kind, _dash, row = name.partition("-")
        if kind == "same" and number(row) is not None and number(value) is not None:
            choices.same[int(row)] = int(str(value))
    choices.absent = data.get("absent", "") if data.get("absent") in ("left", "here") else ""
    shown = set(numbers(data.getlist("absent-shown")))
    kept = [person for person in batch.decisions.get("still_here", []) if person not in shown]
    choices.still_here = [*kept, *numbers(data.getlist("still-here"))]
    return choices


def _columns(data: QueryDict, batch: Import, choices: Choices) -> None:
    """What was chosen for columns, where it is not what the check took them for."""
    chosen = dict(batch.mapping.get("columns", {}))
    before = dict(chosen)
    to_of: dict[str, list[int]] = {}
    for i, column in enumerate(batch.findings.get("columns", [])):
        name, kind = column["column"], column["sensitive"]
        to = data.get(f"column-{i}", column["to"])
        reason = " ".join(data.get(f"reason-{i}", column["reason"]).split())[:500]
        if to not in fields.BY_KEY and to not in (CUSTOM, LEAVE_OUT):
            choices.errors[f"column-{i}"] = _("Choose one of the list.")
            continue
        if kind and to != LEAVE_OUT and not reason:
            choices.errors[f"reason-{i}"] = _("This tells of %(kind)s. Say what you need it for, or leave it out.") % {
                "kind": sensitive.SENSITIVE_BY_KEY[kind].label
            }
        if to != column["to"] or (kind and to != LEAVE_OUT and reason != column["reason"]):
            chosen[name] = {"to": to, "reason": reason} if kind and reason else to
            to_of.setdefault(to, []).append(i)
    for to, places in to_of.items():
        if to in fields.BY_KEY and len(places) > 1:
            for i in places:
                choices.errors[f"column-{i}"] = _("Only one column can be “%(field)s”.") % {
                    "field": fields.BY_KEY[to].label
                }
    # Who takes a field from a column that was chosen for it earlier means the new one.
    taken = {to for to in to_of if to in fields.BY_KEY}
    changed = {batch.findings["columns"][i]["column"] for places in to_of.values() for i in places}
    for name, target in list(chosen.items()):
        to = target if isinstance(target, str) else target["to"]
        if to in taken and name not in changed:
            chosen[name] = LEAVE_OUT
    mapping = {**batch.mapping, "columns": chosen}
    file = batch.findings.get("file", {})
    if (sheet := data.get("sheet", "")) and sheet in file.get("other_sheets", []):
        mapping["sheet"] = sheet
    if chosen != before or mapping.get("sheet") != batch.mapping.get("sheet"):
        choices.changes["mapping"] = mapping


def _answers(data: QueryDict, batch: Import, choices: Choices) -> None:
    answers = dict(batch.answers)
    for question in batch.findings.get("questions", []):
        key = question["key"]
        text = data.get(f"answer-{key}", "").strip()
        if key == "email" and text == "rule":
            text = data.get("rule", "").strip()
            if not text:
                choices.errors["answer-email"] = _("Write the rule, such as first.last@example.org.")
                continue
        if not text:
            continue
        try:
            said = Answers.parse({key: text}).as_dict()[key]
        except InvalidFile:
            choices.errors[f"answer-{key}"] = {
                "email": _(
                    "A rule has first or last before the @, such as first.last@example.org or flast@example.org."
                ),
                "latest_year": _("Write a year with four digits, such as 2026."),
            }.get(key, _("Choose one of the answers."))
            continue
        if str(said) == str(question["answer"] if question["answer"] is not None else question["assumed"]):
            choices.answers[key] = said
        else:
            answers[key] = said
    if answers != batch.answers:
        choices.changes["answers"] = {**answers, **choices.answers}


def _extent(data: QueryDict, batch: Import, choices: Choices) -> None:
    extent = data.get("extent", batch.extent)
    if extent in Import.Extent.values and extent != batch.extent:
        choices.changes["extent"] = extent
    if text := data.get("valid_on", ""):
        day, why = day_of(text)
        if day is None:
            choices.errors["valid_on"] = why
        elif day != batch.valid_on:
            choices.changes["valid_on"] = day


def day_of(text: str) -> tuple[date | None, str]:
    """The day a file is true for, or why it can't be one. Tomorrow somewhere is today elsewhere."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, _("Write the day as year-month-day.")
    if day > clock.today() + timedelta(days=1):
        return None, _("This day is still to come. A file is true for a day that has been.")
    if day < OLDEST:
        return None, _("This day is too long ago.")
    return day, ""


__all__ = ["CLAIM_CODES", "Choices", "day_of", "posted"]
