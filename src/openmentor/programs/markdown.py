"""Managers' texts as HTML: Markdown without raw HTML, cleaned once more before it reaches a page."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "hr"}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


def render_inline(text: str) -> SafeString:
    """One line: emphasis and links alone."""
    return _cleaned(_markdown.renderInline(text))


def render(text: str) -> SafeString:
    """Paragraphs, lists, emphasis, links and small headings; nothing that loads, runs or restyles."""
    html = _markdown.render(text)
    for level in ("1", "2"):  # the page's own headings stay above those of a text
        html = html.replace(f"<h{level}>", "<h3>").replace(f"</h{level}>", "</h3>")
    return _cleaned(html)


def _cleaned(html: str) -> SafeString:
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has cleaned it
