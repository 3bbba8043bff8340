"""Staged rows, and writing them by the thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openmentor.foundation import bulk
from openmentor.people.merging import differences
from openmentor.people.models import ImportRow

#: What a row says of a person, each in a column of its own, as a person has it.
FACTS = (
    "name", "given_name", "family_name", "timezone", *differences.TEXTS, "level", "hired_on", "left_on", "custom", "email",
)  # fmt: skip
_COLUMNS = (
    *FACTS, "batch_id", "number", "action", "person_key", "manager_key", "identity", "events", "skills", "sensitive", "changes",
    "candidates", "is_doubtful", "kinds", "doubts",
)  # fmt: skip
_NOBODY: dict[str, Any] = {
    **dict.fromkeys(FACTS, ""),
    "level": None,
    "hired_on": None,
    "left_on": None,
    "custom": {},
    "email": None,
}


@dataclass(slots=True)
class StagedRow:
    """An ``ImportRow`` before it is written. ``facts`` has at least ``FACTS``."""

    batch: int
    number: int
    action: str = "new"
    person_key: int | None = None
    manager_key: int | None = None
    identity: str = ""
    facts: dict[str, Any] = field(default_factory=lambda: _NOBODY)
    events: list[Any] = field(default_factory=list)
    skills: list[Any] = field(default_factory=list)
    sensitive: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    candidates: list[int] = field(default_factory=list)
    is_doubtful: bool = False
    kinds: str = ""
    doubts: list[Any] = field(default_factory=list)

    def values(self) -> tuple[Any, ...]:
        """In the order of the columns, as both databases take them."""
        facts = self.facts
        return (
            *[_plain(facts[key]) for key in FACTS], self.batch, self.number, self.action, self.person_key, self.manager_key,
            self.identity, _json(self.events), _json(self.skills), _json(self.sensitive), _json(self.changes), _json(self.candidates),
            self.is_doubtful, self.kinds, _json(self.doubts),
        )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return _json(value) if isinstance(value, dict) else value


def _json(value: Any) -> str:
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return json.dumps(value)


def insert(rows: Iterable[StagedRow]) -> None:
    """Write them in the caller's transaction."""
    bulk.insert(ImportRow, _COLUMNS, (row.values() for row in rows))
