"""Matching runs, what they proposed, and what a manager makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings as django_settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.enrollment.models import Enrollment
from openmentor.foundation.states import Stateful, Transitions
from openmentor.programs.models import Cohort, Program

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


AUTH_USER_MODEL = django_settings.AUTH_USER_MODEL  # the run has a field called settings


class RunQuerySet(models.QuerySet["MatchingRun"]):
    def live(self) -> Self:
        """Those that something works on now: one a cohort."""
        return self.filter(status__in=MatchingRun.LIVE)

    def with_result(self) -> Self:
        return self.filter(status__in=MatchingRun.WITH_RESULT)

    def visible_to(self, actor: Actor) -> Self:
        """The managers of the program alone: not sponsors, not administrators."""
        return self.filter(cohort__program__in=Program.objects.run_by(actor))


class MatchingRun(Stateful):
    """One computation over a cohort: inputs, settings, result, proof. Never changed afterwards: what a manager does by hand is a draft."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SOLVING = "solving", _("matching")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        PUBLISHING = "publishing", _("being published")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    LIVE: ClassVar[tuple[str, ...]] = (Status.QUEUED, Status.SOLVING, Status.PUBLISHING)
    WITH_RESULT: ClassVar[tuple[str, ...]] = (Status.READY, Status.PUBLISHING, Status.PUBLISHED, Status.DISCARDED)
    TRANSITIONS: ClassVar[Transitions] = {
        Status.QUEUED: frozenset({Status.SOLVING, Status.FAILED, Status.CANCELLED}),
        Status.SOLVING: frozenset({Status.READY, Status.FAILED, Status.CANCELLED}),
        Status.READY: frozenset({Status.PUBLISHING, Status.DISCARDED}),
        Status.PUBLISHING: frozenset({Status.PUBLISHED}),
    }
    VERBS = {
        Status.SOLVING: "run.started",
        Status.READY: "run.ready",
        Status.FAILED: "run.failed",
        Status.CANCELLED: "run.cancelled",
        Status.PUBLISHING: "run.publishing_began",
        Status.PUBLISHED: "run.published",
        Status.DISCARDED: "run.discarded",
    }

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    #: aim, weights, rules, bands, seed, and the version of the cohort's settings
    settings = models.JSONField(default=dict)
    versions = models.JSONField(default=dict, blank=True)
    #: hash of the pool it was computed on: a board says when the pool has changed since
    pool_digest = models.CharField(max_length=64, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=40, blank=True)
    progress = models.FloatField(default=0)
    #: [{"name", "value", "bound"}], the last one's value, bound and gap, deciding dimensions, readiness, unmet
    levels = models.JSONField(default=list, blank=True)
    value = models.FloatField(null=True, blank=True)
    bound = models.FloatField(null=True, blank=True)
    gap = models.FloatField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)
    #: why there is no result, for the manager
    message = models.TextField(blank=True)
    #: what the manager writes to each role when it is published: {"mentor": "...", "mentee": "..."}
    messages = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["cohort"],
                condition=models.Q(status__in=["queued", "solving", "publishing"]),
                name="run_one_live_a_cohort",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("matches:board", args=[self.pk])

    @property
    def program_id(self) -> int:
        """Where its events belong."""
        return self.cohort.program_id

    @property
    def has_result(self) -> bool:
        return self.status in self.WITH_RESULT

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE


class PoolLook(models.Model):
    """What was found when a cohort's pool was last looked through: counts, and words of HR. ``stamp`` names the state it was in;
    ``failed_stamp`` the one that could not be looked through."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="pool_look")
    stamp = models.CharField(max_length=16, blank=True)
    found = models.JSONField(default=dict, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    failed_stamp = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.taken_at}"


class RunInput(models.Model):
    """What the engine was told of one enrollment, each cell with where it came from; kept so that the run can be replayed, and so that
    erasing a person can take them out."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="inputs")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    cells = models.JSONField()
    sources = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "enrollment"], name="run_input_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.enrollment_id}"


class MatchQuerySet(models.QuerySet["ProposedMatch"]):
    def in_draft(self) -> Self:
        """What stands on the board now."""
        return self.filter(in_draft=True)


class ProposedMatch(models.Model):
    """A pair in a run, seen by the managers alone. ``in_run`` pairs are the run's own; the draft is those that are ``in_draft``."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="matches", db_index=False)
    mentor = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    mentee = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    #: [{"key", "score", "weight", "share", "text": {"mentor", "mentee", "manager"}}], largest share first
    reasons = models.JSONField(default=list)
    in_run = models.BooleanField(default=True)
    in_draft = models.BooleanField(default=True)
    #: why publishing left it out, if it did
    refused = models.CharField(max_length=300, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "mentor", "mentee"], name="proposed_match_once")]
        indexes = [
            # What a board counts and sorts stands in these alone: a row with its reasons is read only where it is shown. The key of
            # the run has no index of its own, or it would be taken instead of them.
            models.Index(
                fields=["run", "mentor", "score"], condition=models.Q(in_draft=True), name="match_on_board_by_mentor"
            ),
            models.Index(
                fields=["run", "mentee", "score"], condition=models.Q(in_draft=True), name="match_on_board_by_mentee"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentor_id}-{self.mentee_id}"

    @property
    def key(self) -> str:
        return f"{self.mentor_id}-{self.mentee_id}"


class DraftChange(models.Model):
    """One thing that a manager changed on the board. Those that were undone stay until something else is changed, to be done again."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    #: pairs of enrollments (mentor, mentee) that the change put on the board, and that it took off
    added = models.JSONField(default=list)
    removed = models.JSONField(default=list)
    is_undone = models.BooleanField(default=False)
    author = models.ForeignKey(AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="draft_change_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"


class UnmatchedEnrollment(models.Model):
    """Who got nobody in a run, and why."""

    run = models.ForeignKey(MatchingRun, on_delete=models.CASCADE, related_name="unmatched")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    text = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "enrollment"], name="unmatched_once")]

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.kind}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(cohort__program__in=Program.objects.run_by(actor))


class Hold(models.Model):
    """A manager's lock or ban of a pair. Belongs to the cohort, with author and reason, and outlives a run. Never stronger than a veto."""

    class Kind(models.TextChoices):
        LOCK = "lock", _("together")
        BAN = "ban", _("not together")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="holds")
    mentor = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    mentee = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    reason = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "mentor", "mentee"], name="hold_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.mentor_id}-{self.mentee_id}"

    @property
    def program_id(self) -> int:
        return self.cohort.program_id


class ListQuerySet(models.QuerySet["ComparedList"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(cohort__program__in=Program.objects.run_by(actor))


class ComparedList(models.Model):
    """A hand-made list of pairs, brought in to stand beside ours."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="compared_lists")
    name = models.CharField(max_length=200)
    #: [[mentor enrollment, mentee enrollment]] and the rows that could not be read
    pairs = models.JSONField(default=list)
    faults = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    objects = ListQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def program_id(self) -> int:
        return self.cohort.program_id
