from __future__ import annotations

import pytest
from django.test import RequestFactory

from openmentor.foundation.actors import VISITOR, Actor, ActorKind
from openmentor.foundation.ui import nav

SOMEBODY = Actor(ActorKind.PERSON)


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(nav, "_items", [])


def shown(path: str, actor: Actor = SOMEBODY) -> list[tuple[str, list[tuple[str, bool]]]]:
    request = RequestFactory().get(path)
    request.actor = actor  # type: ignore[attr-defined]
    return [
        (str(part.label), [(str(entry.item.label), entry.active) for entry in part.entries])
        for part in nav.sections(request)
    ]


def test_entries_stand_in_groups_in_order_and_the_one_we_are_in_is_marked():
    nav.add(
        nav.NavItem("Login", "key", "account_login", group=nav.ADMINISTER),
        nav.NavItem("Health", "heart", "healthz", order=9),
        nav.NavItem("Home", "home", "home", order=1),
    )
    assert shown("/healthz") == [("", [("Home", False), ("Health", True)]), ("Administration", [("Login", False)])]
    assert shown("/") == [("", [("Home", True), ("Health", False)]), ("Administration", [("Login", False)])]
    assert shown("/accounts/login/more/")[1] == ("Administration", [("Login", True)])


def test_the_longest_beginning_wins():
    nav.add(nav.NavItem("Login", "key", "account_login"), nav.NavItem("Reset", "key", "account_reset_password"))
    assert shown("/accounts/password/reset/") == [("", [("Login", False), ("Reset", True)])]


def test_each_reader_sees_what_is_theirs():
    nav.add(nav.NavItem("Mine", "home", "home"), nav.NavItem("All", "settings", "healthz", visible=nav.administrators))
    assert shown("/") == [("", [("Mine", True)])]
    assert shown("/", VISITOR) == []


def test_declaring_twice_adds_nothing_and_a_page_that_is_not_there_is_left_out():
    nav.add(nav.NavItem("Home", "home", "home"))
    nav.add(nav.NavItem("Home", "home", "home"), nav.NavItem("Gone", "ghost", "no:such"))
    assert shown("/") == [("", [("Home", True)])]


def test_a_phone_gets_four_entries():
    from openmentor.foundation.templatetags.ui import phone_entries

    nav.add(*(nav.NavItem(str(n), "home", "home", order=n, on_phone=n != 2) for n in range(7)))
    request = RequestFactory().get("/")
    request.actor = SOMEBODY  # type: ignore[attr-defined]
    assert [entry.item.label for entry in phone_entries(nav.sections(request))] == ["0", "1", "3", "4"]
