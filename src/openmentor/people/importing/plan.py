"""What an import would do, found out without a database: people, leavers, managers, doubts, and what must be asked.

The file is read three times and never held: once to see how dates are written, once to find everybody and every doubt,
and once more for whoever takes the people over, in chunks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from openmentor.people.importing import names, questions, sensitive
from openmentor.people.importing.dates import Evidence, Order, Reading
from openmentor.people.importing.duplicates import Found, settle
from openmentor.people.importing.faults import Doubt, Doubts, Fault, InvalidFile, shorten
from openmentor.people.importing.managers import Reference, Resolution, Someone, resolve
from openmentor.people.importing.mapping import Mapping, guess
from openmentor.people.importing.people import ImportedPerson, RowReader
from openmentor.people.importing.questions import CLAIM_CODES, Answers, EmailRule, Question
from openmentor.people.importing.table import Table
from openmentor.people.importing.wording import _, ngettext

_DATE_FIELDS = ("hired_on", "left_on")
_YOUNGEST_YEARS = 13
#: Doubts that come once for each value, however many rows have it.
_GROUPED = frozenset({"status.unknown", "timezone.unknown", "level.words"})


@dataclass(frozen=True, slots=True)
class Counts:
    """People as they would be imported."""

    rows: int
    people: int
    leavers: int
    without_address: int
    left_out: int
    merged: int
    managers_given: int
    managers_resolved: int


@dataclass(slots=True)
class DryRun:
    """What an import would do. ``people()`` and ``chunks()`` give the people as they would be taken over."""

    table: Table
    mapping: Mapping
    answers: Answers
    valid_on: date
    counts: Counts
    questions: tuple[Question, ...]
    doubts: Doubts
    managers: Resolution
    notes: tuple[str, ...]
    #: everybody, as far as one tells them apart
    found: tuple[Found, ...]
    _reader: RowReader
    _dropped: frozenset[int]
    _addresses: dict[int, str]
    _manager_of: dict[int, Someone]

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What nobody has answered yet; a proposal is assumed meanwhile."""
        return tuple(question for question in self.questions if question.answer is None)

    @property
    def unanswerable(self) -> tuple[Question, ...]:
        """Open questions without a proposal: an import waits for their answers."""
        return tuple(question for question in self.open_questions if question.proposal is None)

    def address_of(self, one: Found) -> str:
        """Of the file, unless it was settled otherwise or made by a rule; '' for none."""
        return self._addresses.get(one.row, one.email)

    def manager_rows(self) -> dict[int, int]:
        """Row of a person -> row of their manager, where the file has both."""
        return {row: manager.row for row, manager in self._manager_of.items() if not manager.known and manager.row}

    def people(self) -> Iterator[ImportedPerson]:
        """Each person once, with address and manager settled, in the order of the file."""
        for row, cells in self.table.rows():
            if row in self._dropped:
                continue
            person = self._reader.read(row, cells, _silently)
            if person is None:
                continue
            person.email = self._addresses.get(row, person.email)
            manager = self._manager_of.get(row)
            if manager is not None:
                person.manager_row, person.manager_known = (None, manager.known) if manager.known else (manager.row, "")
            yield person

    def chunks(self, size: int = 1_000) -> Iterator[list[ImportedPerson]]:
        """The people in lists of at most ``size``."""
        people = self.people()
        while chunk := list(islice(people, size)):
            yield chunk

    def doubts_by_row(self) -> dict[int, list[Doubt]]:
        """The kept doubts, for showing them beside their rows."""
        by_row: dict[int, list[Doubt]] = {}
        for doubt in self.doubts:
            if doubt.row is not None:
                by_row.setdefault(doubt.row, []).append(doubt)
        return by_row

    def as_saved(self) -> dict[str, Any]:
        """The mapping and the answers, for ``--mapping`` and for the next file of the same source."""
        return {**self.mapping.as_dict(), "answers": self.answers.as_dict()}


@dataclass(slots=True)
class _Everybody:
    """What is kept of each row: little, since there may be a hundred thousand."""

    found: list[Found] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    unread: int = 0


