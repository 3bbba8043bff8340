"""Applying on a phone, as a thumb does it: every tap is counted, and the forty-first is one too many."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import become

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

MOST_TAPS = 40
PHONE = {"width": 390, "height": 844, "phone": True, "locale": "en-US", "timezone_id": "Europe/Madrid"}


@dataclass
class Thumb:
    """Taps on a page, and counts."""

    page: Any
    taps: int = 0

    def tap(self, target: Any) -> None:
        self.taps += 1
        assert self.taps <= MOST_TAPS, f"tap {self.taps} is one too many"
        target.tap()

    def words(self, name: str, count: int) -> None:
        """Tap the first ``count`` words of a question that are not chosen yet."""
        for _ in range(count):
            self.tap(
                self.page.locator(f'label:has(input[type=checkbox][name="{name}"]:not(:checked):not(:disabled))').first
            )

    def go_on(self) -> None:
        """The button at the end of the screen; returns on the next page."""
        here = self.page.url
        self.tap(self.page.locator(".om-form-actions button.btn-primary"))
        self.page.wait_for_url(lambda url: url != here)


def begin(page, server, *roles: str) -> Thumb:  # type: ignore[no-untyped-def]
    """From the landing page to the first screen."""
    thumb = Thumb(page)
    page.goto(f"{server.url}/p/growing-together/")
    thumb.tap(page.locator('a[href*="/apply/"]').first)
    page.wait_for_url("**/apply/**")
    for role in ("mentor", "mentee"):
        if page.locator(f"#role_{role}").is_checked() != (role in roles):
            thumb.tap(page.locator(f"label:has(#role_{role})"))
    thumb.go_on()
    return thumb


WORDS = (
    ("goals", 3), ("skills_wanted", 2), ("helps_with", 3), ("skills_offered", 2), ("values", 3), ("style_sought", 2), ("style_offered", 2),
    ("availability", 2), ("medium", 1),
)  # fmt: skip


def answer_screen(thumb: Thumb) -> int:
    """Answer what is required of this screen; returns how many questions that were."""
    page, asked = thumb.page, 0
    for name, count in WORDS:
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


@pytest.mark.parametrize(
    ("persona", "roles", "required"),
    [("Somebody who has not applied yet", ["mentee"], 9), ("Sponsor", ["mentor", "mentee"], 12)],
)
def test_applying_takes_at_most_forty_taps_on_four_screens(demo_server, new_page, persona, roles, required):
    page = new_page(**PHONE)
    become(page, demo_server, persona)
    thumb = begin(page, demo_server, *roles)
    asked = screens = 0
    while page.locator("form[data-autosave]").count():
        screens += 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(page.locator(".om-steps-now")).to_contain_text(f"Step {screens} of 4")
        # Every question says who sees the answer, before it is given.
        questions = page.locator("form[data-autosave] > .om-field:not(:has([name=promise]))")
        silent = [
            questions.nth(at).inner_text()
            for at in range(questions.count())
            if not questions.nth(at).locator(".om-audience").count()
        ]
        assert silent == []
        asked += answer_screen(thumb)
        thumb.go_on()
    expect(page.get_by_text("Your application is sent.")).to_be_visible()
    assert (screens, asked) == (4, required)
    # What is not required comes after, and says so.
    more = page.get_by_role("link", name="Add more")
    more.tap()
    expect(page.get_by_text("Nothing of it is required.")).to_be_visible()
    assert page.locator("form[data-autosave] .om-field").count() >= 5


def test_half_a_screen_is_saved_as_one_goes_and_is_there_again(demo_server, new_page):
    page = new_page(**PHONE)
    become(page, demo_server, "Administrator")
    thumb = begin(page, demo_server, "mentee")
    thumb.words("goals", 2)
    expect(page.locator("form [data-saved]")).to_have_text("Saved")
    chosen = page.locator('[name="goals"]:checked').evaluate_all("boxes => boxes.map((box) => box.value)")
    assert len(chosen) == 2
    # Another day, another device.
    page = new_page(**PHONE)
    become(page, demo_server, "Administrator")
    page.goto(f"{demo_server.url}/applications/")
    page.get_by_role("link", name="Go on").tap()
    page.locator(".om-form-actions button.btn-primary").tap()
    page.wait_for_url("**/apply/*/1/")
    again = page.locator('[name="goals"]:checked').evaluate_all("boxes => boxes.map((box) => box.value)")
    assert again == chosen


def test_wishes_are_ranked_and_a_team_is_refused(demo_server, new_page):
    page = new_page(**PHONE)
    become(page, demo_server, "Mentee")
    page.goto(f"{demo_server.url}/applications/")
    page.get_by_role("link", name="Open", exact=True).first.tap()
    page.get_by_role("link", name=re.compile("Say whom|Change your list")).first.tap()
    listed = page.locator("#wish-list [data-key] .om-ranked-label")
    expect(page.get_by_role("heading", name="Your list")).to_be_visible()
    before = listed.count()
    for place in (before + 1, before + 2):
        page.get_by_role("button", name=re.compile("^Add .* to your list$")).first.tap()
        expect(listed).to_have_count(place)
    first, last = listed.first.inner_text(), listed.last.inner_text()
    page.get_by_role("button", name=f"Move {last} up").tap()
    expect(page.locator("#wish-list [data-saved]")).to_have_text("Saved")
    page.reload()
    names = listed.all_inner_texts()
    assert (names[0], names[-2]) == (last if before == 0 else first, last)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Never with a team; and who learns of it stands there first.
    page.get_by_role("link", name="My application").first.tap()
    page.get_by_role("link", name="Say it").tap()
    expect(page.get_by_text("Who sees this")).to_be_visible()
    page.locator("label", has_text="a team").tap()
    page.get_by_label("Name", exact=True).fill("Customer Care Lisbon")
    page.get_by_role("button", name="Keep this").tap()
    expect(page.get_by_role("button", name="Take back: Customer Care Lisbon")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
