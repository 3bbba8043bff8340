"""The pages of filling a pool: accessible, and never wider than a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.conftest import become
from tests.browser.test_ui_gallery import RULES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

MANAGER = (
    "/", "/programs/", "/programs/1/", "/programs/cohorts/1/", "/programs/1/landing/", "/cohorts/1/find/", "/cohorts/1/find/?role=mentor&min_level=3",
    "/cohorts/1/invite/?all=1&asked=&role=mentor", "/cohorts/1/invitations/", "/cohorts/1/eligibility/", "/cohorts/1/applications/",
    "/cohorts/1/applications/?status=applied&role=mentor", "/cohorts/1/applications/by-rule/", "/cohorts/1/questions/",
    "/cohorts/1/application-imports/", "/enrollments/1/",
)  # fmt: skip
MENTEE = ("/", "/applications/", "/apply/1/mine/", "/apply/1/1/", "/apply/1/4/", "/apply/1/0/", "/apply/1/never/")
EVERYBODY = ("/p/growing-together/", "/p/growing-together/mentor/", "/demo/", "/accounts/login/")


def faults_of(page: Any, address: str) -> list[tuple[str, Any]]:
    """What axe finds on a page, and what sticks out of it on a phone."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    found = [
        (address, violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in Axe().run(page, options=RULES).response["violations"]
    ]
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [*found, *([(address, "wide", width)] if width > 390 else [])]


@pytest.mark.parametrize(("persona", "pages"), [("Program manager", MANAGER), ("Mentee", MENTEE), ("", EVERYBODY)])
def test_pages_are_accessible_and_fit_a_phone(demo_server, new_page, persona, pages) -> None:  # type: ignore[no-untyped-def]
    page = new_page(reduced_motion="reduce")
    if persona:
        become(page, demo_server, persona)
    assert [fault for path in pages for fault in faults_of(page, demo_server.url + path)] == []


def test_what_was_understood_of_a_file_is_accessible_and_fits_a_phone(demo_server, new_page, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    page = new_page(reduced_motion="reduce")
    become(page, demo_server, "Program manager")
    page.goto(f"{demo_server.url}/cohorts/1/application-imports/")
    file = tmp_path / "form.csv"
    file.write_text(
        "Email,Role,What matters most to you at work?,Preferred mentor\nzoe@elsewhere.example,mentee,Honestie,Zed Nobody\n"
    )
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("1 applicant is not in the database")).to_be_visible(timeout=20_000)
    assert faults_of(page, page.url) == []
    page.get_by_role("button", name="Give up").click()
    expect(page.get_by_text(re.compile("nothing was imported", re.IGNORECASE))).to_be_visible()
