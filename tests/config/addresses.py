"""Every address of the product, found by itself: from the resolver with the ids of real rows, and from the pages' own links."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from django.apps import apps
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

#: the framework's own pages, tested where they come from; files; the page of components, which only development has
FOREIGN = ("/accounts/", "/static/", "/ui/")
#: the first id of every table in a world of ``begin_ids_at``: one number leads to a row at every address
FIRST = 7001
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_LINK = re.compile(r'="(/[^"\s]*)"')
#: as many addresses that differ by their query alone as are followed: tabs and filters, not every way to sort a list
_QUERIES = 4


def patterns(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Each address as it is written in ``urls.py``: ``/people/<int:pk>/``."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def all_patterns() -> list[str]:
    """Those of the product's own pages."""
    return sorted(path for path in set(patterns()) if not path.startswith(FOREIGN) and "(?P" not in path)


def parameters(pattern: str) -> list[tuple[str, str]]:
    """Kind and name of each part that is filled in."""
    return [(found["kind"] or "str", found["name"]) for found in _PARAMETER.finditer(pattern)]


def filled(pattern: str, fill: Callable[[str, str], str]) -> str:
    """The address with ``fill(kind, name)`` in each part."""
    return _PARAMETER.sub(lambda found: fill(found["kind"] or "str", found["name"]), pattern)


def with_ids(pattern: str, ids: Sequence[int], *, slugs: Iterable[str] = (), most: int = 64) -> Iterator[str]:
    """The address with each of ``ids`` for numbers and each of ``slugs`` for names; what else it holds is found by links alone."""
    choices = []
    for kind, _name in parameters(pattern):
        choices.append([str(pk) for pk in ids] if kind == "int" else list(slugs) if kind == "slug" else [])
    for values, _n in zip(product(*choices), range(most), strict=False):
        rest = iter(values)
        yield filled(pattern, lambda _kind, _name, rest=rest: next(rest))  # type: ignore[misc]


def begin_ids_at(first: int = FIRST) -> None:
    """Let the next row of every table have the same id."""
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            key = model._meta.pk
            if not isinstance(key, models.AutoField) or model._meta.proxy:
                continue
            table = model._meta.db_table
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first - 1])
            else:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', key.column])
                cursor.execute("SELECT setval(%s, %s)", [cursor.fetchone()[0], first - 1])


def text_of(answer: HttpResponse) -> str:
    """What an answer says, whatever its form: a page, a stream, or a workbook."""
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"\n".join(book.read(name) for name in book.namelist())
    return html.unescape(data.decode("utf-8", "replace"))


def walk(client: Client, starts: Iterable[str]) -> Iterator[tuple[str, HttpResponse, str]]:
    """Everything that somebody reaches from ``starts`` by links, buttons and addresses that scripts fetch: address, answer, text.

    Only GET, which changes nothing; an address that takes POST alone answers 405, which is an answer too.
    """
    todo = list(dict.fromkeys(starts))
    seen, queries = set(todo), Counter[str]()
    while todo:
        address = todo.pop(0)
        answer = client.get(address)
        text = text_of(answer)
        yield address, answer, text
        found = [answer["Location"]] if answer.has_header("Location") else _LINK.findall(text)
        for link in found:
            link = link.partition("#")[0]
            path, question, _query = link.partition("?")
            if link in seen or not path.startswith("/") or path.startswith(("//", *FOREIGN)):
                continue
            queries[path] += bool(question)
            if question and queries[path] > _QUERIES:
                continue
            seen.add(link)
            todo.append(link)
