from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from openmentor.config.demo import is_demo


def demo(request: HttpRequest) -> dict[str, Any]:
    """The banner of a demo database."""
    return {"is_demo": True, "demo_url": reverse("demo:personas")} if is_demo() else {"is_demo": False}
