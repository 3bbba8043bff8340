"""Passkeys and an authenticator app, set up and used to sign in, in a real browser; and the lists and tabs of a phone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from tests.browser.conftest import become

pytest.importorskip("playwright")
PASSWORD = "a long walk home"


def code_of(secret: str, *, at: float) -> str:
    """What an authenticator app shows (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def sign_out(context) -> None:  # type: ignore[no-untyped-def]
    context.clear_cookies()


def test_one_signs_in_by_a_passkey_and_by_the_code_of_an_app(browser, empty_server) -> None:  # type: ignore[no-untyped-def]
    # A passkey belongs to a name, so the server is called by one.
    here = empty_server.url.replace("127.0.0.1", "localhost")
    token = re.search(r"token=(\S+)", empty_server.console)[1]  # type: ignore[index]
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    phone = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**phone, "automaticPresenceSimulation": True}})

    page.goto(f"{here}/setup/?token={token}")
    for label, value in (("Your name", "Ada Bose"), ("E-mail", "ada@example.org"), ("Password", PASSWORD)):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(f"{here}/")

    # The app, from one's own page; what protects the account asks for the password first.
    page.goto(f"{here}/people/me/")
    page.get_by_role("link", name="Passkeys and second factor").click()
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("I can’t scan it").click()
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.locator("main").inner_text())[0]  # type: ignore[index]
    page.get_by_label("Code").fill(code_of(secret, at=time.time()))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()

    page.goto(f"{here}/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto(f"{here}/accounts/2fa/webauthn/")
    page.get_by_text("Phone", exact=True).wait_for()

    sign_out(context)
    page.goto(f"{here}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{here}/")

    sign_out(context)
    page.goto(f"{here}/accounts/login/")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="One more step").wait_for()
    # The code that was used a moment ago serves no second time.
    page.get_by_label("Code").fill(code_of(secret, at=time.time() + 30))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{here}/")
    assert faults == []

    # By its number the site is no place for passkeys, and says so instead of doing nothing.
    page.goto(f"{empty_server.url}/accounts/login/")
    assert page.get_by_role("button", name="Use a passkey").is_disabled()
    assert page.get_by_text("Passkeys need this site at an address with a name").is_visible()
    context.close()


TAB_IN_VIEW = """() => {
  const tab = document.querySelector(".om-tabs [aria-current]").getBoundingClientRect();
  return tab.left >= 0 && tab.right <= innerWidth;
}"""


def test_on_a_phone_a_long_list_is_compact_and_ones_tab_is_in_view(browser, demo_server) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    become(page, demo_server, "Program manager")
    page.goto(f"{demo_server.url}/cohorts/1/applications/")
    rows = page.locator("#applications tbody tr")
    heights = [rows.nth(place).bounding_box()["height"] for place in range(rows.count())]  # type: ignore[index]
    assert len(heights) >= 15
    assert max(heights) <= 160  # two badges and a name over two lines
    assert sum(heights) / len(heights) <= 110  # tests before this one may have added badges
    for name in ("Applications", "Mentorships"):
        page.locator(".om-tabs").get_by_role("link", name=name).click()
        page.wait_for_load_state()
        page.wait_for_function(TAB_IN_VIEW)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
