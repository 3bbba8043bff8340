"""``openmentor match``: pairs from a file of people, from the shell. No database, no network.

    openmentor match PEOPLE.csv [--settings matching.toml] --out pairs.csv --report report.json

Exit 0 whenever there is an answer, also one without pairs; 2 for input that can't be read, with one line a fault on stderr and no
files written; 1 if the work itself failed.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from . import files, people
from .errors import InvalidProblem
from .spec import Spec

MOST_LINES = 1000
STAGES = {"reference": "Reading the answers", "texts": "Reading the texts", "scores": "Scoring pairs"}


class _Bar:
    """Progress on a terminal, once the work takes longer than a glance; nothing anywhere else."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.is_shown = stream.isatty()
        self.started = self.last = time.monotonic()
        self.width = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not self.is_shown or now - self.started < 1 or now - self.last < 0.1:
            return
        self.last = now
        share = min(done / total, 1.0) if total else 1.0
        line = f"{STAGES.get(stage, stage.capitalize())} [{'#' * int(20 * share):20}] {share:4.0%}"
        self.stream.write("\r" + line.ljust(self.width))
        self.stream.flush()
        self.width = len(line)

    def close(self) -> None:
        """Leave a clean line."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
            self.width = 0


def _megabytes(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number of MB, 1 or more, is needed")
    return number


def parser() -> argparse.ArgumentParser:
    """The arguments of ``openmentor match``."""
    made = argparse.ArgumentParser(
        prog="openmentor match", description="Match the people of a file and prove the result."
    )
    made.add_argument("people", metavar="PEOPLE.csv", help="one row a person; see docs/people-file.md")
    made.add_argument("--settings", metavar="FILE", help="settings (TOML), or an earlier report to compare with")
    made.add_argument("--out", metavar="pairs.csv", required=True, help="where to write the pairs")
    made.add_argument(
        "--report", metavar="report.json", required=True, help="where to write reasons, proof and all settings"
    )
    made.add_argument(
        "--unknown-vetoes",
        choices=("fault", "keep"),
        help="keep: ids in the column never that nobody here has are people who aren't in this file",
    )
    made.add_argument(
        "--memory", metavar="MB", type=_megabytes, default=2000, help="what the table of scores may take (2000)"
    )
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code and never raises for what somebody typed."""
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    bar = _Bar(sys.stderr)
    try:
        return _run(arguments, bar)
    except InvalidProblem as error:
        bar.close()
        _print_faults(error.faults)
        return 2
    except OSError as error:
        bar.close()
        _say(f"{files.shown(error.filename or 'openmentor match', 300)}: {error.strerror or error}")
        return 2
    except MemoryError:
        bar.close()
        _say("Not enough memory for this many people. Nothing was written.")
        return 1
    except KeyboardInterrupt:
        bar.close()
        _say("Stopped. Nothing was written.")
        return 130


def _run(arguments: argparse.Namespace, bar: _Bar) -> int:
    _check_paths(arguments)
    spec = Spec.load(arguments.settings) if arguments.settings else Spec()
    if arguments.unknown_vetoes:
        spec = replace(spec, unknown_vetoes=arguments.unknown_vetoes)
    found = people.from_table(files.read(arguments.people, people.known_columns(spec)), spec)
    for warning in found.warnings[:MOST_LINES]:
        _say(f"warning: {warning}")
    if len(found.warnings) > MOST_LINES:
        _say(f"warning: {len(found.warnings) - MOST_LINES} more")
    warnings = [str(each) for each in found.warnings]
    match = _match if found.peers is None else _match_peers
    report = match(found, spec, bar, arguments.memory, warnings)
    bar.close()
    files.write_all(
        [
            (arguments.out, pairs_csv(report["pairs"])),
            (arguments.report, json.dumps(report, indent=1, allow_nan=False) + "\n"),
        ]
    )
    print(summary(report))
    return 0


def _match(found: people.People, spec: Spec, bar: _Bar, memory_mb: int, warnings: list[str]) -> dict[str, Any]:
    # Imported late: a file with faults is refused without loading any solver.
    from .matcher import match
    from .problem import Problem
    from .report import answer

    problem = Problem(mentors=found.mentors, mentees=found.mentees, spec=spec, progress=bar, memory_mb=memory_mb)
    result = match(problem, aim=spec.aim, seed=spec.seed, progress=bar, memory_mb=memory_mb)
    assert problem.scored is not None
    return answer(result, problem.scored, warnings=warnings)


def _match_peers(found: people.People, spec: Spec, bar: _Bar, memory_mb: int, warnings: list[str]) -> dict[str, Any]:
    from .pool import AIMS, Pool, pairs
    from .report import answer_of_pool

    if spec.aim not in AIMS:
        raise InvalidProblem(f"settings: aim: {spec.aim} is for mentors and mentees; peers take {', '.join(AIMS)}")
    pool = Pool.from_people(found.peers, spec, progress=bar, memory_mb=memory_mb)
    result = pairs(pool, aim=spec.aim, seed=spec.seed, progress=bar)
    return answer_of_pool(result, warnings=warnings)


def pairs_csv(pairs: Sequence[dict[str, Any]]) -> str:
    """``mentor,mentee,score`` by id, sorted; cells that a spreadsheet would run are made harmless by a leading '."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["mentor", "mentee", "score"])
    for each in sorted(pairs, key=lambda pair: (pair["mentor"], pair["mentee"])):
        writer.writerow([files.harmless(each["mentor"]), files.harmless(each["mentee"]), repr(float(each["score"]))])
    return out.getvalue()


def summary(report: dict[str, Any]) -> str:
    """One line for who watches."""
    pairs, alone = len(report["pairs"]), len(report["unmatched"])
    proof = "the best possible" if report["gap"] <= 1e-6 else f"at most {report['gap']:.2%} from the best possible"
    of_peers = "peers" in report["people"]
    noun = ("person", "people") if of_peers else ("role", "roles")
    people_alone = f"{alone} {noun[alone != 1]} without anybody"
    return f"{pairs} {'pair' if pairs == 1 else 'pairs'}, {people_alone}; {proof}. {report['deciding_text']}"


def _check_paths(arguments: argparse.Namespace) -> None:
    """Outputs must be places of their own: never one another's, never an input's."""
    taken = {Path(each).resolve(): each for each in (arguments.people, arguments.settings) if each}
    for each in (arguments.out, arguments.report):
        if Path(each).resolve() in taken:
            raise InvalidProblem(f"{files.shown(each, 300)}: is read or written already; choose another name")
        taken[Path(each).resolve()] = each
        parent = Path(each).resolve().parent
        if not parent.is_dir():
            raise FileNotFoundError(2, os.strerror(2), str(parent))


def _print_faults(faults: Sequence[str]) -> None:
    for each in faults[:MOST_LINES]:
        _say(each)
    if len(faults) > MOST_LINES:
        _say(f"{len(faults) - MOST_LINES} more faults")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
