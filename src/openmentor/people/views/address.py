"""The address that somebody typed for their own account: typed again, asked about by mail, confirmed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openmentor.foundation import links
from openmentor.foundation.errors import Refusal
from openmentor.foundation.http import Request
from openmentor.people import actions, policies
from openmentor.people.forms import AddressForm
from openmentor.people.models import PendingAddress


@login_required
def address(request: Request) -> HttpResponse:
    """See what waits to be confirmed, have the mail sent again, or correct the address."""
    policies.type_address.check(request.actor, request.user)
    pending = PendingAddress.objects.filter(person=request.user).first()
    form = AddressForm(request.POST or None, initial={"email": pending.address if pending else ""})
    if request.method == "POST" and form.is_valid():
        try:
            actions.type_address(request.user, form.cleaned_data["email"], by=request.actor)
        except Refusal as refusal:
            form.add_error("email", refusal.sentence)
        else:
            messages.success(request, _("The mail is on its way. Open it and confirm."))
            return redirect("people:address")
    context = {"form": form, "pending": pending}
    return render(request, "people/address.html", context, status=422 if form.errors else 200)


def confirmation(request: Request, token: str) -> HttpResponse:
    """By the link of the mail, signed in or not: ask, and on a click confirm. A mail scanner that opens it changes nothing."""
    link = links.read(token, actions.ADDRESS_PURPOSE)
    pending = actions.find_pending(link)
    if request.method == "POST" and pending is not None:
        person = actions.confirm_address(pending)
        messages.success(request, _("Your address is confirmed. Mails reach you from now on."))
        return redirect("home" if request.actor.person_id == person.pk else "account_login")
    return render(request, "people/address_confirmation.html", {"address": link.address, "pending": pending})
