"""Files of packages that are read and never run."""

from __future__ import annotations

import importlib.metadata
import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.float32]]
MOST_HEADER = 10_000_000
_TYPES = {"F32": "<f4", "F16": "<f2"}


@cache
def file_of(package: str, name: str) -> Path | None:
    """Where a file of an installed package lies; None where the package or the file isn't there. Imports nothing."""
    try:
        found = Path(str(importlib.metadata.distribution(package).locate_file(name)))
    except importlib.metadata.PackageNotFoundError:
        return None
    return found if found.is_file() else None


def version_of(package: str) -> str:
    """The installed version, '' for none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def tensors(path: Path) -> Arrays:
    """Arrays of numbers of a safetensors file, by name, mapped into memory, not copied. Raises ValueError if it is damaged.

    Source  the format's description: eight bytes of length, a header in JSON, then the numbers.
    """
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    length = int.from_bytes(raw[:8].tobytes(), "little")
    if not 0 < length < min(MOST_HEADER, len(raw)):
        raise ValueError("no header")
    header = json.loads(raw[8 : 8 + length].tobytes())
    found: Arrays = {}
    for name, entry in header.items():
        kind = _TYPES.get(entry.get("dtype", ""))
        if kind is None:  # the file's own remarks, and tables of whole numbers that no model here needs
            continue
        first, last = (8 + length + int(offset) for offset in entry["data_offsets"])
        numbers = np.frombuffer(raw[first:last], dtype=kind).reshape(entry["shape"])
        found[name] = numbers if kind == "<f4" else numbers.astype(np.float32)
    return found
