"""Files that somebody brings, kept on this machine's disk."""

from __future__ import annotations

import contextlib
import secrets

from django.core.files import File
from django.db.models.fields.files import FieldFile


def keep(field: FieldFile, file: File[bytes]) -> None:
    """Keep ``file`` under a name of its own; the row is not saved. Raises OSError where the disk can't take it, and leaves no half of it there."""
    name = secrets.token_hex(16)
    try:
        field.save(name, file, save=False)
    except OSError:
        with contextlib.suppress(OSError):
            field.storage.delete(field.field.generate_filename(field.instance, name))
        raise
