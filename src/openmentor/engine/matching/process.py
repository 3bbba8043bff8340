"""The engine in a process of its own: a problem in a file, progress on stdout, the result in another file.

    python -m openmentor.engine.matching PROBLEM.json RESULT.json [--memory-mb 2000]

PROBLEM.json, one object:

    mentors, mentees   columns as in PEOPLE.csv: {"id": [...], "goals": [...], ...}; cells as in the file, or lists already
    spec               settings as in matching.toml, and under "reference" the frozen figures of an earlier result, if any
    aim, seed          instead of those of the settings
    forced, forbidden  [[mentor id, mentee id], ...], on top of those of the settings; a ban of who isn't here is no fault
    previous           pairs of last time, [[mentor id, mentee id], ...], and ``stickiness``; who isn't here any more is passed over
    quotas             [{"members": [mentor ids], "at_least": 1, "at_most": null}, ...]

stdout carries JSON lines and nothing else: {"stage": "scores", "done": 3, "total": 10} now and then, stages "reference", "scores" and
those of the solver; at the end {"stage": "done", "done": 1, "total": 1}, or {"error": kind, "faults": [sentences]}.

RESULT.json is written whole or not at all, and only when there is an answer: what ``report.answer`` gives (pairs by id with scores and
reasons for each reader, levels, unmatched, unmet, prices by mentor id, readiness, deciding dimensions, settings, reference, versions,
hash); ``staying``, how many of last time's pairs are kept and the most that could be; ``greedy``, what taking the best pair again and
again would reach at each level; and ``blocking``, how many pairs would both rather have each other (null in a large pool).

Exit code: 0 answer; 2 'invalid' input; 3 'memory': more than allowed; 1 'failed'; 130 interrupted or ended. Whoever ends the process
finds no result; to run again gives the same answer.

The web product asks about single pairs without solving: ``load(path).scored(reference)`` and then ``score_pairs``, ``rule``,
``explain`` and ``forbidden_pairs`` of ``Scored``. With the reference of a result no pass over all pairs is made.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import people
from .errors import InvalidProblem, NeedsMemory
from .files import shown, write_all
from .reference import Reference
from .scoring import Progress, Scored, prepare
from .spec import Spec

INVALID, MEMORY, FAILED, INTERRUPTED = 2, 3, 1, 130
_KEYS = frozenset(
    {"mentors", "mentees", "spec", "aim", "seed", "forced", "forbidden", "previous", "stickiness", "quotas", "format"}
)
BLOCKING_PAIRS = 4_000_000
IdPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Run:
    """A problem file's content, checked as far as it can be without people being read."""

    mentors: Mapping[str, Sequence[Any]]
    mentees: Mapping[str, Sequence[Any]]
    spec: Spec
    previous: IdPairs = ()
    stickiness: float = 0.0
    quotas: tuple[Mapping[str, Any], ...] = field(default=())

    def scored(
        self,
        reference: Reference | Mapping[str, Any] | None = None,
        *,
        progress: Progress | None = None,
        memory_mb: int = 2000,
    ) -> Scored:
        """The people with this specification, single pairs to be asked about; ``reference`` as in a result, if there is one."""
        spec = self.spec
        if reference is not None:
            spec = replace(
                spec, reference=reference if isinstance(reference, Reference) else Reference.from_json(reference)
            )
        return prepare(self.mentors, self.mentees, spec, progress=progress, memory_mb=memory_mb)


def load(path: str | os.PathLike[str]) -> Run:
    """Read a problem file. Raises InvalidProblem, and OSError if it can't be opened."""
    try:
        data = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidProblem(f"problem: {shown(error, 200)}") from error
    return from_mapping(data)


def from_mapping(data: Any) -> Run:
    """A run from the content of a problem file. Raises InvalidProblem."""
    if not isinstance(data, Mapping):
        raise InvalidProblem("problem: an object is needed")
    faults = [f"problem: {shown(key)} is not known" for key in data if key not in _KEYS]
    faults += [
        f"problem: {key}: an object of columns is needed"
        for key in ("mentors", "mentees")
        if not _is_table(data.get(key))
    ]
    settings = dict(data.get("spec") or {})
    if "settings" in settings:
        settings = {**settings["settings"], "reference": settings.get("reference")}
    settings |= {key: data[key] for key in ("aim", "seed") if data.get(key) is not None}
    for key in ("forced", "forbidden"):
        given = data.get(key) or []
        if not isinstance(given, list):
            faults.append(f"problem: {key}: a list of pairs of ids is needed")
        elif given:
            settings[key] = [*settings.get(key, []), *given]
    if settings.get("reference") is None:
        settings.pop("reference", None)
    stickiness = data.get("stickiness") or 0.0
    if isinstance(stickiness, bool) or not isinstance(stickiness, int | float) or not 0 <= stickiness < 1e9:
        faults.append("problem: stickiness: a number, 0 or more, is needed")
    if faults:
        raise InvalidProblem(faults)
    return Run(
        mentors=data["mentors"],
        mentees=data["mentees"],
        spec=Spec.from_mapping(settings),
        previous=_id_pairs(data.get("previous") or [], "previous"),
        stickiness=float(stickiness),
        quotas=tuple(data.get("quotas") or ()),
    )


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(cells, list) for cells in value.values())


