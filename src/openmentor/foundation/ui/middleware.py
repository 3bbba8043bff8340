from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event
from servestatic.middleware import ServeStaticMiddleware

from openmentor.foundation.templatetags.ui import tone_of_message

BUNDLED = re.compile(r"/openmentor/dist/[^/]+-[A-Z0-9]{8}\.[a-z0-9]+$")
MOVES = ("HX-Redirect", "HX-Refresh", "HX-Location")


class MessagesMiddleware:
    """Sends the messages of a request by htmx along with its fragment, as a trigger that the page shows as toasts."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        moves_on = 300 <= response.status_code < 400 or any(name in response for name in MOVES)
        if not getattr(request, "htmx", False) or moves_on:
            return response  # a page shows them itself; after a move the next page does
        waiting: Any = get_messages(request)
        if getattr(waiting, "used", False):
            return response  # the template has shown them
        toasts = [{"tone": tone_of_message(message), "text": str(message)} for message in waiting]
        if toasts:
            trigger_client_event(response, "toasts", {"items": toasts})
        return response


class StaticMiddleware(ServeStaticMiddleware):  # type: ignore[misc]
    """Static files; browsers keep those of our build for ever, since their names change with what is in them."""

    def immutable_file_test(self, path: str, url: str) -> bool:
        return BUNDLED.search(url) is not None
