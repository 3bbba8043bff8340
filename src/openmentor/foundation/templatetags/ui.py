"""Small tags that components and pages share. Loaded everywhere."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openmentor.foundation.ui import assets, nav

register = template.Library()

AVATAR_COLORS = 8
TONES = {"debug": "neutral", "info": "info", "success": "success", "warning": "warning", "error": "danger"}
TONE_ICONS = {
    "neutral": "info-circle",
    "accent": "info-circle",
    "info": "info-circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "danger": "alert-circle",
}
AUDIENCES = {
    "profile": ("users", gettext_lazy("The people in this program see your answer.")),
    "matching": ("arrows-exchange", gettext_lazy("The program's managers and the matching see your answer.")),
    "confidential": (
        "lock",
        gettext_lazy("Only the matching uses your answer. Nobody reads it, and no reason ever quotes it."),
    ),
    "feedback": (
        "chart-bar",
        gettext_lazy("Your answer is counted in reports on five or more people, and never shown alone."),
    ),
}


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """``{% icon "users" %}`` is decoration; with a label it is an image that says it."""
    told: SafeString = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    filled = name.endswith("-filled")
    return format_html(
        '<svg class="icon icon-{}{}" viewBox="0 0 24 24" fill="{}" stroke="{}" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        name,
        f" {css}" if css else "",
        "currentColor" if filled else "none",
        "none" if filled else "currentColor",
        told,
        mark_safe(assets.icon(name)),  # noqa: S308 - from our own build
    )


@register.simple_tag
def asset(name: str) -> str:
    """The address of a bundled file: ``{% asset "app.css" %}``."""
    return assets.address(name)


@register.simple_tag
def html_attrs(attrs: Any, **defaults: Any) -> SafeString:
    """Attributes of a component, escaped. Cotton's own ``{{ attrs }}`` is not: a quote in a value would break out.

    ``False``, ``None`` and empty defaults leave the attribute out; ``True`` writes its name alone.
    """
    given: Mapping[str, Any] = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else (attrs or {})
    parts = []
    usual = {key.replace("_", "-"): value for key, value in defaults.items() if value != ""}
    for name, value in {**usual, **given}.items():
        if value is None or value is False:
            continue
        if value is True:
            parts.append(str(conditional_escape(name)))
        else:
            # Text that counts as safe may still hold the quote that would end the attribute.
            text = str(conditional_escape(value)).replace('"', "&quot;")
            parts.append(f'{conditional_escape(name)}="{text}"')
    return mark_safe(" ".join(parts))  # noqa: S308 - every part was escaped above


@register.filter
def tone_icon(tone: str) -> str:
    return TONE_ICONS.get(tone, "info-circle")


@register.filter
def tone_of_message(message: Message) -> str:
    """The tone of a message of ``django.contrib.messages``."""
    return TONES.get(message.level_tag, "info")


@register.filter
def initials(name: Any) -> str:
    """One or two letters for an avatar: the first of the first word and the first of the last."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    letters = [word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)]
    return "".join(letters).upper() or "?"


@register.filter
def avatar_color(name: Any) -> int:
    """1 to 8, the same for the same name on every machine and for ever."""
    plain = unicodedata.normalize("NFKC", str(name or "")).casefold().strip()
    return hashlib.sha256(plain.encode()).digest()[0] % AVATAR_COLORS + 1


@register.simple_tag
def audience_note(audience: str) -> dict[str, Any]:
    """Icon and sentence that say who sees an answer; empty for a field that says nothing."""
    symbol, sentence = AUDIENCES.get(audience, ("", ""))
    return {"icon": symbol, "sentence": sentence}


@register.simple_tag
def fit(value: float | None, out_of: float = 1.0) -> dict[str, Any]:
    """A fit as number, share, tone and words. ``value`` from 0 (worst) to ``out_of`` (best); None is 'not known'."""
    if value is None:
        return {"known": False, "number": "-", "share": 0, "percent": "0%", "tone": "neutral", "words": _("Not known")}
    share = min(max(value / out_of, 0.0), 1.0)
    words, tone = _("Weak fit"), "warning"
    if share >= 0.8:
        words, tone = _("Very good fit"), "success"
    elif share >= 0.65:
        words, tone = _("Good fit"), "success"
    elif share >= 0.5:
        words, tone = _("Fair fit"), "info"
    return {
        "known": True,
        "number": round(share * 100),
        "percent": f"{share:.1%}",
        "share": round(share, 4),
        "tone": tone,
        "words": words,
    }


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The page numbers worth a link, with an ellipsis for what is left out."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else "…" for number in numbers]


@register.filter
def sort_direction(column: Any) -> str:
    """``ascending``, ``descending`` or nothing for a column of django-tables2."""
    if not column.is_ordered:
        return ""
    return "descending" if column.order_by_alias.is_descending else "ascending"


@register.filter
def dict_get(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.simple_tag
def phone_entries(sections: Any) -> list[nav.Entry]:
    """The entries for the bar at the bottom of a phone: four at most, since a thumb needs room."""
    return [entry for section in sections for entry in section.entries if entry.item.on_phone][:4]


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, parameter: str, value: Any, drop: str = "") -> str:
    """The address of this page with one query parameter set, another dropped and everything else kept."""
    query = context["request"].GET.copy()
    query.pop(drop, None)
    query[parameter] = value
    return f"?{query.urlencode()}"
