"""The engine's own process, seen from here: spawned, listened to, ended. Knows no database."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import openmentor
from openmentor.engine.matching.meaning import store

#: how often who waits is asked whether to go on, and told how far it is
PULSE_SECONDS = 0.5
#: how long a process that is asked to end may take
GRACE_SECONDS = 5.0
COMMAND = (sys.executable, "-m", "openmentor.engine.matching")

Tell = Callable[[str, int, int], None]


class EngineError(Exception):
    """There is no result. ``kind``: 'invalid', 'memory', 'killed' or 'failed'; ``details`` are the engine's own sentences."""

    def __init__(self, kind: str, details: Sequence[str] = ()) -> None:
        super().__init__(f"{kind}: {'; '.join(details)}")
        self.kind = kind
        self.details = list(details)


class EngineEnded(Exception):
    """It was ended because nobody waits for it any more."""


def solve(problem: Mapping[str, Any], *, memory_mb: int, tell: Tell, goes_on: Callable[[], bool]) -> dict[str, Any]:
    """Let the engine solve ``problem`` in a process of its own, and return what it answers.

    tell      called with (stage, done, total), at most twice a second.
    goes_on   asked twice a second; once it says no, the process is ended.
    Raises    EngineError, EngineEnded. No time is set: how long a matching may take is for whoever waits to say.
    """
    with tempfile.TemporaryDirectory(prefix="openmentor-matching-") as folder:
        asked, answered = Path(folder, "problem.json"), Path(folder, "result.json")
        asked.write_text(json.dumps(problem, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(  # spawned: a fork would carry our threads' locks and connections along
                [*COMMAND, str(asked), str(answered), "--memory-mb", str(memory_mb)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, cwd=folder, env=_environment(),
                start_new_session=True, close_fds=True,
            )  # fmt: skip
            try:
                lines = _Lines(process.stdout)  # type: ignore[arg-type]
                _wait(process, lines, tell, goes_on)
            finally:
                _end(process)
            if process.returncode != 0 or not answered.exists():
                raise _why(process.returncode, lines.error, complaints)
        found: dict[str, Any] = json.loads(answered.read_text(encoding="utf-8"))
        return found


def forget_texts() -> None:
    """Drop what earlier runs computed of people's texts; the next one computes it anew."""
    if kept_in := os.environ.get("OPENMENTOR_VECTORS"):
        store.forget(kept_in)


def _environment() -> dict[str, str]:
    """What the engine needs of ours: it has no business with keys and addresses of databases."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SYSTEMROOT", "OPENMENTOR_VECTORS")
        if name in os.environ
    }
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(Path(openmentor.__file__).parents[1]), *filter(None, sys.path)]),
        "PYTHONUNBUFFERED": "1",
    }


class _Lines:
    """What the process says, read by a thread of its own so that a silent one can be ended as well."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._said: deque[tuple[str, int, int]] = deque(maxlen=1)  # the latest is all that anybody wants to know
        self.error: Mapping[str, Any] | None = None
        self._reader = threading.Thread(target=self._read, name="matching-progress", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._stream:
            for line in self._stream:
                try:
                    said = json.loads(line)
                except ValueError:
                    continue
                if "error" in said:
                    self.error = said
                elif "stage" in said:
                    self._said.append((str(said["stage"]), int(said["done"]), int(said["total"])))

    def latest(self) -> tuple[str, int, int] | None:
        return self._said.popleft() if self._said else None

    def close(self) -> None:
        self._reader.join(GRACE_SECONDS)


def _wait(process: subprocess.Popen[bytes], lines: _Lines, tell: Tell, goes_on: Callable[[], bool]) -> None:
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PULSE_SECONDS)
        if process.poll() is not None:
            lines.close()
            return
        if not goes_on():
            raise EngineEnded
        if (said := lines.latest()) is not None:
            tell(*said)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if process.poll() is None:
        process.kill()
        process.wait()


def _why(code: int, error: Mapping[str, Any] | None, complaints: IO[bytes]) -> EngineError:
    complaints.seek(0)
    trace = complaints.read()[-4000:].decode("utf-8", "replace")
    if error is not None and error.get("error") in ("invalid", "memory", "failed"):
        return EngineError(str(error["error"]), [str(each) for each in error.get("faults", [])][:50] or [trace])
    # Ended by a signal, or by one that it turned into its own ending: the machine's memory, or somebody with a shell.
    return EngineError("killed" if code < 0 or code == 130 else "failed", [f"exit {code}", trace])
