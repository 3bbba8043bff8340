"""``openmentor``: the command line. Each command imports what it needs, so that `match` starts without Django."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openmentor.people.importing.cli import Order
    from openmentor.people.importing.plan import DryRun

USAGE = """usage: openmentor COMMAND …

  serve               run the product here            [--port 8000] [--host 127.0.0.1]
  worker              run its background work only
  demo                serve a made organization to look around in
  import PEOPLE.csv   bring in people                 [--dry-run] [--mapping FILE] [--answer KEY=VALUE]
  match PEOPLE.csv    the matching engine alone       [--settings FILE] --out pairs.csv --report report.json
  impact PEOPLE.csv EVENTS.csv STARTS.csv   the evidence alone   --as-of DATE --of left [--out report.json]
  check               look whether this installation is in order
  manage …            Django's own commands, for operators

'openmentor COMMAND --help' says more.
"""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    if arguments[0] in ("-V", "--version"):
        from importlib.metadata import version

        print(version("openmentor"))
        return 0
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"openmentor: there is no command '{arguments[0]}'.\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    return command(arguments[1:])


def _match(arguments: list[str]) -> int:
    from openmentor.engine.matching.cli import main as match

    return match(arguments)


def _impact(arguments: list[str]) -> int:
    from openmentor.engine.impact.cli import main as impact

    return impact(arguments)


def _import(arguments: list[str]) -> int:
    from openmentor.people.importing.cli import main as import_people

    return import_people(arguments, carry_out=_bring_in)


def _bring_in(run: DryRun, order: Order) -> int:
    """The import itself. Only now is a database needed."""
    _django()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import OperationalError

    from openmentor.people.merging import command

    try:
        settings.DATA.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
    except (OperationalError, OSError) as error:
        print(f"The database can't be used: {error}", file=sys.stderr)
        return 1
    return command.carry_out(run, order)


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmentor.config.settings")
    import django

    django.setup()


def _manage(arguments: list[str]) -> int:
    _django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["openmentor manage", *arguments])
    return 0


def _check(arguments: list[str]) -> int:
    _django()
    from django.core.management import call_command

    call_command("check", "--database", "default")
    return 0


def _address(arguments: list[str], name: str, **extra: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"openmentor {name}")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, help="the folder of this installation; else OPENMENTOR_DATA, else ./var")
    if name == "demo":
        parser.add_argument("--people", type=int, default=600, help="size of the organization, when it is made")
    chosen = parser.parse_args(arguments)
    if chosen.data is not None:
        os.environ["OPENMENTOR_DATA"] = str(chosen.data.resolve())
    return chosen


def _serve(arguments: list[str]) -> int:
    chosen = _address(arguments, "serve")
    os.environ.setdefault("OPENMENTOR_URL", f"http://{chosen.host}:{chosen.port}")
    _django()
    from openmentor.config import server

    return server.serve(chosen.host, chosen.port)


def _demo(arguments: list[str]) -> int:
    chosen = _address(arguments, "demo")
    # A folder of its own: a demo never meets anybody's data.
    if chosen.data is None and "OPENMENTOR_DATA" not in os.environ:
        os.environ["OPENMENTOR_DATA"] = str(Path.cwd() / "var" / "demo")
    os.environ.setdefault("OPENMENTOR_URL", f"http://{chosen.host}:{chosen.port}")
    _django()
    from openmentor.config import server
    from openmentor.config.demo import world

    return server.serve(chosen.host, chosen.port, prepare=lambda: world.ensure(people=chosen.people), demo=True)


def _worker(arguments: list[str]) -> int:
    _django()
    from openmentor.foundation.jobs import worker

    worker.run_forever()
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "serve": _serve,
    "worker": _worker,
    "demo": _demo,
    "import": _import,
    "match": _match,
    "impact": _impact,
    "check": _check,
    "manage": _manage,
}

if __name__ == "__main__":
    sys.exit(main())
