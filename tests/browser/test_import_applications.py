"""Files of applications, as a program manager brings them: what was understood, what was corrected, what was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Server, become
from tests.enrollment import exports
from tests.enrollment.exports import Applicant

from openmentor.config.demo import organization

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="session")
def staff() -> Sequence[organization.Made]:
    """The made people of the demo's server who still work there."""
    return [one for one in organization.make(60, date.today()) if one.left is None]  # noqa: DTZ011 - as the server made them


@pytest.fixture
def manager(demo_server: Server, new_page: Any) -> Any:
    page = new_page(width=1280)
    become(page, demo_server, "Program manager")
    return page


def applicant(one: organization.Made, role: str, **said: Any) -> Applicant:
    return Applicant(one.name, one.email, role, **said)


def bring(page: Any, file: Path, outcome: str = "Checked, waiting for your yes") -> None:
    """From the navigation to what was understood of the file."""
    page.get_by_role("link", name="Programs").first.click()
    page.get_by_role("link", name="Growing Together").first.click()
    page.get_by_role("link", name="Applications", exact=True).first.click()
    page.locator("#main summary", has_text="More").first.click()
    page.get_by_role("link", name="Import applications").first.click()
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text(outcome, exact=True)).to_be_visible(timeout=20_000)


def figure(page: Any, label: str) -> str:
    """What stands on the card of one figure."""
    return str(page.locator(".om-stat", has_text=label).first.inner_text())


def write(page: Any, count: int) -> None:
    page.get_by_role("button", name=re.compile(f"^Import {count} application")).click()
    expect(page.get_by_text("Importing it again changes nothing.")).to_be_visible(timeout=20_000)


def test_an_export_of_google_forms_from_doubts_to_done_and_again(manager: Any, staff: Any, tmp_path: Path) -> None:
    page, mentor = manager, staff[20]
    file = tmp_path / "Mentoring (Responses).csv"
    applicants = [
        applicant(mentor, "mentor", places=3),
        applicant(staff[21], "mentee", wishes=[mentor.name, "Zoe Nobody"], vetoes=["Mr. Noname Unknown", f"team {staff[3].team}"]),
        applicant(staff[22], "both", wishes=[mentor.email]),
        Applicant("Sam Stranger", "sam@elsewhere.example"),
    ]  # fmt: skip
    file.write_bytes(exports.google(applicants).replace(b"Honesty, Learning", b"Honesty, Lerning"))
    bring(page, file)
    # What was understood, what was not, and what is done about it.
    assert "4" in figure(page, "Rows")
    assert "3" in figure(page, "Will be imported")
    expect(page.get_by_text("Zoe Nobody is not among the people; the wish is left out.")).to_be_visible()
    expect(
        page.get_by_text("Mr. Noname Unknown is not among the people; the veto is kept as it is written.")
    ).to_be_visible()
    expect(page.get_by_text("1 applicant is not in the database")).to_be_visible()
    expect(page.get_by_text("The nearest: Learning")).to_be_visible()
    assert page.get_by_label("Your name").input_value() == "name"
    # One answer is said for all, one column is corrected: it is read again, and nothing is written before that was seen.
    page.get_by_label("What is meant by Lerning").select_option(label="Learning")
    page.get_by_label("How did you hear about us?").select_option(label="A few sentences about you")
    page.get_by_role("button", name=re.compile("^Import 3")).click()
    expect(page.get_by_text("so the file is read again")).to_be_visible(timeout=20_000)
    expect(page.get_by_label("How did you hear about us?")).to_have_value("question:about", timeout=20_000)
    expect(page.get_by_text("The nearest: Learning")).to_have_count(0)
    write(page, 3)
    # The same file again doubles nobody.
    bring(page, file)
    page.get_by_label("How did you hear about us?").select_option(label="A few sentences about you")
    page.get_by_label("What is meant by Lerning").select_option(label="Learning")
    page.get_by_role("button", name="Read again with these changes").click()
    expect(page.get_by_label("How did you hear about us?")).to_have_value("question:about", timeout=20_000)
    write(page, 3)
    assert re.search(r"New\s+0", figure(page, "New"))
    assert re.search(r"As before\s+4", figure(page, "As before"))
    # It stands in the application, and the veto as it was written.
    page.get_by_role("link", name="To the applications").click()
    page.get_by_label("Name, e-mail or position").fill(staff[21].name)
    page.get_by_label("Name, e-mail or position").press("Enter")
    page.get_by_role("link", name=staff[21].name).first.click()
    expect(page.get_by_text("Mr. Noname Unknown")).to_be_visible()
    expect(page.get_by_text("A poster")).to_be_visible()


def test_a_workbook_of_microsoft_forms(manager: Any, staff: Any, tmp_path: Path) -> None:
    page, file = manager, tmp_path / "Mentoring 2026.xlsx"
    file.write_bytes(
        exports.microsoft([applicant(staff[23], "mentor"), applicant(staff[24], "mentee", wishes=[staff[23].name])])
    )
    bring(page, file)
    assert page.get_by_label("ID", exact=True).input_value() == "leave_out"
    assert page.get_by_label("Completion time").input_value() == "submitted_at"
    write(page, 2)


def test_a_spreadsheet_of_names_asks_whether_it_is_them(manager: Any, staff: Any, tmp_path: Path) -> None:
    page, file = manager, tmp_path / "liste.csv"
    file.write_bytes(
        exports.by_hand([applicant(staff[25], "mentor"), applicant(staff[26], "mentee", wishes=[staff[25].name])])
    )
    bring(page, file)
    assert page.get_by_label("Who", exact=True).input_value() == "name"
    expect(page.get_by_text("2 people are known by their names alone")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Import 0"))).to_have_attribute("aria-disabled", "true")
    page.get_by_text("All of them are right").click()
    page.get_by_role("button", name="Read again with these changes").click()
    expect(page.get_by_role("button", name=re.compile("^Import 2"))).to_be_visible(timeout=20_000)
    write(page, 2)


def test_a_file_that_is_no_table_says_where_and_what_to_do(manager: Any, tmp_path: Path) -> None:
    page, file = manager, tmp_path / "broken.csv"
    file.write_bytes(b"Email,Role,Remark\nann@example.org,mentee," + b"x" * 1_000_000 + b"\n")
    bring(page, file, outcome="Not done")
    expect(page.get_by_role("alert")).to_contain_text(
        "row 2, column 3: This cell has 1000000 characters; at most 50000 are read."
    )
    expect(page.get_by_role("alert")).to_contain_text("Nothing was written.")
    expect(page.get_by_role("link", name="Bring a corrected file")).to_be_visible()
