"""An export of an HR system brought in by an administrator who starts with nothing, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.conftest import Server, start_server
from tests.people.importing.made import as_csv, hr_rows

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("import")]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("import"), "serve")
    yield server
    server.stop()


def begin(page: Page, server: Server) -> None:
    """The first administrator; the second time they sign in."""
    page.goto(server.url)
    if "/setup/" in page.url:
        found = re.search(r"http\S+token=\S+", server.console)
        assert found
        page.goto(found.group())
        page.get_by_label("Your name").fill("Robin Admin")
        page.get_by_label("E-mail").fill("robin@example.org")
        page.get_by_label("Password").fill("a long pass word 77")
        page.locator("main form button[type=submit], form button.btn-primary").first.click()
    else:
        page.locator("input[name=login]").fill("robin@example.org")
        page.locator("input[type=password]").fill("a long pass word 77")
        page.locator("form button.btn-primary").first.click()
    expect(page.get_by_role("heading", name="Hello Robin")).to_be_visible()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_file_of_people_comes_in(server, new_page, tmp_path: Path, width):  # type: ignore[no-untyped-def]
    file = tmp_path / "people.csv"
    is_phone = width < 500
    few = [
        ["71", "Kim Lee", "kim@example.org", "50000"],
        ["72", "Lou Hill", "", "51000"],
        ["73", "Mo Ray", "", "52000"],
    ]
    file.write_bytes(as_csv(few, ["No", "Name", "Mail", "Salary"]) if is_phone else as_csv(hr_rows()))
    page = new_page(width=width, height=844, phone=is_phone, reduced_motion="reduce")
    begin(page, server)
    page.goto(f"{server.url}/people/imports/")
    fits(page)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Where it comes from").fill(f"HR {width}")
    page.get_by_label("The day it is true for").fill("2019-03-01")
    page.get_by_role("button", name="Read the file").click()
    # Read in the background; the page shows what was found as soon as it is there.
    expect(page.get_by_role("heading", name="What only you can know")).to_be_visible()
    fits(page)
    # The whole page in view: what the bars cover just now is not too small to hit.
    page.set_viewport_size({"width": width, "height": page.locator("html").evaluate("html => html.scrollHeight")})
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]] == []
    page.set_viewport_size({"width": width, "height": 844})
    if is_phone:
        page.get_by_text("1 column tells of private things").tap()
        fits(page)
        bar = page.locator(".om-form-actions-sticky").bounding_box()
        below = page.locator(".om-bottom").bounding_box()
        assert bar["y"] + bar["height"] <= below["y"] + 1, "the buttons are hidden behind the bar at the bottom"
        page.get_by_role("button", name="Bring in 3 people").tap()
        expect(page.get_by_text("2 people have no address")).to_be_visible()
        fits(page)
        return
    expect(page.get_by_text("120 have no address")).to_be_visible()
    page.get_by_label("RecruitmentSource").select_option(label="Leave it out")
    page.get_by_label("Make addresses by a rule").check()
    page.get_by_label("The rule").fill("first.last@example.org")
    page.get_by_role("button", name="Bring in 120 people").click()
    expect(page.get_by_text("You changed something, so the file is checked again.")).to_be_visible()
    expect(page.get_by_label("RecruitmentSource")).to_have_value("leave_out")
    # Rows are turned over without leaving the page.
    page.get_by_label("Pages of rows").get_by_role("link", name="Page 2").click()
    expect(page.locator("#rows tbody tr").first).to_contain_text("27")
    page.get_by_role("button", name="Bring in 120 people").dblclick()
    expect(page.get_by_text("The people are here.")).to_be_visible()
    page.get_by_role("link", name="See the people").click()
    expect(page.get_by_role("link", name="Karima Adler")).to_be_visible()
