"""Pages of the house as a whole: home, health, errors."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from openmentor.foundation.actors import Actor
from openmentor.foundation.http import Request
from openmentor.foundation.ui.home import panels
from openmentor.people.models import Person
from openmentor.programs.models import Program


def home(request: Request) -> HttpResponse:
    """Where everybody begins: what each part of the product has for this reader."""
    if request.actor.person is None:
        if not Person.objects.filter(is_administrator=True).exists():
            return redirect("setup")
        return redirect("account_login")
    return render(request, "home.html", {"panels": panels(request.actor), "beginning": _beginning(request.actor)})


def _beginning(actor: Actor) -> dict[str, bool] | None:
    """How far a new installation has come, for its administrator until there is a program: then the program's own page leads on."""
    if not actor.is_administrator or actor.person is None or Program.objects.exists():
        return None
    return {"has_people": Person.objects.exclude(pk=actor.person.pk).exists()}


def healthz(request: HttpRequest) -> HttpResponse:
    """For whatever watches over the server: 200 while it answers and its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request: what its context processors look up may be the very thing that is broken."""
    return HttpResponse(render_to_string("500.html"), status=500)
