"""Programs, their cohorts, and who runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.states import Stateful, Transitions

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class ProgramQuerySet(models.QuerySet["Program"]):
    def published(self) -> Self:
        return self.exclude(published_at=None).filter(archived_at=None)

    def visible_to(self, actor: Actor) -> Self:
        """Programs that an actor runs, sponsors or takes part in; administrators see all. Landing pages are open by ``published``."""
        if actor.is_administrator:
            return self
        if actor.person is None:
            return self.none()
        return self.filter(
            models.Q(pk__in=ProgramRole.objects.filter(person=actor.person).values("program"))
            | models.Q(pk__in=Cohort.objects.filter(enrollments__person=actor.person).values("program"))
        )

    def run_by(self, actor: Actor) -> Self:
        """Programs that an actor manages. An administrator runs the installation, not the programs: roles are given, never assumed."""
        if actor.person is None:
            return self.none()
        return self.filter(
            pk__in=ProgramRole.objects.filter(person=actor.person, role=ProgramRole.Role.MANAGER).values("program")
        )


class Program(models.Model):
    """A standing initiative with a purpose, a type and a format."""

    class Format(models.TextChoices):
        ONE_TO_ONE = "one_to_one", _("1:1")

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    purpose = models.TextField(_("purpose"))
    format = models.CharField(_("format"), max_length=20, choices=Format.choices, default=Format.ONE_TO_ONE)
    #: the named contact for everybody in it, and a stand-in
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="coordinates",
        verbose_name=_("coordinator"),
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("stand-in"),
    )
    # The landing page, in Markdown
    summary = models.CharField(_("one sentence for the landing page"), max_length=300, blank=True)
    benefits_mentor = models.TextField(_("what mentors gain"), blank=True)
    benefits_mentee = models.TextField(_("what mentees gain"), blank=True)
    steps = models.TextField(_("how it goes, a line a step"), blank=True)
    #: the page of a role: what somebody in it does, in Markdown
    guide_mentor = models.TextField(_("what a mentor does"), blank=True)
    guide_mentee = models.TextField(_("what a mentee does"), blank=True)
    contact = models.EmailField(_("address for questions, shown to visitors"), blank=True)
    #: set by a manager once the coordinator has said yes; members see the name either way
    names_coordinator = models.BooleanField(_("the coordinator agreed to be named on the landing page"), default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programs:program", args=[self.pk])


class ProgramRole(models.Model):
    """Who runs a program, and who sponsors it (and only reads)."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("program manager")
        SPONSOR = "sponsor", _("sponsor")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="roles")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="program_roles")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "person", "role"], name="program_role_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.person_id}"


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(program__in=Program.objects.visible_to(actor))

    def run_by(self, actor: Actor) -> Self:
        return self.filter(program__in=Program.objects.run_by(actor))

    def recruiting(self) -> Self:
        """Those whose doors are open: recruiting ones, and rolling ones that run."""
        return self.filter(
            models.Q(status=Cohort.Status.RECRUITING) | models.Q(status=Cohort.Status.ACTIVE, is_rolling=True)
        )

    def current(self) -> Cohort | None:
        """The one that is looked at first: the newest that is not closed, else the newest."""
        return self.order_by(
            models.Case(models.When(status=Cohort.Status.CLOSED, then=1), default=0), "-created_at", "-pk"
        ).first()


class Cohort(Stateful):
    """One run of a program, with dates and phases."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        RECRUITING = "recruiting", _("recruiting")
        MATCHING = "matching", _("matching")
        ACTIVE = "active", _("active")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")

    class Enrollment(models.TextChoices):
        OPEN = "open", _("everybody who applies is in")
        APPROVE = "approve", _("people apply, a manager approves")
        INVITE = "invite", _("by invitation alone")

    class Acceptance(models.TextChoices):
        MEMBERS = "members", _("both say yes")
        SILENCE = "silence", _("silence for some days counts as yes")

    TRANSITIONS: ClassVar[Transitions] = {
        Status.DRAFT: frozenset({Status.RECRUITING, Status.ACTIVE}),  # a rolling cohort has no recruiting of its own
        Status.RECRUITING: frozenset({Status.MATCHING}),
        Status.MATCHING: frozenset({Status.ACTIVE}),
        Status.ACTIVE: frozenset({Status.CLOSING}),
        Status.CLOSING: frozenset({Status.CLOSED}),
    }
    VERBS = {
        Status.RECRUITING: "cohort.recruiting_opened",
        Status.MATCHING: "cohort.matching_began",
        Status.ACTIVE: "cohort.activated",
        Status.CLOSING: "cohort.closing_began",
        Status.CLOSED: "cohort.closed",
    }

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="cohorts")
    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    is_rolling = models.BooleanField(_("people join at any time"), default=False)
    enrollment = models.CharField(
        _("who gets in"), max_length=10, choices=Enrollment.choices, default=Enrollment.APPROVE
    )
    applications_close_on = models.DateField(_("applications close"), null=True, blank=True)
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    timezone = models.CharField(_("time zone of its dates"), max_length=64, default="UTC")
    target_count = models.PositiveIntegerField(_("most people in it"), null=True, blank=True)
    default_places = models.PositiveSmallIntegerField(_("mentees for one mentor, unless they say otherwise"), default=1)
    cadence = models.CharField(_("cadence"), max_length=20, default="biweekly")
    minutes = models.PositiveSmallIntegerField(_("minutes of a session"), default=60)
    #: HR filter of those who may take part: {"department": [...], "min_level": n, ...}
    eligibility = models.JSONField(default=dict, blank=True)
    questionnaire = models.ForeignKey(
        "surveys.Questionnaire", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    gate_survey = models.BooleanField(_("no match before the survey is answered"), default=True)
    gate_expectations = models.BooleanField(_("no match before the expectations are accepted"), default=True)
    #: what was accepted before this moment does not count any more: set when a manager asks everybody anew
    expectations_changed_at = models.DateTimeField(null=True, blank=True)
    acceptance = models.CharField(
        _("a match begins when"), max_length=10, choices=Acceptance.choices, default=Acceptance.MEMBERS
    )
    acceptance_days = models.PositiveSmallIntegerField(_("days to answer a match"), default=14)
    #: weights, rules, bands and aim that differ from the engine's defaults (MATCHING, Spec)
    matching = models.JSONField(default=dict, blank=True)
    #: counts up with each change of the settings above: part of a run's record
    matching_version = models.PositiveIntegerField(default=1)
    #: position -> level, site -> time zone, set for all in one table: {"level": {...}, "timezone": {...}}
    mappings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None)
                | models.Q(starts_on=None)
                | models.Q(ends_on__gt=models.F("starts_on")),
                name="cohort_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programs:cohort", args=[self.pk])

    @property
    def takes_runs(self) -> bool:
        return self.status in (self.Status.MATCHING, self.Status.ACTIVE, self.Status.CLOSING)


class Expectation(models.Model):
    """What a role promises, one sentence each, editable; accepted at sign-up. ``Cohort.expectations_changed_at`` asks for it anew."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="expectations")
    role = models.CharField(max_length=10, choices=[("mentor", _("mentor")), ("mentee", _("mentee"))])
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["role", "position", "pk"]

    def __str__(self) -> str:
        return self.text
