"""Rows by the thousand, straight to the database: a model object for each takes longer than all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

AT_ONCE = 1000


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write ``rows`` in the caller's transaction, as they stand: values as both databases take them, JSON as text, no defaults."""
    table, names = connection.ops.quote_name(model._meta.db_table), ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", list(rows))  # noqa: S608 - names of our own


def insert_in_short_writes(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The same, some at a time, each in a transaction of its own: nobody else waits for all of them."""
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        with transaction.atomic():
            insert(model, columns, some)
