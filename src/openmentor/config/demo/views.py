"""One click per persona: only in a database that was created as a demo, only from this machine."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from openmentor.config.demo import is_demo
from openmentor.config.server import is_loopback
from openmentor.foundation.ids import number
from openmentor.foundation.models import DatabaseProperty
from openmentor.people.models import Person


def _check(request: HttpRequest) -> None:
    """A proxy's forwarded address never counts as this machine's, and a forwarded request is not local at all."""
    host = request.get_host().rsplit(":", 1)[0]
    forwarded = any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"))
    if forwarded or not is_loopback(request.META.get("REMOTE_ADDR", "")) or not is_loopback(host) or not is_demo():
        raise Http404


def personas(request: HttpRequest) -> HttpResponse:
    _check(request)
    kept = DatabaseProperty.read("demo_personas")
    told = kept if isinstance(kept, list) else []
    people = Person.objects.in_bulk([entry["person"] for entry in told])
    return render(
        request,
        "demo/personas.html",
        {"personas": [{**entry, "person": people[entry["person"]]} for entry in told if entry["person"] in people]},
    )


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    _check(request)
    kept = DatabaseProperty.read("demo_personas")
    allowed = {entry["person"] for entry in kept} if isinstance(kept, list) else set()
    asked = number(request.POST.get("person"))
    if asked not in allowed:
        raise Http404
    person = get_object_or_404(Person.objects.may_sign_in(), pk=asked)
    logout(request)
    login(request, person, backend="openmentor.people.accounts.Backend")
    return redirect("home")
