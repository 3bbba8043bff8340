"""Reading a file and comparing it with the people who are here: one ``ImportRow`` for each person, as they will be.

Everything is written in chunks, each in a transaction of its own that first looks whether this reading is still wanted:
somebody may have cancelled, changed a column, or another worker may have taken the job.
"""

from __future__ import annotations

import errno
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openmentor.foundation import jobs
from openmentor.foundation.actors import importer
from openmentor.foundation.models import Event
from openmentor.people.importing import mapping as mappings
from openmentor.people.importing import names, report, values
from openmentor.people.importing.faults import Doubt, InvalidFile, shorten
from openmentor.people.importing.managers import Someone
from openmentor.people.importing.mapping import Mapping
from openmentor.people.importing.people import ImportedPerson
from openmentor.people.importing.plan import DryRun, dry_run
from openmentor.people.importing.questions import Answers
from openmentor.people.importing.table import Table, open_table
from openmentor.people.merging import differences, ids, storing
from openmentor.people.merging.differences import Difference
from openmentor.people.merging.identify import STAND_IN, Identified, Known, Row, by_name, identify
from openmentor.people.merging.storing import FACTS, StagedRow
from openmentor.people.models import Identity, Import, ImportRow, Person, Skill

CHUNK = 1_000
LONGEST_CUSTOM = 2_000
EXAMPLES = 3
#: Managers and notes that a page shows; the rest is counted.
LISTED = 200
#: Events after which the people are others than those the file was compared with.
CHANGES_OF_PEOPLE = ("import.done", "person.added", "person.changed", "person.erased", "person.claimed")


class Stopped(Exception):
    """This reading is no longer wanted; nothing needs to be said."""


def newest_change() -> int:
    """The newest event that changed who is here."""
    found = Event.objects.filter(verb__in=CHANGES_OF_PEOPLE).order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def read(batch: Import) -> None:
    """Read the file of ``batch``, stage its people and move on to 'checked', unless somebody wants otherwise meanwhile.

    Raises InvalidFile for a file that can't be imported, OSError for one that can't be opened, Stopped where it is not wanted.
    """
    if not batch.file:
        raise FileNotFoundError(errno.ENOENT, _("it is no longer kept"))
    with open_table(Path(batch.file.path), name=batch.file_name, sheet=batch.mapping.get("sheet") or None) as table:
        _report(batch, progress=0, total=table.facts.rows)
        compared_at_event = newest_change()
        mapping = _mapping(batch, table)
        answers = Answers.parse({**batch.answers, "extent": batch.extent, "valid_on": batch.valid_on.isoformat()})
        known = _possible_managers(batch) if any(choice.to.startswith("manager_") for choice in mapping.choices) else []
        try:
            run = dry_run(table, at=batch.valid_on, mapping=mapping, answers=answers, known=known)
        except InvalidFile:
            # Such as a file without a column of names: what it has is kept, so that the page can ask which column it is.
            _report(batch, findings=_columns_alone(table, mapping))
            raise
        _drop_rows(batch)
        staged = _Staging(batch, run).stage()
        findings = _findings(run, staged)
    with transaction.atomic():
        _still_wanted(batch)
        batch.become(
            Import.Status.CHECKED,
            by=importer(batch.source.name, batch.created_by),
            facts={"counts": staged.counts},
            findings=findings,
            counts=staged.counts,
            compared_at_event=compared_at_event,
            progress=table.facts.rows,
            message="",
        )
        jobs.complete()


def _mapping(batch: Import, table: Table) -> Mapping:
    """The guess, with what was chosen here or for the last file of this source where this one has the column."""
    guessed = mappings.guess(table)
    try:
        chosen = mappings.saved(json.dumps(batch.mapping or {"columns": {}}))
        here = {column: target for column, target in chosen.to.items() if column in table.header}
        return guessed.changed(here, chosen.reasons)
    except InvalidFile:
        if batch.findings:  # chosen for this very file: say so
            raise
        return guessed


def _possible_managers(batch: Import) -> list[Someone]:
    """Everybody who is here, since a manager need not be in the file."""
    number_of = dict(batch.source.identities.values_list("person_id", "external_id"))
    same = set(batch.decisions.get("same", {}).values())
    people = Person.objects.present().values_list("pk", "email", "given_name", "family_name").iterator(CHUNK)
    return [
        Someone(number_of.get(pk, ""), email or "", names.Name(given, family), known=str(pk))
        for pk, email, given, family in people
        if pk not in same
    ]


