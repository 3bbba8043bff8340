"""The navigation: each app declares its entries in its ``nav.py``; the frame shows those that the reader may see.

from openmentor.foundation.ui import nav

nav.add(nav.NavItem(_("Programs"), "stack-2", "programs:list", group=nav.MANAGE, visible=may_manage))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.actors import Actor

Text = str | Promise


@dataclass(frozen=True)
class Group:
    """A named part of the navigation; the first has no heading, since it is what everybody has."""

    label: Text
    order: int


MINE = Group("", 0)
MANAGE = Group(_("Manage"), 10)
ADMINISTER = Group(_("Administration"), 20)


def everybody(actor: Actor) -> bool:
    return actor.is_person


def administrators(actor: Actor) -> bool:
    return actor.is_administrator


@dataclass(frozen=True)
class NavItem:
    """An entry of the navigation.

    ``visible`` may look up rights, but keeps what it found in ``actor.memo``: it runs on every page.

    On a phone the bottom bar holds the first four entries that ``on_phone`` marks; all are in the sheet behind 'More'.
    ``count`` gives a number to show beside the label (0 shows none).
    """

    label: Text
    icon: str
    url_name: str
    visible: Callable[[Actor], bool] = everybody
    group: Group = MINE
    order: int = 50
    on_phone: bool = True
    count: Callable[[Actor], int] | None = None
    #: beginnings of other addresses whose pages belong to this entry
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A NavItem as one reader sees it on one page."""

    item: NavItem
    url: str
    active: bool
    count: int = 0


@dataclass(frozen=True)
class Section:
    label: Text
    entries: list[Entry] = field(default_factory=list)


_items: list[NavItem] = [NavItem(_("Home"), "home", "home", order=0)]


def add(*items: NavItem) -> None:
    """Declare entries; declaring the same twice (a module loaded again) adds nothing."""
    _items.extend(item for item in items if item not in _items)


def sections(request: HttpRequest) -> list[Section]:
    """What the reader may see, in order. Active is the entry whose address is the longest beginning of this page's."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    seen: list[tuple[NavItem, str]] = []
    for item in sorted(_items, key=lambda item: (item.group.order, item.order, str(item.label))):
        if item.visible(actor):
            try:
                seen.append((item, reverse(item.url_name)))
            except NoReverseMatch:
                continue  # a page of this name is not part of this installation
    found = [(begin, url) for item, url in seen for begin in (url, *item.also) if _within(request.path, begin)]
    _begin, here = max(found, key=lambda each: len(each[0]), default=("", None))
    result: list[Section] = []
    for item, url in seen:
        entry = Entry(item, url, active=url == here, count=item.count(actor) if item.count else 0)
        if not result or result[-1].label != item.group.label:
            result.append(Section(item.group.label))
        result[-1].entries.append(entry)
    return result


def _within(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url if url.endswith("/") else f"{url}/"))
