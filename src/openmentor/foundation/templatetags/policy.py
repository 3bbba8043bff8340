from __future__ import annotations

from typing import Any

from django import template

from openmentor.foundation import policies

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: template.Context, name: str, subject: Any) -> bool:
    """``{% may "mentorships.accept" mentorship as may_accept %}``: may the reader of this page do it?"""
    return policies.find(name)(context["request"].actor, subject)


@register.simple_tag(takes_context=True)
def why_not(context: template.Context, name: str, subject: Any) -> str:
    """The sentence why the reader may not, or an empty one."""
    return policies.find(name).why_not(context["request"].actor, subject) or ""