def _known(batch: Import) -> Known:
    people = list(Person.objects.filter(erased_at=None).values_list("pk", "email", "given_name", "family_name"))
    numbers = batch.source.identities.filter(person__erased_at=None).values_list("external_id", "person_id")
    return Known(
        numbers=dict(numbers),
        emails={email: pk for pk, email, _given, _family in people if email},
        names=by_name((pk, given, family) for pk, _email, given, family in people if given or family),
    )


def _still_wanted(batch: Import) -> None:
    """Call it first in each transaction: the row is locked until it ends, so that a cancellation waits, or is seen."""
    wanted = Import.objects.select_for_update().filter(pk=batch.pk, status=Import.Status.READING, reading=batch.reading)
    running = jobs.current()
    if not wanted.exists() or (running is not None and not running.row().exists()):
        raise Stopped
    if running is not None and running.should_stop:
        raise jobs.Interrupted


def _report(batch: Import, **changes: Any) -> None:
    with transaction.atomic():
        _still_wanted(batch)
        Import.objects.filter(pk=batch.pk).update(**changes)


def _drop_rows(batch: Import) -> None:
    """What an earlier reading left, in bites."""
    while bite := list(batch.rows.order_by().values_list("pk", flat=True)[: 2 * CHUNK]):
        with transaction.atomic():
            _still_wanted(batch)
            # Nothing refers to these rows, so nothing has to be looked up first.
            ImportRow.objects.filter(pk__in=bite)._raw_delete("default")


@dataclass(slots=True)
class Staged:
    """What was staged.

    counts        of people.
    kinds         of rows, by kind of doubt.
    changed       facts in which people who are known differ.
    file_doubts   doubts of no row.
    loops         managers that closed a loop through the database.
    """

    counts: dict[str, int]
    kinds: dict[str, int]
    changed: list[str]
    file_doubts: list[dict[str, Any]]
    loops: list[dict[str, Any]]


