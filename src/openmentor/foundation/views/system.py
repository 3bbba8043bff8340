"""The administrators' pages about the machinery. In a demo everybody sees the mails: there is nobody real in them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from openmentor.foundation import system
from openmentor.foundation.http import Request, answer
from openmentor.foundation.models import Delivery, JobRecord
from openmentor.foundation.notices import mail

PAGE = 50


@require_GET
@login_required
def jobs(request: Request) -> HttpResponse:
    """What was given up first; then what waits and runs."""
    system.see_jobs.check(request.actor, None)
    status = request.GET.get("status", JobRecord.Status.PARKED)
    if status not in JobRecord.Status.values:
        status = JobRecord.Status.PARKED
    counts = dict(JobRecord.objects.values_list("status").annotate(number=Count("pk")).order_by())
    order = ("run_after", "id") if status == JobRecord.Status.WAITING else ("-id",)
    page = Paginator(JobRecord.objects.filter(status=status).order_by(*order), PAGE).get_page(request.GET.get("page"))
    tabs = [(value, label, counts.get(value, 0)) for value, label in JobRecord.Status.choices]
    return render(request, "foundation/jobs.html", {"page": page, "status": status, "tabs": tabs})


@require_POST
@login_required
def job_sending(request: Request, pk: int) -> HttpResponse:
    job = system.send_again(_job(request, pk), by=request.actor)
    return answer(request, "foundation/_job.html", {"job": job}, page="foundation:jobs")


@require_POST
@login_required
def job_dropping(request: Request, pk: int) -> HttpResponse:
    job = _job(request, pk)
    system.drop(job, by=request.actor)
    return answer(request, "foundation/_job.html", {"job": job, "dropped": True}, page="foundation:jobs")


def _job(request: Request, pk: int) -> JobRecord:
    system.see_jobs.check(request.actor, None)
    return get_object_or_404(JobRecord, pk=pk)


@require_GET
@login_required
def mails(request: Request) -> HttpResponse:
    """To whom, about what, how far, why not: no bodies, which are their readers' alone except in a demo."""
    system.see_mails.check(request.actor, None)
    found = Delivery.objects.mails().order_by("-id")
    state = request.GET.get("state", "")
    if state in Delivery.State.values:
        found = found.filter(state=state)
    counts = dict(Delivery.objects.mails().values_list("state").annotate(number=Count("pk")).order_by())
    page = Paginator(found.select_related("person"), PAGE).get_page(request.GET.get("page"))
    tabs = [(value, label, counts[value]) for value, label in Delivery.State.choices if value in counts]
    return render(
        request,
        "foundation/mails.html",
        {
            "page": page,
            "state": state,
            "tabs": tabs,
            "has_server": bool(settings.EMAIL_URL),
            "demo": system.is_demo(),
            "total": sum(counts.values()),
            "may_send": request.actor.is_administrator and bool(settings.EMAIL_URL),
        },
    )


@require_GET
@login_required
def mail_page(request: Request, pk: int) -> HttpResponse:
    delivery = _mail(request, pk)
    system.read_mail.check(request.actor, delivery)
    try:
        written = mail.write(delivery)
    except ObjectDoesNotExist:
        written = None
    return render(request, "foundation/mail_page.html", {"delivery": delivery, "written": written})


@require_GET
@login_required
@xframe_options_sameorigin
def mail_body(request: Request, pk: int) -> HttpResponse:
    """The HTML part alone, for the frame on its page: nothing in it may run or be loaded."""
    delivery = _mail(request, pk)
    system.read_mail.check(request.actor, delivery)
    try:
        body = mail.write(delivery).html
    except ObjectDoesNotExist:
        body = _("What this mail was about is no longer there.")
    response = HttpResponse(body)
    # Mail programs know inline styles alone, so this one page allows them; links open above the frame.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
    )
    return response


@require_POST
@login_required
def mail_sending(request: Request, pk: int) -> HttpResponse:
    delivery = system.send_mail_again(_mail(request, pk), by=request.actor)
    context = {"mail": delivery, "may_send": True, "demo": system.is_demo()}
    return answer(request, "foundation/_mail.html", context, page="foundation:mails")


def _mail(request: Request, pk: int) -> Delivery:
    system.see_mails.check(request.actor, None)
    return get_object_or_404(Delivery.objects.mails().select_related("person"), pk=pk)
