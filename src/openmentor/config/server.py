"""Starting the product: the database brought up to date, the first administrator's token, one process that serves and works."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError

from openmentor.foundation import clock
from openmentor.foundation.models import DatabaseProperty


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(host: str, port: int, *, prepare: Callable[[], None] | None = None, demo: bool = False) -> int:
    """Serve until told to stop. Returns the exit code; what stands in the way is said in one line."""
    if demo and not is_loopback(host):
        print(
            "The demo lets anybody be anybody, so it is served on this machine alone. Leave --host out.",
            file=sys.stderr,
        )
        return 2
    if not _is_free(host, port):
        print(
            f"Something else already listens on {host}:{port}. Choose another port: --port {port + 1}", file=sys.stderr
        )
        return 2
    try:
        settings.DATA.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        if prepare is not None:
            prepare()
    except OperationalError as error:
        print(f"The database can't be used: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The folder {settings.DATA} can't be used: {error.strerror or error}", file=sys.stderr)
        return 1
    url = f"http://{host}:{port}"
    _greet(url, demo=demo)

    import uvicorn

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmentor.config.settings")
    uvicorn.run(
        "openmentor.config.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return 0


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError:
            return False
    return True


def _greet(url: str, *, demo: bool) -> None:
    from openmentor.people.models import Person

    lines = ["", f"OpenMentor is here:  {url}"]
    if demo:
        lines += ["", "A made organization lives in it. Choose on the page whom to be:", f"    {url}/demo/"]
    elif not Person.objects.filter(is_administrator=True).exists():
        lines += [
            "",
            "Nobody has set it up yet. Open this once to become its first administrator:",
            f"    {url}/setup/?token={setup_token()}",
        ]
    lines += ["", "Stop with Ctrl+C.", ""]
    print("\n".join(lines), flush=True)


def setup_token() -> str:
    """The one-time token that makes the first administrator; the same until it is used."""
    found: Any = DatabaseProperty.read("setup_token")
    if found:
        return str(found)
    DatabaseProperty.objects.get_or_create(
        key="setup_token", defaults={"value": secrets.token_urlsafe(24), "written_at": clock.now()}
    )
    return str(DatabaseProperty.read("setup_token"))
