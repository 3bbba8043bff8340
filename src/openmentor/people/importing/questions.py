"""What only the importer can know, asked once for the whole file: a sentence, examples, a proposal, the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Self

from openmentor.people.importing import names
from openmentor.people.importing.dates import Evidence, Order
from openmentor.people.importing.faults import Fault, InvalidFile, shorten
from openmentor.people.importing.wording import _, ngettext

CLAIM_CODES = "claim_codes"
_RULE = re.compile(r"(?P<local>[a-z._-]+)@(?P<domain>[^\s@]+\.[^\s@.]{2,})")
_PLACEHOLDERS = re.compile(r"first|last|f|l|[._-]")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be asked.

    key        as in the answers.
    choices    (value, label) pairs; empty where any text of the right form is an answer.
    proposal   what is assumed until somebody answers; None where nothing can be assumed.
    answer     what was answered, None while it is open.
    """

    key: str
    sentence: str
    proposal: str | None
    choices: tuple[tuple[str, str], ...] = ()
    examples: tuple[str, ...] = ()
    answer: str | None = None

    @property
    def assumed(self) -> str | None:
        """What an import does while nobody has answered. Addresses are never made by a rule that nobody has said."""
        return CLAIM_CODES if self.key == "email" else self.proposal

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "key": self.key,
            "sentence": self.sentence,
            "proposal": self.proposal,
            "assumed": self.assumed,
            "choices": [{"value": value, "label": label} for value, label in self.choices],
            "examples": list(self.examples),
            "answer": self.answer,
        }


@dataclass(frozen=True, slots=True)
class Answers:
    """The importer's answers; None where there is none yet.

    date_order    'dmy' or 'mdy' for columns whose own rows do not tell.
    latest_year   two-digit years are the last ones with these digits that are not after it.
    email         a rule such as 'first.last@example.org' for people without an address, or ``CLAIM_CODES``.
    duplicates    which row counts for somebody who stands in several.
    unidentified  whether people with neither number nor address are added, or left out.
    extent        'full' if the file has everybody (who is absent may have left), 'partial' if not.
    valid_on      the day the file is true for.
    """

    date_order: Order | None = None
    latest_year: int | None = None
    email: str | None = None
    duplicates: Literal["first", "last"] | None = None
    unidentified: Literal["add", "leave_out"] | None = None
    extent: Literal["full", "partial"] | None = None
    valid_on: date | None = None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """From the strings of a form or of a saved mapping. Raises InvalidFile for what is no answer."""
        faults: list[Fault] = []
        parsed: dict[str, Any] = {}
        for key, value in given.items():
            text = str(value).strip()
            if text and (key not in _PARSERS or (result := _PARSERS[key](text)) is None):
                faults.append(_no_answer(key, text))
            elif text:
                parsed[key] = result
        if faults:
            raise InvalidFile(*faults)
        return cls(**parsed)

    def as_dict(self) -> dict[str, Any]:
        """What ``parse`` reads again; without what was not answered."""
        given = {key: getattr(self, key) for key in _PARSERS}
        return {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in given.items()
            if value is not None
        }


def _one_of(*allowed: str) -> Any:
    return lambda text: text if text in allowed else None


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"(19|20|21)\d\d", text) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _email(text: str) -> str | None:
    return text.lower() if text == CLAIM_CODES or EmailRule.parse(text) else None


_PARSERS: dict[str, Any] = {
    "date_order": _one_of("dmy", "mdy"),
    "latest_year": _year,
    "email": _email,
    "duplicates": _one_of("first", "last"),
    "unidentified": _one_of("add", "leave_out"),
    "extent": _one_of("full", "partial"),
    "valid_on": _day,
}


def _no_answer(key: str, text: str) -> Fault:
    if key not in _PARSERS:
        return Fault("answer.unknown", _("Nobody asked “%(key)s”.") % {"key": shorten(key)}, value=shorten(text))
    sentence = _("“%(text)s” is no answer to “%(key)s”.") % {"text": shorten(text), "key": key}
    return Fault("answer.invalid", sentence, value=shorten(text))


@dataclass(frozen=True, slots=True)
class EmailRule:
    """How an organization makes addresses: parts of the local name, and the domain."""

    parts: tuple[str, ...]
    domain: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """'first.last@example.org', 'flast@…', 'f.last@…', 'last@…'; None if it names neither first nor last name."""
        found = _RULE.fullmatch(text.strip().lower())
        if found is None:
            return None
        parts = tuple(_PLACEHOLDERS.findall(found["local"]))
        if "".join(parts) != found["local"] or not set(parts) & {"first", "last"}:
            return None
        return cls(parts, found["domain"])

    def address(self, given: str, family: str) -> str | None:
        """The address of somebody; None if a part of the name that it needs is missing."""
        first = names.mailbox(given.split()[0]) if given.split() else ""
        last = names.mailbox(family)
        words = {"first": first, "last": last, "f": first[:1], "l": last[:1]}
        local = [words.get(part, part) for part in self.parts]
        return f"{''.join(local)}@{self.domain}" if all(local) else None

    def __str__(self) -> str:
        return f"{''.join(self.parts)}@{self.domain}"


