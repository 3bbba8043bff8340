"""What managers type about a program and its cohorts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from openmentor.foundation import clock
from openmentor.people.forms import zone_choices
from openmentor.people.models import Person
from openmentor.programs import texts
from openmentor.programs.models import Cohort, Expectation, Program, ProgramRole
from openmentor.programs.people_field import PersonField
from openmentor.surveys.standard import CADENCES

LONGEST_PROMISE = Expectation._meta.get_field("text").max_length or 500
MOST_PROMISES = 12


class Lines(forms.CharField):
    """Some sentences, one a line. Cleans to a list."""

    widget = forms.Textarea

    def __init__(self, *, most: int, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.longest = most, longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip().removeprefix("- ").strip() for line in str(super().clean(value) or "").splitlines()]
        lines = [line for line in lines if line.strip("-")]
        if self.required and not lines:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(lines) > self.most:
            raise forms.ValidationError(
                _("%(most)d lines at most: what is too long is not read.") % {"most": self.most}
            )
        for number, line in enumerate(lines, 1):
            if len(line) > self.longest:
                raise forms.ValidationError(
                    _("Line %(number)d is too long: %(longest)d characters at most.")
                    % {"number": number, "longest": self.longest}
                )
        return lines


class PurposeForm(forms.ModelForm[Program]):
    """What a program is for, and who answers for it."""

    coordinator = PersonField(
        label=_l("Coordinator"),
        help_text=_l("The named contact for everybody in it. A name or an e-mail address."),
        max_length=320,
    )
    stand_in = PersonField(
        label=_l("Stand-in"), required=False, help_text=_l("Who helps when the coordinator is away."), max_length=320
    )

    class Meta:
        model = Program
        fields = ("name", "purpose", "coordinator", "stand_in")
        widgets = {"purpose": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "name": _l("As people will call it."),
            "purpose": _l("What it is meant to change, and for whom. It stands at the top of the landing page."),
        }
        labels = {"name": _l("Name"), "purpose": _l("Purpose")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("coordinator") and data.get("coordinator") == data.get("stand_in"):
            self.add_error("stand_in", _("The stand-in is somebody else than the coordinator."))
        return data


class ManagersForm(forms.Form):
    """Who runs a new program. Asked of administrators, who need not do it themselves."""

    manager = PersonField(
        label=_l("Program manager"), max_length=320, help_text=_l("Who runs it. More can be added later.")
    )


def known_zones() -> list[tuple[str, str]]:
    return zone_choices()[1:]


class CohortForm(forms.ModelForm[Cohort]):
    """When a cohort runs, and how big it may be."""

    timezone = forms.ChoiceField(label=_l("Time zone of its dates"), choices=known_zones)
    cadence = forms.ChoiceField(
        label=_l("How often a pair meets"), choices=lambda: [(value, _(label)) for value, label in CADENCES]
    )

    class Meta:
        model = Cohort
        fields = (
            "name",
            "starts_on",
            "ends_on",
            "timezone",
            "target_count",
            "default_places",
            "cadence",
            "minutes",
            "is_rolling",
        )
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("starts_on", "ends_on")
        }
        labels = {
            "name": _l("Name of the cohort"),
            "starts_on": _l("Starts"),
            "ends_on": _l("Ends"),
            "target_count": _l("Most people in it"),
            "default_places": _l("Mentees for one mentor"),
            "minutes": _l("Minutes of a session"),
            "is_rolling": _l("People join at any time"),
        }
        help_texts = {
            "name": _l("One run of the program, for example “Spring 2027”."),
            "ends_on": _l("Six months suit most programs; three are enough for onboarding."),
            "target_count": _l("Mentors and mentees together. Empty: no limit."),
            "default_places": _l("Unless a mentor says otherwise."),
        }

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"]
        if zone not in clock.zones():
            raise forms.ValidationError(_("This time zone is not known."))
        return zone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] <= data["starts_on"]:
            self.add_error("ends_on", _("The end comes after the start."))
        if (
            self.instance.pk
            and self.instance.status != Cohort.Status.DRAFT
            and data.get("is_rolling") != self.initial.get("is_rolling")
        ):
            self.add_error("is_rolling", _("This can be chosen until recruiting has begun."))
        return data

    def clean_default_places(self) -> int:
        places: int = self.cleaned_data["default_places"]
        if not 1 <= places <= 20:
            raise forms.ValidationError(_("Between 1 and 20."))
        return places

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if not 10 <= minutes <= 240:
            raise forms.ValidationError(_("Between 10 and 240 minutes."))
        return minutes


class EntryForm(forms.ModelForm[Cohort]):
    """Who gets in, until when, what must be there before a match, and when a match begins."""

    class Meta:
        model = Cohort
        fields: tuple[str, ...] = (
            "enrollment",
            "applications_close_on",
            "gate_survey",
            "gate_expectations",
            "acceptance",
            "acceptance_days",
        )
        widgets = {
            "enrollment": forms.RadioSelect,
            "acceptance": forms.RadioSelect,
            "applications_close_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {
            "enrollment": _l("Who gets in"),
            "applications_close_on": _l("Applications close after"),
            "gate_survey": _l("No match before the survey is answered"),
            "gate_expectations": _l("No match before the expectations are accepted"),
            "acceptance": _l("A match begins when"),
            "acceptance_days": _l("Days to answer a match"),
        }
        help_texts = {
            "enrollment": _l(
                "An open door reaches people whom nobody would have named. By invitation alone, you only find those you know."
            ),
            "applications_close_on": _l("The last day, in the cohort's time zone. Empty: until matching begins."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("enrollment", Cohort.Enrollment.choices), ("acceptance", Cohort.Acceptance.choices)):
            cast(forms.ChoiceField, self.fields[name]).choices = [(value, capfirst(label)) for value, label in choices]

    def clean_acceptance_days(self) -> int:
        days: int = self.cleaned_data["acceptance_days"]
        if not 1 <= days <= 90:
            raise forms.ValidationError(_("Between 1 and 90 days."))
        return days

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        closes, ends = data.get("applications_close_on"), self.instance.ends_on
        if closes and ends and closes > ends:
            self.add_error("applications_close_on", _("The cohort is over by then."))
        return data


class EntryChoiceForm(EntryForm):
    """The part of it that is asked when a program is created; the rest has good defaults."""

    class Meta(EntryForm.Meta):
        fields: tuple[str, ...] = ("enrollment", "acceptance")

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data


class ExpectationsForm(forms.Form):
    """What each role promises, a sentence a line."""

    mentor = Lines(
        label=_l("What mentors promise"),
        most=MOST_PROMISES,
        longest=LONGEST_PROMISE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_l("One sentence a line. Everybody accepts them when they apply."),
    )
    mentee = Lines(
        label=_l("What mentees promise"),
        most=MOST_PROMISES,
        longest=LONGEST_PROMISE,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    @classmethod
    def new(cls, data: Any = None) -> ExpectationsForm:
        return cls(data, initial=texts.expectations())


class ChangedExpectationsForm(ExpectationsForm):
    anew = forms.BooleanField(
        label=_l("Ask everybody to accept them again"),
        required=False,
        help_text=_l("For a promise that is new or means something else. Leave it out for a mere change of words."),
    )


class LandingForm(forms.ModelForm[Program]):
    """The texts of the landing page and of the roles' pages."""

    # Plain text: "Spring 2027" becomes an address without anybody being told off for the space.
    slug = forms.CharField(
        label=_l("Address of the page"),
        max_length=80,
        help_text=_l("The last part of the address. Links to the old one no longer work when you change it."),
    )

    class Meta:
        model = Program
        fields = (
            "summary",
            "benefits_mentee",
            "benefits_mentor",
            "steps",
            "guide_mentee",
            "guide_mentor",
            "contact",
            "names_coordinator",
            "slug",
        )
        labels = {
            "summary": _l("In one sentence"),
            "benefits_mentee": _l("What mentees gain"),
            "benefits_mentor": _l("What mentors gain"),
            "steps": _l("How it goes"),
            "guide_mentee": _l("The mentees' page"),
            "guide_mentor": _l("The mentors' page"),
            "contact": _l("E-mail address for questions"),
            "names_coordinator": _l("Name the coordinator to visitors"),
        }
        help_texts = {
            "benefits_mentee": _l("Markdown: a line that begins with “- ” is a point of the list."),
            "steps": _l("One step a line. What follows a colon is said in smaller type."),
            "guide_mentee": _l("What somebody in this role does. Markdown."),
            "guide_mentor": _l("Markdown."),
            "names_coordinator": _l("Only with their consent. People in the program see the name either way."),
        }
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 5}) for name in ("benefits_mentee", "benefits_mentor", "steps")},
            **{name: forms.Textarea(attrs={"rows": 8}) for name in ("guide_mentee", "guide_mentor")},
        }

    def clean_slug(self) -> str:
        slug: str = slugify(self.cleaned_data["slug"])
        if not slug:
            raise forms.ValidationError(_("Letters, digits and hyphens."))
        return slug


