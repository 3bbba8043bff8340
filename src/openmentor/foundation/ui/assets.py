"""What the build left for us: the bundled files under their hashed names, and the icons."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import cast

from django.conf import settings
from django.templatetags.static import static

FOLDER = Path(__file__).parent.parent / "static" / "openmentor" / "dist"


class AssetsMissing(RuntimeError):
    """The front end was not built, or does not hold what a template asks for."""


def address(name: str) -> str:
    """The URL of a bundled file: ``address("app.css")`` is ``/static/openmentor/dist/app-9F2K….css``."""
    try:
        return static(f"openmentor/dist/{_read('manifest.json')[name]}")
    except KeyError:
        raise AssetsMissing(f"The build holds no file {name!r}.") from None


def icon(name: str) -> str:
    """The inner part of an icon's SVG. The build copies the icons that frontend/icons.txt lists, and no others."""
    try:
        return _read("icons.json")[name]
    except KeyError:
        raise AssetsMissing(f"No icon {name!r}: add it to frontend/icons.txt and run `npm run build`.") from None


def _read(name: str) -> dict[str, str]:
    path = FOLDER / name
    # While developing, a rebuild is seen without a restart; otherwise the file is read once.
    return _parse(path, path.stat().st_mtime_ns if settings.DEBUG and path.exists() else 0)


@lru_cache(maxsize=8)
def _parse(path: Path, _changed: int) -> dict[str, str]:
    try:
        return cast("dict[str, str]", json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise AssetsMissing("The front end is not built: run `npm ci --ignore-scripts && npm run build`.") from None
