"""What a dry run found, as text for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openmentor.people.importing import fields
from openmentor.people.importing.mapping import CUSTOM, LEAVE_OUT, Choice
from openmentor.people.importing.plan import DryRun
from openmentor.people.importing.questions import Question
from openmentor.people.importing.table import Facts
from openmentor.people.importing.wording import _, ngettext

DOUBTS_SHOWN = 200


def as_text(run: DryRun) -> str:
    """Everything an importer wants to know, the count of people last."""
    parts = [_columns(run), _questions(run), _managers(run), _doubts(run), _notes(run), _people(run)]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def as_dict(run: DryRun) -> dict[str, Any]:
    """The same for JSON, with every kept doubt."""
    counts = run.counts
    return {
        "file": file_as_dict(run.table.facts),
        "valid_on": run.valid_on.isoformat(),
        "columns": [column_as_dict(choice) for choice in run.mapping.choices],
        "questions": [question.as_dict() for question in run.questions],
        "counts": {key: getattr(counts, key) for key in counts.__dataclass_fields__},
        "managers": {
            "given": run.managers.given,
            "resolved": run.managers.resolved,
            "unresolved": [
                {"reference": entry.reference, "why": entry.why, "sentence": entry.sentence, "rows": list(entry.rows)}
                for entry in run.managers.unresolved
            ],
        },
        "doubts": [doubt.as_dict() for doubt in run.doubts],
        "doubts_total": run.doubts.total,
        "notes": list(run.notes),
    }


def file_as_dict(facts: Facts) -> dict[str, Any]:
    """How a file was read, for JSON."""
    return {
        "name": facts.name,
        "encoding": facts.encoding,
        "separator": facts.separator,
        "header_row": facts.header_row,
        "rows": facts.rows,
        "sheet": facts.sheet,
        "other_sheets": list(facts.other_sheets),
    }


def column_as_dict(choice: Choice) -> dict[str, Any]:
    """Where a column goes and why, for JSON."""
    return {
        "column": choice.column,
        "to": choice.to,
        "confidence": choice.confidence,
        "why": choice.why,
        "sensitive": choice.sensitive,
        "reason": choice.reason,
    }


def target_label(to: str) -> str:
    """A field, 'kept' or 'left out', for people."""
    if to == CUSTOM:
        return _("kept under its own name")
    return _("left out") if to == LEAVE_OUT else fields.BY_KEY[to].label


def _columns(run: DryRun) -> Iterator[str]:
    facts = run.table.facts
    described = [facts.encoding, facts.separator, facts.sheet]
    yield f"{facts.name} ({', '.join(text for text in described if text)})"
    if facts.other_sheets:
        yield _("Other sheets, not read: %(sheets)s") % {"sheets": ", ".join(facts.other_sheets)}
    width = min(40, max(len(choice.column) for choice in run.mapping.choices))
    for choice in run.mapping.choices:
        yield f"  {choice.column:<{width}}  {target_label(choice.to)}" + (f"  ({choice.why})" if choice.why else "")


def _questions(run: DryRun) -> Iterator[str]:
    if not run.open_questions:
        return
    yield _("Would ask:")
    for question in run.open_questions:
        yield f"  {question.key}: {question.sentence}"
        for example in question.examples:
            yield f"      {example}"
        yield f"      {_assumed(question)}"


def _assumed(question: Question) -> str:
    if question.proposal is None:
        return _("An import waits for this answer.")
    if question.assumed != question.proposal:
        return _("Nobody gets an address until answered; most here look like %(proposal)s") % {
            "proposal": question.proposal
        }
    label = dict(question.choices).get(question.proposal)
    shown = f"{question.proposal} ({label})" if label else question.proposal
    return _("Assumed until answered: %(proposal)s") % {"proposal": shown}


def _managers(run: DryRun) -> Iterator[str]:
    managers = run.managers
    if not managers.given:
        return
    yield _("Managers: %(resolved)d of %(given)d found.") % {"resolved": managers.resolved, "given": managers.given}
    for entry in managers.unresolved[:DOUBTS_SHOWN]:
        rows = ", ".join(map(str, entry.rows[:5])) + (", …" if len(entry.rows) > 5 else "")
        people = ngettext("%(count)d person", "%(count)d people", len(entry.rows)) % {"count": len(entry.rows)}
        yield f"  {entry.reference}: {entry.sentence} ({people}: " + _("rows %(rows)s") % {"rows": rows} + ")"
    if len(managers.unresolved) > DOUBTS_SHOWN:
        yield _more(len(managers.unresolved) - DOUBTS_SHOWN)


def _doubts(run: DryRun) -> Iterator[str]:
    if not run.doubts.total:
        return
    yield ngettext("%(count)d doubt:", "%(count)d doubts:", run.doubts.total) % {"count": run.doubts.total}
    for doubt in run.doubts.in_order()[:DOUBTS_SHOWN]:
        yield f"  {doubt}"
    if run.doubts.total > DOUBTS_SHOWN:
        yield _more(run.doubts.total - DOUBTS_SHOWN)


def _more(count: int) -> str:
    return "  " + _("… and %(count)d more; --json has more of them.") % {"count": count}


def _notes(run: DryRun) -> Iterator[str]:
    yield from run.notes


def _people(run: DryRun) -> Iterator[str]:
    counts = run.counts
    yield ngettext("%(count)d person", "%(count)d people", counts.people) % {"count": counts.people}
    yield "  " + _("%(count)d have left") % {"count": counts.leavers}
    yield "  " + _("%(count)d without an address") % {"count": counts.without_address}
    if counts.left_out:
        yield "  " + _("%(count)d rows left out") % {"count": counts.left_out}
    if counts.merged:
        yield "  " + _("%(count)d rows merged with others") % {"count": counts.merged}