class RoleForm(forms.Form):
    """Somebody gets a role."""

    person = PersonField(label=_l("Who"), max_length=320, help_text=_l("A name or an e-mail address."))
    role = forms.ChoiceField(
        label=_l("As"),
        widget=forms.RadioSelect,
        choices=[
            (ProgramRole.Role.MANAGER, _l("manager: sees and does everything in it")),
            (ProgramRole.Role.SPONSOR, _l("sponsor: sees how it does, and changes nothing")),
        ],
        initial=ProgramRole.Role.MANAGER,
    )


class DuplicateForm(forms.Form):
    name = forms.CharField(label=_l("Name of the new program"), max_length=200)


def new_cohort_initial(person: Person | None) -> dict[str, Any]:
    return {
        "timezone": (person.timezone if person else "") or "UTC",
        "default_places": 1,
        "cadence": "biweekly",
        "minutes": 60,
    }


def warnings(enrollment: str, starts: Any, ends: Any) -> Iterable[str]:
    """What a manager should know of their choice, without being held up by it."""
    if enrollment == Cohort.Enrollment.INVITE:
        yield _(
            "By invitation alone: people whom nobody thought of have no way in. An open door finds more, and other, talent."
        )
    if starts and ends and (days := (ends - starts).days) < 21:
        yield ngettext(
            "The cohort lasts %(days)d day. Less than three weeks is hardly enough to build a relationship.",
            "The cohort lasts %(days)d days. Less than three weeks is hardly enough to build a relationship.",
            days,
        ) % {"days": days}
