"""Hard rules: who may not meet whom, whatever the score. Each names itself; a veto is only ever called 'not allowed'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .dimensions.base import Context
from .dimensions.meeting import Languages
from .dimensions.wishes import WishTable, past_table
from .lens import Bag, BoolArray, Lens, Links, codes, same
from .people import Side, managers_of, normal
from .shapes import Banned, HoursAtLeast, Kinds, Shape
from .spec import Condition

_Row = dict[tuple[str, str], float]
"""Words of a veto, or of who it may mean: ("person" | "team" | "site", name)."""
SENTENCES = {
    "same person": "Nobody is paired with themself.",
    "no part": "One of the two has no part on this side.",
    "gate": "One of the two can't be matched yet.",
    "eligibility": "One of the two doesn't meet the program's conditions.",
    "not allowed": "This pair is not allowed.",
    "reporting_line": "One reports to the other.",
    "shared_manager": "Both have the same manager.",
    "past": "They have been paired before.",
    "must": "A condition that one of them called a must isn't met.",
    "language": "They have no language in common at the level asked for.",
    "common_hours": "They have too few free hours in common.",
    "time_zone": "Their clocks are too far apart.",
    "seniority": "The mentor isn't senior enough.",
    "team": "The rule for teams forbids it.",
    "department": "The rule for departments forbids it.",
    "site": "The rule for sites forbids it.",
}
"""Each rule by name with what a manager reads of it."""


class Rule:
    """One hard rule: its name, and which pairs of a lens it forbids."""

    name: str

    def forbids(self, lens: Lens) -> BoolArray:
        """True where the rule forbids the pair."""
        raise NotImplementedError

    def shape(self) -> Shape | None:
        """How it can be computed fast for very many pairs; None: block by block."""
        return None


class SamePerson(Rule):
    """Nobody with themself."""

    name = "same person"

    def __init__(self, context: Context) -> None:
        self.ids = codes(context.mentors.ids, context.mentees.ids)

    def forbids(self, lens: Lens) -> BoolArray:
        return np.asarray(lens.a(self.ids[0]) == lens.b(self.ids[1]), dtype=np.bool_)

    def shape(self) -> Shape:
        return Banned([same(*self.ids)])


class HeldBack(Rule):
    """Nobody who is held back by a gate, or isn't eligible."""

    def __init__(self, name: str, mentors: BoolArray, mentees: BoolArray) -> None:
        self.name = name
        self.held = mentors, mentees

    def forbids(self, lens: Lens) -> BoolArray:
        return np.broadcast_to(lens.a(self.held[0]) | lens.b(self.held[1]), lens.shape)


class NotAllowed(Rule):
    """Vetoes of a person, a team or a site, of either side, and pairs that the settings forbid."""

    name = "not allowed"

    def __init__(self, context: Context) -> None:
        mentors, mentees = context.mentors, context.mentees
        by_mentors, by_mentees = _joined(
            (mentors, mentees),
            *([dict.fromkeys(vetoes or (), 1.0) for vetoes in side.list("never")] for side in (mentors, mentees)),
        )
        at = {each: j for j, each in enumerate(mentees.ids)}
        for mentor, mentee in context.spec.forbidden:
            if mentee in at:
                by_mentees[at[mentee]]["person", mentor] = 1.0
        are_mentors, are_mentees = _joined((mentors, mentees), _who(mentors), _who(mentees))
        self.tables = [Bag(are_mentors, by_mentees), Bag(by_mentors, are_mentees)]

    def forbids(self, lens: Lens) -> BoolArray:
        found = np.zeros(lens.shape, dtype=np.bool_)
        for table in self.tables:
            if not table.is_empty:
                found |= lens.dot(table) > 0
        return found

    def shape(self) -> Shape:
        return Banned(self.tables)


