"""From a row of cells to a person: every cell read as the field it was mapped to, every doubt named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from openmentor.people.importing import dates, fields, names, values
from openmentor.people.importing.dates import Reading
from openmentor.people.importing.faults import Doubt, shorten
from openmentor.people.importing.managers import Reference
from openmentor.people.importing.mapping import CUSTOM, Choice
from openmentor.people.importing.mapping import Mapping as ColumnMapping
from openmentor.people.importing.text import one_line
from openmentor.people.importing.wording import _, words

LONGEST = {"name": 200, "given_name": 100, "family_name": 100, "country": 100, "performance_tier": 100}
LONGEST_TEXT = 200
PLAIN_TEXTS = words("position function department team site country partner performance_tier pronouns")
_LEFT = words(
    "terminated left inactive resigned resignation retired leaver former ex dismissed fired deceased exited separated "
    "departed quit redundant ausgeschieden gekundigt ausgetreten entlassen pensioniert inaktiv parti sorti demissionne "
    "licencie inactif retraite baja despedido jubilado inactivo cesado term termed"
)
_EMPLOYED = words(
    "active employed current leave probation full part fulltime parttime permanent temporary contract contractor "
    "intern hired working regular future pending new aktiv beschaftigt angestellt elternzeit teilzeit vollzeit "
    "befristet unbefristet probezeit actif employe conge cdi cdd activo empleado alta vacaciones onboarding on "
    "present yes"
)


@dataclass(slots=True)
class ImportedPerson:
    """One person as a file has them.

    row         as a spreadsheet counts.
    has_left    whether they had left on the day the file is true for; ``left_on`` may still be unknown.
    custom      the organization's own columns, by header.
    sensitive   sensitive columns that were asked for, by header: kept apart from everything else.
    reference   what the row says of the manager; ``manager_row`` or ``manager_known`` is who that is.
    """

    row: int
    external_id: str = ""
    email: str = ""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    position: str = ""
    function: str = ""
    department: str = ""
    team: str = ""
    level: int | None = None
    site: str = ""
    country: str = ""
    timezone: str = ""
    partner: str = ""
    performance_tier: str = ""
    pronouns: str = ""
    hired_on: date | None = None
    left_on: date | None = None
    has_left: bool = False
    skills: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    custom: dict[str, str] = field(default_factory=dict)
    sensitive: dict[str, str] = field(default_factory=dict)
    reference: Reference = field(default_factory=Reference)
    manager_row: int | None = None
    manager_known: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: dates as ISO, the reference to the manager as it was resolved."""
        data = asdict(self)
        del data["reference"]
        for key in ("hired_on", "left_on"):
            data[key] = data[key].isoformat() if data[key] else None
        return data


Say = Callable[[Doubt], None]


