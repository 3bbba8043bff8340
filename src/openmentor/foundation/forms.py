from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.models import Mute, QuietHours
from openmentor.foundation.notices.preferences import mute, unmute
from openmentor.foundation.notices.registry import categories

if TYPE_CHECKING:
    from openmentor.people.models import Person


class PreferencesForm(forms.Form):
    """Which mails somebody wants, and their quiet hours."""

    mails = forms.MultipleChoiceField(
        label=_("Mails I want"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you turn off here still shows in the app."),
    )
    starts = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        label=_("Quiet until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("In your time zone. What can wait comes after it. The same time twice means no quiet hours."),
    )

    def __init__(self, person: Person, data: Any = None) -> None:
        self.person = person
        muted = set(Mute.objects.filter(person=person).values_list("category", flat=True))
        hours = QuietHours.objects.filter(person=person).first() or QuietHours()
        # What they turned off from a mail can be turned on again here, also if no notice of ours has that name any more.
        self.categories = categories(*muted)
        choices = [(category.key, str(category.label)) for category in self.categories]
        wanted = [key for key, _label in choices if key not in muted]
        super().__init__(data, initial={"mails": wanted, "starts": hours.starts, "ends": hours.ends})
        self.fields["mails"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["mails"]

    def save(self) -> None:
        for category in self.categories:
            change = unmute if category.key in self.cleaned_data["mails"] else mute
            change(category.key, person_id=self.person.pk)
        QuietHours.objects.update_or_create(
            person=self.person, defaults={"starts": self.cleaned_data["starts"], "ends": self.cleaned_data["ends"]}
        )
