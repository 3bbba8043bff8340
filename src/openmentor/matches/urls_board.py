from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from openmentor.foundation.http import Request
from openmentor.matches import policies
from openmentor.matches.views.common import around, run_of


@login_required
def board(request: Request, pk: int) -> HttpResponse:
    """A run: how far it is, why it ended, or its pairs."""
    found = run_of(request, pk)
    policies.look.check(request.actor, found.cohort)
    pairs = found.matches.in_draft().select_related("mentor__person", "mentee__person") if found.has_result else []
    return render(request, "matches/run.html", {**around(found.cohort), "run": found, "pairs": pairs})


of_boards = [path("runs/<int:pk>/", board, name="board")]
