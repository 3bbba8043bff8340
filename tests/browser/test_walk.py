"""From a file of people to published, explained matches: the whole way of a program manager with their own data, and of who is matched."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Server
from tests.browser.walk_files import APPLICANTS, PEOPLE, applications_csv, people_csv

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SECRET = "twelve green bicycles 7"


class Walk:
    """One person's browser. With OPENMENTOR_PICTURES set to a folder, it keeps a picture of each station there."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        page.set_default_timeout(30_000)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def click(self, name: str | re.Pattern[str], role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=isinstance(name, str)).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()

    def picture(self, name: str) -> None:
        folder = os.environ.get("OPENMENTOR_PICTURES")
        if folder:
            size = self.page.viewport_size or {"width": 0}
            self.page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png")


def test_from_a_file_of_people_to_published_explained_matches(
    empty_server: Server, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    token = re.search(r"/setup/\?token=(\S+)", empty_server.console)
    assert token
    manager = Walk(new_page(), empty_server.url)
    become_administrator(manager, token.group(1))
    import_people(manager, tmp_path)
    create_program(manager)
    publish_landing_page(manager)
    import_applications(manager, tmp_path)
    approve(manager)
    begin_matching(manager)
    run_matching(manager)
    change_the_board(manager)
    run_again_with_another_weight(manager)
    publish(manager)
    pairs, codes = matched_people(manager), print_codes(manager)
    mentor, mentee = pairs[0]
    unhappy_mentor, unhappy = next(pair for pair in pairs if pair[0] != mentor)
    phones = [Walk(new_page(width=390, height=844, phone=True), empty_server.url) for _ in range(2)]
    claim(phones[0], codes[mentee], "mentee@example.org")
    accept(phones[0], mentor)
    claim(phones[1], codes[unhappy], "unhappy@example.org")
    decline(phones[1], "We worked together before. PURPLEREASON")
    fill_the_gaps(manager, {unhappy})
    table = export(manager)
    assert (mentor in table, mentee in table, "PURPLEREASON" in table) == (True, True, False)
    assert unhappy_mentor in table


def become_administrator(walk: Walk, token: str) -> None:
    walk.go(f"/setup/?token={token}")
    walk.page.get_by_label("Your name").fill("Paula Planner")
    walk.page.get_by_label("E-mail").fill("paula@example.org")
    walk.page.locator("input[name=password]").fill(SECRET)
    walk.click("Begin")
    expect(walk.page.get_by_role("heading", name="Hello Paula")).to_be_visible()


def import_people(walk: Walk, folder: Path) -> None:
    file = folder / "people.csv"
    file.write_bytes(people_csv())
    walk.click("Import your people", "link")
    walk.page.locator("input[type=file]").set_input_files(file)
    walk.page.get_by_label("Where it comes from").fill("HR system")
    walk.page.get_by_label("Everybody of this source").check()
    walk.picture("import-choose")
    walk.click("Read the file")
    expect(walk.page.get_by_text(f"{PEOPLE} have no address")).to_be_visible()
    walk.picture("import-checked")
    walk.click(f"Bring in {PEOPLE} people")
    expect(walk.page.get_by_text("The people are here.")).to_be_visible()
    walk.picture("import-done")


def create_program(walk: Walk) -> None:
    walk.click("Create a program", "link")
    page = walk.page
    page.get_by_label("Name").first.fill("Growing Together")
    page.get_by_label("Purpose").fill("So that everybody knows somebody a few steps ahead.")
    for field in ("coordinator", "manager"):
        page.locator(f"input[name$={field}]").first.fill("paula@example.org")
    page.locator("input[name$=starts_on]").fill("2027-01-11")
    page.locator("input[name$=ends_on]").fill("2027-07-09")
    page.locator("input[name=cohort-name], #id_cohort-name").first.fill("Spring 2027")
    walk.click("Create the program")
    expect(page.get_by_role("heading", name="Growing Together")).to_be_visible()
    walk.picture("program")


def publish_landing_page(walk: Walk) -> None:
    page = walk.page
    walk.click("Open recruiting", "link")
    walk.click("Open recruiting")
    expect(
        page.get_by_text("Recruiting is open.")
    ).to_be_visible()  # a click meanwhile would be undone by this page's coming
    walk.click("Edit", "link")
    page.get_by_label("In one sentence").fill("Six months with somebody a few steps ahead.")
    walk.click("Save")
    walk.click("Publish")
    walk.click("Look at it", "link")
    expect(page.get_by_role("link", name="Find a mentor").first).to_be_visible()
    walk.picture("landing")


def import_applications(walk: Walk, folder: Path) -> None:
    page = walk.page
    file = folder / "applications.csv"
    file.write_bytes(applications_csv())
    walk.go("/programs/")
    walk.click("Growing Together", "link")
    walk.click("Applications", "link")
    walk.click("Import applications", "link")
    page.locator("input[type=file]").set_input_files(file)
    walk.click("Read the file")
    expect(page.get_by_text(f"{APPLICANTS} people are known by their names alone")).to_be_visible()
    page.get_by_label("All of them are right").check()
    page.get_by_label("expect", exact=False).check()
    walk.picture("applications-checked")
    walk.click("Read again with these changes")
    walk.click(re.compile(r"^Import \d+ applications"))
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    walk.picture("applications-done")


def approve(walk: Walk) -> None:
    walk.click("To the applications", "link")
    walk.picture("applications")
    walk.click("Approve by rule", "link")
    walk.picture("approve-by-rule")
    walk.click("Approve")
    expect(walk.page.get_by_text(f"{APPLICANTS}").first).to_be_visible()
    walk.picture("approved")


def begin_matching(walk: Walk) -> None:
    walk.click("Matching", "link")
    walk.click("Begin matching", "link")
    walk.click("Begin matching")
    walk.click("Readiness", "link")
    walk.picture("readiness")


def run_matching(walk: Walk) -> None:
    page = walk.page
    walk.click("Matching", "link")
    walk.click("Run the matching")
    expect(page.get_by_role("heading", name="The best possible, and proved.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("dimensions decide most"))).to_be_visible()
    walk.picture("board")


def change_the_board(walk: Walk) -> None:
    """By hand, at a cost that is shown first; and back."""
    page = walk.page
    name = page.locator(".om-pair-name").first.inner_text()
    page.get_by_label(f"Change the pair with {name}").first.click()
    page.get_by_role("link", name="Move to another mentor…").first.click()
    walk.picture("board-move")
    cost = page.locator("tr", has=page.get_by_role("button")).nth(1)
    expect(cost).to_contain_text(re.compile("total|fit|less|lower", re.I))
    cost.get_by_role("button").click()
    expect(page.get_by_role("heading", name=re.compile("below the proved best"))).to_be_visible()
    walk.picture("board-changed")
    walk.click("Undo")
    expect(page.get_by_role("heading", name="The best possible, and proved.")).to_be_visible()


def run_again_with_another_weight(walk: Walk) -> None:
    page = walk.page
    walk.click("Matching", "link")
    walk.click("Settings", "link")
    page.get_by_label("Values", exact=True).first.fill("9")
    walk.picture("settings")
    walk.click("Save and go to the runs")
    expect(page.get_by_role("heading", name="Changed since run 1")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Run (again|the matching)")).first.click()
    expect(page.get_by_role("heading", name="The best possible, and proved.")).to_be_visible(timeout=60_000)
    walk.click("Matching", "link")
    walk.click("Compare")
    walk.picture("compare")


def publish(walk: Walk) -> None:
    page = walk.page
    walk.click("Matching", "link")
    walk.click("Open the board", "link")
    walk.click(re.compile("^Publish"), "link")
    walk.picture("publish")
    walk.click(re.compile(r"^Publish \d+ pairs"))
    expect(page.get_by_text("72 matches are proposed")).to_be_visible(timeout=60_000)
    walk.picture("published")


def print_codes(walk: Walk) -> dict[str, str]:
    """Nobody has an address, so everybody gets a code on paper. Returns the codes by name."""
    walk.go("/people/codes/")
    walk.click("Make the codes")
    rows = walk.page.locator("tbody tr").all_inner_texts()
    return {(cells := re.split(r"\s*[\t\n]\s*", row.strip()))[0]: cells[-1] for row in rows}


def matched_people(walk: Walk) -> list[tuple[str, str]]:
    """Names of some pairs, mentor first, as the cohort's mentorships show them."""
    walk.go("/programs/")
    walk.click("Growing Together", "link")
    walk.click("Mentorships", "link")
    walk.picture("mentorships")
    rows = walk.page.locator("tbody tr").all_inner_texts()
    return [(cells[0].strip(), cells[1].strip()) for cells in (row.split("\t") for row in rows)]


def claim(walk: Walk, code: str, email: str) -> None:
    """Somebody comes with their code, on a phone."""
    walk.go("/claim/")
    walk.page.get_by_label("Your code").fill(code)
    walk.click("Continue")
    walk.page.get_by_label("E-mail").fill(email)
    walk.page.locator("input[name=password]").fill(SECRET)
    walk.click("Open my account")


def accept(walk: Walk, other: str) -> None:
    walk.go("/")
    expect(walk.page.get_by_text(other).first).to_be_visible()
    walk.click("See why, and answer", "link")
    walk.picture("match")
    walk.click(re.compile("^Yes"))
    expect(walk.page.get_by_text(re.compile("You said yes|It is on|Begun"))).not_to_have_count(0)


def decline(walk: Walk, reason: str) -> None:
    walk.go("/")
    walk.click("See why, and answer", "link")
    walk.click("No, this is not right for me", "link")
    walk.page.locator("textarea").fill(reason)
    walk.picture("match-decline")
    walk.click("Say no")


def fill_the_gaps(walk: Walk, again: set[str]) -> None:
    """A second run leaves everybody in place who has a match; who declined is matched with somebody else, or told why not."""
    page = walk.page
    walk.go("/programs/")
    walk.click("Growing Together", "link")
    walk.click("Matching", "link")
    page.get_by_role("button", name=re.compile("^Run")).first.click()
    expect(page.get_by_text(re.compile("The best possible"))).to_be_visible(timeout=60_000)
    walk.picture("second-run")
    on_the_board = set(page.locator(".om-pair-name").all_inner_texts()) | set(
        page.locator(".om-board-card").all_inner_texts()
    )
    assert any(name in text for name in again for text in on_the_board)


def export(walk: Walk) -> str:
    """The pairs as a file that a spreadsheet opens."""
    page = walk.page
    walk.click("Matching", "link")
    page.get_by_label(re.compile("^More for run 2")).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV file").first.click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")
