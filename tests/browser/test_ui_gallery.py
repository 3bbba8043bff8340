"""Every component, in Chromium: accessible, fitting, and doing by keyboard what it does by pointer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.conftest import Server, start_server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("gallery")]

PAGES = ["/ui/", "/ui/public/", "/ui/entrance/", "/ui/table/", "/ui/confirmed/", "/accounts/login/"]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("gallery"), "serve", OPENMENTOR_DEBUG="1")
    yield server
    server.stop()


@pytest.fixture
def gallery(server, new_page):  # type: ignore[no-untyped-def]
    def open_gallery(path: str = "/ui/", **options):  # type: ignore[no-untyped-def]
        page = new_page(**{"reduced_motion": "reduce", **options})
        page.goto(server.url + path)
        return page

    return open_gallery


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_shut_out(gallery, path, scheme, width):
    page = gallery(path, width=width, color_scheme=scheme)
    # The whole page in view: what the bar at the bottom covers just now is not too small to hit.
    page.set_viewport_size({"width": width, "height": page.locator("html").evaluate("html => html.scrollHeight")})
    found = Axe().run(page, options=RULES).response["violations"]
    told = [f"{one['id']}: {node['html'][:160]} {node['any'][:1]}" for one in found for node in one["nodes"]]
    assert told == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_out_of_a_narrow_screen(gallery, path):
    page = gallery(path, width=320)
    assert page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth") == 0


def test_the_reader_chooses_the_theme_and_keeps_it(gallery):
    page = gallery("/ui/table/", color_scheme="light")
    ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    page.get_by_label("Light or dark").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("body")).not_to_have_css("background-color", ground)  # it may fade
    dark = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    expect(page.locator("body")).to_have_css("background-color", dark)


def test_the_system_s_dark_is_followed_without_scripts(gallery):
    shades = {
        scheme: gallery("/ui/table/", color_scheme=scheme, java_script_enabled=False).screenshot()
        for scheme in ("light", "dark")
    }
    assert shades["light"] != shades["dark"]


def test_the_page_starts_where_the_errors_are_and_leads_to_the_fields(gallery):
    page = gallery()
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.locator("[data-error-summary]").get_by_role("link", name="Department").click()
    assert page.evaluate("document.activeElement.id") == page.locator("[id*=department]").last.get_attribute("id")


def test_the_skip_link_leads_to_the_content(gallery):
    page = gallery("/ui/table/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_menu_by_keyboard(gallery):
    page = gallery()
    menu = page.locator(".om-page-head details")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Copy"
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_dialog_asks_and_without_scripts_a_page_does(gallery):
    page = gallery()
    page.get_by_role("link", name="Delete", exact=True).last.click()
    dialog = page.get_by_role("dialog")
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    page.get_by_role("link", name="Delete", exact=True).last.click()
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("status").get_by_text("Done.").wait_for()

    plain = gallery(java_script_enabled=False)
    plain.locator("a[data-dialog=delete-cohort]").click()
    assert plain.get_by_role("heading", level=1).text_content() == "Delete this cohort?"
    plain.get_by_role("button", name="Delete").click()
    assert plain.get_by_text("Done.", exact=True).is_visible()


def test_htmx_asks_in_our_dialog(gallery):
    page = gallery()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/saved/") else None)
    page.get_by_role("button", name="Ask by htmx").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert sent == []
    page.get_by_role("button", name="Ask by htmx").click()
    with page.expect_request("**/saved/"):
        page.get_by_role("dialog").get_by_role("button", name="Go on").click()


def test_a_refusal_is_told_and_stays(gallery):
    page = gallery()
    page.get_by_role("button", name="Ask for what is refused").click()
    toast = page.get_by_role("alert").filter(has_text="Somebody else changed this")
    toast.wait_for()
    toast.get_by_role("button", name="Dismiss").click()
    assert toast.count() == 0


def test_a_list_sorts_filters_and_pages_with_and_without_scripts(gallery):
    def names(page):  # type: ignore[no-untyped-def]
        return page.locator("#people tbody td:first-child").all_text_contents()

    first = ["Amara Okafor", "Björn Lindqvist", "Chiara Rossi", "Dimitri Papadopoulos", "Farah Haddad"]
    for scripts in (True, False):
        page = gallery("/ui/table/", java_script_enabled=scripts)
        assert names(page) == first
        page.locator("#people-by-name").click()
        page.locator("#people th[aria-sort=descending]").wait_for()
        assert names(page)[:1] == ["Élodie Moreau"]
        page.get_by_label("Next page").click()
        page.get_by_text("6 to 10 of 14").wait_for()
        page.get_by_label("Search by name").fill("kim")
        if not scripts:
            page.get_by_role("button", name="Filter").click()
        page.get_by_text("1 entry").wait_for()
        assert names(page) == ["Grace Kim"]
        assert "q=kim" in page.url


def test_choosing_all_rows_and_some(gallery):
    page = gallery()
    every, count = page.get_by_label("Choose all"), page.locator("[data-selected-count]")
    every.check()
    assert count.text_content() == "3"
    page.get_by_label("Choose Chiara Rossi").uncheck()
    assert (count.text_content(), every.is_checked(), every.evaluate("box => box.indeterminate")) == ("2", False, True)


def test_progress_runs_by_itself_and_can_be_cancelled(gallery):
    page = gallery()
    page.get_by_role("paragraph").filter(has_text="120 of 600 people").wait_for()
    page.locator("#live").get_by_role("button", name="Cancel").click()
    page.locator("#live").get_by_text("Nothing was changed").wait_for()


def test_the_board_by_keyboard(gallery):
    page = gallery()
    page.get_by_role("button", name="Move Jakub Nowak").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert page.locator("[data-board-over]").get_attribute("data-board-lane") == "Grace Kim"
    page.keyboard.press("Escape")
    assert page.locator("[data-board-held], [data-board-over]").count() == 0
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    with page.expect_request("**/ui/board/") as asked:
        page.keyboard.press("Enter")
    assert "item=Jakub+Nowak&from=Amara+Okafor&to=Grace+Kim" in asked.value.post_data.replace("%20", "+")
    page.get_by_text("Jakub Nowak is now with Grace Kim.").wait_for()


def test_the_board_by_pointer_and_what_the_server_refuses(gallery):
    page = gallery()
    card, lane = page.locator("[data-board-item='Kemal Yılmaz']"), page.locator("[data-board-lane='Nadia Petrova']")
    page.locator("#board-card").evaluate("board => board.scrollIntoView({block: 'center'})")
    start, end = card.bounding_box(), lane.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 80, end["y"] + 20, steps=8)
    assert lane.get_attribute("data-board-over") is not None
    page.mouse.up()
    page.get_by_role("alert").filter(has_text="Nadia Petrova has no place left.").wait_for()
    assert page.locator("[data-board-lane='Grace Kim'] [data-board-item='Kemal Yılmaz']").count() == 1
    assert page.locator(".om-board-ghost").count() == 0


def test_the_hours_of_a_week(gallery):
    page = gallery()
    value = page.locator("#id_hours")
    assert value.input_value() == "Mon 09:00-11:00;Wed 14:00-16:00"
    grid = page.get_by_role("grid").first
    monday = grid.get_by_label("Monday 07:00")
    monday.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert value.input_value() == "Mon 09:00-11:00;Tue 07:00-08:00;Wed 14:00-16:00"
    start, end = grid.get_by_label("Friday 10:00").bounding_box(), grid.get_by_label("Friday 12:00").bounding_box()
    page.mouse.move(start["x"] + 9, start["y"] + 9)
    page.mouse.down()
    page.mouse.move(end["x"] + 9, end["y"] + 9, steps=6)
    page.mouse.up()
    assert value.input_value() == "Mon 09:00-11:00;Tue 07:00-08:00;Wed 14:00-16:00;Fri 10:00-13:00"
    grid.get_by_label("Monday 10:00").click()
    assert value.input_value() == "Mon 09:00-10:00;Tue 07:00-08:00;Wed 14:00-16:00;Fri 10:00-13:00"


def test_the_hours_by_thumb(gallery):
    page = gallery(width=390, phone=True)
    grid = page.get_by_role("grid").first
    grid.get_by_label("Tuesday 08:00").tap()
    assert page.locator("#id_hours").input_value() == "Mon 09:00-11:00;Tue 08:00-09:00;Wed 14:00-16:00"
    page.keyboard.press("ArrowDown")  # on a phone the hours run downwards
    page.keyboard.press("Space")
    assert page.locator("#id_hours").input_value() == "Mon 09:00-11:00;Tue 08:00-10:00;Wed 14:00-16:00"
    assert grid.get_by_label("Sunday 08:00").bounding_box()["x"] < 390


def test_tags(gallery):
    page = gallery()
    writer, value = page.locator("#id_skills-writer"), page.locator("#id_skills")
    assert value.input_value() == "Python, SQL"
    writer.fill("coaching")
    writer.press("Enter")
    writer.fill("negotiation, sql,")
    writer.press("Enter")
    assert value.input_value() == "Python, SQL, coaching, Negotiation"
    page.get_by_role("button", name="Remove Python").click()
    assert value.input_value() == "SQL, coaching, Negotiation"
    writer.press("Backspace")
    assert value.input_value() == "SQL, coaching"


def test_languages(gallery):
    page = gallery()
    value = page.locator("#id_languages")
    assert value.input_value() == "en:C2; de:B1"
    page.get_by_role("button", name="Add a language").first.click()
    page.get_by_label("Language", exact=True).nth(2).select_option("fr")
    assert value.input_value() == "en:C2; de:B1; fr:B2"
    page.get_by_label("How well").first.select_option("C1")
    page.get_by_role("button", name="Remove this language").nth(1).click()
    assert value.input_value() == "en:C1; fr:B2"


def test_a_ranked_list_by_buttons_and_by_drag(gallery):
    page = gallery()
    keys = "list => [...list.querySelectorAll('input[type=hidden]')].map(input => input.value).join()"
    wishes = page.locator("#id_wishes")
    assert wishes.evaluate(keys) == "12,7,31"
    page.get_by_role("button", name="Move Mei-Ling Chen up").first.click()
    page.keyboard.press("Enter")
    assert wishes.evaluate(keys) == "31,12,7"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move Mei-Ling Chen down"
    grip, last = wishes.locator("[data-grip]").first.bounding_box(), wishes.locator("li").last.bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, last["y"] + last["height"] - 4, steps=10)
    page.mouse.up()
    assert wishes.evaluate(keys) == "12,7,31"
    assert wishes.locator("input[type=number]").evaluate_all("all => all.map(one => one.value).join()") == "1,2,3"


def test_a_form_saves_as_one_goes_and_survives_a_dead_line(gallery):
    page = gallery()
    sign = page.locator("[data-saved]").first
    with page.expect_request("**/ui/saved/") as asked:
        page.locator("#id_name").fill("Ada")
    assert 'name="name"\r\n\r\nAda' in asked.value.post_data
    sign.get_by_text("Saved", exact=True).wait_for()
    page.context.set_offline(True)
    page.locator("#id_name").fill("Ada Byron")
    sign.get_by_text("no connection").wait_for()
    page.context.set_offline(False)
    sign.get_by_text("Saved", exact=True).wait_for()
    page.locator("#id_name").fill("refuse")
    sign.get_by_text("check the marked answers").wait_for()


def test_on_a_phone_the_navigation_is_a_sheet_that_needs_no_script(gallery):
    page = gallery("/ui/table/", width=390, java_script_enabled=False)
    sheet = page.locator("#side")
    assert not sheet.is_visible()
    page.get_by_role("button", name="More").click()
    assert sheet.is_visible()
