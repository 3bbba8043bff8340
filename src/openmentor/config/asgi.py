"""The one entry. HTTP goes to the WSGI handler in a fixed pool of threads, which keep their database connections; the
lifespan starts and stops the worker of this process."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmentor.config.settings")

from a2wsgi import WSGIMiddleware
from django.conf import settings

from openmentor.config.wsgi import application as django_application

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_http: Any = WSGIMiddleware(cast(Any, django_application), workers=settings.HTTP_THREADS)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    else:  # no sockets yet: refuse before accepting
        await send({"type": "websocket.close", "code": 1000})


async def _lifespan(receive: Receive, send: Send) -> None:
    from openmentor.foundation.jobs import worker

    running = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            if settings.WORKER_THREADS:
                running = worker.start(threads=settings.WORKER_THREADS)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if running is not None:
                running.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
