"""Taking staged rows over: everything by set, in one transaction that holds the write lock as briefly as it can.

Written in SQL, since the rows go from table to table and never through Python. The staged rows hold each person as they
will be, so that nothing has to be looked up or decided here. What can be done before the transaction is: numbers, history and
skills are laid out as rows in the order of their indexes, in temporary tables, for which neither database takes a lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from openmentor.foundation import clock, jobs
from openmentor.foundation.actors import importer
from openmentor.people.importing import sensitive
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
    with connection.cursor() as cursor, _laid_out(cursor, batch), transaction.atomic():
        # One at a time for each source; on PostgreSQL imports of different sources go side by side, held by the constraints.
        # Without its key: to start another import of this source needs not wait.
        Source.objects.select_for_update(no_key=True).get(pk=batch.source_id)
        if staging.newest_change() > batch.compared_at_event:
            raise Stale
        _add_people(cursor, batch)
        _write_identities(cursor, batch)
        _write_events(cursor, batch)
        _write_skills(cursor)
        if columns:
            _write_sensitive(cursor, batch, columns)
        if connection.vendor == "postgresql":
            # References are looked up now rather than at the end, while nobody waits: what follows locks people who are here.
            connection.check_constraints()
        _change_people(cursor, batch)
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


def _each(column: str, keys: str) -> str:
    """The staged rows with each entry of a list of theirs, as ``told``; ``keys`` are those of an entry, on PostgreSQL with types."""
    if connection.vendor == "postgresql":
        return f"{_ROW} staged CROSS JOIN LATERAL jsonb_to_recordset(staged.{column}) AS told({keys})"
    return f"{_ROW} staged, json_each(staged.{column}) told"


def _told(key: str) -> str:
    return f"told.{key}" if connection.vendor == "postgresql" else f"json_extract(told.value, '$.{key}')"


@contextmanager
def _laid_out(cursor: CursorWrapper, batch: Import) -> Iterator[None]:
    """Numbers, history, skills and private facts of the staged rows as rows of temporary tables, in the order they are inserted in."""
    events = ", ".join(f"{_told(key)} AS {key}" for key in ("kind", "day", "precision", "changes", "instead"))
    skills = ", ".join(f"{_told(key)} AS {key}" for key in ("key", "name"))
    each_text = "jsonb_each_text" if connection.vendor == "postgresql" else "json_each"
    known = "staged.batch_id = %s AND staged.action IN ('new', 'changed', 'same')"
    tables = {
        "merging_person": f"SELECT person_key, manager_key, {', '.join(_q(name) for name in storing.FACTS)} FROM {_ROW} staged"
        " WHERE staged.batch_id = %s AND staged.action = 'new'",
        "merging_identity": f"SELECT staged.person_key, identity FROM {_ROW} staged WHERE {known} AND identity <> ''",
        "merging_event": f"SELECT staged.person_key, {events}"
        f" FROM {_each('events', 'kind text, day date, precision text, changes jsonb, instead date')} WHERE {known}",
        "merging_skill": f"SELECT staged.person_key, {skills} FROM {_each('skills', 'key text, name text')} WHERE {known}",
        "merging_fact": "SELECT staged.person_key, told.key AS name, told.value AS value"
        f" FROM {_ROW} staged CROSS JOIN {each_text}(staged.sensitive) told WHERE {known}",
    }
    try:
        for name, select in tables.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {select} ORDER BY 1, 2", [batch.pk])
        yield
    finally:
        for name in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _add_people(cursor: CursorWrapper, batch: Import) -> None:
    facts = ", ".join(_q(name) for name in storing.FACTS)
    cursor.execute(
        f"INSERT INTO {_PERSON} (id, manager_id, {facts}, password, is_administrator, is_active, language, profile, added_at)"
        f" SELECT person_key, manager_key, {facts}, %s, %s, %s, '', {_json('%s')}, %s FROM merging_person",
        # Nobody can sign in by this password; what makes links to set one different is the person's id.
        [make_password(None), False, True, "{}", clock.now()],
    )


def _change_people(cursor: CursorWrapper, batch: Import) -> None:
    """Those who are known: the columns alone in which somebody differs, since each has its indexes."""
    if not batch.findings["changed"]:
        return
    sets = ", ".join(
        "manager_id = staged.manager_key" if name == "manager" else f"{_q(name)} = staged.{_q(name)}"
        for name in batch.findings["changed"]
    )
    cursor.execute(
        f"UPDATE {_PERSON} SET {sets} FROM {_ROW} staged WHERE staged.batch_id = %s AND staged.action = 'changed'"
        f" AND staged.person_key = {_PERSON}.id AND {_PERSON}.erased_at IS NULL",
        [batch.pk],
    )


def _write_identities(cursor: CursorWrapper, batch: Import) -> None:
    cursor.execute(
        f"INSERT INTO {_IDENTITY} (person_id, source_id, external_id) SELECT person_key, %s, identity FROM merging_identity"
        " WHERE true ON CONFLICT (person_id, source_id) DO UPDATE SET external_id = excluded.external_id",
        [batch.source_id],
    )


def _write_events(cursor: CursorWrapper, batch: Import) -> None:
    if batch.counts.get("corrections"):
        cursor.execute(
            f"DELETE FROM {_EVENT} WHERE id IN (SELECT wrong.id FROM {_EVENT} wrong JOIN merging_event corrected"
            " ON wrong.person_id = corrected.person_key AND wrong.kind = corrected.kind AND wrong.day = corrected.instead)"
        )
    cursor.execute(
        f"INSERT INTO {_EVENT} (person_id, source_id, kind, day, precision, changes)"
        " SELECT person_key, %s, kind, day, precision, changes FROM merging_event WHERE day IS NOT NULL"
        " ON CONFLICT DO NOTHING",
        [batch.source_id],
    )


def _write_skills(cursor: CursorWrapper) -> None:
    cursor.execute(
        f"INSERT INTO {_SKILL} (person_id, key, name) SELECT person_key, key, name FROM merging_skill"
        " WHERE true ON CONFLICT DO NOTHING"
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
    cursor.execute(
        f"INSERT INTO {_FACT} (person_id, column_id, value) SELECT person_key, named.id, told.value"
        f" FROM merging_fact told JOIN {_COLUMN} named ON named.name = told.name WHERE named.source_id = %s"
        " ON CONFLICT (person_id, column_id) DO UPDATE SET value = excluded.value",
        [batch.source_id],
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
