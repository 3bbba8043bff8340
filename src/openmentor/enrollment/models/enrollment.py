"""A person's part in a cohort, what they have not sent yet, and how they were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.foundation.states import Stateful, Transitions
from openmentor.programs.models import Cohort, Program

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class Role(models.TextChoices):
    MENTOR = "mentor", _("mentor")
    MENTEE = "mentee", _("mentee")
    PEER = "peer", _("peer")


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def approved(self) -> Self:
        return self.filter(status=Enrollment.Status.APPROVED)

    def live(self) -> Self:
        """Not declined, withdrawn or completed."""
        return self.filter(status__in=Enrollment.LIVE)

    def visible_to(self, actor: Actor) -> Self:
        """One's own, and those of the programs that one runs."""
        if actor.person is None:
            return self.none()
        return self.filter(models.Q(person=actor.person) | models.Q(cohort__program__in=Program.objects.run_by(actor)))


class Enrollment(Stateful):
    """A person's part in a cohort in one role; who is mentor and mentee has two. 'Matched' is no state: it follows from the mentorships."""

    class Status(models.TextChoices):
        INVITED = "invited", _("invited")
        APPLIED = "applied", _("applied")
        APPROVED = "approved", _("approved")
        WAITLISTED = "waitlisted", _("on the waitlist")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        COMPLETED = "completed", _("completed")

    LIVE: ClassVar[tuple[str, ...]] = (Status.INVITED, Status.APPLIED, Status.APPROVED, Status.WAITLISTED)
    TRANSITIONS: ClassVar[Transitions] = {
        Status.INVITED: frozenset({Status.APPLIED, Status.DECLINED, Status.WITHDRAWN}),
        Status.APPLIED: frozenset({Status.APPROVED, Status.WAITLISTED, Status.DECLINED, Status.WITHDRAWN}),
        Status.WAITLISTED: frozenset({Status.APPROVED, Status.DECLINED, Status.WITHDRAWN}),
        Status.APPROVED: frozenset({Status.COMPLETED, Status.WITHDRAWN}),
        Status.DECLINED: frozenset({Status.APPLIED}),  # reopened
        Status.WITHDRAWN: frozenset({Status.APPLIED}),  # reopened
    }
    VERBS = {
        Status.APPLIED: "enrollment.applied",
        Status.APPROVED: "enrollment.approved",
        Status.WAITLISTED: "enrollment.waitlisted",
        Status.DECLINED: "enrollment.declined",
        Status.WITHDRAWN: "enrollment.withdrawn",
        Status.COMPLETED: "enrollment.completed",
    }

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="enrollments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrollments")
    role = models.CharField(max_length=10, choices=Role.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.APPLIED)
    #: how many mentorships it can hold at once, and how many are taken: proposed, active and paused ones
    places = models.PositiveSmallIntegerField(default=1)
    places_taken = models.PositiveSmallIntegerField(default=0)
    response = models.ForeignKey(
        "surveys.Response", null=True, blank=True, on_delete=models.SET_NULL, related_name="enrollments"
    )
    expectations_accepted_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    #: rounds in which they were in the pool and got nobody
    rounds_waited = models.PositiveSmallIntegerField(default=0)
    #: when they were last reminded of what still holds them back
    reminded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person", "role"], name="enrollment_once_a_role"),
            models.CheckConstraint(
                condition=models.Q(places_taken__lte=models.F("places")), name="enrollment_places_kept"
            ),
        ]
        indexes = [models.Index(fields=["cohort", "status", "role"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"

    def get_absolute_url(self) -> str:
        return reverse("enrollment:enrollment", args=[self.pk])

    @property
    def program_id(self) -> int:
        """Where its events belong."""
        return self.cohort.program_id

    @property
    def free_places(self) -> int:
        return self.places - self.places_taken


class ApplicationDraft(models.Model):
    """An application that is not sent yet: which roles, how many places. Its answers are in the response. Gone once it is sent."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    response = models.ForeignKey("surveys.Response", on_delete=models.CASCADE, related_name="+")
    roles = models.JSONField(default=list)
    #: as mentor, if they said
    places = models.PositiveSmallIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "person"], name="application_draft_once")]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.person_id}"


class Invitation(models.Model):
    """One asking of one person for one role. The link is bound to the person; opening it says nothing until they act."""

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="invitation")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    #: the event of the batch it came with
    event_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    #: when it was handed over to be sent; never for who has no address
    sent_at = models.DateTimeField(null=True, blank=True)
    #: how often it went out; the link in the mail names it, so that an earlier one opens nothing
    issue = models.PositiveSmallIntegerField(default=1)
    #: when it was taken back; sending it again forgets that
    taken_back_at = models.DateTimeField(null=True, blank=True)
    #: when they went on from it to the application
    opened_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.enrollment_id)

    @property
    def is_taken_back(self) -> bool:
        """Whether it was, and they did not come in by another way since. Needs the enrollment joined."""
        return self.taken_back_at is not None and self.enrollment.status == Enrollment.Status.WITHDRAWN
