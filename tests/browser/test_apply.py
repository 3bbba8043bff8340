"""Applying on a phone, as a thumb does it: every tap is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

pytestmark = pytest.mark.browser

MOST_TAPS = 40


@dataclass
class Thumb:
    """Taps on a page, and counts."""

    page: Any
    taps: int = 0

    def tap(self, target: Any) -> None:
        self.taps += 1
        target.tap()

    def words(self, name: str, count: int) -> None:
        """Tap the first ``count`` words of a question that are not chosen yet."""
        for _ in range(count):
            self.tap(
                self.page.locator(f'label:has(input[type=checkbox][name="{name}"]:not(:checked):not(:disabled))').first
            )

    def go_on(self) -> None:
        self.tap(self.page.locator(".om-form-actions button.btn-primary"))


def sign_in(page, server, who):
    """By one click, as somebody of the demo."""
    page.goto(server.url)
    page.locator("form", has=page.get_by_text(who, exact=False)).get_by_role("button").first.click()
    page.wait_for_load_state()


def cohort_of(page, server):
    """The address of the application, found as a person finds it: from the landing page."""
    page.goto(f"{server.url}/p/growing-together/")
    link = page.locator('a[href*="/apply/"]').first
    return re.search(r"/apply/(\d+)/", link.get_attribute("href")).group(1)


@pytest.mark.parametrize(("roles", "required"), [(["mentee"], 9), (["mentor", "mentee"], 12)])
def test_applying_takes_at_most_forty_taps_on_four_screens(demo_server, new_page, roles, required):
    page = new_page(width=390, height=844, phone=True, locale="en-US", timezone_id="Europe/Madrid")
    sign_in(page, demo_server, "visitor" if len(roles) == 1 else "sponsor")
    cohort = cohort_of(page, demo_server)
    page.goto(f"{demo_server.url}/apply/{cohort}/")
    thumb = Thumb(page)
    for role in roles:
        thumb.tap(page.locator(f"label:has(#role_{role})"))
    thumb.go_on()
    asked = screens = 0
    while page.locator("form[data-autosave]").count():
        screens += 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        asked += answer_screen(thumb)
        here = page.url
        thumb.go_on()
        page.wait_for_url(lambda url, here=here: url != here)
    assert page.get_by_text("Your application is sent.").is_visible()
    assert (screens, asked) == (4, required)
    assert thumb.taps <= MOST_TAPS, f"{thumb.taps} taps"


def answer_screen(thumb: Thumb) -> int:
    """Answer what is required of this screen; returns how many questions that were."""
    page, asked = thumb.page, 0
    for name, count in (
        ("goals", 3), ("skills_wanted", 2), ("helps_with", 3), ("skills_offered", 2), ("values", 3), ("style_sought", 2), ("style_offered", 2),
        ("availability", 2), ("medium", 1),
    ):  # fmt: skip
        if page.locator(f'[name="{name}"]').count():
            thumb.words(name, count)
            asked += 1
    if page.locator('[name="work_style-0"]').count():
        for line in range(5):
            thumb.tap(page.locator(f'label:has([name="work_style-{line}"][value="4"])'))
        thumb.tap(page.locator('label:has([name="communication"][value="4"])'))
        asked += 2
    if page.locator('[name="languages"]').count():
        # The browser's language is there already, and so is its time zone.
        assert page.locator('[name="languages"]:checked').count() >= 1
        assert page.locator('[name="timezone"]').input_value()
        asked += 1
    if page.locator('[name="promise"]').count():
        thumb.tap(page.locator('[name="promise"]'))
    return asked
