"""Files of people, from the upload to the people: what is brought in, what a second time changes, what stays as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from tests.factories import make_person

from openmentor.foundation.actors import Actor
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Event
from openmentor.people.merging import actions
from openmentor.people.models import EmploymentEvent, Identity, Import, Person

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "No,Name,Mail,Title,Department,Level,Site,Hired,Left,Manager ID"
KIM = "1,Kim Lee,kim@example.org,Nurse,Care,2,Berlin,2019-03-01,,3"
LOU = "2,Lou Hill,lou@example.org,Clerk,Admin,1,Berlin,2020-05-04,,3"
ADA = "3,Ada Bose,ada@example.org,Head,Care,5,Bonn,2012-01-02,,"


@pytest.fixture
def boss() -> Actor:
    return Actor.of(make_person("First Administrator", is_administrator=True))


def take_in(by: Actor, *lines: str, header: str = HEADER, day: str = "2026-11-24", **options: Any) -> Import:
    """A file is uploaded and read."""
    data = options.pop("data", None) or "\n".join([header, *lines]).encode()
    options = {"source": "hr", "extent": "partial", "valid_on": date.fromisoformat(day), **options}
    batch = actions.start(ContentFile(data), name="people.csv", by=by, **options)
    run_all()
    batch.refresh_from_db()
    return batch


def bring_in(by: Actor, *lines: str, **options: Any) -> Import:
    """The same, confirmed."""
    batch = take_in(by, *lines, **options)
    assert batch.status == "checked", batch.message
    actions.confirm(batch, by=by)
    run_all()
    batch.refresh_from_db()
    assert batch.status == "done", batch.message
    return batch


def people() -> set[tuple[str, ...]]:
    return set(
        Person.objects.filter(is_administrator=False).values_list("name", "email", "department", "manager__name")
    )


def history(name: str) -> list[tuple[str, str, str]]:
    return [
        (event.kind, event.day.isoformat(), event.precision)
        for event in EmploymentEvent.objects.filter(person__name=name).order_by("day", "kind")
    ]


def test_a_file_brings_people_with_managers_history_and_the_sources_number(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    assert people() == {
        ("Kim Lee", "kim@example.org", "Care", "Ada Bose"),
        ("Lou Hill", "lou@example.org", "Admin", "Ada Bose"),
        ("Ada Bose", "ada@example.org", "Care", None),
    }
    assert history("Kim Lee") == [("hired", "2019-03-01", "day")]
    assert set(Identity.objects.values_list("source__name", "external_id", "person__name")) == {
        ("hr", "1", "Kim Lee"),
        ("hr", "2", "Lou Hill"),
        ("hr", "3", "Ada Bose"),
    }
    assert not Person.objects.get(name="Kim Lee").has_usable_password()
    assert Event.objects.filter(verb="import.done").count() == 1
    assert Event.objects.get(verb="import.done").facts["counts"]["new"] == 3


def test_the_same_file_again_changes_nothing_and_doubles_nobody(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    before = (people(), list(EmploymentEvent.objects.values("person", "kind", "day")), Identity.objects.count())
    again = bring_in(boss, KIM, LOU, ADA)
    assert (people(), list(EmploymentEvent.objects.values("person", "kind", "day")), Identity.objects.count()) == before
    assert {key: again.counts.get(key, 0) for key in ("new", "changed", "same")} == {"new": 0, "changed": 0, "same": 3}
