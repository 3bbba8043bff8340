"""State machines as data: a transition table per model, one compare-and-set that moves a row, one event for each move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _

from openmentor.foundation.errors import Conflict

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor

Transitions = Mapping[str, frozenset[str]]


class Stateful(models.Model):
    """A model with ``status`` and a table ``TRANSITIONS``: from each state to those that may follow it."""

    TRANSITIONS: ClassVar[Transitions] = {}
    #: verb of the event for each state that is reached, e.g. {"active": "mentorship.activated"}; also the only list of its verbs
    VERBS: ClassVar[Mapping[str, str]] = {}
    status: Any

    class Meta:
        abstract = True

    def may_become(self, status: str) -> bool:
        return status in self.TRANSITIONS.get(self.status, frozenset())

    def become(self, status: str, *, by: Actor, facts: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """Move to ``status`` with ``changes`` in the same write, and record its event.

        Call it inside a transaction. Raises ``Conflict`` if the table has no such step or the row moved meanwhile.
        """
        from openmentor.foundation.events import record

        if not self.may_become(status):
            raise Conflict(_("This has changed meanwhile. Please look at it again."))
        rows: Any = type(self)._default_manager  # each subclass brings its own ``status``
        moved = rows.filter(pk=self.pk, status=self.status).update(status=status, **changes)
        if not moved:
            raise Conflict(_("This was changed a moment ago. Please look at it again."))
        before, self.status = self.status, status
        for name, value in changes.items():
            setattr(self, name, value)
        record(self.VERBS[status], self, by=by, facts={"from": str(before), **(facts or {})})
