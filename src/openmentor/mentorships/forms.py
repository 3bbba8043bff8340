from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from openmentor.mentorships.models import Membership, Mentorship, MentorshipQuerySet


class DeclineForm(forms.Form):
    """Why somebody says no. Never required: a no is a no."""

    reason = forms.CharField(
        label=_("Why not?"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the managers of the program read this. The other person never does."),
    )  # fmt: skip


class MentorshipFilter(forms.Form):
    """Which mentorships of a cohort are listed."""

    q = forms.CharField(label=_("Name"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Mentorship.Status.choices])

    def apply(self, mentorships: MentorshipQuerySet) -> MentorshipQuerySet:
        if not self.is_valid():
            return mentorships
        if status := self.cleaned_data["status"]:
            mentorships = mentorships.filter(status=status)
        for word in self.cleaned_data["q"].split()[:5]:
            mentorships = mentorships.filter(
                pk__in=Membership.objects.filter(person__name__icontains=word).values("mentorship")
            )
        return mentorships