def likely_rule(people: Sequence[tuple[str, str, str]]) -> EmailRule | None:
    """The rule that most of the (given name, family name, address) follow, None if they follow none."""
    usual = ("first.last", "flast", "f.last", "first", "firstlast", "last.first", "first_last", "last", "lastf")
    if len(people) < 3:
        return None
    domains = [email.rpartition("@")[2] for _given, _family, email in people]
    domain = max(sorted(set(domains)), key=domains.count)
    for local in usual:
        rule = EmailRule.parse(f"{local}@{domain}")
        if rule and sum(rule.address(given, family) == email for given, family, email in people) > 0.6 * len(people):
            return rule
    return None


def _examples(evidence: Sequence[Evidence], kind: str) -> tuple[str, ...]:
    """A few places, one of each column first."""
    shown = []
    for column in evidence:
        place = column.short_example if kind == "short" else next(iter(column.both_ways), None)
        if place is not None:
            row, cell = place
            shown.append(
                _("row %(row)d, column %(column)s: %(value)s")
                % {"row": row, "column": shorten(column.column), "value": shorten(cell)}
            )
    return tuple(shown[:5])


def about_order(undecided: Sequence[Evidence], *, neighbours: Sequence[Order], answer: str | None) -> Question:
    """Day or month first, where no row of a column tells; columns of the file that do tell give the proposal."""
    proposal = neighbours[0] if neighbours and len(set(neighbours)) == 1 else None
    return Question(
        "date_order",
        ngettext(
            "The dates of %(count)d column can be read two ways. Which comes first, the day or the month?",
            "The dates of %(count)d columns can be read two ways. Which comes first, the day or the month?",
            len(undecided),
        )
        % {"count": len(undecided)},
        proposal,
        (("dmy", _("the day (31/12)")), ("mdy", _("the month (12/31)"))),
        _examples(undecided, "both"),
        answer,
    )


def about_years(short: Sequence[Evidence], *, latest: int, answer: int | None) -> Question:
    """Which century two-digit years are of."""
    return Question(
        "latest_year",
        _("Years have two digits in %(columns)s. Which is the latest that can be meant? (%(short)02d is %(year)d.)")
        % {
            "columns": ", ".join(shorten(column.column) for column in short),
            "short": latest % 100,
            "year": latest,
        },
        str(latest),
        (),
        _examples(short, "short"),
        None if answer is None else str(answer),
    )


def about_addresses(count: int, *, rule: EmailRule | None, answer: str | None) -> Question:
    """People without an e-mail address: a rule that makes one, or codes by which they claim their place."""
    return Question(
        "email",
        ngettext(
            "%(count)d has no address: give a rule like first.last@example.org, or match them and print claim codes.",
            "%(count)d have no address: give a rule like first.last@example.org, or match them and print claim codes.",
            count,
        )
        % {"count": count},
        str(rule) if rule else CLAIM_CODES,
        ((CLAIM_CODES, _("print claim codes")),),
        (),
        answer,
    )


def about_duplicates(count: int, *, answer: str | None) -> Question:
    """Somebody stands in several rows that differ."""
    return Question(
        "duplicates",
        ngettext(
            "%(count)d person stands in several rows that differ. Which row counts?",
            "%(count)d people stand in several rows that differ. Which row counts?",
            count,
        )
        % {"count": count},
        "last",
        (("last", _("the last")), ("first", _("the first"))),
        (),
        answer,
    )


def about_unidentified(count: int, *, answer: str | None) -> Question:
    """People whom the next import could not recognize."""
    return Question(
        "unidentified",
        ngettext(
            "%(count)d has neither number nor address, so the next import can't know them again. Add them?",
            "%(count)d have neither number nor address, so the next import can't know them again. Add them?",
            count,
        )
        % {"count": count},
        "add",
        (("add", _("add them; the next import asks who they are")), ("leave_out", _("leave them out"))),
        (),
        answer,
    )


def about_extent(*, valid_on: date, answer: str | None) -> Question:
    """Whether who is absent from the file has left."""
    return Question(
        "extent",
        _("Is this everybody as of %(day)s, so that whoever is absent may have left?") % {"day": valid_on.isoformat()},
        "partial",
        (("partial", _("no, some people: the others stay as they are")), ("full", _("yes, everybody"))),
        (),
        answer,
    )


def about_sensitive(columns: Sequence[tuple[str, str]]) -> Question:
    """Columns left out for what they tell; they come in by the mapping, each with a reason."""
    return Question(
        "sensitive",
        ngettext(
            "%(count)d column tells of private things and is left out. Do you need it? Then say for what.",
            "%(count)d columns tell of private things and are left out. Do you need one? Then say for what.",
            len(columns),
        )
        % {"count": len(columns)},
        "leave_out",
        (),
        tuple(f"{shorten(column)}: {kind}" for column, kind in columns),
    )
