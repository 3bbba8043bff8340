"""Finding what a manager asks for: somebody else's and what isn't there look alike."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from openmentor.foundation.http import Request
from openmentor.matches.models import MatchingRun
from openmentor.programs.models import Cohort


def cohort_of(request: Request, pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.run_by(request.actor).select_related("program"), pk=pk)


def run_of(request: Request, pk: int) -> MatchingRun:
    runs = MatchingRun.objects.visible_to(request.actor).select_related("cohort__program", "created_by")
    return get_object_or_404(runs, pk=pk)


def around(cohort: Cohort) -> dict[str, Any]:
    """What every page around a cohort's matching needs."""
    return {"cohort": cohort, "program": cohort.program}
