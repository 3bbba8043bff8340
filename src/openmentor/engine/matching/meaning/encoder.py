"""From texts to vectors: what was computed before is taken from memory or the folder, the rest is computed, each text once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import numpy.typing as npt

from .models import Model, identity, load
from .store import Folder, Memory, key_of

Vector = npt.NDArray[np.float32]
Progress = Callable[[str, int, int], None]
FOLDER_SETTING = "OPENMENTOR_VECTORS"
"""Environment setting: a folder to keep vectors in from one process to the next; none: they are kept in memory alone."""
CHUNK = 256


class Encoder:
    """A model with what it has computed.

    name     as in ``MODELS``.   folder  where vectors are kept for later processes; None: the environment setting, if any.
    threads  how many texts are computed at once; no vector depends on it.
    """

    def __init__(
        self,
        name: str,
        *,
        folder: str | os.PathLike[str] | None = None,
        threads: int | None = None,
        model: Model | None = None,
    ) -> None:
        self.name = name
        self.identity = identity(name)
        self.model = load(name) if model is None else model
        self.size = self.model.size
        self.threads = threads or min(8, os.cpu_count() or 1)
        self.memory = Memory()
        kept_in = folder or os.environ.get(FOLDER_SETTING)
        self.folder = Folder(kept_in, self.size) if kept_in else None
        self.lock = threading.Lock()

    def vectors(self, texts: Iterable[str], progress: Progress | None = None) -> dict[str, Vector]:
        """The vector of each text, of length 1. ``progress``: called with ("texts", done, all); it cancels by raising."""
        with self.lock:  # two threads that ask for the same text compute it once
            keys = {key_of(self.identity, text): text for text in texts}
            found = self.memory.get(list(keys))
            missing = [key for key in keys if key not in found]
            if missing and self.folder is not None:
                found |= self.folder.get(missing)
                missing = [key for key in missing if key not in found]
            for start in range(0, len(missing), CHUNK):
                if progress is not None:
                    progress("texts", start, len(missing))
                some = missing[start : start + CHUNK]
                computed = dict(zip(some, self._compute([keys[key] for key in some])))
                if self.folder is not None:
                    self.folder.put(computed)
                found |= computed
            if missing and progress is not None:
                progress("texts", len(missing), len(missing))
            self.memory.put(found)
            return {text: found[key] for key, text in keys.items()}

    def _compute(self, texts: list[str]) -> list[Vector]:
        from threadpoolctl import threadpool_limits

        # One thread a text: threads inside a product of small matrices cost more than they save, and change its last digits.
        with threadpool_limits(1, user_api="blas"):
            if self.threads == 1 or len(texts) == 1:
                return [self.model.vector(text) for text in texts]
            with ThreadPoolExecutor(self.threads) as pool:
                return list(pool.map(self.model.vector, texts))


@cache
def encoder(name: str) -> Encoder:
    """The process's encoder for a model. Raises InvalidProblem if it isn't installed."""
    return Encoder(name)