def dry_run(
    table: Table,
    *,
    at: date,
    mapping: Mapping | None = None,
    answers: Answers | None = None,
    known: Sequence[Someone] = (),
) -> DryRun:
    """Find out what importing ``table`` would do.

    at        today; the file is true for this day unless the answers say otherwise.
    mapping   as chosen; guessed without it.
    known     people of the organization who may be somebody's manager though this file does not have them.
    Raises    InvalidFile where nothing could be imported: no column of names or addresses.
    """
    mapping = mapping or guess(table)
    answers = answers or Answers()
    valid_on = answers.valid_on or at
    if not any(mapping.column_of(field) for field in ("name", "given_name", "family_name", "email")):
        raise InvalidFile(
            Fault(
                "mapping.no_name",
                _("No column holds names or e-mail addresses."),
                _("Say in the mapping which column holds the name."),
                row=table.facts.header_row,
            )
        )
    asked: list[Question] = []
    readings = _date_readings(table, mapping, answers, valid_on, asked)
    reader = RowReader(table.header, mapping, readings, valid_on)
    doubts = Doubts(table.doubts)
    everybody = _read_everybody(table, reader, doubts)
    outcome = settle(everybody.found, keep=answers.duplicates or "last", table=table, doubts=doubts)
    if outcome.differing:
        asked.append(questions.about_duplicates(outcome.differing, answer=answers.duplicates))
    dropped = set(outcome.dropped)
    kept = [(one, ref) for one, ref in zip(everybody.found, everybody.references) if one.row not in dropped]
    addresses = dict(outcome.addresses)
    _make_addresses(kept, addresses, answers, doubts, asked)
    dropped |= _unidentified(kept, addresses, answers, doubts, asked)
    kept = [(one, ref) for one, ref in kept if one.row not in dropped]
    found = tuple(one for one, _ref in kept)
    people = [Someone(one.external_id, addresses.get(one.row, one.email), one.name, one.row) for one, _ref in kept]
    managers = resolve(people, [reference for _one, reference in kept], known)
    _doubt_differing(managers, doubts)
    asked.append(questions.about_extent(valid_on=valid_on, answer=answers.extent))
    _ask_about_sensitive(mapping, asked)
    counts = Counts(
        rows=table.facts.rows,
        people=len(people),
        leavers=sum(1 for one, _ref in kept if one.has_left),
        without_address=sum(1 for someone in people if not someone.email),
        left_out=everybody.unread + len(dropped) - len(outcome.dropped),
        merged=len(outcome.dropped),
        managers_given=managers.given,
        managers_resolved=managers.resolved,
    )
    notes = (*managers.notes, *_notes(mapping, outcome.identical))
    manager_of = {one.row: manager for one, manager in zip(people, managers.manager) if manager is not None}
    return DryRun(
        table, mapping, answers, valid_on, counts, tuple(asked), doubts, managers, notes, found,
        reader, frozenset(dropped), addresses, manager_of,
    )  # fmt: skip


def _silently(_doubt: Doubt) -> None:
    """The doubts were said in the reading before."""


def _date_readings(
    table: Table, mapping: Mapping, answers: Answers, valid_on: date, asked: list[Question]
) -> dict[str, Reading]:
    work = [column for key in _DATE_FIELDS if (column := mapping.column_of(key))]
    birth = [choice.column for choice in mapping.choices if choice.sensitive == "birth" and choice.is_used]
    evidence = [Evidence(column) for column in [*work, *birth]]
    places = [table.header.index(seen.column) for seen in evidence]
    if evidence:
        for row, cells in table.rows():
            for seen, i in zip(evidence, places):
                if cells[i]:
                    seen.see(row, cells[i])
    orders: list[Order] = [seen.order for seen in evidence if seen.order is not None]
    undecided = [seen for seen in evidence if seen.is_undecided]
    if undecided:
        asked.append(questions.about_order(undecided, neighbours=orders, answer=answers.date_order))
    short = [seen for seen in evidence if seen.short_years]
    latest = answers.latest_year or valid_on.year + 1
    if short:
        asked.append(questions.about_years(short, latest=valid_on.year + 1, answer=answers.latest_year))
    usual: Order = answers.date_order or (orders[0] if orders else "dmy")
    # Nobody who works was born this year: the same two digits mean another century in a column of birthdays.
    youngest = min(latest, valid_on.year - _YOUNGEST_YEARS)
    return {seen.column: Reading(seen.order or usual, latest if seen.column in work else youngest) for seen in evidence}


