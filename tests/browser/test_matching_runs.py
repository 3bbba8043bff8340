"""From people who are in to a result, and a second one beside it: as a manager does it, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.browser.conftest import Server, start_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo of its own: matching closes the doors through which other tests come in."""
    server = start_server(tmp_path_factory.mktemp("runs"), "demo", "--people", "60")
    yield server
    server.stop()


def test_a_manager_runs_the_matching_changes_a_weight_and_compares(server, new_page) -> None:  # type: ignore[no-untyped-def]
    page = new_page()
    page.goto(f"{server.url}/demo/")
    page.locator("section.card", has=page.get_by_role("heading", name="Program manager")).get_by_role("button").click()
    page.wait_for_load_state()
    page.goto(f"{server.url}/programs/")
    page.get_by_role("link", name="Growing Together").first.click()
    page.wait_for_load_state()
    cohort = re.search(r"/cohorts/(\d+)/", page.url).group(1)
    page.goto(f"{server.url}/cohorts/{cohort}/applications/by-rule/")
    page.get_by_role("button", name="Approve").click()
    page.goto(f"{server.url}/programs/cohorts/{cohort}/")
    page.get_by_role("link", name="Matching", exact=True).click()
    page.get_by_role("link", name="Begin matching").click()
    page.get_by_role("button", name="Begin matching").click()
    page.get_by_role("button", name="Run the matching").click()
    # The page asks how far it is by itself, and shows the pairs once they are there.
    page.locator("#run").wait_for(state="detached", timeout=60_000)

    page.goto(f"{server.url}/cohorts/{cohort}/matching/")
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_label("Goals", exact=True).fill("2")
    page.get_by_label("Nobody badly matched").check()
    page.get_by_role("button", name="Save and go to the runs").click()
    assert "Weight of goals" in page.locator("main").inner_text()

    # The second run without scripts: a page that is fetched again by its reader.
    plain = new_page(java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    plain.goto(f"{server.url}/cohorts/{cohort}/matching/")
    plain.get_by_role("button", name="Run again").click()
    for _ in range(120):
        if plain.get_by_role("link", name="Refresh").count() == 0:
            break
        plain.wait_for_timeout(500)
        plain.get_by_role("link", name="Refresh").click()
    plain.goto(f"{server.url}/cohorts/{cohort}/matching/")
    plain.get_by_role("button", name="Compare").click()
    told = plain.locator("main").inner_text()
    assert "All fits here are by those of Run 2." in told
    assert "As many people as possible" in told

    phone = new_page(width=390, phone=True)
    phone.context.add_cookies(page.context.cookies())
    for part in ("", "readiness/", "settings/", "comparison/", "lists/"):
        phone.goto(f"{server.url}/cohorts/{cohort}/matching/{part}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, part
