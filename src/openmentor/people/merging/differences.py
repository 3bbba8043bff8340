"""What a row of a file changes of a person, and which events of a working life follow. Pure: no database.

An empty cell changes nothing. A manager whom the file names and who can't be found is left empty, as the check lists.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openmentor.people.importing.people import ImportedPerson

TEXTS = ("position", "function", "department", "team", "site", "country", "partner", "performance_tier")
#: Columns that say who has left: without one, a row says nothing of it.
SAYS_LEFT = frozenset({"left_on", "has_left", "is_active", "status"})
_MOVES = ("department", "site")


@dataclass(slots=True)
class Difference:
    """A person as they will be.

    facts     every field of ``WorkFacts``, with ``email`` and ``manager``.
    changes   {field: [before, after]} of what differs, as JSON.
    events    [{"kind", "day", "precision", "changes", "instead"?}]; ``instead`` is the day of an event that was wrong.
    """

    facts: dict[str, Any]
    changes: dict[str, list[Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    #: the address of the file was not taken, since they sign in with another
    kept_address: bool = False


def of_somebody_new(row: ImportedPerson, *, email: str, manager: int | None, valid_on: date) -> Difference:
    """Somebody whom nobody knew: hired and left on the days the file names; nothing is invented."""
    facts: dict[str, Any] = {key: getattr(row, key) for key in TEXTS}
    facts |= {
        "name": row.name,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "timezone": row.timezone,
        "level": row.level,
        "hired_on": row.hired_on,
        "left_on": row.left_on or (valid_on if row.has_left else None),
        "custom": _custom(row, {}),
        "email": email or None,
        "manager": manager,
    }
    events = []
    if row.hired_on is not None:
        events.append(_event("hired", row.hired_on))
    if row.has_left:
        events.append(_left(row, valid_on))
    return Difference(facts, {}, events)


def of_somebody_known(
    row: ImportedPerson,
    before: Mapping[str, Any],
    *,
    email: str,
    manager: int | None,
    valid_on: date,
    mapped: Collection[str],
) -> Difference:
    """What the file says differently.

    before    fields of ``WorkFacts`` with ``email``, ``manager_id`` and ``has_account``.
    email     of the row, '' if it has none, or none that may be taken.
    mapped    the fields that the file has columns for.
    """
    facts: dict[str, Any] = {key: getattr(row, key) or before[key] for key in TEXTS}
    facts["given_name"] = row.given_name or before["given_name"]
    facts["family_name"] = row.family_name or before["family_name"]
    # A name that somebody chose for themselves is not that of the parts: it stays.
    is_own_name = before["name"] != f"{before['given_name']} {before['family_name']}".strip()
    is_own_name = is_own_name and bool(before["given_name"] or before["family_name"])
    has_name = bool(row.given_name or row.family_name)
    facts["name"] = before["name"] if is_own_name or not has_name else row.name
    facts["timezone"] = before["timezone"] if before["timezone"] and before["has_account"] else row.timezone
    facts["timezone"] = facts["timezone"] or before["timezone"]
    facts["level"] = before["level"] if row.level is None else row.level
    facts["custom"] = _custom(row, before["custom"])
    kept_address = bool(email and before["email"] and before["has_account"] and email != before["email"])
    facts["email"] = before["email"] if kept_address or not email else email
    has_manager = bool({"manager_id", "manager_email", "manager_name"} & set(mapped))
    facts["manager"] = before["manager_id"] if not has_manager or row.reference.is_empty else manager
    events = _dates(facts, row, before, valid_on, tells_who_left=bool(SAYS_LEFT & set(mapped)))
    events += _moves(facts, before, valid_on)
    changes = {
        key: [_plain(before["manager_id" if key == "manager" else key]), _plain(value)]
        for key, value in facts.items()
        if value != before["manager_id" if key == "manager" else key]
    }
    return Difference(facts, changes, events, kept_address)


def _custom(row: ImportedPerson, before: Mapping[str, Any]) -> dict[str, Any]:
    custom = {**before, **row.custom}
    if row.languages:
        custom["languages"] = ", ".join(row.languages)
    if row.pronouns:
        custom["pronouns"] = row.pronouns
    return custom


def _dates(
    facts: dict[str, Any], row: ImportedPerson, before: Mapping[str, Any], valid_on: date, *, tells_who_left: bool
) -> list[dict[str, Any]]:
    hired_before, left_before = before["hired_on"], before["left_on"]
    facts["hired_on"], facts["left_on"] = row.hired_on or hired_before, left_before
    events = []
    is_back = tells_who_left and left_before is not None and not row.has_left
    hired_again = is_back and row.hired_on is not None and row.hired_on > left_before
    if row.hired_on is not None and row.hired_on != hired_before:
        is_correction = hired_before is not None and not hired_again
        events.append(_event("hired", row.hired_on, instead=hired_before if is_correction else None))
    if row.has_left:
        if left_before is None:
            facts["left_on"] = row.left_on or valid_on
            events.append(_left(row, valid_on))
        elif row.left_on is not None and row.left_on != left_before:
            facts["left_on"] = row.left_on
            events.append(_event("left", row.left_on, instead=left_before))
    elif is_back and left_before is not None:
        if left_before == valid_on:  # two sayings of one day: they had not left
            facts["left_on"] = None
            events.append({"kind": "left", "day": None, "instead": left_before.isoformat()})
        elif left_before < valid_on:
            facts["left_on"] = None
            if not hired_again:
                events.append(_event("hired", valid_on, precision="observed"))
    return events


def _moves(facts: Mapping[str, Any], before: Mapping[str, Any], valid_on: date) -> list[dict[str, Any]]:
    """What differs was seen on the day of the file; when it happened nobody said. Filling a gap is no move."""

    def changed(key: str) -> bool:
        return before[key] not in (None, "") and facts[key] != before[key]

    def told(*keys: str) -> dict[str, list[Any]]:
        return {key: [before[key], facts[key]] for key in keys if changed(key)}

    events = []
    if changed("level") and facts["level"] > before["level"]:
        events.append(_event("promoted", valid_on, precision="observed", changes=told("level", "position")))
    elif changed("level") or changed("position"):
        events.append(_event("role_changed", valid_on, precision="observed", changes=told("level", "position")))
    if any(changed(key) for key in _MOVES):
        events.append(_event("transferred", valid_on, precision="observed", changes=told(*_MOVES)))
    return events


def _left(row: ImportedPerson, valid_on: date) -> dict[str, Any]:
    return _event("left", row.left_on) if row.left_on else _event("left", valid_on, precision="observed")


def _event(
    kind: str, day: date, *, precision: str = "day", changes: dict[str, Any] | None = None, instead: date | None = None
) -> dict[str, Any]:
    event = {"kind": kind, "day": day.isoformat(), "precision": precision, "changes": changes or {}}
    if instead is not None:
        event["instead"] = instead.isoformat()
    return event


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
