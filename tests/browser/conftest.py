"""The real server as a process of its own on a free port and a data folder of its own; Debian's Chromium. One of each for a
session of tests. Tests here touch no ORM: they see what a person sees."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# Chromium's own background traffic would be refused by a closed network, many times a second.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Server:
    """A running product. ``console`` is what it printed, e.g. the first administrator's token."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    log: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def console(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(data: Path, *command: str, **environment: str) -> Server:
    """Start ``openmentor COMMAND --port …`` and wait until it answers. Raises RuntimeError with its output if it does not."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    log = data / "console.log"
    env = {**os.environ, "OPENMENTOR_DATA": str(data), "OPENMENTOR_WORKER_THREADS": "2", **environment}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "openmentor.config.cli", *command, "--port", str(port)],
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", data, process, log)
    until = time.monotonic() + 180  # a machine with too much to do is no fault of the server
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return server
        except OSError:
            time.sleep(0.1)
    server.stop()
    raise RuntimeError(f"the server did not start:\n{server.console}")


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo organization, small, shared by tests that only look or that change what is their own."""
    server = start_server(tmp_path_factory.mktemp("demo"), "demo", "--people", "60")
    yield server
    server.stop()


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """An installation that nobody has used yet."""
    server = start_server(tmp_path / "data", "serve")
    yield server
    server.stop()


def become(page, server: Server, persona: str) -> None:  # type: ignore[no-untyped-def]
    """Sign in by one click as a persona of the demo, by the title of its card: "Program manager"."""
    page.goto(f"{server.url}/demo/")
    card = page.locator(".card").filter(has=page.get_by_role("heading", name=persona, exact=True))
    card.get_by_role("button").click()
    page.wait_for_url(f"{server.url}/")


@pytest.fixture(scope="session")
def browser():  # type: ignore[no-untyped-def]
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=15_000)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        assert path, "Chromium is missing: ./run test installs it where it may"
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser) -> Iterator[Callable[..., object]]:  # type: ignore[no-untyped-def]
    """``new_page(width=390)``: a page of somebody's own, with no cookies of others; fails on errors in the console and on CSP breaches."""
    contexts, faults = [], []

    def open_page(*, width: int = 1280, height: int = 900, phone: bool = False, **options):  # type: ignore[no-untyped-def]
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone, **options
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                faults.append(f"{page.url}: {message.text} {message.location}")
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
