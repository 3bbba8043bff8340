"""What every door shares: who asks, how a verb is answered, how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import SuspiciousOperation
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from openmentor.foundation.actors import VISITOR, Actor
from openmentor.foundation.errors import Refusal

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from openmentor.people.models import Person

    class Request(HttpRequest):
        """A request as our middleware leaves it."""

        actor: Actor
        htmx: HtmxDetails
        user: Person
else:
    Request = HttpRequest

Respond = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Gives each request its actor, looked up once and only if asked for."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cast(Any, request).actor = SimpleLazyObject(lambda: _actor_of(request))
        return self.respond(request)


def _actor_of(request: HttpRequest) -> Actor:
    user: Any = request.user
    return Actor.of(user) if user.is_authenticated else VISITOR


class NulMiddleware:
    """Refuses a request with a NUL sign in an address or a form: nobody types one, and PostgreSQL keeps none."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = [request.GET, request.POST] if request.method == "POST" else [request.GET]
        texts = (text for data in given for name, values in data.lists() for text in (name, *values))
        if "\x00" in request.path_info or any("\x00" in text for text in texts if isinstance(text, str)):
            raise SuspiciousOperation("NUL in a request")
        return self.respond(request)


class RefusalMiddleware:
    """Turns ``Denied`` into 403 and ``Conflict`` into 409, in one place, as a fragment for htmx and as a page for everybody else."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if response.status_code == 405 and request.method == "GET" and not getattr(request, "htmx", False):
            return _nothing_to_look_at(request, allowed=response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        template = "foundation/_refusal.html" if getattr(request, "htmx", False) else f"{exception.status}.html"
        response = render(
            request, template, {"sentence": exception.sentence, "status": exception.status}, status=exception.status
        )
        if getattr(request, "htmx", False):
            # A refusal is shown as a toast; the fragment it was aimed at stays as it is.
            response["HX-Retarget"] = "#toasts"
            response["HX-Reswap"] = "beforeend"
        return response


def _nothing_to_look_at(request: HttpRequest, *, allowed: str) -> HttpResponse:
    """The address of a verb, opened like a page: from a bookmark, or after signing in again between a page and its button.

    Leads to the nearest address above that exists, which is the page of the thing itself.
    """
    back = "/"
    parts = request.path.strip("/").split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = f"/{'/'.join(parts[:length])}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        back = above
        break
    response = render(request, "405.html", {"back": back}, status=405)
    response["Allow"] = allowed
    return response


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, page: str | models.Model, status: int = 200
) -> HttpResponse:
    """Answer a verb: the fragment for htmx, a redirect to ``page`` (a URL, a URL name or an object with one) for everyone else.

    An invalid form (status 422) is rendered for both, since there is nothing to redirect to.
    """
    if getattr(request, "htmx", False) or status == 422:
        return render(request, template, context, status=status)
    return HttpResponseRedirect(resolve_url(page))
