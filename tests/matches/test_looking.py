"""The figures of a large pool: made by a job, shown with their time until newer ones are there, and never waited for in vain."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.matches.world import Enroll

from openmentor.enrollment import actions as enrollment
from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.jobs import running
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import JobRecord
from openmentor.matches import inputs, jobs, looking, readiness
from openmentor.matches.models import MatchingRun, PoolLook
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
WAITING = "The pool is being looked through"
OLD = "New figures are being worked out"


@pytest.fixture(autouse=True)
def _every_pool_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 0)


@pytest.fixture
def client(sign_in: SignIn, manager: Person) -> Client:
    return sign_in(manager)


@pytest.fixture
def address(cohort: Cohort, pool: dict[str, Enrollment]) -> str:
    return reverse("matches:readiness", args=[cohort.pk])


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def asked_next(page: str) -> str:
    """The address that a page asks for newer figures."""
    found = re.search(r'hx-get="([^"]*/figures/[^"]*)"', page)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def change(cohort: Cohort) -> None:
    """Something that a run would see."""
    last = Enrollment.objects.approved().filter(cohort=cohort, role="mentee").latest("pk")
    enrollment.withdraw(last, by=Actor.of(cohort.program.roles.get(role="manager").person))


def looks() -> list[str]:
    return list(
        JobRecord.objects.filter(task=jobs.look_through.module_path).order_by("pk").values_list("status", flat=True)
    )


def test_no_request_looks_through_a_large_pool(
    client: Client, cohort: Cohort, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(inputs, "build", lambda *_: pytest.fail("a request looked through the pool"))
        for page in (address, reverse("matches:cohort", args=[cohort.pk]), address):
            assert WAITING in text(client, page)
    assert looks() == ["waiting"]
    run_all()
    page = text(client, address)
    assert (WAITING in page, "Uma" in page, client.get(address).context["ready"].mentees) == (False, False, 5)
    assert looks() == ["done"]


def test_old_figures_stay_with_their_time_until_the_new_ones_are_there(
    client: Client, cohort: Cohort, address: str
) -> None:
    text(client, address)
    run_all()
    change(cohort)
    page = text(client, address)
    seen = client.get(address).context["seen"]
    assert (OLD in page, seen.is_current, seen.ready.mentees) == (True, False, 5)
    figures = asked_next(page)
    assert client.get(figures, **HTMX).status_code == 204
    run_all(later=True)
    answer = client.get(figures, **HTMX)
    body = answer.content.decode()
    assert (answer.status_code, OLD in body, 'id="figures"' in body, 'id="mappings"' in body) == (
        200,
        False,
        True,
        False,
    )
    assert (answer.context["ready"].mentees, OLD in text(client, address)) == (4, False)


def test_a_page_without_figures_is_made_anew_when_they_come_and_so_is_that_of_the_runs(
    client: Client, cohort: Cohort, address: str
) -> None:
    pages = [asked_next(text(client, page)) for page in (address, reverse("matches:cohort", args=[cohort.pk]))]
    assert [client.get(page, **HTMX).headers.get("HX-Refresh") for page in pages] == [None, None]
    run_all()
    assert [client.get(page, **HTMX).headers.get("HX-Refresh") for page in pages] == ["true", "true"]
    assert client.get(pages[0]).headers["Location"] == address  # by hand, without scripts


def test_a_look_whose_worker_died_is_taken_by_another_one(client: Client, cohort: Cohort, address: str) -> None:
    figures = asked_next(text(client, address))
    held = running.claim(["default"], "a worker that dies")
    assert held is not None
    assert client.get(figures, **HTMX).status_code == 204
    assert looks() == ["running"]  # nobody asks for a second one meanwhile
    JobRecord.objects.filter(pk=held.id).update(lease_until=clock.now() - timedelta(hours=1))
    run_all()
    assert (looks(), WAITING in text(client, address)) == (["done"], False)


def test_a_look_that_nobody_works_on_any_more_is_asked_for_again(client: Client, address: str) -> None:
    figures = asked_next(text(client, address))
    JobRecord.objects.filter(task=jobs.look_through.module_path).delete()
    assert client.get(figures, **HTMX).status_code == 204
    assert looks() == ["waiting"]


def test_what_fails_each_time_is_said_and_can_be_tried_again(
    client: Client, cohort: Cohort, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text(client, address)
    with monkeypatch.context() as patched:
        patched.setattr(readiness, "look_through", lambda *_: 1 / 0)
        run_all(raising=False, later=True)
    page = text(client, address)
    assert ("could not be worked out" in page, WAITING in page, looks()) == (True, False, ["parked"])
    assert client.post(reverse("matches:figures", args=[cohort.pk])).headers["Location"] == address
    assert WAITING in text(client, address)
    run_all()
    page = text(client, address)
    assert ("could not be worked out" in page, WAITING in page) == (False, False)


def test_what_changes_while_it_is_looked_at_makes_the_look_an_old_one(
    client: Client, cohort: Cohort, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = inputs.build

    def build_slowly(*given: Any) -> Any:
        found = build(*given)
        change(cohort)
        return found

    text(client, address)
    with monkeypatch.context() as patched:
        patched.setattr(inputs, "build", build_slowly)
        run_all()
    page = text(client, address)
    assert OLD in page
    assert JobRecord.objects.get(status="waiting").run_after == PoolLook.objects.get().taken_at + looking.PAUSE


def test_whether_a_result_is_of_today_is_not_said_before_it_is_known(
    client: Client, cohort: Cohort, run: MatchingRun
) -> None:
    assert looking.has_changed(run) is None
    freshness = reverse("matches:freshness", args=[run.pk])
    assert "every 3s" in text(client, freshness)
    run_all()
    assert (looking.has_changed(run), "hx-trigger" in text(client, freshness)) == (False, False)
    change(cohort)
    run = MatchingRun.objects.get(pk=run.pk)
    assert looking.has_changed(run) is None
    run_all(later=True)
    assert (looking.has_changed(run), "Something has changed" in text(client, freshness)) == (True, True)


def test_what_is_stored_is_what_was_found_and_reads_in_any_language(cohort: Cohort, enroll: Enroll) -> None:
    enroll("Ada Lead", "mentor", position="Lead", site="Oslo", answers={"challenge": ["stress"]})
    enroll("Uma One", "mentee", answers={"goals": ["lead"]})
    found = readiness.look_through(Cohort.objects.get(pk=cohort.pk))
    looking.look(cohort)
    stored = PoolLook.objects.get().found
    assert readiness.decode(stored) == found
    assert readiness.decode({}) is readiness.decode({**stored, "format": 0}) is None
    with translation.override("de"):
        assert {each.why for each in found.dimensions} <= {"", *readiness.NOTES}


@pytest.mark.parametrize("who", ["stranger", "member", "other_manager", "sponsor", "administrator"])
def test_nobody_else_asks_for_figures(cohort: Cohort, cast: dict[str, Any], sign_in: SignIn, who: str) -> None:
    theirs, figures = sign_in(cast[who].person), reverse("matches:figures", args=[cohort.pk])
    assert (theirs.get(figures, **HTMX).status_code, theirs.post(figures).status_code) == (404, 404)
    assert looks() == []
