"""Lists made by hand, brought in to be compared."""

from __future__ import annotations

from django.db import transaction

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.events import record
from openmentor.matches import lists, policies
from openmentor.matches.models import ComparedList
from openmentor.programs.models import Cohort


def import_list(cohort: Cohort, data: bytes, name: str, *, by: Actor) -> ComparedList:
    """Keep the pairs that a file names. Nobody is matched by it. Raises ``InvalidFile`` with sentences that name row and column."""
    policies.compare.check(by, cohort)
    found = lists.read(cohort, data, name)
    with transaction.atomic():
        compared = ComparedList.objects.create(
            cohort=cohort, name=name[:200], pairs=[list(pair) for pair in found.pairs], faults=found.faults, created_by=by.person,
            created_at=clock.now(),
        )  # fmt: skip
        record("list.imported", compared, by=by, facts={"pairs": len(found.pairs), "faults": len(found.faults)})
    return compared


def remove_list(compared: ComparedList, *, by: Actor) -> None:
    """Throw a list away."""
    policies.remove_list.check(by, compared)
    with transaction.atomic():
        record("list.removed", compared, by=by)
        compared.delete()
