"""Vectors kept by what they are of: in memory for a process, and in a folder for the next one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
KEPT_IN_MEMORY = 32_768
KEPT_IN_FOLDER = 1_000_000
ASKED_AT_ONCE = 500
FILE = "vectors.sqlite3"
WAIT_SECONDS = 20.0


def key_of(model: str, text: str) -> bytes:
    """What a vector is kept under: a hash of the model, with its version, and the text."""
    return hashlib.blake2b(f"{model}\0{text}".encode("utf-8", "surrogatepass"), digest_size=20).digest()


class Memory:
    """The vectors last used."""

    def __init__(self, most: int = KEPT_IN_MEMORY) -> None:
        self.most = most
        self.kept: OrderedDict[bytes, Vector] = OrderedDict()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vector]:
        """Those of the keys that are here."""
        found = {}
        for key in keys:
            if key in self.kept:
                self.kept.move_to_end(key)
                found[key] = self.kept[key]
        return found

    def put(self, vectors: Mapping[bytes, Vector]) -> None:
        """Keep vectors, and of all the last ``most``."""
        self.kept.update(vectors)
        while len(self.kept) > self.most:
            self.kept.popitem(last=False)


class Folder:
    """The same in a folder, for any number of processes at once. It only ever saves time: what can't be read or written is passed over.

    A writer that is killed leaves a whole vector or none, as SQLite writes. Vectors tell something of their texts: the folder is to
    be kept like the texts themselves, and may be emptied at any time.
    """

    def __init__(self, folder: str | os.PathLike[str], size: int) -> None:
        self.path = Path(folder) / FILE
        self.size = size

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        opened = sqlite3.connect(self.path, timeout=WAIT_SECONDS)
        try:
            with opened:
                opened.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB UNIQUE NOT NULL, vector BLOB NOT NULL)")
                yield opened
        finally:
            opened.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vector]:
        """Those of the keys that are here, whole and of the right size."""
        found: dict[bytes, Vector] = {}
        if not self.path.exists():
            return found
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as opened:
            for start in range(0, len(keys), ASKED_AT_ONCE):
                some = keys[start : start + ASKED_AT_ONCE]
                marks = ",".join("?" * len(some))
                for key, data in opened.execute(f"SELECT key, vector FROM kept WHERE key IN ({marks})", some):  # noqa: S608
                    vector = _read(data, self.size)
                    if vector is not None:
                        found[bytes(key)] = vector
        return found

    def put(self, vectors: Mapping[bytes, Vector]) -> None:
        """Keep vectors; the oldest go where there are too many."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as opened:
            opened.executemany("INSERT OR REPLACE INTO kept (key, vector) VALUES (?, ?)", rows)
            opened.execute(
                "DELETE FROM kept WHERE rowid <= (SELECT max(rowid) FROM kept) - ?", (KEPT_IN_FOLDER,)
            )  # rows are numbered as they come


def forget(folder: str | os.PathLike[str]) -> None:
    """Empty the folder. What a writer has open goes with it."""
    (Path(folder) / FILE).unlink(missing_ok=True)


def _read(data: object, size: int) -> Vector | None:
    if not isinstance(data, bytes) or len(data) != 4 * size:
        return None
    vector = np.frombuffer(data, dtype="<f4").astype(np.float32)
    length = float((vector * vector).sum())
    return vector if length == 0 or 0.99 < length < 1.01 else None  # also refuses NaN
