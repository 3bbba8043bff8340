"""``openmentor import PEOPLE.csv``: the same importer as the page, from the shell. A dry run needs no database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from openmentor.people.importing import mapping as mappings
from openmentor.people.importing import report
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.importing.plan import DryRun, dry_run
from openmentor.people.importing.questions import Answers, Question
from openmentor.people.importing.table import Table, open_table
from openmentor.people.importing.wording import _

OK, BAD_INPUT = 0, 2


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for besides the file itself."""

    file: Path
    source: str
    as_json: bool = False
    sheet: str | None = None
    absent: str = ""


#: Takes over what a dry run found; answers the exit code. The part with the database gives one to ``main``.
CarryOut = Callable[[DryRun, Order], int]


def main(argv: Sequence[str], *, carry_out: CarryOut | None = None) -> int:
    """Run the command and answer its exit code: 0, or 2 for bad input with one line for each fault on standard error.

    carry_out   does the import after the dry run; without it, or with ``--dry-run``, nothing is changed.
    """
    arguments = _parser().parse_args(argv)
    if carry_out is None and not arguments.dry_run:
        print(_("This can only look here: add --dry-run."), file=sys.stderr)
        return BAD_INPUT
    try:
        with open_table(arguments.file, sheet=arguments.sheet) as table:
            run = _run(table, arguments)
            if arguments.save_mapping:
                text = json.dumps(run.as_saved(), ensure_ascii=False, indent=2)
                arguments.save_mapping.write_text(text + "\n", encoding="utf-8")
            if arguments.dry_run or carry_out is None:
                _show(run, as_json=arguments.json)
                return OK
            if run.unanswerable:
                for question in run.unanswerable:
                    print(f"{question.key}: {question.sentence}", file=sys.stderr)
                return BAD_INPUT
            return carry_out(
                run, Order(arguments.file, arguments.source, arguments.json, arguments.sheet, arguments.absent)
            )
    except InvalidFile as invalid:
        for fault in invalid.faults:
            print(fault, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="openmentor import", description=_("Import a file of people."))
    parser.add_argument("file", type=Path, metavar="PEOPLE", help=_("CSV, TSV or XLSX, one row for each person"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen; change nothing"))
    parser.add_argument("--mapping", type=Path, help=_("columns and answers of an earlier import, JSON or TOML"))
    parser.add_argument("--save-mapping", type=Path, metavar="FILE", help=_("write columns and answers there"))
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=_("answer a question, such as date_order=dmy"),
    )
    parser.add_argument("--sheet", help=_("sheet of a workbook; the first that is not empty without it"))
    parser.add_argument("--source", default="file", help=_("name of the system the file comes from"))
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help=_("the day the file is true for"))
    parser.add_argument(
        "--absent",
        choices=("left", "here"),
        default="",
        help=_("with --answer extent=full: whether people of this source who are not in the file have left"),
    )
    parser.add_argument("--json", action="store_true", help=_("answer as JSON"))
    return parser


def _run(table: Table, arguments: argparse.Namespace) -> DryRun:
    """The dry run with what was given beforehand, and with what somebody at the terminal answers."""
    chosen = mappings.guess(table)
    given: dict[str, object] = {}
    if arguments.mapping:
        text = arguments.mapping.read_text(encoding="utf-8-sig", errors="replace")
        saved = mappings.saved(text, is_toml=arguments.mapping.suffix.lower() == ".toml")
        chosen = chosen.changed(saved.to, saved.reasons)
        given.update(saved.answers)
    for text in arguments.answer:
        key, _equals, value = text.partition("=")
        given[key.strip()] = value
    answers = Answers.parse(given)
    if arguments.as_of:
        answers = replace(answers, valid_on=arguments.as_of)
    today = datetime.now(tz=UTC).astimezone().date()
    run = dry_run(table, at=today, mapping=chosen, answers=answers)
    if arguments.json or not sys.stdin.isatty():
        return run
    asked: set[str] = {"sensitive"}  # by the mapping, since it takes a reason for each column
    while question := next((one for one in run.open_questions if one.key not in asked), None):
        asked.add(question.key)
        answers = _ask(question, answers)
        run = dry_run(table, at=today, mapping=chosen, answers=answers)
    return run


def _ask(question: Question, answers: Answers) -> Answers:
    """Ask at the terminal until the answer is one; Enter takes the proposal."""
    print(question.sentence)
    for text in (*question.examples, *(f"{value}: {label}" for value, label in question.choices)):
        print(f"  {text}")
    while True:
        try:
            text = input(f"[{question.proposal or ''}] > ").strip() or question.proposal or ""
        except EOFError:
            return answers
        try:
            return Answers.parse({**answers.as_dict(), question.key: text})
        except InvalidFile as invalid:
            print(invalid)


def _show(run: DryRun, *, as_json: bool) -> None:
    print(json.dumps(report.as_dict(run), ensure_ascii=False, indent=2) if as_json else report.as_text(run))