def _id_pairs(given: Any, name: str) -> IdPairs:
    if not isinstance(given, list) or not all(isinstance(each, list) and len(each) == 2 for each in given):
        raise InvalidProblem(f"problem: {name}: a list of pairs of ids is needed")
    return tuple((str(mentor), str(mentee)) for mentor, mentee in given)


def solve(run: Run, *, progress: Progress | None = None, memory_mb: int = 2000) -> dict[str, Any]:
    """Solve a run, prove it and check it; what RESULT.json holds. Raises InvalidProblem; ``progress`` cancels by raising."""
    from .compare import level_values
    from .greedy import greedy
    from .matcher import match
    from .problem import Problem, Quota
    from .report import answer
    from .verify import verify

    mentors, mentees, warnings = people.from_mappings(run.mentors, run.mentees, run.spec)
    at = {
        "mentor": {each: k for k, each in enumerate(mentors.ids)},
        "mentee": {each: k for k, each in enumerate(mentees.ids)},
    }
    quotas = []
    for k, each in enumerate(run.quotas):
        unknown = [who for who in each.get("members", ()) if str(who) not in at["mentor"]]
        if unknown:
            raise InvalidProblem(f"problem: quotas[{k}]: no mentor has the id {shown(unknown[0])}")
        members = [at["mentor"][str(who)] for who in each.get("members", ())]
        quotas.append(Quota(members, each.get("at_least"), each.get("at_most")))
    problem = Problem(
        mentors=mentors, mentees=mentees, spec=run.spec, quotas=quotas, progress=progress, memory_mb=memory_mb
    )
    previous = [
        (at["mentor"][mentor], at["mentee"][mentee])
        for mentor, mentee in run.previous
        if mentor in at["mentor"] and mentee in at["mentee"]
    ]
    result = match(
        problem,
        aim=run.spec.aim,
        previous=previous,
        stickiness=run.stickiness,
        seed=run.spec.seed,
        progress=progress,
        memory_mb=memory_mb,
    )
    verify(problem, result)  # by code that shares nothing with what made it; a Breach is a failure, never an answer
    assert problem.scored is not None
    staying = result.staying
    return {
        **answer(result, problem.scored, warnings=warnings),
        "staying": None if staying is None else {"value": staying.value, "bound": staying.bound},
        # Of a large pool nobody holds all scores, which both of these would ask for.
        "greedy": level_values(problem, greedy(problem)) if problem.is_held else None,
        "blocking": len(result.blocking) if problem.is_held and problem.scores.size <= BLOCKING_PAIRS else None,
    }


class _Lines:
    """Progress as JSON lines, at most five a second; a reader who is gone ends the work."""

    def __init__(self) -> None:
        self.last = 0.0
        self.stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == self.stage and now - self.last < 0.2 and done < total:
            return
        self.last, self.stage = now, stage
        _line({"stage": stage, "done": int(done), "total": int(total)})


def _line(data: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def _count(table: Mapping[str, Sequence[Any]]) -> int:
    return max((len(cells) for cells in table.values()), default=0)


def _limit_memory(megabytes: int | None) -> None:
    """Let this process grow by so much and no more (None: as it likes): what goes beyond becomes a MemoryError here, not a
    machine that swaps."""
    if megabytes is None:
        resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * resource.getpagesize() + megabytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _end(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run the process; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m openmentor.engine.matching", description="Solve a problem file.")
    parser.add_argument("problem", metavar="PROBLEM.json")
    parser.add_argument("result", metavar="RESULT.json")
    parser.add_argument("--memory-mb", type=int, default=2000, help="how much memory the work may take (2000)")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, _end)
    try:
        # The solvers are loaded before memory is counted: a library that finds no room for itself is no MemoryError.
        from ortools.graph.python import min_cost_flow  # noqa: F401

        from . import matcher  # noqa: F401
        from .problem import HELD

        _limit_memory(arguments.memory_mb)
        run = load(arguments.problem)
        if _count(run.mentors) * _count(run.mentees) > HELD:  # its compiled loops don't count either
            _limit_memory(None)
            from .solvers import large

            large.warm()
            _limit_memory(arguments.memory_mb)
        result = solve(run, progress=_Lines(), memory_mb=arguments.memory_mb)
        write_all([(arguments.result, json.dumps(result, allow_nan=False))])
        _line({"stage": "done", "done": 1, "total": 1})
    except NeedsMemory as error:
        return _failed("memory", error.faults, MEMORY)
    except InvalidProblem as error:
        return _failed("invalid", error.faults, INVALID)
    except MemoryError:
        text = f"More memory is needed than the {arguments.memory_mb:,} MB that are allowed."
        return _failed("memory", [text], MEMORY)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stderr.write("stopped\n")
        return INTERRUPTED
    except Exception as error:  # the parent must learn of it, whatever it is
        traceback.print_exc()
        return _failed("failed", [f"{type(error).__name__}: {shown(error, 300)}"], FAILED)
    return 0


def _failed(kind: str, faults: Sequence[str], code: int) -> int:
    _line({"error": kind, "faults": list(faults)})
    return code