class RowReader:
    """Reads the rows of one file.

    header, mapping   of the file.
    readings          how the dates of each column are read, by header.
    valid_on          the day the file is true for: who leaves later has not left.
    """

    def __init__(
        self, header: tuple[str, ...], mapping: ColumnMapping, readings: Mapping[str, Reading], valid_on: date
    ) -> None:
        place = {name: i for i, name in enumerate(header)}
        self._at = {choice.to: place[choice.column] for choice in mapping.choices if choice.to in fields.BY_KEY}
        self._header = header
        self._kept: list[tuple[int, Choice]] = [
            (place[choice.column], choice) for choice in mapping.choices if choice.to == CUSTOM
        ]
        self._readings = readings
        self._valid_on = valid_on
        # Dates, places and managers repeat by the thousand: each is read once.
        self._date = lru_cache(maxsize=50_000)(self._read_date)
        self._split = lru_cache(maxsize=10_000)(names.split)
        self._texts = [(key, self._at[key]) for key in sorted(PLAIN_TEXTS) if key in self._at]

    def read(self, row: int, cells: list[str], say: Say) -> ImportedPerson | None:
        """The person of ``cells``; None for a row with neither a name nor an address, which is said."""
        person = ImportedPerson(row)
        self._read_email(person, cells, say)
        if not self._read_name(person, cells, say):
            return None
        cell = self._cell("external_id", cells)
        person.external_id = values.identifier(cell)[:LONGEST_TEXT]
        for key, i in self._texts:
            cell = cells[i]
            if cell and not values.is_nothing(cell):
                setattr(person, key, self._short(row, i, one_line(cell), LONGEST.get(key, LONGEST_TEXT), say))
        self._read_level(person, cells, say)
        self._read_timezone(person, cells, say)
        for key in ("skills", "languages"):
            if cell := self._cell(key, cells):
                setattr(person, key, values.items(cell))
        self._read_dates(person, cells, say)
        person.reference = self._reference(cells)
        for i, choice in self._kept:
            if not cells[i]:
                continue
            if choice.sensitive:
                person.sensitive[choice.column] = self._sensitive_text(choice, cells[i])
            else:
                person.custom[choice.column] = cells[i]
        return person

    def _sensitive_text(self, choice: Choice, cell: str) -> str:
        """As it stands; a date of birth as ISO, where the column holds dates and not ages."""
        reading = self._readings.get(choice.column)
        day = reading.read(cell) if reading and not cell.isdigit() else None
        return day.isoformat() if day else cell

    def _cell(self, key: str, cells: list[str]) -> str:
        """The cell of a field; '' if it has no column or says 'none' in any way."""
        i = self._at.get(key)
        return "" if i is None or values.is_nothing(cells[i]) else cells[i]

    def _doubt(self, kind: str, key: str, row: int, value: str, sentence: str, advice: str = "") -> Doubt:
        return Doubt(kind, sentence, advice, row, self._header[self._at[key]], shorten(value))

    def _short(self, row: int, i: int, text: str, most: int, say: Say) -> str:
        if len(text) <= most:
            return text
        sentence = _("This text is longer than %(most)d characters; the rest is left out.") % {"most": most}
        say(Doubt("text.long", sentence, "", row, self._header[i], shorten(text)))
        return text[:most].rstrip()

    def _read_email(self, person: ImportedPerson, cells: list[str], say: Say) -> None:
        if cell := self._cell("email", cells):
            person.email = values.email(cell) or ""
            if not person.email:
                sentence = _("“%(value)s” is no e-mail address; it is left out.") % {"value": shorten(cell)}
                say(self._doubt("email.invalid", "email", person.row, cell, sentence, _("Correct it in the file.")))

    def _read_name(self, person: ImportedPerson, cells: list[str], say: Say) -> bool:
        given, middle, family = (
            one_line(cells[self._at[key]]) if key in self._at else ""
            for key in ("given_name", "middle_name", "family_name")
        )
        if given or family:
            name: names.Name | None = names.Name(f"{given} {middle}".strip(), family)
        else:
            whole = one_line(cells[self._at["name"]]) if "name" in self._at else ""
            name = self._split(whole) if not whole.casefold().startswith(("n/a", "#")) else None
        if name is None and not person.email:
            column = next((self._header[self._at[k]] for k in ("name", "family_name") if k in self._at), None)
            sentence = _("This row has neither a name nor an address; it is left out.")
            say(Doubt("name.missing", sentence, _("Add a name if it is a person."), person.row, column))
            return False
        if name is None:
            sentence = _("This person has no name; the address stands for it.")
            say(Doubt("name.missing", sentence, _("Add the name."), person.row))
            person.name = person.email[:200]
            return True
        person.given_name, person.family_name = name.given[:100], name.family[:100]
        person.name = name.full[:200]
        if len(name.full) > 200 or len(name.given) > 100 or len(name.family) > 100:
            sentence = _("This name is very long; the end of it is left out.")
            say(Doubt("text.long", sentence, "", person.row, None, shorten(name.full)))
        return True

    def _read_level(self, person: ImportedPerson, cells: list[str], say: Say) -> None:
        if cell := self._cell("level", cells):
            person.level = values.level(cell)
            if person.level is None:
                column = self._header[self._at["level"]]
                person.custom[column] = cell
                sentence = _("“%(value)s” is no number of a level; it is kept under its own name.")
                say(self._doubt("level.words", "level", person.row, cell, sentence % {"value": shorten(cell)}))

    def _read_timezone(self, person: ImportedPerson, cells: list[str], say: Say) -> None:
        if cell := self._cell("timezone", cells):
            person.timezone = values.timezone(cell) or ""
            if not person.timezone:
                near = _nearest_timezone(cell)
                advice = _("The nearest is %(zone)s.") % {"zone": near} if near else _("Write it like Europe/Berlin.")
                sentence = _("“%(value)s” is no time zone; it is left out.") % {"value": shorten(cell)}
                say(self._doubt("timezone.unknown", "timezone", person.row, cell, sentence, advice))

    def _reference(self, cells: list[str]) -> Reference:
        number, address, name = (self._cell(key, cells) for key in ("manager_id", "manager_email", "manager_name"))
        if not (number or address or name):
            return _NOBODY
        return Reference(values.identifier(number), values.email(address) or "" if address else "", name)

    def _read_date(self, key: str, cell: str) -> date | str | None:
        """The date of a cell; None where it means none; a word for what is wrong with it."""
        if dates.means_none(cell):
            return None
        day = self._readings[self._header[self._at[key]]].read(cell)
        if day is None:
            return "invalid"
        if dates.is_no_date(day):
            return None
        return "epoch" if day == dates.EPOCH else day

    def _day(self, key: str, person: ImportedPerson, cells: list[str], say: Say) -> date | None:
        cell = self._cell(key, cells)
        if not cell:
            return None
        day = self._date(key, cell)
        if not isinstance(day, str):
            return day
        if day == "epoch":
            sentence = _("1970-01-01 is what programs write for 'none'; it is left out.")
            say(self._doubt("date.epoch", key, person.row, cell, sentence))
        else:
            sentence = _("“%(value)s” is no date as this column writes them; it is left out.")
            advice = _("Write it as year-month-day.")
            say(self._doubt("date.invalid", key, person.row, cell, sentence % {"value": shorten(cell)}, advice))
        return None

    def _read_dates(self, person: ImportedPerson, cells: list[str], say: Say) -> None:
        """Hired, left, and whether they have left, from up to five columns that may contradict one another."""
        person.hired_on = self._day("hired_on", person, cells, say)
        left_on = self._day("left_on", person, cells, say)
        said = self._says_left(person, cells, say)
        if person.hired_on is not None and not date(1930, 1, 1) <= person.hired_on <= _a_year_after(self._valid_on):
            sentence = _("Hired on %(day)s: this can hardly be; it is left out.")
            say(
                self._doubt(
                    "date.improbable",
                    "hired_on",
                    person.row,
                    cells[self._at["hired_on"]],
                    sentence % {"day": person.hired_on.isoformat()},
                )
            )
            person.hired_on = None
        if left_on is None:
            person.has_left = bool(said)
            return
        value = cells[self._at["left_on"]]
        if left_on > self._valid_on:
            sentence = _("Leaves on %(day)s, which is still to come; taken as employed.")
            say(self._doubt("left.future", "left_on", person.row, value, sentence % {"day": left_on.isoformat()}))
            person.has_left = bool(said)
        elif person.hired_on is not None and left_on < person.hired_on:
            if said is False:
                sentence = _("Left before being hired, and employed: taken as hired again.")
            else:
                sentence = _("Left before being hired: the day of leaving is left out, the person stays a leaver.")
                person.has_left = True
            say(self._doubt("left.before_hired", "left_on", person.row, value, sentence))
        else:
            person.left_on, person.has_left = left_on, True
            if said is False:
                sentence = _("Has a day of leaving, but another column says employed; taken as a leaver.")
                say(
                    self._doubt("left.contradiction", "left_on", person.row, value, sentence, _("Look which is right."))
                )

    def _says_left(self, person: ImportedPerson, cells: list[str], say: Say) -> bool | None:
        """What the columns without a date say: left, employed, or nothing."""
        said: list[bool] = []
        for key, means_left in (("has_left", True), ("is_active", False)):
            if cell := self._cell(key, cells):
                flag = values.boolean(cell)
                if flag is None:
                    sentence = _("“%(value)s” is neither yes nor no; it is left out.") % {"value": shorten(cell)}
                    say(self._doubt("flag.unknown", key, person.row, cell, sentence))
                else:
                    said.append(flag is means_left)
        if cell := self._cell("status", cells):
            status = status_says_left(cell)
            if status is None:
                sentence = _("“%(value)s” is not known as a status; taken as employed unless another column says left.")
                say(self._doubt("status.unknown", "status", person.row, cell, sentence % {"value": shorten(cell)}))
            else:
                said.append(status)
        return any(said) if said else None


_NOBODY = Reference()
_nearest_timezone = lru_cache(maxsize=1_000)(values.nearest_timezone)


@lru_cache(maxsize=1_000)
def status_says_left(cell: str) -> bool | None:
    """Whether a status such as 'Voluntarily Terminated' or 'On leave' is that of a leaver; None for an unknown one."""
    parts = set(names.plain(cell).split())
    if parts & _LEFT and not {"not", "never"} & parts:
        return True
    return False if parts & _EMPLOYED else None


def _a_year_after(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28))
