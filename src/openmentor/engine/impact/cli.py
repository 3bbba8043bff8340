"""``openmentor impact``: what became of participants against people alike, from three files, from the shell. No database, no network.

    openmentor impact PEOPLE.csv EVENTS.csv STARTS.csv --as-of 2026-03-31 --of left [--out report.json]

Exit 0 whenever there is an answer, also "can't tell yet"; 2 for input that can't be read or contradicts itself, with one line a
fault on stderr and nothing written; 1 if the work itself failed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np

from ..matching import files
from ..matching.errors import InvalidProblem
from .columns import MOST_LEVELS, says_nothing
from .conclusion import Effect
from .errors import InvalidHistory
from .figures import Figure, counted
from .history import KINDS
from .looks import MOST_LOOKS
from .study import Study
from .survival import Curve

MOST_LINES = 1000
MOST_BALANCE_LINES = 12
_PERSON = "missing; every row is about somebody"
PEOPLE = {"person": _PERSON, "hired": "missing; everybody needs the day of hiring, as 2026-03-31"}
EVENTS = {
    "person": _PERSON,
    "day": "missing; every event needs its day, as 2026-03-31",
    "kind": "missing; every event is of a kind: left, hired (back), promoted, …",
}
STARTS = {"person": _PERSON, "day": "missing; every start needs its day, as 2026-03-31"}
TRUE, FALSE = {"yes", "y", "true", "1", "x"}, {"no", "n", "false", "0", ""}
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def parser() -> argparse.ArgumentParser:
    """The arguments of ``openmentor impact``."""
    made = argparse.ArgumentParser(
        prog="openmentor impact",
        description="Compare participants with people alike who had not started by the same day; see docs/impact.md.",
    )
    made.add_argument(
        "people", metavar="PEOPLE.csv", help="person, hired; every other column is known of people before"
    )
    made.add_argument("events", metavar="EVENTS.csv", help="person, day, kind: left, hired (back), promoted, ...")
    made.add_argument("starts", metavar="STARTS.csv", help="person, day on which their mentoring began")
    made.add_argument("--as-of", metavar="DATE", required=True, help="the last day that was seen, as 2026-03-31")
    made.add_argument("--of", metavar="KIND", required=True, help="what may happen: left, promoted, ...")
    made.add_argument(
        "--out", metavar="report.json", help="where to write all figures, and what it takes to repeat them"
    )
    made.add_argument(
        "--horizon", metavar="MONTHS", type=int, default=12, help="within how many months of the start (12)"
    )
    made.add_argument(
        "--exact", metavar="COLUMN", action="append", default=[], help="compare only with their like in it"
    )
    made.add_argument("--eligible", metavar="COLUMN", help="yes or no: who may be compared with")
    made.add_argument("--leave-out", metavar="COLUMN", action="append", default=[], help="a column not to be used")
    made.add_argument("--primary", action="store_true", help="this figure was fixed before the launch")
    made.add_argument(
        "--looks", type=int, default=1, help="how often it will be looked at in all, as fixed before the launch (1)"
    )
    made.add_argument("--seed", type=int, default=0, help="deals comparison people to days (0)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code and never raises for what somebody typed."""
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    progress = _Progress()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter still gets the figures
    try:
        return _run(arguments, progress)
    except InvalidProblem as error:
        progress.close()
        _print_faults(error.faults)
        return 2
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        progress.close()
        _say(f"{files.shown(error.filename or 'openmentor impact', 300)}: {error.strerror or error}")
        return 2
    except MemoryError:
        progress.close()
        _say("Not enough memory for this many people. Nothing was written.")
        return 1
    except KeyboardInterrupt:
        progress.close()
        _say("Stopped. Nothing was written.")
        return 130


