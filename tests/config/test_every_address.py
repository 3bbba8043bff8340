"""Every address of the product as a visitor and as a stranger who has an account: pages of others look as if they were not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

pytestmark = pytest.mark.django_db

#: what a visitor may open: coming in, landing pages, health
OPEN = re.compile(r"^/(accounts/|setup/|claim/|healthz|demo/|p/|m/|l/|unsubscribe/|invitations?/|i/|$)")
#: what everybody with an account has of their own
OWN = re.compile(r"^/(people/me/|notifications/|me/|mentorships/$|my/|apply/|programs/$|applications/$|home/)")
#: the framework's own pages, tested where they come from
FOREIGN = ("/accounts/",)


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def filled(path: str, world: dict[str, object]) -> str:
    """The address with every id that of somebody else's row: all rows of the world have been given the same id where it matters."""
    path = re.sub(r"<slug:[^>]+>", "hidden", path)
    path = re.sub(r"<uuid:[^>]+>", "00000000-0000-4000-8000-000000000000", path)
    path = re.sub(r"<str:[^>]+>|<path:[^>]+>", "x", path)
    return re.sub(r"<int:([^>]+)>", lambda found: str(world.get(found.group(1), 1)), path)


@pytest.fixture
def foreign_world() -> dict[str, object]:
    """A program, its people and their match, none of which is the stranger's. Returns a first id of each kind; most are 1 or near it."""
    program = make_program(managers=[make_person()], slug="hidden")
    cohort = make_cohort(program, status="active")
    mentorship = make_mentorship(cohort)
    make_enrollment(cohort)
    return {
        "pk": mentorship.pk,
        "program": program.pk,
        "cohort": cohort.pk,
        "program_pk": program.pk,
        "cohort_pk": cohort.pk,
    }


ALL = sorted(path for path in set(addresses()) if not path.startswith((*FOREIGN, "/ui/")) and "(?P" not in path)


def test_the_sweep_sees_the_whole_product() -> None:
    assert len(ALL) > 40
    assert {"/people/", "/setup/"} <= set(ALL)


@pytest.mark.parametrize("path", ALL)
def test_a_visitor_reaches_nothing_that_is_not_open(
    path: str, foreign_world: dict[str, object], client: Client
) -> None:
    address = filled(path, foreign_world)
    answer = client.get(address)
    if OPEN.match(address):
        assert answer.status_code < 500
    else:
        assert answer.status_code in (302, 403, 404, 405), f"{address} answered {answer.status_code}"
        if answer.status_code == 302:
            assert answer["Location"].startswith(("/accounts/login/", "/setup/"))
    assert client.post(address).status_code in (200, 302, 400, 403, 404, 405, 422, 429)


@pytest.mark.parametrize("path", ALL)
def test_a_stranger_with_an_account_reaches_nothing_of_others(
    path: str, foreign_world: dict[str, object], sign_in
) -> None:  # type: ignore[no-untyped-def]
    address = filled(path, foreign_world)
    stranger = sign_in(make_person())
    answer = stranger.get(address)
    if OPEN.match(address) or OWN.match(address):
        assert answer.status_code < 500
    else:
        assert answer.status_code in (302, 403, 404, 405), f"{address} answered {answer.status_code}"
    assert stranger.post(address).status_code < 500
