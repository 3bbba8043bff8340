"""The installation's key: made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def stored_key(data: Path) -> str:
    """The key in ``data/secret.key``; made if there is none. Two processes that start at once end with the same one."""
    path = data / "secret.key"
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    data.mkdir(parents=True, exist_ok=True)
    draft = data / f"secret.key.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    try:
        os.link(draft, path)  # fails if another process was first: its key is the one
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
