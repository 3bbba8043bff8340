"""Taking staged rows over: everything by set, in one transaction that holds the write lock for seconds, not minutes.

Written in SQL, since the rows go from table to table and never through Python. The staged rows hold each person as they
will be, so that nothing has to be looked up or decided here; only the columns that the file has are written.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from openmentor.foundation import clock, jobs
from openmentor.foundation.actors import importer
from openmentor.people.importing import sensitive
from openmentor.people.importing.fields import BY_KEY
from openmentor.people.importing.mapping import CUSTOM
from openmentor.people.merging import staging, storing
from openmentor.people.models import (
    EmploymentEvent,
    Identity,
    Import,
    ImportRow,
    Person,
    SensitiveColumn,
    SensitiveFact,
    Skill,
    Source,
)

#: Which columns of a person each field of a file writes.
WRITES = {
    "external_id": (),
    "name": ("name", "given_name", "family_name"),
    "given_name": ("name", "given_name", "family_name"),
    "family_name": ("name", "given_name", "family_name"),
    "middle_name": ("name", "given_name"),
    "level": ("level", "custom"),
    "has_left": ("left_on",),
    "is_active": ("left_on",),
    "status": ("left_on",),
    "left_on": ("left_on",),
    "manager_id": ("manager_id",),
    "manager_email": ("manager_id",),
    "manager_name": ("manager_id",),
    "skills": (),
    "languages": ("custom",),
    "pronouns": ("custom",),
    CUSTOM: ("custom",),
}


class Stale(Exception):
    """People have changed since the file was compared with them: it has to be compared again."""


def merge(batch: Import) -> None:
    """Write everything, mark the import done and record one event; all or nothing.

    Raises Stale if the people are others than those compared with, IntegrityError where a change that left no event says so.
    """
    answers = {key: value for key, value in batch.answers.items() if key not in ("valid_on", "extent")}
    remembered = {"columns": batch.mapping.get("columns", {}), "answers": answers, "extent": batch.extent}
    columns = _sensitive_columns(batch)
    leaving = _leaving(batch)
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time for each source; on PostgreSQL imports of different sources go side by side, held by the constraints.
        Source.objects.select_for_update().get(pk=batch.source_id)
        if staging.newest_change() > batch.compared_at_event:
            raise Stale
        _add_people(cursor, batch)
        _change_people(cursor, batch)
        _write_identities(cursor, batch)
        _write_events(cursor, batch)
        if any(column["to"] == "skills" for column in batch.findings["columns"]):
            _write_skills(cursor, batch)
        if columns:
            _write_sensitive(cursor, batch, columns)
        _mark_left(batch, leaving)
        Source.objects.filter(pk=batch.source_id).update(mapping=remembered)
        counts = {**batch.counts, "absent_left": len(leaving)}
        # ``become`` is the compare-and-set: whatever runs twice, one of the two writes nothing.
        batch.become(
            Import.Status.DONE,
            by=importer(batch.source.name, batch.created_by),
            facts={"counts": counts},
            counts=counts,
            finished_at=clock.now(),
            message="",
        )
        jobs.complete()


def _q(name: str) -> str:
    return connection.ops.quote_name(name)


_PERSON, _ROW = _q(Person._meta.db_table), _q(ImportRow._meta.db_table)
_IDENTITY, _EVENT = _q(Identity._meta.db_table), _q(EmploymentEvent._meta.db_table)
_SKILL, _FACT = _q(Skill._meta.db_table), _q(SensitiveFact._meta.db_table)
_COLUMN = _q(SensitiveColumn._meta.db_table)


def _json(text: str) -> str:
    """A parameter that is JSON."""
    return f"{text}::jsonb" if connection.vendor == "postgresql" else text


def _add_people(cursor: CursorWrapper, batch: Import) -> None:
    facts = ", ".join(_q(name) for name in storing.FACTS)
    cursor.execute(
        f"INSERT INTO {_PERSON} (id, manager_id, {facts}, password, is_administrator, is_active, language, profile, added_at)"
        f" SELECT person_key, manager_key, {facts}, %s, %s, %s, '', {_json('%s')}, %s FROM {_ROW}"
        " WHERE batch_id = %s AND action = 'new' ORDER BY number",
        # Nobody can sign in by this password; what makes links to set one different is the person's id.
        [make_password(None), False, True, "{}", clock.now(), batch.pk],
    )


def written(batch: Import) -> list[str]:
    """The columns of a person that this file speaks of."""
    found: dict[str, None] = {}
    for column in batch.findings["columns"]:
        if column["to"] in BY_KEY or (column["to"] == CUSTOM and not column["sensitive"]):
            found.update(dict.fromkeys(WRITES.get(column["to"], (column["to"],))))
    if "email" in batch.answers:  # addresses made by a rule
        found["email"] = None
    return list(found)


def _change_people(cursor: CursorWrapper, batch: Import) -> None:
    sets = ", ".join(
        f"{_q(name)} = staged.{_q('manager_key' if name == 'manager_id' else name)}" for name in written(batch)
    )
    cursor.execute(
        f"UPDATE {_PERSON} SET {sets} FROM {_ROW} staged WHERE staged.batch_id = %s AND staged.action = 'changed'"
        f" AND staged.person_key = {_PERSON}.id AND {_PERSON}.erased_at IS NULL",
        [batch.pk],
    )


def _write_identities(cursor: CursorWrapper, batch: Import) -> None:
    cursor.execute(
        f"INSERT INTO {_IDENTITY} (person_id, source_id, external_id) SELECT person_key, %s, identity FROM {_ROW}"
        " WHERE batch_id = %s AND identity <> '' AND action IN ('new', 'changed', 'same')"
        " ON CONFLICT (source_id, person_id) DO UPDATE SET external_id = excluded.external_id",
        [batch.source_id, batch.pk],
    )


def _events_of(batch: Import) -> str:
    """FROM and WHERE of the staged events as rows: ``kind``, ``day``, ``precision``, ``changes``, ``instead``."""
    if connection.vendor == "postgresql":
        listed = (
            f"{_ROW} staged CROSS JOIN LATERAL jsonb_to_recordset(staged.events)"
            " AS told(kind text, day date, precision text, changes jsonb, instead date)"
        )
    else:
        listed = f"{_ROW} staged, json_each(staged.events) told"
    return f"{listed} WHERE staged.batch_id = %s AND staged.action IN ('new', 'changed')"


def _told(key: str) -> str:
    return f"told.{key}" if connection.vendor == "postgresql" else f"json_extract(told.value, '$.{key}')"


def _write_events(cursor: CursorWrapper, batch: Import) -> None:
    if batch.counts.get("corrections"):
        cursor.execute(
            f"DELETE FROM {_EVENT} WHERE id IN (SELECT wrong.id FROM {_EVENT} wrong JOIN (SELECT staged.person_key,"
            f" {_told('kind')} AS kind, {_told('instead')} AS instead FROM {_events_of(batch)}) corrected"
            " ON wrong.person_id = corrected.person_key AND wrong.kind = corrected.kind AND wrong.day = corrected.instead)",
            [batch.pk],
        )
    values = ", ".join(_told(key) for key in ("kind", "day", "precision", "changes"))
    cursor.execute(
        f"INSERT INTO {_EVENT} (person_id, source_id, kind, day, precision, changes)"
        f" SELECT staged.person_key, %s, {values} FROM {_events_of(batch)} AND {_told('day')} IS NOT NULL"
        " ON CONFLICT DO NOTHING",
        [batch.source_id, batch.pk],
    )


def _write_skills(cursor: CursorWrapper, batch: Import) -> None:
    if connection.vendor == "postgresql":
        listed = f"{_ROW} staged CROSS JOIN LATERAL jsonb_to_recordset(staged.skills) AS told(key text, name text)"
    else:
        listed = f"{_ROW} staged, json_each(staged.skills) told"
    cursor.execute(
        f"INSERT INTO {_SKILL} (person_id, key, name) SELECT staged.person_key, {_told('key')}, {_told('name')} FROM {listed}"
        " WHERE staged.batch_id = %s AND staged.action IN ('new', 'changed') ON CONFLICT DO NOTHING",
        [batch.pk],
    )


def _sensitive_columns(batch: Import) -> list[dict[str, Any]]:
    return [
        column
        for column in batch.findings["columns"]
        if column["to"] == CUSTOM and column["sensitive"] in sensitive.SENSITIVE_BY_KEY and column["reason"]
    ]


def _write_sensitive(cursor: CursorWrapper, batch: Import, columns: list[dict[str, Any]]) -> None:
    for column in columns:
        SensitiveColumn.objects.update_or_create(
            source=batch.source,
            name=column["column"][:200],
            defaults={
                "kind": column["sensitive"],
                "reason": column["reason"],
                "said_by": batch.created_by,
                "said_at": clock.now(),
            },
        )
    each = "jsonb_each_text" if connection.vendor == "postgresql" else "json_each"
    cursor.execute(
        f"INSERT INTO {_FACT} (person_id, column_id, value) SELECT staged.person_key, named.id, told.value"
        f" FROM {_ROW} staged CROSS JOIN {each}(staged.sensitive) told JOIN {_COLUMN} named ON named.name = told.key"
        " WHERE staged.batch_id = %s AND named.source_id = %s AND staged.action IN ('new', 'changed', 'same')"
        " ON CONFLICT (person_id, column_id) DO UPDATE SET value = excluded.value",
        [batch.pk, batch.source_id],
    )


def _leaving(batch: Import) -> list[int]:
    """Those absent from a file of everybody of whom the importer said that they have left."""
    if batch.decisions.get("absent") != "left":
        return []
    still_here = set(batch.decisions.get("still_here", []))
    return [person for person in staging.absent(batch).values_list("pk", flat=True) if person not in still_here]


def _mark_left(batch: Import, people: list[int]) -> None:
    for start in range(0, len(people), 5_000):
        some = people[start : start + 5_000]
        Person.objects.present().filter(pk__in=some).update(left_on=batch.valid_on)
        EmploymentEvent.objects.bulk_create(
            (
                EmploymentEvent(
                    person_id=person,
                    kind=EmploymentEvent.Kind.LEFT,
                    day=batch.valid_on,
                    precision=EmploymentEvent.Precision.OBSERVED,
                    source_id=batch.source_id,
                )
                for person in some
            ),
            ignore_conflicts=True,
        )