class _Staging:
    """One reading of one file."""

    def __init__(self, batch: Import, run: DryRun) -> None:
        self.batch, self.run = batch, run
        self.mapped = {choice.to for choice in run.mapping.choices if choice.is_used}
        self.doubts: dict[int, list[Doubt]] = run.doubts_by_row()
        self.counts: Counter[str] = Counter()
        #: kind of doubt -> how many rows have it
        self.kinds: Counter[str] = Counter()
        self.keys: dict[int, int] = {}
        self.identified = Identified()
        #: person -> manager, of the rows that say something of it
        self.manager_of: dict[int, int | None] = {}
        self.row_of: dict[int, int] = {}
        #: in what people who are known differ, at least one of them
        self.changed: set[str] = set()

    def stage(self) -> Staged:
        rows = [
            Row(one.row, one.external_id, self.run.address_of(one), one.name.given[:100], one.name.family[:100])
            if one.name
            else Row(one.row, one.external_id, self.run.address_of(one), "", "")
            for one in self.run.found
        ]
        decided = {int(row): int(person) for row, person in self.batch.decisions.get("same", {}).items()}
        self.identified = identify(rows, _known(self.batch), decided)
        for doubt in self.identified.doubts:
            self.doubts.setdefault(doubt.row or 0, []).append(doubt)
        silent = self.identified.left_out | self.identified.undecided.keys()
        names = {
            row.number: (row.family_name, row.given_name)
            for row in rows
            if row.number not in self.identified.person and row.number not in silent
        }
        new = ids.in_order(names, self.run.manager_rows())
        self.keys = {**self.identified.person, **dict(zip(new, ids.reserve(len(new)), strict=True))}
        done = 0
        for chunk in self.run.chunks(CHUNK):
            staged = list(self._rows(chunk))
            done += len(chunk)
            with transaction.atomic():
                _still_wanted(self.batch)
                storing.insert(staged)
                Import.objects.filter(pk=self.batch.pk).update(progress=done)
        self._stage_doubts_of_dropped_rows({row.number for row in rows})
        loops = self._cut_loops()
        self.counts["doubtful"] = self.batch.rows.filter(is_doubtful=True).count()
        self.counts["left_out"] += self.run.counts.left_out
        self.counts["rows"] = self.run.counts.rows
        file_doubts = [doubt.as_dict() for doubt in self.run.doubts.in_order() if doubt.row is None]
        return Staged(dict(self.counts), dict(self.kinds), sorted(self.changed), file_doubts, loops)

    def _rows(self, chunk: Sequence[ImportedPerson]) -> Iterator[StagedRow]:
        here = [self.keys[person.row] for person in chunk if person.row in self.identified.person]
        before = {entry["pk"]: entry for entry in _before(here)}
        skills: dict[int, set[str]] = {}
        if "skills" in self.mapped and here:
            for owner, skill in Skill.objects.filter(person__in=here).values_list("person", "key"):
                skills.setdefault(owner, set()).add(skill)
        for person in chunk:
            self._shorten_custom(person)
            key = self.keys.get(person.row)
            row = self._row(person, key, before.get(key or 0), skills.get(key or 0, set()))
            if doubts := self.doubts.get(person.row):
                self._doubt(row, doubts)
            self.counts[row.action] += 1
            yield row

    def _row(self, person: ImportedPerson, key: int | None, before: dict[str, Any] | None, has: set[str]) -> StagedRow:
        row = StagedRow(self.batch.pk, person.row, person_key=key)
        manager = int(person.manager_known) if person.manager_known else self.keys.get(person.manager_row or 0)
        valid_on = self.run.valid_on
        email = "" if person.row in self.identified.no_address else person.email
        if key is None:
            is_open = person.row in self.identified.undecided
            row.action = "undecided" if is_open else "left_out"
            row.candidates = self.identified.undecided.get(person.row, [])
            self._fill(row, differences.of_somebody_new(person, email=email, manager=None, valid_on=valid_on))
            return row
        row.identity = self.identified.identity.get(person.row, "")
        row.skills = [skill for skill in _skills(person) if skill["key"] not in has]
        row.sensitive = {column[:200]: value[:200] for column, value in person.sensitive.items()}
        if before is None:
            row.action = "new"
            row.identity = row.identity or f"{STAND_IN}{key}"
            difference = differences.of_somebody_new(person, email=email, manager=manager, valid_on=valid_on)
            self.counts["new_leavers"] += person.has_left
            self.counts["new_without_address"] += not email and not person.has_left
        else:
            difference = differences.of_somebody_known(
                person, before, email=email, manager=manager, valid_on=valid_on, mapped=self.mapped
            )
            if difference.kept_address:
                sentence = _("They sign in with another address; that one stays.")
                said = Doubt("email.account", sentence, "", person.row, None, shorten(email))
                self.doubts.setdefault(person.row, []).append(said)
            is_same = not difference.changes and not difference.events and not row.skills
            row.action = "same" if is_same else "changed"
            self.changed |= difference.changes.keys()
            self.counts["now_left"] += before["left_on"] is None and difference.facts["left_on"] is not None
        for event in difference.events:
            self.counts[f"event_{event['kind']}"] += event["day"] is not None
            self.counts["corrections"] += "instead" in event
        if "manager" in difference.changes or before is None:
            self.manager_of[key] = difference.facts["manager"]
            self.row_of[key] = person.row
        self._fill(row, difference)
        return row

    def _doubt(self, row: StagedRow, doubts: list[Doubt]) -> None:
        kinds = list(dict.fromkeys(doubt.kind for doubt in doubts))
        self.kinds.update(kinds)
        row.is_doubtful, row.doubts = True, [doubt.as_dict() for doubt in doubts]
        row.kinds = f" {' '.join(kinds)} "[:500]

    @staticmethod
    def _fill(row: StagedRow, difference: Difference) -> None:
        row.facts, row.manager_key = difference.facts, difference.facts["manager"]
        row.changes, row.events = difference.changes, difference.events

    def _shorten_custom(self, person: ImportedPerson) -> None:
        for column, text in person.custom.items():
            if len(text) > LONGEST_CUSTOM:
                person.custom[column] = text[:LONGEST_CUSTOM]
                sentence = _("This text is longer than %(most)d characters; the rest is left out.")
                said = sentence % {"most": LONGEST_CUSTOM}
                doubt = Doubt("text.long", said, "", person.row, column, shorten(text))
                self.doubts.setdefault(person.row, []).append(doubt)

    def _stage_doubts_of_dropped_rows(self, staged: set[int]) -> None:
        """Rows that became nobody are listed too, with why."""
        missing = sorted(number for number in self.doubts if number and number not in staged)
        for start in range(0, len(missing), CHUNK):
            rows = [StagedRow(self.batch.pk, number, action="left_out") for number in missing[start : start + CHUNK]]
            for row in rows:
                self._doubt(row, self.doubts[row.number])
            with transaction.atomic():
                _still_wanted(self.batch)
                storing.insert(rows)

    def _cut_loops(self) -> list[dict[str, Any]]:
        """Loops that close only through people who are not in the file: those steps that the file makes are left empty."""
        above = dict(Person.objects.exclude(manager=None).values_list("pk", "manager_id"))
        above.update({person: manager for person, manager in self.manager_of.items() if manager is not None})
        for person, manager in self.manager_of.items():
            if manager is None:
                above.pop(person, None)
        settled: set[int] = set()
        cut: list[int] = []
        for start in self.manager_of:
            path: list[int] = []
            at: int | None = start
            places: dict[int, int] = {}
            while at is not None and at not in settled:
                settled.add(at)
                places[at] = len(path)
                path.append(at)
                at = above.get(at)
            if at is not None and at in places:
                steps = [person for person in path[places[at] :] if person in self.manager_of]
                cut += steps
        if not cut:
            return []
        rows = list(self.batch.rows.filter(person_key__in=cut))
        with transaction.atomic():
            _still_wanted(self.batch)
            for row in rows:
                row.manager_key = None
                row.changes.pop("manager", None)
                row.save(update_fields=["manager_key", "changes"])
        called = " → ".join(row.name for row in rows[:6])
        sentence = _("would close a loop")
        return [{"reference": called, "why": "loop", "sentence": sentence, "rows": sorted(row.number for row in rows)}]


