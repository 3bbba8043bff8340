"""The administrators' page of jobs."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.factories import make_person

from openmentor.foundation.jobs import PermanentFailure, job, worker
from openmentor.foundation.models import Event, JobRecord

pytestmark = pytest.mark.django_db
luck: list[bool] = []


@job(unique=True)
def depends(number: int) -> None:
    if not luck.pop():
        raise PermanentFailure(f"no luck with {number}")


@pytest.fixture
def parked() -> JobRecord:
    luck[:] = [False]
    depends.enqueue(7)
    worker.run_all(raising=False)
    return JobRecord.objects.get(status="parked")


def test_an_administrator_sees_why_a_job_was_given_up(sign_in, parked):
    page = sign_in(make_person(is_administrator=True)).get("/system/jobs/").content.decode()
    assert "test_system.depends" in page
    assert "PermanentFailure: no luck with 7" in page
    assert f"/system/jobs/{parked.pk}/sending/" in page


@pytest.mark.parametrize("who", ["visitor", "somebody"])
def test_nobody_else_sees_or_moves_jobs(sign_in, parked, who):
    client = Client() if who == "visitor" else sign_in(make_person())
    expected = 302 if who == "visitor" else 403
    assert client.get("/system/jobs/").status_code == expected
    for verb in ("sending", "dropping"):
        assert client.post(f"/system/jobs/{parked.pk}/{verb}/").status_code == expected
        assert client.post(f"/system/jobs/{parked.pk + 1}/{verb}/").status_code == expected  # absent looks alike
    parked.refresh_from_db()
    assert parked.status == "parked"


def test_sending_again_gives_it_its_tries_and_says_so_in_the_trail(sign_in, parked):
    boss = make_person(is_administrator=True)
    client = sign_in(boss)
    assert client.get(f"/system/jobs/{parked.pk}/sending/").status_code == 405
    assert client.post(f"/system/jobs/{parked.pk}/sending/")["Location"] == "/system/jobs/"
    assert client.post(f"/system/jobs/{parked.pk}/sending/").status_code == 409  # the second click
    luck[:] = [True]
    worker.run_all()
    parked.refresh_from_db()
    assert (parked.status, parked.attempts, parked.claims, parked.error) == ("done", 1, 2, "")
    assert list(Event.objects.values_list("verb", "actor", "facts")) == [
        ("job.sent_again", boss.pk, {"task": "test_system.depends"})
    ]


def test_a_job_whose_work_waits_already_is_not_sent_again(sign_in, parked):
    depends.enqueue(7)
    client = sign_in(make_person(is_administrator=True))
    assert client.post(f"/system/jobs/{parked.pk}/sending/").status_code == 409
    parked.refresh_from_db()
    assert parked.status == "parked"


def test_dropping_ends_it(sign_in, parked):
    client = sign_in(make_person(is_administrator=True))
    fragment = client.post(f"/system/jobs/{parked.pk}/dropping/", headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "dropped" in fragment.content.decode()
    assert not JobRecord.objects.exists()
    assert client.post(f"/system/jobs/{parked.pk}/dropping/").status_code == 404
    assert [event.verb for event in Event.objects.all()] == ["job.dropped"]


def test_the_page_costs_the_same_with_one_and_with_three_jobs(sign_in, queries):
    client = sign_in(make_person(is_administrator=True))
    client.get("/system/jobs/?status=waiting")
    counts = []
    for number in ((1,), (2, 3)):
        for each in number:
            depends.enqueue(each)
        for status in ("waiting", "parked", "nonsense"):
            with queries() as asked:
                assert client.get(f"/system/jobs/?status={status}").status_code == 200
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
