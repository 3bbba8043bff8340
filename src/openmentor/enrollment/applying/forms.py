"""The forms of applying: roles, a screen of questions with what the last one adds, vetoes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openmentor.enrollment.applying.application import Application, Screen, expectations_of
from openmentor.enrollment.applying.hints import defaults, hints
from openmentor.enrollment.models import Role, Veto
from openmentor.surveys.forms import AnswersForm

#: as many as are offered to be tapped; more can be said later
PLACES = range(1, 6)


def screen_form(
    request: HttpRequest, application: Application, screen: Screen, *, partial: bool = False
) -> AnswersForm:
    """The questions of one screen; on the last one of an application that is not sent yet, also places and the promise."""
    data = request.POST if request.method == "POST" else None
    form = AnswersForm(
        data,
        items=screen.items,
        answers=application.values,
        defaults=defaults(application, request),
        hints=hints(request),
        partial=partial,
    )
    if is_last(application, screen) and application.draft is not None:
        if Role.MENTOR in application.new_roles:
            form.fields["places"] = _places(application)
        promised = expectations_of(application.cohort, application.new_roles)
        if promised:
            form.fields["promise"] = _promise(partial)
            form.promised = [(Role(role), sentences) for role, sentences in promised.items()]  # type: ignore[attr-defined]
    return form


def is_last(application: Application, screen: Screen) -> bool:
    return screen.number == application.screens[-1].number if application.screens else True


def _places(application: Application) -> forms.TypedChoiceField:
    offered = sorted({*PLACES, application.cohort.default_places})
    field = forms.TypedChoiceField(
        label=_("How many mentees would you take at once?"), coerce=int, choices=[(n, str(n)) for n in offered], required=False,
        empty_value=None, widget=forms.RadioSelect(attrs={"class": "om-picks"}),
        initial=(application.draft.places if application.draft else None) or application.cohort.default_places,
    )  # fmt: skip
    field.audience = "matching"  # type: ignore[attr-defined]
    return field


def _promise(partial: bool) -> forms.BooleanField:
    return forms.BooleanField(
        label=_("I can do this."),
        required=not partial,
        error_messages={"required": _("Please say that you can do this, or talk to the coordinator first.")},
    )


class VetoForm(forms.Form):
    """A person by name or address, a team, or a site."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Whom or what is it about?"), choices=Veto.Kind.choices, initial=Veto.Kind.PERSON,
        widget=forms.RadioSelect(attrs={"class": "om-picks"}),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("A person's name or e-mail address, or the name of the team or site."),
        error_messages={"required": gettext_lazy("Write a name, a team or a site.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        return super().clean() or self.cleaned_data
