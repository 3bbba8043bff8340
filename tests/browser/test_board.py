"""The board in a real browser: by keyboard, by drag, without scripts, and as screen readers find it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.browser.conftest import Server, start_server

pytestmark = pytest.mark.browser

#: A cohort of the demo with everybody in, and its first run: by the same actions as the pages call.
PREPARE = """
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import Actor
from openmentor.matches import actions, solving
from openmentor.programs.models import Cohort
cohort = Cohort.objects.select_related("program").first()
Enrollment.objects.filter(cohort=cohort, status__in=("applied", "waitlisted")).update(status="approved")
Cohort.objects.filter(pk=cohort.pk).update(status="matching", gate_survey=False, gate_expectations=False)
cohort.refresh_from_db()
run = actions.start(cohort, by=Actor.of(cohort.program.roles.filter(role="manager").first().person))
solving.solve(run.pk)
print("run", run.pk)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A demo of its own with a run, and the address of its board."""
    data = tmp_path_factory.mktemp("board")
    server = start_server(data, "demo", "--people", "60")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "openmentor.config.cli", "manage", "shell", "-c", PREPARE],
            env={**os.environ, "OPENMENTOR_DATA": str(data)}, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        run = re.search(r"run (\d+)", done.stdout)
        assert run, done.stderr
        yield server, f"{server.url}/runs/{run.group(1)}/"
    finally:
        server.stop()


@pytest.fixture
def board(server, new_page):
    """The board, opened by its manager."""

    def board(**options):
        found, address = server
        page = new_page(**options)
        page.goto(f"{found.url}/demo/")
        page.locator("form", has=page.locator(".om-person")).get_by_role("button").first.click()
        page.goto(address)
        return page

    return board


def pairs(page) -> set[tuple[str, str]]:
    return {
        (lane.get_attribute("data-board-lane"), item.get_attribute("data-board-item"))
        for lane in page.locator("#pairs [data-board-lane]").all()
        for item in lane.locator("[data-board-item]").all()
    }


def back(page) -> None:
    """Undo what a test has done."""
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone.").first.wait_for()


def test_a_mentee_is_moved_by_keyboard_and_the_cost_is_said_before(board):
    page = board()
    before = pairs(page)
    item = page.locator("#pairs [data-board-item]").first
    who = item.get_attribute("data-board-item")
    handle = item.locator("[data-board-handle]")
    handle.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.locator("[data-board-cost]", has_text="Total fit").wait_for()
    assert pairs(page) == before
    page.keyboard.press("Escape")
    assert page.locator("[data-board-cost]").text_content() == ""
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("Changed by hand:")).wait_for()
    after = pairs(page)
    assert after != before
    assert len(after) == len(before)
    assert {mentee for _mentor, mentee in after} == {mentee for _mentor, mentee in before}
    page.locator(f'[data-board-item="{who}"] [data-board-handle]:focus').wait_for()
    back(page)
    assert pairs(page) == before


def test_a_pair_is_taken_apart_by_drag(board):
    page = board(height=1400)
    before = pairs(page)
    item = page.locator("#pairs [data-board-item]").first
    name = item.get_attribute("data-board-name")
    box, nobody = item.bounding_box(), page.locator('[data-board-lane="none"]').bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(nobody["x"] + 60, nobody["y"] + 30, steps=12)
    page.locator("[data-board-cost]", has_text=f"{name} then has nobody").wait_for()
    page.mouse.up()
    page.locator('[data-board-lane="none"]', has_text=name).wait_for()
    assert len(pairs(page)) == len(before) - 1
    assert page.get_by_text("1 mentee fewer has a mentor than could.").is_visible()
    back(page)
    assert pairs(page) == before


def test_where_somebody_may_not_go_is_grey_once_they_are_picked_up_and_says_why(board):
    page = board()
    before = pairs(page)
    first = page.locator("#pairs .om-pair").first
    first.locator("summary[aria-label]").click()
    first.get_by_role("button", name="Keep together").click()
    page.get_by_text("stay together in every run").first.wait_for()
    lanes = page.locator("[data-board-lane]").count()
    handle = page.locator("#pairs .om-pair", has_text="Locked").first.locator("[data-board-handle]")
    handle.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('[data-board-shut]').length === n", arg=lanes - 1)
    page.keyboard.press("ArrowDown")
    page.locator("[data-board-cost]", has_text="Not possible here. This pair is locked. Release it first.").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('[data-board-shut]')")
    assert pairs(page) == before
    page.get_by_role("button", name=re.compile("^Release")).first.click()
    page.get_by_text("Released.").first.wait_for()


def test_the_filter_brings_cards_that_can_be_moved(board):
    page = board()
    name = page.locator("#pairs [data-board-item]").last.get_attribute("data-board-name")
    page.get_by_label("Name").fill(name)
    page.wait_for_url(re.compile(r"q="))
    handle = page.locator("#pairs [data-board-item]", has_text=name).locator("[data-board-handle]")
    handle.wait_for()
    assert handle.get_attribute("aria-label").endswith(name)


def test_it_is_worked_without_scripts(board):
    page = board(java_script_enabled=False)
    page.goto(page.url)
    first = page.locator("#pairs .om-pair").first
    first.locator("summary[aria-label]").click()
    first.get_by_text("Move to another mentor").click()
    page.get_by_role("button", name=re.compile("Put together")).first.click()
    assert page.get_by_role("heading", name=re.compile("Changed by hand|best possible")).is_visible()
    assert page.locator("#pairs").get_by_text("By hand", exact=True).first.is_visible()
    back(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(board, width):
    from axe_playwright_python.sync_playwright import Axe

    page = board(width=width)
    found = []
    pair = page.get_by_role("link", name="See all reasons", include_hidden=True).first.get_attribute("href")
    mentee = page.locator("#pairs [data-board-item]").first.get_attribute("data-board-item")
    for address in (page.url, pair, f"{page.url}changes/?mentee={mentee}", f"{page.url}publication/"):
        page.goto(address if address.startswith("http") else re.sub(r"^(https?://[^/]+).*", r"\1", page.url) + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        result = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        found += [
            (address, each["id"], each["nodes"][0]["failureSummary"], each["nodes"][0]["html"][:200])
            for each in result.response["violations"]
        ]
    assert found == []
