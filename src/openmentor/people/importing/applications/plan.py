"""What importing a file of applications would do: who applies for what, with which answers, wishes and vetoes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from openmentor.people.importing import values
from openmentor.people.importing.applications.columns import WHO, Columns, guess, places_of, roles_of
from openmentor.people.importing.applications.directory import Directory, Entry, Lookup
from openmentor.people.importing.applications.questions import Asked, Reader, UnknownAnswer
from openmentor.people.importing.dates import Evidence, Reading
from openmentor.people.importing.faults import Doubt, Doubts, Fault, InvalidFile, shorten
from openmentor.people.importing.names import key, plain, split
from openmentor.people.importing.table import Table
from openmentor.people.importing.wording import _

ROLES = ("mentor", "mentee", "peer")
MOST_PLACES = 50
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?", re.IGNORECASE)
_TEAM = re.compile(r"(?:any(?:one|body)? (?:from|in|of) )?(?:the )?team\s*[:=-]?\s+(.+)|team:(.+)", re.IGNORECASE)
_SITE = re.compile(
    r"(?:any(?:one|body)? (?:from|in|at|of) )?(?:the )?(?:site|office)\s*[:=-]?\s+(.+)|site:(.+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Vetoed:
    """Never with: a person, a team or a site. Without ``person`` the ``text`` stands, and is held against all of that name."""

    kind: str
    text: str
    person: Hashable | None = None


@dataclass(slots=True)
class Application:
    """One person's application, as the last row of theirs has it.

    person    id of the directory's entry, None for somebody unknown.
    by_name   whether the name alone says who it is: to be confirmed by somebody who knows them.
    several   of somebody whose name several have: those whom it may mean.
    roles     'mentor', 'mentee', both, or 'peer'; empty where nothing says (it can't be imported so).
    places    how many the mentor takes, None if not said.
    answers   by key of the question, in the shape that its kind has.
    wishes    ids of people, the dearest first.
    """

    row: int
    person: Hashable | None
    name: str
    email: str
    by_name: bool = False
    several: tuple[Entry, ...] = ()
    roles: tuple[str, ...] = ()
    places: int | None = None
    submitted_at: tuple[date, time] | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    wishes: list[Hashable] = field(default_factory=list)
    vetoes: list[Vetoed] = field(default_factory=list)

    @property
    def can_be_imported(self) -> bool:
        """Somebody known applies for something."""
        return self.person is not None and bool(self.roles)


@dataclass(frozen=True, slots=True)
class UnknownGroup:
    """The same unknown answer to the same question, in all its rows."""

    question: str
    text: str
    rows: tuple[int, ...]
    nearest: tuple[str, str] | None
    is_kept: bool


@dataclass(slots=True)
class ApplicationsRun:
    """The outcome: applications in the order of the file, one for each person; what is unknown; what is doubtful."""

    table: Table
    columns: Columns
    applications: list[Application]
    unknown: list[UnknownAnswer]
    doubts: Doubts
    needs_role: bool

    @property
    def importable(self) -> list[Application]:
        """Those of known people with a role."""
        return [application for application in self.applications if application.can_be_imported]

    def roles(self) -> Counter[str]:
        """How many apply as what; who is both counts twice."""
        return Counter(role for application in self.importable for role in application.roles)

    def unknown_groups(self) -> list[UnknownGroup]:
        """Unknown answers, the most frequent first: one correction settles a group."""
        groups: dict[tuple[str, str], list[UnknownAnswer]] = {}
        for answer in self.unknown:
            groups.setdefault((answer.question, plain(answer.text)), []).append(answer)
        found = [
            UnknownGroup(first.question, first.text, tuple(one.row for one in group), first.nearest, first.is_kept)
            for group in groups.values()
            for first in group[:1]
        ]
        return sorted(found, key=lambda group: (-len(group.rows), group.rows))


def dry_run(
    table: Table,
    *,
    questions: Sequence[Asked],
    directory: Directory,
    columns: Columns | None = None,
    corrections: Mapping[str, Mapping[str, str]] | None = None,
    default_role: str | None = None,
    meant: Mapping[int, Hashable] | None = None,
    at: date,
) -> ApplicationsRun:
    """Find out what importing the applications of ``table`` would do.

    columns        as chosen; guessed without them.
    corrections    question key → plain words of an unknown answer → value of the choice meant, '' to leave it out.
    default_role   'mentor', 'mentee', 'both' or 'peer', for a file that does not say.
    meant          row → id of the person, where several have the name that it gives.
    at             today.
    Raises         InvalidFile if no column says who applied.
    """
    columns = columns or guess(table, questions, directory)
    if not any(columns.of(target) for target in WHO):
        raise InvalidFile(
            Fault(
                "mapping.no_name",
                _("No column says who applied."),
                _("Say which column holds the e-mail address, the number or the name."),
                row=table.facts.header_row,
            )
        )
    doubts = Doubts(table.doubts)
    rows = _Rows(table, columns, questions, directory, corrections or {}, doubts.add)
    rows.default_roles = ("mentor", "mentee") if default_role == "both" else (default_role,) if default_role else ()
    rows.meant = meant or {}
    rows.set_clock(at)
    applications = _last_of_each([rows.read(row, cells) for row, cells in table.rows()], doubts.add)
    kept = {application.row for application in applications}
    unknown = [answer for reader in rows.readers for answer in reader.unknown if answer.row in kept]
    needs_role = not columns.of("role") and not default_role
    return ApplicationsRun(table, columns, applications, unknown, doubts, needs_role)


class _Rows:
    """Reads rows: who, when, what for, answers, wishes, vetoes."""

    default_roles: tuple[str, ...] = ()
    meant: Mapping[int, Hashable] = {}

    def __init__(
        self,
        table: Table,
        columns: Columns,
        questions: Sequence[Asked],
        directory: Directory,
        corrections: Mapping[str, Mapping[str, str]],
        say: Callable[[Doubt], None],
    ) -> None:
        self._table, self._directory, self._say = table, directory, say
        place = {name: i for i, name in enumerate(table.header)}
        self._at = {
            target: [(column.column, place[column.column]) for column in columns.of(target)]
            for target in (*WHO, "submitted_at", "role", "places", "wishes", "vetoes")
        }
        self.readers: list[Reader] = []
        self._answers: list[tuple[str, Reader, list[tuple[str, str, int]]]] = []
        for asked in questions:
            own = [(one.column, one.line, place[one.column]) for one in columns.columns if one.question == asked.key]
            if own:
                given = {plain(text): value for text, value in corrections.get(asked.key, {}).items()}
                self.readers.append(Reader(asked, given))
                self._answers.append((asked.key, self.readers[-1], own))
        self._reading: Reading | None = None

    def set_clock(self, at: date) -> None:
        """See how the column of submissions writes its dates; where it can't be told, the order of the rows counts."""
        for name, i in self._at["submitted_at"]:
            evidence = Evidence(name)
            for row, cells in self._table.rows():
                evidence.see(row, cells[i])
            self._reading = None if evidence.is_undecided else Reading(evidence.order or "mdy", at.year + 1)

    def read(self, row: int, cells: list[str]) -> Application:
        """The application of one row."""
        application = self._who(row, cells)
        application.submitted_at = self._when(cells)
        application.roles = self._roles(row, cells)
        application.places = self._places(row, cells)
        for name, reader, columns in self._answers:
            answer = reader.read(row, [(column, line, cells[i]) for column, line, i in columns])
            if answer is not None:
                application.answers[name] = answer
        application.wishes = list(self._wishes(application, cells))
        application.vetoes = list(self._vetoes(application, cells))
        both = set(application.wishes) & {veto.person for veto in application.vetoes} - {None}
        if both:
            sentence = _("Somebody is both wished for and refused; the wish is left out.")
            self._say(Doubt("wish.vetoed", sentence, "", row))
            application.wishes = [wish for wish in application.wishes if wish not in both]
        return application

    def _cell(self, target: str, cells: list[str]) -> str:
        return next((cells[i] for _name, i in self._at[target] if not values.is_nothing(cells[i])), "")

    def _doubt(self, kind: str, target: str, row: int, value: str, sentence: str, advice: str = "") -> None:
        column = self._at[target][0][0] if self._at[target] else None
        self._say(Doubt(kind, sentence, advice, row, column, shorten(value)))

    def _who(self, row: int, cells: list[str]) -> Application:
        """By address, then by number, then by name: the name alone is said, and never one of several."""
        address = values.email(self._cell("email", cells)) or ""
        number = values.identifier(self._cell("external_id", cells))
        given, family = self._cell("given_name", cells), self._cell("family_name", cells)
        whole = self._cell("name", cells) or f"{given} {family}".strip()
        entry = self._directory.by_email(address) or self._directory.by_external_id(number)
        name = whole or address or number
        if entry is not None:
            return Application(row, entry.id, entry.name, entry.email)
        lookup = self._directory.find(whole) if whole else Lookup("", None, "absent")
        target = next(target for target in WHO if self._at[target])
        if lookup.entry is not None:
            if address or number:
                sentence = _("“%(value)s” is not known; found by the name %(name)s instead.")
                said = sentence % {"value": shorten(address or number), "name": lookup.entry.name}
                self._doubt(
                    "applicant.by_name", target, row, address or number, said, _("Look whether it is the same person.")
                )
            return Application(row, lookup.entry.id, lookup.entry.name, lookup.entry.email, by_name=True)
        if lookup.why == "ambiguous":
            meant = next((each for each in lookup.several if each.id == self.meant.get(row)), None)
            if meant is not None:
                return Application(row, meant.id, meant.name, meant.email, several=lookup.several)
            sentence = _("Several people are called %(name)s; the row is left out.") % {"name": shorten(whole)}
            self._doubt("applicant.ambiguous", target, row, name, sentence, _("Say who it is, or add the address."))
            return Application(row, None, name, address, several=lookup.several)
        else:
            sentence = (
                _("%(name)s is not among the people; the row is left out.") % {"name": shorten(name)}
                if name
                else _("This row does not say who applied; it is left out.")
            )
            near = lookup.nearest or (self._directory.find(address).nearest if address else "")
            advice = _("The nearest is %(name)s.") % {"name": near} if near else _("Import or add the person first.")
            self._doubt("applicant.unknown", target, row, name, sentence, advice)
        return Application(row, None, name, address)

    def _when(self, cells: list[str]) -> tuple[date, time] | None:
        cell = self._cell("submitted_at", cells)
        day = self._reading.read(cell) if cell and self._reading else None
        if day is None:
            return None
        clock = _CLOCK.search(cell)
        if clock is None:
            return day, time()
        hour, half = int(clock[1]), (clock[4] or "").lower()
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        return day, time(min(hour, 23), min(int(clock[2]), 59), min(int(clock[3] or 0), 59))

    def _roles(self, row: int, cells: list[str]) -> tuple[str, ...]:
        cell = self._cell("role", cells)
        if not cell:
            if self._at["role"] and not self.default_roles:
                self._doubt("role.missing", "role", row, "", _("This row has no role; it is left out."))
            return self.default_roles
        roles = roles_of(cell)
        if not roles:
            sentence = _("“%(value)s” is no role; the row is left out.") % {"value": shorten(cell)}
            self._doubt("role.unknown", "role", row, cell, sentence, _("Write mentor, mentee or both."))
        return roles

    def _places(self, row: int, cells: list[str]) -> int | None:
        cell = self._cell("places", cells)
        if not cell:
            return None
        places = places_of(cell)
        if places is None or places > MOST_PLACES:
            sentence = _("“%(value)s” is no number of places; the cohort's usual number holds.")
            self._doubt("places.unclear", "places", row, cell, sentence % {"value": shorten(cell)})
            return None
        if not re.fullmatch(r"\d+(\.0)?|[^\W\d]+", cell.strip()):
            sentence = _("“%(value)s” is taken as %(places)d places.")
            self._doubt("places.unclear", "places", row, cell, sentence % {"value": shorten(cell), "places": places})
        return places

    def _wishes(self, application: Application, cells: list[str]) -> dict[Hashable, None]:
        """In order, each once; a wish for somebody unknown is said and left out."""
        wishes: dict[Hashable, None] = {}
        for column, text in self._named("wishes", cells):
            lookup = self._directory.find(text)
            if lookup.entry is None:
                self._say(self._unfound("wish", application.row, column, lookup))
            elif lookup.entry.id == application.person:
                sentence = _("Wishes for themself; left out.")
                self._say(Doubt("wish.self", sentence, "", application.row, column, shorten(text)))
            else:
                wishes.setdefault(lookup.entry.id)
        return wishes

    def _vetoes(self, application: Application, cells: list[str]) -> dict[Vetoed, None]:
        """Each once; a veto is never lost: what names nobody known stands as it was written."""
        vetoes: dict[Vetoed, None] = {}
        for column, text in self._named("vetoes", cells):
            group = self._group(text)
            if group is not None:
                vetoes.setdefault(group)
                continue
            lookup = self._directory.find(text)
            if lookup.entry is None:
                self._say(self._unfound("veto", application.row, column, lookup))
                vetoes.setdefault(Vetoed("person", text))
            elif lookup.entry.id == application.person:
                self._say(
                    Doubt("veto.self", _("Refuses themself; left out."), "", application.row, column, shorten(text))
                )
            else:
                vetoes.setdefault(Vetoed("person", lookup.entry.name, lookup.entry.id))
        return vetoes

    def _named(self, target: str, cells: list[str]) -> Iterable[tuple[str, str]]:
        for column, i in self._at[target]:
            for text in self._directory.split(cells[i]):
                yield column, text

    def _group(self, text: str) -> Vetoed | None:
        """A team or a site, said so or by its name; a person of that name comes first."""
        for pattern, kind, known in ((_TEAM, "team", self._directory.teams), (_SITE, "site", self._directory.sites)):
            found = pattern.fullmatch(text)
            if found:
                said = (found[1] or found[2]).strip()
                return Vetoed(kind, known.get(plain(said), said))
        if self._directory.find(text).entry is not None:
            return None
        for kind, known in (("team", self._directory.teams), ("site", self._directory.sites)):
            if plain(text) in known:
                return Vetoed(kind, known[plain(text)])
        return None

    def _unfound(self, kind: str, row: int, column: str, lookup: Lookup) -> Doubt:
        shown = {"name": shorten(lookup.text)}
        if kind == "wish":
            advice = _("The nearest is %(name)s.") % {"name": lookup.nearest} if lookup.nearest else ""
            sentence = (
                _("Several people are called %(name)s; the wish is left out.")
                if lookup.why == "ambiguous"
                else _("%(name)s is not among the people; the wish is left out.")
            )
        else:
            advice = _("The nearest is %(name)s.") % {"name": lookup.nearest} if lookup.nearest else ""
            sentence = (
                _("Several people are called %(name)s; the veto is kept and held against all of them.")
                if lookup.why == "ambiguous"
                else _("%(name)s is not among the people; the veto is kept as it is written.")
            )
        ending = "ambiguous" if lookup.why == "ambiguous" else "unknown"
        return Doubt(f"{kind}.{ending}", sentence % shown, advice, row, column, shorten(lookup.text))


def _last_of_each(applications: Sequence[Application], say: Callable[[Doubt], None]) -> list[Application]:
    """One application for each person: the last that was sent, which is said."""
    groups: dict[Hashable, list[Application]] = {}
    for application in applications:
        groups.setdefault(_identity(application), []).append(application)
    kept = []
    for group in groups.values():
        # Only if all rows of somebody say when: a row without a time can't be put before or after the others.
        is_timed = all(application.submitted_at for application in group)
        last = max(group, key=lambda one: (one.submitted_at, one.row)) if is_timed else group[-1]
        kept.append(last)
        if len(group) > 1:
            rows = ", ".join(str(application.row) for application in group)
            shown = {"name": shorten(last.name), "rows": rows, "row": last.row}
            sentence = (
                _("%(name)s sent several applications (rows %(rows)s); the last one, row %(row)d, counts.") % shown
            )
            lost = {role for application in group for role in application.roles} - set(last.roles)
            if lost:
                sentence += " " + _("An earlier one was as %(roles)s.") % {"roles": ", ".join(sorted(lost))}
            advice = _("Write ‘both’ as the role if both are meant.") if lost & {"mentor", "mentee"} else ""
            say(Doubt("applicant.twice", sentence, advice, last.row, None, shorten(last.name)))
    return sorted(kept, key=lambda application: application.row)


def _identity(application: Application) -> Hashable:
    """Of somebody unknown: the address, else the name, else the row. Two rows with a name that several have may be two people."""
    if application.person is not None:
        return ("person", application.person)
    if application.email:
        return ("email", application.email)
    if application.several:
        return ("row", application.row)
    name = split(application.name)
    return ("name", key(name)) if name else ("row", application.row)