def _joined(sides: tuple[Side, Side], one: list[_Row], other: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """The same rows; somebody on both sides has all that stands in either of theirs."""
    at = {each: k for k, each in enumerate(sides[0].ids)}
    for k, each in enumerate(sides[1].ids):
        if each in at and one[at[each]] != other[k]:
            one[at[each]] = one[at[each]] | other[k]
            other[k] = dict(one[at[each]])
    return one, other


def _who(side: Side) -> list[_Row]:
    """What a veto may name of each person."""
    rows: list[_Row] = []
    for each, team, site in zip(side.ids, side.list("team"), side.list("site")):
        row = {("person", each): 1.0}
        if team is not None:
            row["team", team] = 1.0
        if site is not None:
            row["site", site] = 1.0
        rows.append(row)
    return rows


class ReportingLine(Rule):
    """Nobody with somebody up to k levels above or below them."""

    name = "reporting_line"

    def __init__(self, context: Context, levels: int) -> None:
        above = managers_of((context.mentors, context.mentees))
        lines = {each: _line(each, above, levels) for each in {*context.mentors.ids, *context.mentees.ids}}
        rows: list[dict[str, float]] = [dict.fromkeys(lines[each], 1.0) for each in context.mentees.ids]
        at = {each: j for j, each in enumerate(context.mentees.ids)}
        for mentor in context.mentors.ids:
            for boss in lines[mentor]:
                if boss in at:
                    rows[at[boss]][mentor] = 1.0
        self.table = Links(context.mentors.ids, rows)

    def forbids(self, lens: Lens) -> BoolArray:
        return np.asarray(lens.dot(self.table) > 0, dtype=np.bool_)

    def shape(self) -> Shape:
        return Banned([self.table])


def _line(person: str, above: dict[str, str], levels: int) -> list[str]:
    line: list[str] = []
    at = above.get(person)
    while at is not None and len(line) < levels:
        line.append(at)
        at = above.get(at)
    return line


class Likeness(Rule):
    """Same or different team, department, site; or not the same manager."""

    def __init__(self, context: Context, name: str, column: str, wanted: str) -> None:
        self.name = name
        self.wanted = wanted
        self.column = column
        self.codes = codes(context.mentors.list(column), context.mentees.list(column))
        self.forbids_unknown = context.spec.rules.unanswered == "forbid"

    def forbids(self, lens: Lens) -> BoolArray:
        mentor, mentee = lens.a(self.codes[0]), lens.b(self.codes[1])
        unknown = (mentor == -1) | (mentee == -1)
        broken = mentor == mentee if self.wanted == "different" else mentor != mentee
        return np.where(unknown, self.forbids_unknown, broken)

    def shape(self) -> Shape:
        return Kinds((self.column,), (self.column,))


class NotAgain(Rule):
    """Nobody who was paired before."""

    name = "past"

    def __init__(self, context: Context) -> None:
        self.table = past_table(context.mentors, context.mentees)

    def forbids(self, lens: Lens) -> BoolArray:
        return np.asarray(lens.dot(self.table) > 0, dtype=np.bool_)

    def shape(self) -> Shape:
        return Banned([self.table])


class Must(Rule):
    """What somebody called a must: met, and known to be."""

    name = "must"

    def __init__(self, context: Context) -> None:
        self.of_mentees = WishTable(context.mentees, context.mentors, musts_only=True)
        self.of_mentors = WishTable(context.mentors, context.mentees, musts_only=True)

    def forbids(self, lens: Lens) -> BoolArray:
        by_mentee = self.of_mentees.met[lens.b(self.of_mentees.row), lens.a(self.of_mentees.column)]
        by_mentor = self.of_mentors.met[lens.a(self.of_mentors.row), lens.b(self.of_mentors.column)]
        return np.asarray((np.abs(by_mentee) != 1) | (np.abs(by_mentor) != 1), dtype=np.bool_)

    def shape(self) -> Shape:
        columns = ("identity", "identity_wish")
        return Kinds(columns, columns)


class Least(Rule):
    """Something measured that must reach a limit, or stay below one."""

    def __init__(self, context: Context, name: str, limit: float) -> None:
        self.name = name
        self.limit = limit
        self.week = context.week if name in ("common_hours", "time_zone") else None
        self.languages = Languages(context) if name == "language" else None
        column = {
            "common_hours": "availability",
            "time_zone": "timezone",
            "language": "languages",
            "seniority": "level",
        }
        self.column = column[name]
        self.known = context.mentors.answered(self.column), context.mentees.answered(self.column)
        self.levels = context.mentors.numbers("level"), context.mentees.numbers("level")
        self.forbids_unknown = context.spec.rules.unanswered == "forbid"

    def forbids(self, lens: Lens) -> BoolArray:
        known = lens.a(self.known[0]) & lens.b(self.known[1])
        return np.where(known, self._is_broken(lens), self.forbids_unknown)

    def shape(self) -> Shape:
        if self.name == "common_hours":
            return HoursAtLeast(self.limit * 4, self.forbids_unknown)
        return Kinds((self.column,), (self.column,))

    def _is_broken(self, lens: Lens) -> BoolArray:
        broken: BoolArray
        if self.week is not None and self.name == "common_hours":
            broken = self.week.common(lens) < self.limit * 4
        elif self.week is not None:
            broken = self.week.apart(lens) > self.limit
        elif self.languages is not None:
            broken = self.languages.best(lens) < max(self.limit, 1e-9)  # some language at least
        else:
            broken = lens.a(self.levels[0]) - lens.b(self.levels[1]) < self.limit
        return broken


def prepare(context: Context, gated: tuple[BoolArray, BoolArray], eligible: tuple[BoolArray, BoolArray]) -> list[Rule]:
    """The rules that hold, in the order in which they are named: what shows least comes first."""
    rules = context.spec.rules
    found: list[Rule] = [SamePerson(context)]
    absent = [np.isin(np.arange(len(side)), list(side.absent)) for side in (context.mentors, context.mentees)]
    if any(side.any() for side in absent):
        found.append(HeldBack("no part", absent[0], absent[1]))
    if any(side.any() for side in gated):
        found.append(HeldBack("gate", *gated))
    if not all(side.all() for side in eligible):
        found.append(HeldBack("eligibility", ~eligible[0], ~eligible[1]))
    found.append(NotAllowed(context))
    if rules.reporting_line:
        found.append(ReportingLine(context, rules.reporting_line))
    if rules.shared_manager:
        found.append(Likeness(context, "shared_manager", "manager", "different"))
    if rules.past:
        found.append(NotAgain(context))
    if rules.must:
        found.append(Must(context))
    for name in ("language", "common_hours", "time_zone", "seniority"):
        limit = getattr(rules, name)
        if limit is not None:
            found.append(Least(context, name, limit))
    for name in ("team", "department", "site"):
        wanted = getattr(rules, name)
        if wanted is not None:
            found.append(Likeness(context, name, name, wanted))
    return found


def eligible(side: Side, conditions: Sequence[Condition]) -> BoolArray:
    """Who meets every condition; an answer that isn't there doesn't."""
    good = np.ones(len(side), dtype=np.bool_)
    for each in conditions:
        if each.words:
            wanted = {normal(word) for word in each.words}
            good &= np.array([bool(wanted & _said(cell)) for cell in side.list(each.column)], dtype=np.bool_)
        else:
            numbers = side.numbers(each.column)
            low = -np.inf if each.at_least is None else each.at_least
            high = np.inf if each.at_most is None else each.at_most
            with np.errstate(invalid="ignore"):
                good &= (numbers >= low) & (numbers <= high)
    return good


def _said(cell: object) -> set[str]:
    if cell is None:
        return set()
    if isinstance(cell, tuple):
        return {str(each[0] if isinstance(each, tuple) else each) for each in cell}
    return {normal(str(cell))}
