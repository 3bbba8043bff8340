"""What counts and what must hold, for the next run of a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.engine.matching.spec import Spec
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.matches import policies
from openmentor.programs.models import Cohort


def change_settings(cohort: Cohort, settings: Mapping[str, Any], *, by: Actor) -> Cohort:
    """Keep these settings as the cohort's next version. Raises ``InvalidProblem`` with every fault, ``Conflict`` if somebody was first."""
    policies.configure.check(by, cohort)
    Spec.from_mapping(settings)
    if settings == cohort.matching:
        return cohort
    return _count_up(cohort, "matching.changed", by, matching=dict(settings))


def map_facts(cohort: Cohort, mappings: Mapping[str, Mapping[str, Any]], *, by: Actor) -> Cohort:
    """Say for all at once which level a position has ("level") and in which time zone a site lies ("timezone"). Blank: nobody says."""
    policies.configure.check(by, cohort)
    merged = {**cohort.mappings}
    for kind, values in mappings.items():
        known = {**merged.get(kind, {}), **values}
        merged[kind] = {word: value for word, value in sorted(known.items()) if value not in (None, "")}
    if merged == cohort.mappings:
        return cohort
    return _count_up(cohort, "matching.mapped", by, mappings=merged)


def measure_anew(cohort: Cohort, *, by: Actor) -> Cohort:
    """Let the next run measure the averages of answers afresh, so that what was answered since counts. Earlier runs don't compare with it."""
    policies.configure.check(by, cohort)
    return _count_up(cohort, "matching.measured_anew", by)


def _count_up(cohort: Cohort, verb: str, by: Actor, **changes: Any) -> Cohort:
    version = cohort.matching_version
    with transaction.atomic():
        same = Cohort.objects.filter(pk=cohort.pk, matching_version=version)
        if not same.update(matching_version=version + 1, **changes):
            raise Conflict(_("Somebody changed the settings a moment ago. Please look at them again."))
        record(verb, cohort, by=by, facts={"version": version + 1})
    cohort.matching_version = version + 1
    for name, value in changes.items():
        setattr(cohort, name, value)
    return cohort
