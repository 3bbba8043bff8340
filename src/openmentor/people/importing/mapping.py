"""Which column of a file is which fact of a person: guessed from headers and values, corrected, kept for next time."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from openmentor.people.importing import dates, fields, sensitive, values
from openmentor.people.importing.faults import Fault, InvalidFile, shorten
from openmentor.people.importing.table import Table
from openmentor.people.importing.wording import _, words

#: Where a column can go besides a field: kept under its own header, or left out.
CUSTOM = "custom"
LEAVE_OUT = "leave_out"
_SEXES = words("m f male female man woman w d divers weiblich mannlich männlich homme femme hombre mujer nonbinary")


@dataclass(frozen=True, slots=True)
class Choice:
    """Where one column goes.

    to          key of a field, ``CUSTOM`` or ``LEAVE_OUT``.
    confidence  0..1 of the guess; 1 for what somebody chose.
    why         a sentence for the importer.
    sensitive   kind of sensitive column it is, or None.
    reason      why the importer wants a sensitive column; such a column goes nowhere without one.
    """

    column: str
    to: str
    confidence: float = 1.0
    why: str = ""
    sensitive: str | None = None
    reason: str = ""

    @property
    def is_used(self) -> bool:
        """Whether anything of the column is taken."""
        return self.to != LEAVE_OUT


@dataclass(frozen=True, slots=True)
class Mapping:
    """A choice for each column of a file, in its order. A field has at most one column."""

    choices: tuple[Choice, ...]

    def column_of(self, field: str) -> str | None:
        """The header of the column that holds ``field``."""
        return next((choice.column for choice in self.choices if choice.to == field), None)

    def choice(self, column: str) -> Choice:
        """The choice for ``column``."""
        return next(choice for choice in self.choices if choice.column == column)

    @property
    def left_out_as_sensitive(self) -> tuple[Choice, ...]:
        """The columns that stay out because of what they tell."""
        return tuple(choice for choice in self.choices if choice.sensitive and not choice.is_used)

    def changed(self, to: Map[str, str], reasons: Map[str, str] | None = None) -> Self:
        """With these columns sent elsewhere by hand; a field taken from another column leaves that one out.

        Raises InvalidFile for a column or a field that does not exist, for a field given twice, and for a sensitive
        column without a reason.
        """
        reasons = reasons or {}
        faults = [*self._unknown(to), *_given_twice(to)]
        taken = {target for target in to.values() if target in fields.BY_KEY}
        choices = []
        for choice in self.choices:
            target = to.get(choice.column)
            if target is None:
                if choice.to in taken:
                    choice = replace(choice, to=LEAVE_OUT, why=_("Another column was chosen for this."))
                choices.append(choice)
                continue
            reason = reasons.get(choice.column, "").strip()
            if choice.sensitive and target != LEAVE_OUT and not reason:
                faults.append(
                    Fault(
                        "mapping.no_reason",
                        _("This column tells of %(kind)s; it comes in only with a reason.")
                        % {"kind": sensitive.SENSITIVE_BY_KEY[choice.sensitive].label},
                        _("Say what it is needed for, or leave it out."),
                        column=choice.column,
                    )
                )
            choices.append(replace(choice, to=target, confidence=1.0, why=_("Chosen by you."), reason=reason))
        if faults:
            raise InvalidFile(*faults)
        return type(self)(tuple(choices))

    def _unknown(self, to: Map[str, str]) -> list[Fault]:
        columns = [choice.column for choice in self.choices]
        faults = []
        for column, target in to.items():
            if column not in columns:
                faults.append(
                    Fault(
                        "mapping.no_column",
                        _("The mapping names this column, but the file has none of this name."),
                        _nearest(column, columns),
                        column=column,
                    )
                )
            elif target not in fields.BY_KEY and target not in (CUSTOM, LEAVE_OUT):
                faults.append(
                    Fault(
                        "mapping.no_field",
                        _("There is no field “%(field)s”.") % {"field": shorten(target)},
                        _nearest(target, [*fields.BY_KEY, CUSTOM, LEAVE_OUT]),
                        column=column,
                    )
                )
        return faults

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what ``saved`` reads again."""
        return {
            "columns": {
                choice.column: {"to": choice.to, "reason": choice.reason} if choice.reason else choice.to
                for choice in self.choices
            }
        }


