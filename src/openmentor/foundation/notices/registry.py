"""Declaring notices, and the categories that people can turn off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise

from openmentor.foundation import outbox
from openmentor.foundation.links import Personal
from openmentor.foundation.models import Delivery, Event

if TYPE_CHECKING:
    from openmentor.people.models import Person

Text = str | Promise
Channel = Delivery.Channel
BOTH = (Channel.APP, Channel.MAIL)


@dataclass(frozen=True)
class Notice:
    """What is to be said to whom.

    to        one person or many; the same person twice is told once.
    subject   one line, which is also what stands in the app; lazy, so that each reads it in their language.
    template  of the mail's body, without its ending.
    link      where to: an object with a page, a path, or ``links.Personal``; ``link_label`` stands on the button.
    context   for the body: facts, lazy texts, and objects, which are kept as references and read again when the mail is written.
    urgent    goes out in quiet hours as well.
    channels  in the app and by mail, unless said otherwise.
    """

    to: Person | Iterable[Person]
    subject: Text
    template: str
    link: models.Model | str | Personal | None = None
    link_label: Text = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    urgent: bool = False
    channels: tuple[str, ...] = BOTH
    category: str = ""


Teller = Callable[[Event], Notice | list[Notice] | None]


def notice(*verbs: str, category: str = "") -> Callable[[Teller], Teller]:
    """Let a function say who is told of an event: a ``Notice``, several, or None. Called once the event is sealed.

    Of several, each person gets one with each template.

    category   what people turn off; the app's own name if none is given.
    """

    def wrap(function: Teller) -> Teller:
        from openmentor.foundation.notices.delivery import deliver

        name = f"{function.__module__}.{function.__qualname__}"
        area = category or function.__module__.removeprefix("openmentor.").partition(".")[0]

        def tell(event: Event) -> None:
            found = function(event)
            occasion = f"event:{event.pk}"
            if isinstance(found, list):
                for told in found:
                    # By template, not by place in the list: the list may be in another order when it is asked for again.
                    deliver(told, name=f"{name}:{told.template}", occasion=occasion, event=event, area=area)
            elif found is not None:
                deliver(found, name=name, occasion=occasion, event=event, area=area)

        _used.add(area)
        # Not one transaction: a notice to thousands is written in stretches, each of which may be written again without doubling.
        outbox.register(outbox.Consumer(name, frozenset(verbs), tell, atomic=False))
        return function

    return wrap


@dataclass(frozen=True)
class Category:
    key: str
    label: Text
    #: cannot be turned off, since the reader asked for each of these mails: a password reset, a link to sign in
    essential: bool = False


_categories: dict[str, Category] = {}
_used: set[str] = set()


def category(key: str, label: Text, *, essential: bool = False) -> str:
    """Name a kind of message as people see it where they turn it off. Returns the key."""
    _categories[key] = Category(key, label, essential)
    return key


def find_category(key: str) -> Category:
    return _categories.get(key) or Category(key, _app_name(key))


def category_label(key: str) -> str:
    return str(find_category(key).label)


def categories(*more: str) -> list[Category]:
    """What can be turned off, by name: what is declared, what our notices use without a name of their own, and ``more``."""
    found = {key: find_category(key) for key in (*_categories, *_used, *more)}
    return sorted((known for known in found.values() if not known.essential), key=lambda known: str(known.label))


def _app_name(key: str) -> str:
    return (
        str(apps.get_app_config(key).verbose_name)
        if apps.is_installed(f"openmentor.{key}")
        else key.replace("_", " ").capitalize()
    )
