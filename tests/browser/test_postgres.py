"""The main job once more where an organization keeps its data in PostgreSQL: the demo is made there, its people matched, somebody says yes."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Server, become, start_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database of this test's own."""
    import psycopg

    server = os.environ.get("OPENMENTOR_TEST_POSTGRES")
    assert server, "OPENMENTOR_TEST_POSTGRES names no server: ./run test starts one, and names it"
    name = f"openmentor_walk_{uuid.uuid4().hex[:8]}"
    address = server.replace("postgres://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def server(postgres: str, tmp_path: Path) -> Iterator[Server]:
    server = start_server(tmp_path / "data", "demo", "--people", "60", DATABASE_URL=postgres)
    yield server
    server.stop()


def test_matched_published_and_accepted_on_postgresql(server: Server, new_page: Callable[..., Page]) -> None:
    assert not list(server.data.glob("*.sqlite3")), "it was made in the database that was named"
    page = new_page()
    become(page, server, "Program manager")
    page.goto(f"{server.url}/programs/")
    page.get_by_role("link", name="Growing Together").first.click()
    found = re.search(r"/cohorts/(\d+)/", page.url)
    assert found
    page.goto(f"{server.url}/cohorts/{found.group(1)}/applications/by-rule/")
    page.get_by_role("button", name="Approve").click()
    page.goto(f"{server.url}/cohorts/{found.group(1)}/matching/")
    page.get_by_role("link", name="Begin matching").click()
    page.get_by_role("button", name="Begin matching").click()
    page.get_by_role("button", name="Run the matching").click()
    expect(page.get_by_text("The best possible, and proved.")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name=re.compile("^Publish")).first.click()
    page.get_by_role("button", name=re.compile(r"^Publish \d+ pairs")).click()
    expect(page.get_by_text(re.compile(r"\d+ matches are proposed"))).to_be_visible(timeout=60_000)

    phone = new_page(width=390, height=844, phone=True)
    become(phone, server, "Mentee")
    phone.get_by_role("link", name="See why, and answer").click()
    phone.get_by_role("button", name=re.compile("^Yes")).click()
    expect(phone.get_by_text(re.compile("You said yes|It is on|Begun"))).not_to_have_count(0)
    assert "Traceback" not in server.console