def _read_everybody(table: Table, reader: RowReader, doubts: Doubts) -> _Everybody:
    everybody = _Everybody()
    firsts: dict[tuple[str, str | None, str], Doubt] = {}
    times: Counter[tuple[str, str | None, str]] = Counter()

    def say(doubt: Doubt) -> None:
        if doubt.kind not in _GROUPED:
            doubts.add(doubt)
            return
        key = (doubt.kind, doubt.column, doubt.value)
        firsts.setdefault(key, doubt)
        times[key] += 1

    for row, cells in table.rows():
        person = reader.read(row, cells, say)
        if person is None:
            everybody.unread += 1
            continue
        has_name = bool(person.given_name or person.family_name)
        everybody.found.append(
            Found(
                row=row,
                external_id=person.external_id,
                email=person.email,
                name=names.Name(person.given_name, person.family_name) if has_name else None,
                has_left=person.has_left,
                fingerprint=hash(tuple(cells)),
            )
        )
        everybody.references.append(person.reference)
    for key, doubt in firsts.items():
        doubts.add(_with_times(doubt, times[key]))
    return everybody


def _with_times(doubt: Doubt, count: int) -> Doubt:
    if count == 1:
        return doubt
    more = ngettext("(So in %(count)d more row.)", "(So in %(count)d more rows.)", count - 1) % {"count": count - 1}
    return Doubt(doubt.kind, f"{doubt.sentence} {more}", doubt.advice, doubt.row, doubt.column, doubt.value)


def _make_addresses(
    kept: list[tuple[Found, Reference]],
    addresses: dict[int, str],
    answers: Answers,
    doubts: Doubts,
    asked: list[Question],
) -> None:
    """Ask about people without an address, and make addresses by the rule where one was given; never one twice."""
    without = [one for one, _ref in kept if not addresses.get(one.row, one.email)]
    if not without:
        return
    sample = [(one.name.given, one.name.family, one.email) for one, _ref in islice(kept, 500) if one.name and one.email]
    likely = questions.likely_rule(sample)
    asked.append(questions.about_addresses(len(without), rule=likely, answer=answers.email))
    rule = None if answers.email in (None, CLAIM_CODES) else EmailRule.parse(answers.email or "")
    if rule is None:
        return
    taken = Counter(one.email for one, _ref in kept if one.email)
    made = {one.row: rule.address(one.name.given, one.name.family) for one in without if one.name}
    taken.update(address for address in made.values() if address)
    for one in without:
        address = made.get(one.row)
        if address and taken[address] == 1:
            addresses[one.row] = address
            continue
        sentence = (
            _("The rule would give %(address)s to several people; this one stays without an address.")
            % {"address": address}
            if address
            else _("The rule makes no address of this name.")
        )
        value = shorten(one.name.full) if one.name else ""
        doubts.add(Doubt("email.rule", sentence, _("Give the address in the file."), one.row, None, value))


def _unidentified(
    kept: list[tuple[Found, Reference]],
    addresses: dict[int, str],
    answers: Answers,
    doubts: Doubts,
    asked: list[Question],
) -> set[int]:
    """Rows of people whom no later import could know again, if they are to be left out."""
    rows = {one.row for one, _ref in kept if not one.external_id and not addresses.get(one.row, one.email)}
    if not rows:
        return set()
    asked.append(questions.about_unidentified(len(rows), answer=answers.unidentified))
    if answers.unidentified != "leave_out":
        return set()
    for one, _ref in kept:
        if one.row in rows:
            sentence = _("Neither a number nor an address; left out, as you said.")
            doubts.add(
                Doubt("person.unidentified", sentence, "", one.row, None, shorten(one.name.full) if one.name else "")
            )
    return rows


def _doubt_differing(managers: Resolution, doubts: Doubts) -> None:
    for row, number, name in managers.differing:
        sentence = _("The manager's number %(number)s and the name %(name)s are two people's; the number counts.")
        said = sentence % {"number": shorten(number), "name": shorten(name)}
        doubts.add(Doubt("manager.differs", said, _("Look which is right."), row, None, shorten(name)))


def _ask_about_sensitive(mapping: Mapping, asked: list[Question]) -> None:
    left_out = [
        (choice.column, sensitive.SENSITIVE_BY_KEY[choice.sensitive].label)
        for choice in mapping.left_out_as_sensitive
        if choice.sensitive and choice.confidence < 1
    ]
    if left_out:
        asked.append(questions.about_sensitive(left_out))


def _notes(mapping: Mapping, identical: int) -> list[str]:
    notes = []
    if mapping.column_of("status"):
        notes.append(_("Of the employment status only ‘left’ or ‘employed’ is kept."))
    if identical:
        notes.append(
            ngettext(
                "%(count)d row repeats another and is merged.",
                "%(count)d rows repeat others and are merged.",
                identical,
            )
            % {"count": identical}
        )
    return notes
