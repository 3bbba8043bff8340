"""Opening and changing a cohort, and its steps from one phase to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.events import record
from openmentor.programs import policies
from openmentor.programs.models import Cohort, Expectation, Program
from openmentor.programs.steps import STEPS
from openmentor.surveys import standard
from openmentor.surveys.models import Item, Questionnaire

#: what the next cohort, or that of a copied program, takes from the one before
COPIED = (
    "is_rolling",
    "enrollment",
    "timezone",
    "target_count",
    "default_places",
    "cadence",
    "minutes",
    "eligibility",
    "gate_survey",
    "gate_expectations",
    "acceptance",
    "acceptance_days",
    "matching",
    "mappings",
)


def create_cohort(program: Program, facts: Mapping[str, Any], *, like: Cohort | None = None, by: Actor) -> Cohort:
    """Another run of a program, in draft; ``like`` an earlier one in all that ``facts`` do not say."""
    policies.manage.check(by, program)
    with transaction.atomic():
        if like is not None:
            return copy_cohort(like, into=program, by=by, **facts)
        return add_cohort(program, facts, {}, by=by)


def add_cohort(
    program: Program, facts: Mapping[str, Any], expectations: Mapping[str, list[str]], *, by: Actor
) -> Cohort:
    """Make a cohort with the standard survey inside the caller's transaction."""
    cohort = Cohort.objects.create(
        program=program, questionnaire=standard.make_questionnaire(program.name), created_at=clock.now(), **facts
    )
    _write_expectations(cohort, expectations)
    record("cohort.created", cohort, by=by)
    return cohort


def copy_cohort(original: Cohort, *, into: Program, by: Actor, **facts: Any) -> Cohort:
    """Make a draft with the settings, promises and survey of ``original``, without its dates and people."""
    copy = Cohort.objects.create(
        program=into,
        created_at=clock.now(),
        questionnaire=_copy_questionnaire(original, into),
        **{**{field: getattr(original, field) for field in COPIED}, **facts},
    )
    _write_expectations(copy, by_role(original))
    record("cohort.created", copy, by=by, facts={"from": original.pk})
    return copy


def _copy_questionnaire(original: Cohort, into: Program) -> Questionnaire:
    if original.questionnaire is None:
        return standard.make_questionnaire(into.name)
    copy = Questionnaire.objects.create(name=into.name)
    Item.objects.bulk_create(
        Item(
            questionnaire=copy,
            question_id=item.question_id,
            screen=item.screen,
            position=item.position,
            required=item.required,
        )
        for item in original.questionnaire.items.all()
    )
    return copy


def change_cohort(cohort: Cohort, changes: Mapping[str, Any], *, by: Actor) -> Cohort:
    """Change settings of a cohort."""
    policies.change_cohort.check(by, cohort)
    changed = [field for field, value in changes.items() if getattr(cohort, field) != value]
    if not changed:
        return cohort
    with transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(**{field: changes[field] for field in changed})
        record("cohort.changed", cohort, by=by, facts={"fields": sorted(changed)})
    for field in changed:
        setattr(cohort, field, changes[field])
    return cohort


def set_expectations(cohort: Cohort, expectations: Mapping[str, list[str]], *, anew: bool, by: Actor) -> None:
    """Write down what each role promises. ``anew``: what was accepted before does not count any more."""
    policies.change_cohort.check(by, cohort)
    if not anew and by_role(cohort) == {role: list(lines) for role, lines in expectations.items()}:
        return
    with transaction.atomic():
        # Locked: of two managers who save at once, the later replaces the earlier whole instead of mixing with it.
        Cohort.objects.select_for_update().get(pk=cohort.pk)
        cohort.expectations.all().delete()
        _write_expectations(cohort, expectations)
        if anew:
            cohort.expectations_changed_at = clock.now()
            Cohort.objects.filter(pk=cohort.pk).update(expectations_changed_at=cohort.expectations_changed_at)
        record("cohort.expectations_changed", cohort, by=by, facts={"anew": anew})


def by_role(cohort: Cohort) -> dict[str, list[str]]:
    """The promises of each role, in order."""
    found: dict[str, list[str]] = {"mentor": [], "mentee": []}
    for expectation in cohort.expectations.all():
        found[expectation.role].append(expectation.text)
    return found


def _write_expectations(cohort: Cohort, expectations: Mapping[str, list[str]]) -> None:
    Expectation.objects.bulk_create(
        Expectation(cohort=cohort, role=role, position=position, text=text)
        for role, lines in expectations.items()
        for position, text in enumerate(lines)
    )


def open_recruiting(cohort: Cohort, *, by: Actor) -> Cohort:
    """Let people apply and be invited."""
    policies.open_recruiting.check(by, cohort)
    return _become(cohort, "open_recruiting", by)


def begin_matching(cohort: Cohort, *, by: Actor) -> Cohort:
    """Close the doors and let runs be made."""
    policies.begin_matching.check(by, cohort)
    return _become(cohort, "begin_matching", by)


def activate(cohort: Cohort, *, by: Actor) -> Cohort:
    """Let the mentorships run."""
    policies.activate.check(by, cohort)
    return _become(cohort, "activate", by)


def begin_closing(cohort: Cohort, *, by: Actor) -> Cohort:
    """Let pairs come to an end."""
    policies.begin_closing.check(by, cohort)
    return _become(cohort, "begin_closing", by)


def close(cohort: Cohort, *, by: Actor) -> Cohort:
    """End the cohort."""
    policies.close.check(by, cohort)
    return _become(cohort, "close", by)


def _become(cohort: Cohort, name: str, by: Actor) -> Cohort:
    with transaction.atomic():
        cohort.become(STEPS[name].to, by=by)
    return cohort


STEP_ACTIONS: dict[str, Callable[..., Cohort]] = {
    "open_recruiting": open_recruiting,
    "begin_matching": begin_matching,
    "activate": activate,
    "begin_closing": begin_closing,
    "close": close,
}
