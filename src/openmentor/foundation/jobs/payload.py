"""What a job is given, as JSON: ids and small facts, with dates and moments kept as what they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def encode(value: Any) -> Any:
    """``value`` as plain JSON. Raises TypeError for what a job must not carry: objects, files, bytes."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment given to a job needs a time zone")
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a job's mappings have strings as keys")
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    raise TypeError(f"a job takes ids and small facts, not a {type(value).__name__}")


def decode(value: Any) -> Any:
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        match value:
            case {"$moment": str(text), **rest} if not rest:
                return datetime.fromisoformat(text)
            case {"$date": str(text), **rest} if not rest:
                return date.fromisoformat(text)
        return {key: decode(item) for key, item in value.items()}
    return value
