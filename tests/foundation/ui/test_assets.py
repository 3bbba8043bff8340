from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.template import engines

from openmentor.foundation.ui import assets

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "openmentor"
BUDGET = 60_000


@pytest.mark.parametrize("name", ["app.css", "app.js"])
def test_what_a_page_loads_keeps_to_the_budget(name):
    bundled = assets.FOLDER / json.loads((assets.FOLDER / "manifest.json").read_text())[name]
    assert bundled.exists()
    assert bundled.with_name(bundled.name + ".gz").exists()
    assert 1_000 < bundled.with_name(bundled.name + ".br").stat().st_size < BUDGET


def test_nothing_is_fetched_from_elsewhere():
    names = json.loads((assets.FOLDER / "manifest.json").read_text())
    style = (assets.FOLDER / names["app.css"]).read_text()
    addresses = {
        address
        for address in re.findall(r"url\(([^)]*)\)", style)
        if not address.strip("\"'").startswith(("data:", "./"))
    }
    assert addresses == set()


def test_the_lock_file_names_no_registry():
    text = (ROOT / "package-lock.json").read_text()
    assert '"integrity"' in text
    assert "resolved" not in text
    assert "http" not in re.sub(r'"url": "[^"]*"', "", text)


def test_every_icon_that_a_template_names_is_in_the_build():
    built = set(json.loads((assets.FOLDER / "icons.json").read_text()))
    named = {
        name
        for path in SOURCES.rglob("*.html")
        for name in re.findall(
            r"""\{% icon "([^"]+)"|\bicon(?:_end)?="([a-z0-9-]+)\"""", path.read_text(encoding="utf-8")
        )
        for name in name
        if name
    }
    assert "users" in named
    assert named - built == set()


def test_every_icon_of_the_navigation_is_in_the_build():
    from openmentor.foundation.ui import nav

    assert [
        item.icon for item in nav._items if item.icon not in json.loads((assets.FOLDER / "icons.json").read_text())
    ] == []
    assert "home" in [item.icon for item in nav._items]


def test_an_icon_is_decoration_unless_it_says_something():
    django = engines["django"]
    assert 'aria-hidden="true"' in django.from_string('{% icon "users" %}').render()
    told = django.from_string('{% icon "lock" label %}').render({"label": "Locked <b>"})
    assert 'role="img" aria-label="Locked &lt;b&gt;"' in told


def test_an_icon_that_is_not_built_says_what_to_do():
    with pytest.raises(assets.AssetsMissing, match=r"icons\.txt"):
        assets.icon("no-such-icon")


def test_no_template_breaks_the_content_security_policy():
    """Neither inline scripts that run, nor style attributes, nor handlers in attributes."""
    bad = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style\b|\sstyle=|\son[a-z]+=\"|javascript:|hx-on"
    )
    found = {
        str(path.relative_to(SOURCES)): bad.findall(path.read_text(encoding="utf-8"))
        for path in SOURCES.rglob("templates/**/*.html")
        if "mail" not in path.parts and bad.search(path.read_text(encoding="utf-8"))
    }
    assert found == {}
