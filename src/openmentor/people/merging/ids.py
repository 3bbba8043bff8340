"""Ids of people kept free before the people are there, so that whoever manages whom can be staged as it will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from openmentor.people.models import Person


def reserve(count: int) -> Sequence[int]:
    """Take ``count`` ids that nobody else will get. Those that stay unused are gaps; ids mean nothing."""
    if not count:
        return []
    table = Person._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # Django's keys on SQLite are AUTOINCREMENT: this table says what the next one is.
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = int(cursor.fetchone()[0])
        return range(last - count + 1, last + 1)


def in_order(names: Mapping[int, tuple[str, str]], manager_of: Mapping[int, int]) -> list[int]:
    """The rows of new people, {row: (family name, given name)}: managers before those they manage, and else by name.

    Ids are given in this order and people written in the order of their ids. As long as a manager is missing, SQLite looks through
    every table that refers to people for each person it writes; and an index of names grows fastest at its end. Each halves
    the time that everybody else waits.
    """
    depth: dict[int, int] = {}
    for row in names:
        above: list[int] = []
        at: int | None = row
        while at is not None and at in names and at not in depth:
            depth[at] = 0  # so that a loop ends
            above.append(at)
            at = manager_of.get(at)
        first = 0 if at is None else depth.get(at, -1) + 1
        depth.update((one, first + step) for step, one in enumerate(reversed(above)))
    return sorted(names, key=lambda row: (depth[row], names[row]))
