"""The same person in several rows: known by number, then by address; never by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from openmentor.people.importing import names
from openmentor.people.importing.faults import Doubt, Doubts, shorten
from openmentor.people.importing.table import Table
from openmentor.people.importing.wording import _

_ROWS_NAMED = 5


@dataclass(slots=True)
class Found:
    """What is kept of a row to tell people apart. ``fingerprint`` is equal for rows that are equal."""

    row: int
    external_id: str
    email: str
    name: names.Name | None
    has_left: bool
    fingerprint: int


@dataclass(slots=True)
class Outcome:
    """``dropped`` rows are somebody's other row; ``addresses`` differ from what their row says."""

    dropped: set[int] = field(default_factory=set)
    addresses: dict[int, str] = field(default_factory=dict)
    differing: int = 0
    identical: int = 0


def settle(found: list[Found], *, keep: Literal["first", "last"], table: Table, doubts: Doubts) -> Outcome:
    """Say which rows are the same person, and which of them counts; every such case is named in ``doubts``."""
    outcome = Outcome()
    groups = _same_people(found)
    differing = [group for group in groups if len({one.fingerprint for one in group}) > 1]
    columns = _differing_columns(differing, table)
    for group in groups:
        kept = group[-1] if keep == "last" else group[0]
        outcome.dropped.update(one.row for one in group if one is not kept)
        rows = _rows(group)
        if len({one.fingerprint for one in group}) == 1:
            outcome.identical += len(group) - 1
            sentence = _("Rows %(rows)s are the same; they are taken as one person.") % {"rows": rows}
            doubts.add(Doubt("person.repeated", sentence, "", kept.row, None, _called(kept)))
            continue
        outcome.differing += 1
        column = columns[group[0].row]
        sentence = _("Rows %(rows)s are the same person and differ; row %(row)d counts.")
        said = sentence % {"rows": rows, "row": kept.row}
        doubts.add(
            Doubt("person.twice", said, _("Take the wrong row out of the file."), kept.row, column, _called(kept))
        )
    remaining = [one for one in found if one.row not in outcome.dropped]
    _share_no_address(remaining, outcome, doubts)
    _name_namesakes(remaining, outcome, doubts)
    return outcome


def _same_people(found: list[Found]) -> list[list[Found]]:
    """Groups of two or more rows: one number, or one address where a row has no number."""
    groups: dict[str, list[Found]] = {}
    numbers_of: dict[str, str] = {}
    for one in found:
        if one.external_id:
            groups.setdefault(f"#{one.external_id}", []).append(one)
            if one.email:
                numbers_of.setdefault(one.email, f"#{one.external_id}")
    for one in found:
        if not one.external_id and one.email:
            groups.setdefault(numbers_of.get(one.email, one.email), []).append(one)
    several = [sorted(group, key=lambda one: one.row) for group in groups.values() if len(group) > 1]
    return sorted(several, key=lambda group: group[0].row)


def _differing_columns(groups: list[list[Found]], table: Table) -> dict[int, str]:
    """For the first row of each group the column in which its rows differ; read again, since nothing was kept."""
    group_of = {one.row: group[0].row for group in groups for one in group}
    first: dict[int, list[str]] = {}
    columns: dict[int, str] = {}
    if not group_of:
        return columns
    for row, cells in table.rows():
        head = group_of.get(row)
        if head is None or head in columns:
            continue
        if head not in first:
            first[head] = cells
            continue
        for i, (one, other) in enumerate(zip(first[head], cells)):
            if one != other:
                columns[head] = table.header[i]
                break
    return columns


def _share_no_address(remaining: list[Found], outcome: Outcome, doubts: Doubts) -> None:
    """Two numbers, one address: it stays with the only one who still works here, else with nobody.

    An address is what an invitation goes to: given to the wrong one it would hand somebody's account to another.
    """
    for email, group in _grouped((one.email, one) for one in remaining):
        present = [one for one in group if not one.has_left]
        owner = present[0] if len(present) == 1 else None
        for one in group:
            if one is not owner:
                outcome.addresses[one.row] = ""
        rows = _rows(group)
        sentence = (
            _("Rows %(rows)s have the same address; row %(row)d keeps it, the others have left.")
            % {"rows": rows, "row": owner.row}
            if owner
            else _("Rows %(rows)s have the same address; none of them keeps it.") % {"rows": rows}
        )
        advice = _("Give each person their own address, or one number to both rows if they are one person.")
        doubts.add(Doubt("email.shared", sentence, advice, group[0].row, None, shorten(email)))


def _name_namesakes(remaining: list[Found], outcome: Outcome, doubts: Doubts) -> None:
    """People of one name of whom one at least has neither number nor address: two people, or one twice?"""
    suspects = {names.key(one.name) for one in remaining if one.name and not one.external_id and not one.email}
    if not suspects:
        return
    named = ((names.key(one.name), one) for one in remaining if one.name)
    for _key, group in _grouped(pair for pair in named if pair[0] in suspects):
        sentence = _("Rows %(rows)s have the same name; they are taken as different people.") % {"rows": _rows(group)}
        advice = _("Give them numbers or addresses, or take one row out of the file.")
        doubts.add(Doubt("person.namesake", sentence, advice, group[0].row, None, _called(group[0])))


def _grouped(pairs: Iterable[tuple[str, Found]]) -> list[tuple[str, list[Found]]]:
    groups: dict[str, list[Found]] = {}
    for key, one in pairs:
        if key:
            groups.setdefault(key, []).append(one)
    return [(key, group) for key, group in groups.items() if len(group) > 1]


def _rows(group: list[Found]) -> str:
    shown = [str(one.row) for one in group[:_ROWS_NAMED]]
    return ", ".join([*shown, "…"] if len(group) > _ROWS_NAMED else shown)


def _called(one: Found) -> str:
    return shorten(one.name.full if one.name else one.email or one.external_id)
