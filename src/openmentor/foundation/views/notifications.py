"""One's own messages in the app, what of them one wants by mail, and the link that turns mails off."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openmentor.foundation import clock, links
from openmentor.foundation.forms import PreferencesForm
from openmentor.foundation.http import Request, answer
from openmentor.foundation.models import Delivery
from openmentor.foundation.notices import mute, preferences, unmute, unread_count
from openmentor.foundation.notices.mail import UNSUBSCRIBE
from openmentor.foundation.notices.registry import find_category

PAGE = 30


@require_GET
@login_required
def inbox(request: Request) -> HttpResponse:
    mine = Delivery.objects.in_app_of(request.user.pk).order_by("-id")
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    return render(request, "foundation/notifications.html", {"page": page, "unread": unread_count(request.user.pk)})


@require_GET
@login_required
def bell(request: Request) -> HttpResponse:
    return render(request, "foundation/_bell.html", {"unread": unread_count(request.user.pk)})


@require_POST
@login_required
def opening(request: Request, pk: int) -> HttpResponse:
    """Open a message: it is read now, and its page follows."""
    mine = Delivery.objects.in_app_of(request.user.pk).filter(pk=pk)
    delivery = get_object_or_404(mine)
    mine.unread().update(read_at=clock.now())
    path = links.path_of(delivery.link, person_id=request.user.pk, address="")
    return HttpResponseRedirect(path) if path else redirect("foundation:notifications")


@require_POST
@login_required
def reading(request: Request) -> HttpResponse:
    """All of mine are read."""
    Delivery.objects.in_app_of(request.user.pk).unread().update(read_at=clock.now())
    page = Paginator(Delivery.objects.in_app_of(request.user.pk).order_by("-id"), PAGE).get_page(1)
    return answer(
        request, "foundation/_notifications.html", {"page": page, "unread": 0}, page="foundation:notifications"
    )


@require_http_methods(["GET", "POST"])
@login_required
def settings_page(request: Request) -> HttpResponse:
    form = PreferencesForm(request.user, request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("foundation:notification_settings")
        return render(request, "foundation/notification_settings.html", {"form": form}, status=422)
    return render(request, "foundation/notification_settings.html", {"form": form})


@csrf_exempt  # a mail program that unsubscribes in one click (RFC 8058) has no cookie; the signed link says who and what
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in a mail. Looking at it changes nothing; its button, and a mail program's one click, do."""
    link = links.read(token, UNSUBSCRIBE)
    category = find_category(str(link.facts["category"]))
    if request.method == "POST":
        change = unmute if request.POST.get("again") else mute
        change(category.key, person_id=link.person_id, address=link.address)
    off = preferences.is_muted(category.key, person_id=link.person_id, address=link.address)
    return render(request, "foundation/unsubscribe.html", {"category": category.label, "off": off})
