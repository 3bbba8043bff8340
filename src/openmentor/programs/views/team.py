"""Who runs a program and who sponsors it; finding somebody by name."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from openmentor.foundation.errors import Denied
from openmentor.foundation.http import Request
from openmentor.programs import actions, people_field, policies
from openmentor.programs.forms import RoleForm
from openmentor.programs.models import Cohort, Program, ProgramRole


@login_required
def team(request: Request, pk: int) -> HttpResponse:
    """Managers and sponsors; a POST gives somebody a role."""
    program = get_object_or_404(Program.objects.visible_to(request.actor), pk=pk)
    policies.manage_team.check(request.actor, program)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = actions.give_role(program, form.cleaned_data["person"], form.cleaned_data["role"], by=request.actor)
        except Denied as refusal:
            form.add_error("person", refusal.sentence)
        else:
            messages.success(
                request, _("%(name)s: %(role)s.") % {"name": given.person.name, "role": given.get_role_display()}
            )
            return redirect("programs:team", pk=program.pk)
    members = list(program.roles.select_related("person").order_by("role", "person__family_name", "person__name"))
    managers = sum(member.role == ProgramRole.Role.MANAGER for member in members)
    last = _("They are the last manager. Give the role to somebody else first.")
    context = {
        "program": program,
        "cohort": Cohort.objects.filter(program=program).current(),
        "form": form,
        "section": "team",
        "members": [
            (member, last if member.role == ProgramRole.Role.MANAGER and managers == 1 else "") for member in members
        ],
    }
    return render(request, "programs/settings/team.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def removal(request: Request, pk: int) -> HttpResponse:
    """Take a role back."""
    given = get_object_or_404(
        ProgramRole.objects.select_related("program", "person").filter(
            program__in=Program.objects.visible_to(request.actor)
        ),
        pk=pk,
    )
    program, name = given.program, given.person.name
    is_own = given.person_id == request.actor.person_id
    actions.take_role(given, by=request.actor)
    messages.success(request, _("%(name)s no longer has this role.") % {"name": name})
    return (
        redirect("programs:list")
        if is_own and not policies.manage_team(request.actor, program)
        else redirect("programs:team", pk=program.pk)
    )


@login_required
def suggestions(request: Request) -> HttpResponse:
    """Who may be meant by what is typed in a person's field, for those who may name somebody: the one parameter is the text."""
    policies.create.check(request.actor, None)
    text = str(next(iter(request.GET.values()), "")).strip()
    people = people_field.suggestions(text) if len(text) >= 2 else ()
    return render(
        request,
        "programs/_suggestions.html",
        {
            "people": [
                (people_field.label_of(person), ", ".join(filter(None, (person.position, person.department))))
                for person in people
            ]
        },
    )
