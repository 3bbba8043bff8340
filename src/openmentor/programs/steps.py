"""The steps of a cohort's life, and what must be there before each. Apps above add what they know to ask for.

@needs("begin_matching")
def somebody_is_approved(cohort): yield Missing(_("Nobody is approved yet."), reverse(...))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from openmentor.programs.models import Cohort

Status = Cohort.Status
Text = str | Promise


@dataclass(frozen=True)
class Step:
    """One move between phases. ``name`` is that of the rule and of the action."""

    name: str
    to: str
    label: Text
    #: what it means, asked before it is done
    means: Text
    done: Text


STEPS = {
    step.name: step
    for step in (
        Step(
            "open_recruiting",
            Status.RECRUITING,
            _l("Open recruiting"),
            _l("People can apply from now on, and you can invite them. Everything can still be changed."),
            _l("Recruiting is open."),
        ),
        Step(
            "begin_matching",
            Status.MATCHING,
            _l("Begin matching"),
            _l(
                "Nobody new can apply from now on. You can still approve those who have, and invite nobody else. This step has no way back."
            ),
            _l("Matching has begun."),
        ),
        Step(
            "activate",
            Status.ACTIVE,
            _l("Start the cohort"),
            _l(
                "The mentorships run from now on. You can match again whenever somebody is left over. This step has no way back."
            ),
            _l("The cohort is running."),
        ),
        Step(
            "begin_closing",
            Status.CLOSING,
            _l("Begin closing"),
            _l("Pairs finish what they have begun. This step has no way back."),
            _l("The cohort is closing."),
        ),
        Step(
            "close",
            Status.CLOSED,
            _l("Close the cohort"),
            _l("The cohort is over and becomes read-only. This step has no way back."),
            _l("The cohort is closed."),
        ),
    )
}
BY_STATUS = {
    Status.DRAFT: "open_recruiting",
    Status.RECRUITING: "begin_matching",
    Status.MATCHING: "activate",
    Status.ACTIVE: "begin_closing",
    Status.CLOSING: "close",
}


def next_step(cohort: Cohort) -> Step | None:
    """What comes after the phase that a cohort is in. A rolling one starts straight from its draft."""
    if cohort.is_rolling and cohort.status == Status.DRAFT:
        return STEPS["activate"]
    name = BY_STATUS.get(Status(cohort.status))
    return STEPS[name] if name else None


@dataclass(frozen=True)
class Missing:
    """Something that a step waits for, and where it is put right."""

    sentence: str
    url: str = ""


Check = Callable[[Cohort], Iterable[Missing]]
_checks: dict[str, list[Check]] = {}


def needs(step: str) -> Callable[[Check], Check]:
    """Declare what must be there before ``step``. The check is asked on the managers' pages and before the step itself."""

    def add(check: Check) -> Check:
        if check not in _checks.setdefault(step, []):
            _checks[step].append(check)
        return check

    return add


def missing(step: str, cohort: Cohort) -> list[Missing]:
    """What a cohort lacks for ``step``, in the order in which one would put it right."""
    return [found for check in _checks.get(step, []) for found in check(cohort)]


@needs("open_recruiting")
def designed(cohort: Cohort) -> Iterable[Missing]:
    """Nobody is asked to join something without a purpose, a named contact, dates and a promise (C124)."""
    program = cohort.program
    settings = reverse("programs:settings", args=[program.pk])
    if not program.purpose.strip():
        yield Missing(_("Say what the program is for."), settings)
    if program.coordinator is None:
        yield Missing(_("Name a coordinator: the person whom everybody in the program can turn to."), settings)
    elif program.coordinator.left_on is not None or not program.coordinator.is_active:
        yield Missing(_("The coordinator has left. Name another one."), settings)
    dates = reverse("programs:cohort_settings", args=[cohort.pk])
    if cohort.starts_on is None:
        yield Missing(_("Say when the cohort starts."), dates)
    if cohort.ends_on is None and not cohort.is_rolling:
        yield Missing(_("Say when the cohort ends."), dates)
    roles = {expectation.role for expectation in cohort.expectations.all()}
    if roles != {"mentor", "mentee"}:
        yield Missing(
            _("Write down what mentors and mentees promise."), reverse("programs:expectations", args=[cohort.pk])
        )


@needs("activate")
def designed_if_rolling(cohort: Cohort) -> Iterable[Missing]:
    return designed(cohort) if cohort.status == Status.DRAFT else ()
