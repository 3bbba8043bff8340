"""How people come in: the first administrator by the console's token, others by an invitation or a claim code."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openmentor.foundation.errors import Conflict, Denied
from openmentor.people import actions
from openmentor.people.forms import ClaimForm, CodeForm, SetupForm
from openmentor.people.limits import are_used_up, too_many
from openmentor.people.models import Person

BACKEND = "openmentor.people.accounts.Backend"
#: codes that nobody has, from one address within ten minutes
WRONG_CODES = 30


def setup(request: HttpRequest) -> HttpResponse:
    """Make the first administrator. Once there is one, this page leads to signing in."""
    if Person.objects.filter(is_administrator=True).exists():
        return redirect("account_login")
    token = request.POST.get("token") or request.GET.get("token", "")
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if too_many(request, "setup", 20):
            form.add_error(None, _("Too many tries. Wait a few minutes."))
        else:
            data = form.cleaned_data
            try:
                person = actions.set_up(token, name=data["name"], email=data["email"], password=data["password"])
            except Denied as refusal:
                form.add_error(None, refusal.sentence)
            else:
                login(request, person, backend=BACKEND)
                return redirect("home")
    return render(request, "people/setup.html", {"form": form, "token": token}, status=422 if form.errors else 200)


def claim(request: HttpRequest) -> HttpResponse:
    """Two steps: the code, then an address and a password for the person whom it names."""
    code = request.POST.get("code", "")
    # Wrong codes alone are counted: behind one address a whole office may open its accounts.
    if request.method == "POST" and are_used_up(request, "claim", WRONG_CODES):
        form = CodeForm(request.POST)
        form.add_error(None, _("Too many tries. Wait a few minutes."))
        return render(request, "people/claim.html", {"form": form}, status=429)
    kept = actions.find_code(code) if code else None
    if kept is None:
        if code:
            too_many(request, "claim", WRONG_CODES)
        form = CodeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.add_error("code", _("This code is not known, was used already or is too old."))
        return render(request, "people/claim.html", {"form": form}, status=422 if request.method == "POST" else 200)
    if "password" not in request.POST:
        return render(request, "people/claim_account.html", {"form": ClaimForm(), "person": kept.person, "code": code})
    account = ClaimForm(request.POST)
    if account.is_valid():
        try:
            person = actions.claim(code, email=account.cleaned_data["email"], password=account.cleaned_data["password"])
        except (Denied, Conflict) as refusal:
            account.add_error("email" if isinstance(refusal, Conflict) else None, refusal.sentence)
        else:
            login(request, person, backend=BACKEND)
            return redirect("home")
    return render(
        request, "people/claim_account.html", {"form": account, "person": kept.person, "code": code}, status=422
    )