class _Progress:
    """What is being done, on a terminal, once it takes longer than a glance; nothing anywhere else."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self.started = time.monotonic()
        self.width = 0

    def __call__(self, step: int, text: str) -> None:
        if not self.is_shown or time.monotonic() - self.started < 0.5:
            return
        line = f"[{'#' * (4 * step):20}] {text} …"
        sys.stderr.write("\r" + line.ljust(self.width))
        sys.stderr.flush()
        self.width = len(line)

    def close(self) -> None:
        """Leave a clean line."""
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()
            self.width = 0


def _run(arguments: argparse.Namespace, progress: _Progress) -> int:
    _check_paths(arguments)
    if not 1 <= arguments.horizon <= 1200:
        raise InvalidProblem("--horizon: a whole number of months from 1 to 1,200 is needed")
    if not 1 <= arguments.looks <= MOST_LOOKS:
        raise InvalidProblem(f"--looks: a whole number from 1 to {MOST_LOOKS} is needed")
    if arguments.seed < 0:
        raise InvalidProblem("--seed: a whole number of 0 or more is needed")
    paths = {"people": arguments.people, "events": arguments.events, "starts": arguments.starts}
    tables: dict[str, files.Table] = {}
    faults: list[str] = []
    for step, (name, needed) in enumerate((("people", PEOPLE), ("events", EVENTS), ("starts", STARTS))):
        progress(step, f"Reading {name}")
        try:
            tables[name] = files.read(
                paths[name], None if name == "people" else needed, needed, may_be_empty=name != "people"
            )
        except files.InvalidFile as error:
            faults += [f"{files.shown(paths[name], 300)}: {note}" for note in error.notes]
    if faults:
        raise InvalidProblem(faults)
    people, warnings, settings = _people(tables["people"], arguments)
    if arguments.of in KINDS and arguments.of not in tables["events"].columns["kind"]:
        warnings.append(f"no event of the kind {arguments.of} is recorded")
    for each in warnings:
        _say(f"warning: {each}")
    progress(3, "Checking the histories")
    try:
        study = Study(
            people, tables["events"].columns, tables["starts"].columns, arguments.as_of, horizon=arguments.horizon,
            covariates=settings["covariates"], exact=settings["exact"], eligible=settings["eligible"],
            primary=arguments.primary, looks=arguments.looks,
        )  # fmt: skip
    except InvalidHistory as error:
        raise InvalidProblem([_placed(fault, tables, paths) for fault in error.faults]) from error
    progress(4, "Comparing")
    try:
        found = study.effect(of=arguments.of, rng=np.random.default_rng(arguments.seed))
        curves = study.curves(of=arguments.of, rng=np.random.default_rng(arguments.seed))
    except ValueError as error:
        raise InvalidProblem(f"--of: {error}") from error
    report = _report(arguments, paths, tables, settings, found, curves, warnings)
    progress.close()
    if arguments.out:
        files.write_all([(arguments.out, json.dumps(report, indent=1, allow_nan=False) + "\n")])
    print(summary(found, arguments.of, arguments.horizon, arguments.as_of), flush=True)
    return 0


def _people(table: files.Table, arguments: argparse.Namespace) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
    """The columns as the study takes them, what to warn of, and which column is used for what."""
    names = [name for name in table.columns if name not in PEOPLE]
    asked = {
        "--exact": [files.heading(each) for each in arguments.exact],
        "--leave-out": [files.heading(each) for each in arguments.leave_out],
        "--eligible": [files.heading(arguments.eligible)] if arguments.eligible else [],
    }
    faults = [
        f"{option}: there is no column {files.shown(name)}; there are {', '.join(names) or 'none'}"
        for option, columns in asked.items()
        for name in columns
        if name not in names
    ]
    if faults:
        raise InvalidProblem(faults)
    people: dict[str, Any] = {name: table.columns[name] for name in PEOPLE}
    warnings: list[str] = []
    eligible = asked["--eligible"][0] if asked["--eligible"] else None
    if eligible:
        people[eligible] = _claims(arguments.people, eligible, table)
    covariates = []
    for name in names:
        if name == eligible or (name in asked["--leave-out"] and name not in asked["--exact"]):
            continue
        people[name], doubt = _cells(table.columns[name])
        if doubt:
            warnings.append(f"column {files.shown(name)}: {doubt}")
        filled = [each for each in table.columns[name] if each]
        if name in asked["--exact"]:
            continue
        if isinstance(people[name], list) and len(set(filled)) > max(20, len(filled) / 2):
            warnings.append(f"column {files.shown(name)}: nearly everybody has words of their own, left out")
            continue
        covariates.append(name)
    settings = {"covariates": covariates, "exact": list(dict.fromkeys(asked["--exact"])), "eligible": eligible}
    return people, warnings, settings


def _cells(cells: list[str]) -> tuple[Any, str | None]:
    """Numbers where all that is filled in is a number, with a point or a comma, or stands for a gap; else text. And what to warn of."""
    filled = [each for each in cells if each]
    others = [each for each in filled if not _NUMBER.fullmatch(each)]
    if all(says_nothing(each) for each in others) and len(others) < max(len(filled), 1):
        gap = f"{files.shown(others[0])} is taken as not known" if others else None
        is_number = [bool(_NUMBER.fullmatch(each)) for each in cells]
        return np.array(
            [float(each.replace(",", ".")) if number else math.nan for each, number in zip(cells, is_number)]
        ), gap
    if 0 < len(others) < len(filled) / 10 and len(set(filled)) > MOST_LEVELS:
        return cells, f"nearly all are numbers, but {files.shown(others[0])} is not, so all count as words"
    return cells, None


def _claims(path: str, name: str, table: files.Table) -> Any:
    words = [each.casefold() for each in table.columns[name]]
    faults = [
        f"{files.shown(path, 300)}: {files.Note(row, name, f'yes or no is needed, not {files.shown(word)}')}"
        for row, word in zip(table.rows, words)
        if word not in TRUE | FALSE
    ]
    if faults:
        raise InvalidProblem(faults)
    return np.array([word in TRUE for word in words])


def _placed(fault: Any, tables: dict[str, files.Table], paths: dict[str, str]) -> str:
    """A fault at its row in the file."""
    if fault.table not in tables:
        return f"--as-of: {fault.text}"
    rows = tables[fault.table].rows
    row = rows[fault.row] if fault.row is not None and fault.row < len(rows) else 1
    text = fault.text
    if fault.other is not None:
        text = text.replace(f"row {fault.other}", f"row {rows[fault.other]}")
    return f"{files.shown(paths[fault.table], 300)}: {files.Note(row, fault.column, text)}"


def _report(
    arguments: argparse.Namespace,
    paths: dict[str, str],
    tables: dict[str, files.Table],
    settings: dict[str, Any],
    found: Effect,
    curves: dict[str, Curve],
    warnings: list[str],
) -> dict[str, Any]:
    return {
        "settings": {
            "as_of": arguments.as_of,
            "of": arguments.of,
            "horizon": arguments.horizon,
            "primary": arguments.primary,
            "looks": arguments.looks,
            "seed": arguments.seed,
            **settings,
        },
        "files": {
            name: {
                "name": Path(path).name,
                "rows": len(tables[name].rows),
                "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
            }
            for name, path in paths.items()
        },
        "versions": {name: version(name) for name in ("openmentor", "numpy", "scipy")} | {"python": python_version()},
        "effect": _plain(asdict(found)),
        "curves": {name: _plain(asdict(curve)) for name, curve in curves.items()},
        "warnings": warnings,
    }


def _plain(value: Any) -> Any:
    """As JSON has it: an infinite number is null."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def summary(found: Effect, of: str, horizon: int, as_of: str) -> str:
    """What a reader should know, in a screenful."""
    lines = [f"{files.shown(of)} within {counted(horizon, 'month')} of the start, as of {as_of}", ""]
    if found.unknown is not None:
        lines.append(f"Can't tell yet. {found.unknown}")
    else:
        lines += [
            f"  participants        {_percent(found.treated)}   {counted(found.n_treated, 'person', 'people')}",
            f"  people alike        {_percent(found.compared)}   {counted(found.n_compared, 'person', 'people')}",
            f"  difference          {_points(found.value)} points ({_points(found.low)} to {_points(found.high)}): {found.verdict}",
        ]
    if found.naive is not None:
        lines.append(
            f"  without weighting   {_points(found.naive)} points, the plain difference before the groups are made alike"
        )
    estimate, limit = found.e_value
    if estimate is not None and limit is not None:
        lines.append(f"  E-value             {estimate:.2f}, of the limit nearer to none {limit:.2f}")
    if found.overlap is not None:
        lines.append(f"  with somebody alike {100 * found.overlap:.1f} % of participants")
    if found.balance:
        lines += ["", "  differences before the start, in standard deviations       before   after"]
        ranked = sorted(found.balance, key=lambda row: -abs(row[1]))
        lines += [
            f"    {files.shown(name, 50):55} {_rounded(before)} {_rounded(after)}"
            for name, before, after in ranked[:MOST_BALANCE_LINES]
        ]
        if len(ranked) > MOST_BALANCE_LINES:
            most = max(abs(row[2]) for row in ranked[MOST_BALANCE_LINES:])
            lines.append(
                f"    {len(ranked) - MOST_BALANCE_LINES} more, which differed less; after weighting {most:.2f} at most"
            )
    reasons = [each for each in found.reasons if found.unknown is None or each != found.unknown]
    lines += ["", *reasons] if reasons else []
    return "\n".join([*lines, "", f"Method: {found.method}."])


def _percent(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "unknown"
    return f"{100 * figure.value:5.1f} % ({100 * figure.low:.1f} to {100 * figure.high:.1f})"


def _rounded(value: float) -> str:
    return f"{round(value, 2) + 0.0:7.2f}"  # never -0.00


def _points(value: float | None) -> str:
    return "unknown" if value is None else f"{100 * value:+.1f}"


def _check_paths(arguments: argparse.Namespace) -> None:
    """The report must be a place of its own, never an input's."""
    if not arguments.out:
        return
    target = Path(arguments.out).resolve()
    if target in {Path(each).resolve() for each in (arguments.people, arguments.events, arguments.starts)}:
        raise InvalidProblem(f"{files.shown(arguments.out, 300)}: is read already; choose another name")
    if not target.parent.is_dir():
        raise FileNotFoundError(2, os.strerror(2), str(target.parent))


def _print_faults(faults: Sequence[str]) -> None:
    for each in faults[:MOST_LINES]:
        _say(each)
    if len(faults) > MOST_LINES:
        _say(f"{len(faults) - MOST_LINES} more faults")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
