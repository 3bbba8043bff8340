"""``{% load programs %}``: a cohort's tabs, managers' texts, tones of phases."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from openmentor.programs import overview
from openmentor.programs.markdown import render, render_inline
from openmentor.programs.models import Cohort

register = template.Library()

TONES = {
    Cohort.Status.DRAFT: "neutral",
    Cohort.Status.RECRUITING: "info",
    Cohort.Status.MATCHING: "accent",
    Cohort.Status.ACTIVE: "success",
    Cohort.Status.CLOSING: "warning",
    Cohort.Status.CLOSED: "neutral",
}


@register.inclusion_tag("programs/_tabs.html", takes_context=True)
def cohort_tabs(context: template.Context, cohort: Cohort, within: str = "") -> dict[str, Any]:
    """The pages of a cohort beside one another: ``{% cohort_tabs cohort %}`` below the head of each of them.

    A page that belongs to a tab by its subject and not by its address names the tab: ``{% cohort_tabs cohort "matches:cohort" %}``.
    """
    request = context["request"]
    return {"tabs": overview.tabs(cohort, request.actor, request.path, within)}


@register.filter
def markdown(text: str) -> SafeString:
    return render(text or "")


@register.filter
def inline_markdown(text: str) -> SafeString:
    return render_inline(text or "")


@register.filter
def points(text: str) -> list[str]:
    """The points of a text that is nothing but a list; none if it is more than that."""
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return [line[2:] for line in lines] if lines and all(line.startswith(("- ", "* ")) for line in lines) else []


@register.filter
def phase_tone(cohort: Cohort) -> str:
    return TONES.get(Cohort.Status(cohort.status), "neutral")
