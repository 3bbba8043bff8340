"""Pages that everybody may open: a program's landing page, and the page of a role."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from openmentor.enrollment import landing as pages
from openmentor.foundation.http import Request


def _landing(request: Request, slug: str) -> pages.Landing:
    found = get_object_or_404(pages.shown_to(request.actor).select_related("coordinator", "stand_in"), slug=slug)
    return pages.load(found, request.actor)


def landing(request: Request, slug: str) -> HttpResponse:
    """What the program offers, and the way in. Not published: only for those who run it or take part in it."""
    page = _landing(request, slug)
    return render(request, "enrollment/landing.html", {"page": page, "program": page.program, "cohort": page.cohort})


def role(request: Request, slug: str, role: str) -> HttpResponse:
    """What somebody in this role does, gains and promises."""
    if role not in ("mentor", "mentee"):
        raise Http404
    page = _landing(request, slug)
    program = page.program
    texts = {
        "mentor": (program.guide_mentor, program.benefits_mentor),
        "mentee": (program.guide_mentee, program.benefits_mentee),
    }
    guide, benefits = texts[role]
    context = {
        "page": page,
        "program": program,
        "cohort": page.cohort,
        "role": role,
        "guide": guide,
        "benefits": benefits,
        "promises": page.expectations.get(role, []),
    }
    return render(request, "enrollment/landing_role.html", context)
