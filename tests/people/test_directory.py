"""The list of people and a person's page: who sees them, what they find, how many queries it takes."""

from __future__ import annotations

import pytest
from tests.factories import make_person

from openmentor.foundation.models import Event
from openmentor.people.views import directory

pytestmark = pytest.mark.django_db


def test_the_list_is_the_administrators(sign_in, client) -> None:  # type: ignore[no-untyped-def]
    kim = make_person("Kim Lee", department="Care")
    assert client.get("/people/").status_code in (302, 403)
    assert sign_in(kim).get("/people/").status_code == 403
    page = sign_in(make_person(is_administrator=True)).get("/people/", {"department": "car"})
    assert ("Kim Lee" in page.content.decode(), page.status_code) == (True, 200)


def test_a_person_sees_themselves_and_a_foreign_id_looks_absent(sign_in) -> None:  # type: ignore[no-untyped-def]
    kim, lou = make_person("Kim Lee"), make_person("Lou Hill")
    page = sign_in(kim)
    assert page.get(f"/people/{kim.pk}/").status_code == 200
    assert {page.get(f"/people/{pk}/").status_code for pk in (lou.pk, 10**9)} == {404}


def test_people_change_their_own_name_and_zone_and_nothing_else(sign_in) -> None:  # type: ignore[no-untyped-def]
    kim = make_person("Kim Lee", department="Care")
    sign_in(kim).post(
        f"/people/{kim.pk}/edit/",
        {"name": "Kim L.", "timezone": "Asia/Kolkata", "department": "Board", "is_administrator": "1"},
    )
    kim.refresh_from_db()
    assert (kim.name, kim.timezone, kim.department, kim.is_administrator) == ("Kim L.", "Asia/Kolkata", "Care", False)
    assert Event.objects.get(verb="person.changed").facts == {"fields": ["name", "timezone"]}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(sign_in, queries, rows) -> None:  # type: ignore[no-untyped-def]
    page = sign_in(make_person(is_administrator=True))
    for number in range(rows):
        make_person(f"Person {number}", manager=make_person())
    with queries() as asked:
        page.get("/people/")
    assert len(asked) == 8


def test_who_is_found_by_a_search_is_read_once_and_counted_only_where_more_may_follow(  # type: ignore[no-untyped-def]
    sign_in, queries, monkeypatch
) -> None:
    monkeypatch.setattr(directory, "PAGE", 3)
    page = sign_in(make_person("Ada Bose", is_administrator=True))
    for number in range(2):
        make_person(f"Kim {number}")
    counts = {}
    for found in (2, 3, 4):
        with queries() as asked:
            answer = page.get("/people/", {"q": "kim"})
        counted = sum("COUNT(*)" in each["sql"] and "LIKE" in each["sql"].upper() for each in asked.captured_queries)
        counts[found] = (counted, answer.context["table"].page.paginator.count, len(answer.context["table"].page))
        make_person(f"Kim {found}")
    assert counts == {2: (0, 2, 2), 3: (1, 3, 3), 4: (1, 4, 3)}
    second = page.get("/people/", {"q": "kim", "page": "2"}).context["table"].page
    assert ([row.record.name for row in second], second.paginator.count) == (["Kim 3", "Kim 4"], 5)


def test_searching_finds_by_any_part_of_name_or_address(sign_in) -> None:  # type: ignore[no-untyped-def]
    make_person("Kim Lee", email="kl@example.org")
    make_person("Lou Hill")
    text = sign_in(make_person("Ada Bose", is_administrator=True)).get("/people/", {"q": "lee kl@"}).content.decode()
    assert ("Kim Lee" in text, "Lou Hill" in text) == (True, False)
