"""Rules that answer 'may they', 'why not', and raise. One decorated function each; doors, actions and templates ask the same object."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Generic, TypeVar

from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied

Subject = TypeVar("Subject")


class Rule(Generic[Subject]):
    """Wraps ``function(actor, subject) -> None | sentence``: first who, then when, so that a stranger learns nothing of the state."""

    def __init__(self, function: Callable[[Actor, Subject], str | None]) -> None:
        self._function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__

    def __call__(self, actor: Actor, subject: Subject) -> bool:
        return self._function(actor, subject) is None

    def why_not(self, actor: Actor, subject: Subject) -> str | None:
        """The sentence for a tooltip, or None where they may."""
        return self._function(actor, subject)

    def check(self, actor: Actor, subject: Subject) -> None:
        """Raises ``Denied`` with the sentence if they may not."""
        sentence = self._function(actor, subject)
        if sentence is not None:
            raise Denied(sentence)


def rule(function: Callable[[Actor, Subject], str | None]) -> Rule[Subject]:
    return Rule(function)


def find(name: str) -> Rule[Any]:
    """The rule called ``"mentorships.accept"``: ``accept`` in ``openmentor.mentorships.policies``."""
    app, _, verb = name.partition(".")
    found = getattr(import_module(f"openmentor.{app}.policies"), verb)
    if not isinstance(found, Rule):
        raise LookupError(f"{name} is not a rule")
    return found
