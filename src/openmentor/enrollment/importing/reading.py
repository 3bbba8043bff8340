"""From the file to what importing it would do. Reads the database, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from openmentor.enrollment.importing.choices import Choices
from openmentor.enrollment.models import ApplicationImport
from openmentor.foundation import clock
from openmentor.people.importing.applications import Application, ApplicationsRun, Asked, Directory, Entry, dry_run
from openmentor.people.importing.applications.columns import QUESTION, TARGETS, WHO, Column, Columns, guess
from openmentor.people.importing.faults import Doubt, Doubts
from openmentor.people.importing.mapping import LEAVE_OUT
from openmentor.people.importing.table import Table, open_table
from openmentor.people.models import Identity, Person
from openmentor.surveys import values
from openmentor.surveys.models import Item, Question

#: as many doubtful rows, and as many applicants of each list, as the page keeps
MOST_SHOWN = 2_000
#: as many names that several have as are asked about at once
MOST_ASKED = 100


@dataclass
class Reading:
    """A file as it is understood: the dry run, the questions by key, and what of it the manager let in."""

    run: ApplicationsRun
    questions: dict[str, Question]
    choices: Choices

    @property
    def accepted(self) -> list[Application]:
        """Those who will be written: somebody known, with a role, confirmed where the name alone says who it is."""
        return [each for each in self.run.importable if not each.by_name or self.choices.confirms(each.row)]

    @property
    def by_name(self) -> list[Application]:
        return [each for each in self.run.importable if each.by_name]

    @property
    def strangers(self) -> list[Application]:
        """Who is not in the database and could be added: with a name, an address and a role."""
        found = self.run.applications
        return [each for each in found if each.person is None and each.email and each.roles and not each.several]

    @property
    def ambiguous(self) -> list[Application]:
        """Who has a name that several have, also those of whom was said who they are: it takes somebody who knows them."""
        return [each for each in self.run.applications if each.several]


def asked_of(question: Question) -> Asked:
    """A question as the parser knows it."""
    return Asked(
        key=question.key, text=question.text, kind=question.kind,  # type: ignore[arg-type]
        choices=question.choices, role=question.role, own=bool(question.options.get("own")), most=question.most,
        least=question.options.get("least"), greatest=question.options.get("greatest"),
        ends=[(low, high) for low, high in question.options.get("ends", [])], names=[question.column] if question.column else [],
        is_timezone=question.column == "timezone",
    )  # fmt: skip


def directory() -> Directory:
    """Everybody who works here, to be found by address, number or name. Two queries."""
    numbers: dict[int, str] = dict(Identity.objects.order_by("pk").values_list("person", "external_id"))
    people = Person.objects.present().values_list("pk", "name", "email", "team", "site")
    return Directory(
        Entry(pk, name, email or "", numbers.get(pk, ""), team, site)
        for pk, name, email, team, site in people.iterator(chunk_size=5_000)
    )


@contextmanager
def reading(batch: ApplicationImport) -> Iterator[Reading]:
    """Read the file of an import with its mapping and choices. Raises InvalidFile with sentences that name row and column."""
    items = Item.objects.filter(questionnaire=batch.cohort.questionnaire_id).select_related("question")
    questions = {item.question.key: item.question for item in items}
    asked = [asked_of(question) for question in questions.values()]
    choices = Choices.of(batch.choices)
    people = directory()
    with open_table(Path(batch.file.path), name=batch.file_name) as table:
        columns = guess(table, asked, people)
        wanted = {name: to for name, to in batch.mapping.items() if name in table.header}
        if wanted:
            columns = columns.changed(wanted, asked)
        if not any(columns.of(target) for target in WHO):
            # Not a fault of the file: the page asks which column it is.
            yield Reading(ApplicationsRun(table, columns, [], [], Doubts(table.doubts), False), questions, choices)
            return
        run = dry_run(
            table, questions=asked, directory=people, columns=columns, corrections=choices.corrections,
            default_role=choices.default_role or None, meant=choices.meant, at=clock.today(),
        )  # fmt: skip
        _check_answers(run, questions)
        yield Reading(run, questions, choices)


def _check_answers(run: ApplicationsRun, questions: dict[str, Question]) -> None:
    """Hold every answer to the same rules as an answer given here; what breaks them is said and left out."""
    columns = {column.question: column.column for column in run.columns.columns if column.question}
    for application in run.applications:
        for key in list(application.answers):
            try:
                cleaned = values.clean(questions[key], application.answers[key])
            except ValidationError as error:
                run.doubts.add(
                    Doubt("answer.refused", error.messages[0], _("It is left out."), application.row, columns.get(key))
                )
                cleaned = None
            if cleaned is None:
                del application.answers[key]
            else:
                application.answers[key] = cleaned


def findings(found: Reading) -> dict[str, Any]:
    """What the page shows of a dry run, as JSON."""
    run = found.run
    table: Table = run.table
    facts = table.facts
    examples = {
        name: next((row[at] for row in table.sample if row[at]), "")[:80] for at, name in enumerate(table.header)
    }
    unknown = [
        {"question": group.question, "text": group.text, "rows": len(group.rows), "first": group.rows[0], "nearest": group.nearest, "is_kept": group.is_kept}
        for group in run.unknown_groups()
    ]  # fmt: skip
    return {
        "facts": {"rows": facts.rows, "encoding": facts.encoding, "sheet": facts.sheet, "header_row": facts.header_row},
        "columns": [
            {
                "column": each.column,
                "to": each.to,
                "line": each.line,
                "why": each.why,
                "example": examples.get(each.column, ""),
            }
            for each in run.columns.columns
        ],
        "needs_who": not any(run.columns.of(target) for target in WHO),
        "needs_role": run.needs_role,
        "roles": dict(run.roles()),
        "people": len(run.importable),
        "accepted": len(found.accepted),
        "unknown": unknown[:MOST_SHOWN],
        "by_name": [{"row": each.row, "name": each.name, "email": each.email} for each in found.by_name[:MOST_SHOWN]],
        "by_name_count": len(found.by_name),
        "ambiguous": _ambiguous(found.ambiguous[:MOST_ASKED]),
        "ambiguous_count": len(found.ambiguous),
        "strangers": [
            {"row": each.row, "name": each.name, "email": each.email} for each in found.strangers[:MOST_SHOWN]
        ],
        "strangers_count": len(found.strangers),
        "wishes": sum(len(each.wishes) for each in found.run.importable),
        "vetoes": sum(len(each.vetoes) for each in found.run.importable),
        "doubts": [doubt.as_dict() for doubt in run.doubts.in_order()[:MOST_SHOWN]],
        "doubt_count": run.doubts.total,
    }


def check_mapping(findings: Mapping[str, Any], mapping: Mapping[str, str], questions: Iterable[Question]) -> None:
    """Raises InvalidFile, with sentences, for columns that can't be what ``mapping`` says: two for one place, say."""
    columns = Columns(tuple(Column(each["column"], each["to"], each["line"]) for each in findings.get("columns", [])))
    columns.changed(mapping, [asked_of(question) for question in questions])


def _ambiguous(applications: list[Application]) -> list[dict[str, Any]]:
    """Each with those whom the name may mean, told apart by what everybody at work knows of them. One query."""
    ids = {each.id for application in applications for each in application.several}
    people = Person.objects.in_bulk([int(str(pk)) for pk in ids])
    return [
        {
            "row": application.row,
            "name": application.name,
            "people": [
                {"id": person.pk, "name": person.name, "note": " · ".join(filter(None, told))}
                for person in (people[int(str(each.id))] for each in application.several if each.id in people)
                for told in [(person.position, person.department, person.site, person.email)]
            ],
        }
        for application in applications
    ]


__all__ = ["LEAVE_OUT", "QUESTION", "TARGETS", "Reading", "findings", "reading"]