def _before(people: list[int]) -> Iterator[dict[str, Any]]:
    found = Person.objects.filter(pk__in=people).values("pk", *FACTS, "manager_id", "last_login", "password")
    for entry in found:
        has_password = entry["password"] and not entry["password"].startswith("!")
        yield {**entry, "has_account": bool(entry["last_login"] or has_password)}


def _skills(person: ImportedPerson) -> list[dict[str, str]]:
    found = {name.casefold()[:100]: name[:100] for name in person.skills}
    return [{"key": key, "name": name} for key, name in found.items()]


def _findings(run: DryRun, staged: Staged) -> dict[str, Any]:
    """What the pages show of the dry run."""
    told = report.as_dict(run)
    unresolved = sorted([*told["managers"]["unresolved"], *staged.loops], key=lambda entry: -len(entry["rows"]))
    for entry in unresolved:
        entry["count"] = len(entry["rows"])
        entry["rows"] = entry["rows"][:20]
    return {
        "file": told["file"],
        "columns": [{**column, "examples": _examples(run.table, column)} for column in told["columns"]],
        "questions": [question for question in told["questions"] if question["key"] not in ("extent", "sensitive")],
        "unanswerable": [question.key for question in run.unanswerable],
        "managers": {
            **told["managers"],
            "resolved": told["managers"]["resolved"] - sum(entry["count"] for entry in staged.loops),
            "unresolved": unresolved[:LISTED],
            "more": max(0, len(unresolved) - LISTED),
        },
        "doubts": staged.file_doubts[:LISTED],
        "kinds": staged.kinds,
        "changed": staged.changed,
        "notes": told["notes"],
        "saved": run.as_saved(),
    }


def _columns_alone(table: Table, mapping: Mapping) -> dict[str, Any]:
    """What can be shown of a file from which nobody can be read yet."""
    columns = [report.column_as_dict(choice) for choice in mapping.choices]
    return {
        "file": report.file_as_dict(table.facts),
        "columns": [{**column, "examples": _examples(table, column)} for column in columns],
    }


def _examples(table: Table, column: dict[str, Any]) -> list[str]:
    """A few different cells; none of a column that tells of private things."""
    if column["sensitive"]:
        return []
    at = table.header.index(column["column"])
    found: dict[str, None] = {}
    for row in table.sample[:200]:
        if not values.is_nothing(row[at]):
            found.setdefault(shorten(row[at], 40))
        if len(found) == EXAMPLES:
            break
    return list(found)


def absent(batch: Import) -> Any:
    """People of this source who are here and not in a file that has everybody."""
    if batch.extent != Import.Extent.FULL:
        return Person.objects.none()
    in_file = batch.rows.exclude(person_key=None).values("person_key")
    ours = Identity.objects.filter(source=batch.source).values("person")
    # Somebody who may be an undecided row is not absent: that is asked first.
    return Person.objects.present().filter(pk__in=ours).exclude(pk__in=in_file)


def unanswered(batch: Import) -> list[str]:
    """What the importer still has to say before these people can be brought in, one sentence each."""
    told = [
        question["sentence"]
        for question in batch.findings.get("questions", [])
        if question["key"] in batch.findings.get("unanswerable", [])
    ]
    undecided = batch.counts.get("undecided", 0)
    if undecided:
        told.append(
            ngettext(
                "%(count)d person may be known already: say who it is.",
                "%(count)d people may be known already: say who they are.",
                undecided,
            )
            % {"count": undecided}
        )
    elif not batch.decisions.get("absent"):
        missing = absent(batch).count()
        if missing:
            told.append(
                ngettext(
                    "%(count)d person is not in the file: say whether they have left.",
                    "%(count)d people are not in the file: say whether they have left.",
                    missing,
                )
                % {"count": missing}
            )
    return told
