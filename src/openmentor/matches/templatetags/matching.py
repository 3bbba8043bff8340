"""``{% load matching %}``: a run's state in words, for fragments that know nothing but the run."""

from __future__ import annotations

from django import template

from openmentor.matches import telling
from openmentor.matches.models import MatchingRun
from openmentor.matches.specification import label
from openmentor.programs.models import Cohort

register = template.Library()


@register.filter
def run_stage(run: MatchingRun) -> str:
    return telling.stage(run)


@register.filter
def run_tone(run: MatchingRun) -> str:
    return telling.TONES[run.status]


@register.filter
def run_faults(run: MatchingRun) -> list[str]:
    """What the engine could not read, with names. One query."""
    return telling.faults(run.report.get("faults", ()) if run.message else ())


@register.filter
def percent(share: float) -> str:
    """A share of one, whole; what is less than one percent is not called none."""
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


@register.filter
def dimension_name(key: str, cohort: Cohort) -> str:
    return label(key, cohort.matching)