def _given_twice(to: Map[str, str]) -> list[Fault]:
    seen: dict[str, str] = {}
    faults = []
    for column, target in to.items():
        if target in fields.BY_KEY and target in seen:
            faults.append(
                Fault(
                    "mapping.twice",
                    _("“%(field)s” is already taken from column “%(other)s”.")
                    % {"field": fields.BY_KEY[target].label, "other": shorten(seen[target])},
                    _("Choose one of them."),
                    column=column,
                )
            )
        seen.setdefault(target, column)
    return faults


def _nearest(word: str, known: Sequence[str]) -> str:
    lower = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), lower, n=1, cutoff=0.6)
    return _("The nearest is “%(name)s”.") % {"name": lower[near[0]]} if near else ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A mapping and answers from an earlier import, to be repeated."""

    to: dict[str, str]
    reasons: dict[str, str]
    answers: dict[str, Any]


def saved(text: str, *, is_toml: bool = False) -> Saved:
    """Read what ``Mapping.as_dict`` and the answers made. Raises InvalidFile for anything of another form.

    ``{"columns": {"Full name": "name", "Race": {"to": "custom", "reason": "…"}}, "answers": {"date_order": "mdy"}}``
    """
    try:
        data = tomllib.loads(text) if is_toml else json.loads(text)
        columns, answers = data["columns"], data.get("answers", {})
        to = {name: target if isinstance(target, str) else str(target["to"]) for name, target in columns.items()}
        reasons = {
            name: str(target.get("reason", "")) for name, target in columns.items() if not isinstance(target, str)
        }
        return Saved(to, reasons, dict(answers))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidFile(
            Fault(
                "mapping.unreadable",
                _("The mapping can't be read."),
                _('It is JSON or TOML with "columns" (header = field) and, if wanted, "answers".'),
            )
        ) from error


def guess(table: Table) -> Mapping:
    """The likeliest field for each column, each field once. What is no field is kept; what is sensitive is left out."""
    columns = [_Column(name, [row[i] for row in table.sample]) for i, name in enumerate(table.header)]
    proposals = [(column, _propose(column)) for column in columns]
    best: dict[str, str] = {}
    for column, choice in sorted(proposals, key=lambda both: -both[1].confidence):
        if choice.to in fields.BY_KEY:
            best.setdefault(choice.to, column.name)
    settled = [_settle(column, choice, best) for column, choice in proposals]
    _complete_names(columns, settled)
    _complete_site(columns, settled)
    _drop_derived(settled)
    return Mapping(tuple(settled))


class _Column:
    """A header with its sampled cells, and what share of them is of which kind."""

    def __init__(self, name: str, cells: list[str]) -> None:
        self.name = name
        self.cells = [cell for cell in cells if not values.is_nothing(cell)]

    def share(self, test: Any) -> float:
        return sum(1 for cell in self.cells if test(cell)) / len(self.cells) if self.cells else 0.0

    @property
    def is_numeric(self) -> bool:
        return bool(self.cells) and self.share(lambda cell: cell.replace(".", "", 1).isdigit()) > 0.9

    @property
    def has_several_words(self) -> bool:
        return self.share(lambda cell: " " in cell or "," in cell) > 0.5


def _propose(column: _Column) -> Choice:
    header = fields.field_of(column.name)
    by_manager = header is not None and header[0].key.startswith("manager")
    kind = sensitive.sensitive_kind(column.name)
    if column.share(values.email) > 0.8 and not (
        kind and kind.key == "private" and "mail" not in "".join(fields.tokens(column.name))
    ):
        return _propose_email(column, by_manager=by_manager, kind=kind)
    if kind is None and len(column.cells) > 3 and column.share(lambda cell: cell.casefold() in _SEXES) > 0.95:
        kind = sensitive.SENSITIVE_BY_KEY["gender"]
    if kind is not None:
        return _left_out(column, kind)
    coded = fields.coded_field(column.name)
    if coded is not None and column.is_numeric:
        return Choice(column.name, coded.key, 0.3, _("It seems to hold codes of this."))
    if header is None:
        return Choice(column.name, CUSTOM, 0.5)
    return _checked_by_values(column, *header)


def _propose_email(column: _Column, *, by_manager: bool, kind: sensitive.Sensitive | None) -> Choice:
    if kind is not None:
        return _left_out(column, kind)
    if by_manager:
        return Choice(column.name, "manager_email", 0.9, _("By its name and its cells."))
    named = fields.field_of(column.name)
    is_sure = named is not None and named[0].key == "email"
    return Choice(column.name, "email", 0.97 if is_sure else 0.7, _("Its cells are e-mail addresses."))


def _left_out(column: _Column, kind: sensitive.Sensitive) -> Choice:
    why = _("Left out: it tells of %(kind)s.") % {"kind": kind.label}
    return Choice(column.name, LEAVE_OUT, 0.9, why, sensitive=kind.key)


def _checked_by_values(column: _Column, field: fields.Field, confidence: float) -> Choice:
    """What the header says, unless the cells contradict it."""
    own = Choice(
        column.name,
        CUSTOM,
        0.4,
        _("Kept under its own name; its cells don't fit “%(field)s”.") % {"field": field.label},
    )
    said = Choice(column.name, field.key, confidence, _("By its name."))
    if not column.cells:
        return replace(said, confidence=confidence * 0.8)
    match field.kind:
        case "email":
            return said if column.share(values.email) > 0.3 else own
        case "timezone":
            return said if column.share(values.timezone) > 0.3 else own
        case "date":
            if column.share(dates.parts) >= 0.5 and not column.share(values.boolean) > 0.9:
                return said
            if field.key == "left_on" and column.share(lambda cell: values.boolean(cell) is not None) > 0.9:
                return replace(said, to="has_left")
            return own
        case "flag":
            if column.share(lambda cell: values.boolean(cell) is not None) > 0.9:
                return said
            return replace(said, to="status", confidence=0.5) if not column.is_numeric else own
        case "status":
            return said if not column.is_numeric else own
        case "name":
            if not column.is_numeric:
                return said
            return replace(said, to="manager_id" if field.key == "manager_name" else "external_id", confidence=0.5)
        case "text":
            return said if not column.is_numeric or field.key not in ("given_name", "family_name") else own
        case _:
            return said


def _settle(column: _Column, choice: Choice, best: Map[str, str]) -> Choice:
    """The loser of two columns for one field: codes beside words are left out, anything else is kept under its name."""
    if choice.to not in fields.BY_KEY or best[choice.to] == column.name:
        return choice
    label, winner = fields.BY_KEY[choice.to].label, shorten(best[choice.to])
    if fields.coded_field(column.name) is not None and column.is_numeric:
        why = _("Left out: codes of “%(field)s”, which stands in words in column “%(column)s”.")
        return replace(choice, to=LEAVE_OUT, confidence=0.8, why=why % {"field": label, "column": winner})
    why = _("Kept under its own name: “%(field)s” is taken from column “%(column)s”.")
    return replace(choice, to=CUSTOM, confidence=0.4, why=why % {"field": label, "column": winner})


def _complete_names(columns: list[_Column], choices: list[Choice]) -> None:
    """'Name' beside 'Vorname' is the family name; 'Nombre' or 'Nom' alone, with several words in its cells, all."""
    at = {choice.to: i for i, choice in enumerate(choices) if choice.to in ("name", "given_name", "family_name")}
    if at.keys() == {"name", "given_name"} and not columns[at["name"]].has_several_words:
        choices[at["name"]] = replace(choices[at["name"]], to="family_name", confidence=0.8)
    elif len(at) == 1 and "name" not in at:
        (index,) = at.values()
        if columns[index].has_several_words:
            choices[index] = replace(choices[index], to="name", confidence=0.6)


def _complete_site(columns: list[_Column], choices: list[Choice]) -> None:
    if any(choice.to == "site" for choice in choices):
        return
    for stand_in in fields.SITE_STAND_INS:
        for i, column in enumerate(columns):
            if choices[i].to == CUSTOM and fields.compact(column.name) in stand_in:
                choices[i] = replace(
                    choices[i], to="site", confidence=0.5, why=_("There is no column of sites; this comes nearest.")
                )
                return


def _drop_derived(choices: list[Choice]) -> None:
    if any(choice.to == "hired_on" for choice in choices):
        for i, choice in enumerate(choices):
            if choice.to == CUSTOM and fields.compact(choice.column) in fields.DERIVED:
                choices[i] = replace(choice, to=LEAVE_OUT, why=_("Left out: it follows from the day of hiring."))
