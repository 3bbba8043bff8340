"""A relationship of 2 to 9 people: its members, their answers, its states."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.enrollment.models import Enrollment, Role
from openmentor.foundation.states import Stateful, Transitions
from openmentor.programs.models import Cohort, Program

if TYPE_CHECKING:
    from datetime import datetime

    from openmentor.foundation.actors import Actor
    from openmentor.people.models import Person


class MentorshipQuerySet(models.QuerySet["Mentorship"]):
    def proposed(self) -> Self:
        return self.filter(status=Mentorship.Status.PROPOSED)

    def holding_places(self) -> Self:
        """Proposed, active and paused ones: they stand fixed in every later run."""
        return self.filter(status__in=Mentorship.HOLDING)

    def overdue(self, at: datetime) -> Self:
        """Proposed, and not answered by everybody in time."""
        return self.proposed().filter(answer_by__lte=at)

    def of(self, person_id: int) -> Self:
        return self.filter(pk__in=Membership.objects.filter(person=person_id).values("mentorship"))

    def visible_to(self, actor: Actor) -> Self:
        """One's own, and those of the programs that one runs."""
        if actor.person is None:
            return self.none()
        return self.filter(
            models.Q(pk__in=Membership.objects.filter(person=actor.person).values("mentorship"))
            | models.Q(cohort__program__in=Program.objects.run_by(actor))
        )


class Mentorship(Stateful):
    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("not answered in time")
        WITHDRAWN = "withdrawn", _("taken back")
        COMPLETED = "completed", _("completed")
        ENDED = "ended", _("ended early")

    HOLDING: ClassVar[tuple[str, ...]] = (Status.PROPOSED, Status.ACTIVE, Status.PAUSED)
    #: a pair that came to this is not proposed again in its cohort, unless both ask for it
    OVER: ClassVar[tuple[str, ...]] = (Status.DECLINED, Status.LAPSED, Status.ENDED)
    TRANSITIONS: ClassVar[Transitions] = {
        Status.PROPOSED: frozenset({Status.ACTIVE, Status.DECLINED, Status.LAPSED, Status.WITHDRAWN}),
        Status.ACTIVE: frozenset({Status.PAUSED, Status.COMPLETED, Status.ENDED}),
        Status.PAUSED: frozenset({Status.ACTIVE, Status.COMPLETED, Status.ENDED}),
    }
    VERBS = {
        Status.ACTIVE: "mentorship.activated",
        Status.PAUSED: "mentorship.paused",
        Status.DECLINED: "mentorship.declined",
        Status.LAPSED: "mentorship.lapsed",
        Status.WITHDRAWN: "mentorship.withdrawn",
        Status.COMPLETED: "mentorship.completed",
        Status.ENDED: "mentorship.ended",
    }

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="mentorships")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    #: where it came from: the run and the pair in it, unique together, so that publishing twice makes nothing twice
    run_id = models.BigIntegerField(null=True, blank=True)
    pair_key = models.CharField(max_length=60, blank=True)
    #: fit when it was proposed, 0..1: for managers
    score = models.FloatField(null=True, blank=True)
    #: the sentences meant for each role, the weightiest first: {"mentor": [...], "mentee": [...]}
    reasons = models.JSONField(default=dict, blank=True)
    #: what the manager wrote to each role: {"mentor": "...", "mentee": "..."}
    messages = models.JSONField(default=dict, blank=True)
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MentorshipQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run_id", "pair_key"], condition=~models.Q(run_id=None), name="mentorship_once_a_run_and_pair"
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "status"]),
            models.Index(fields=["status", "answer_by"], name="mentorship_due"),
        ]

    def __str__(self) -> str:
        return f"mentorship {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("mentorships:mentorship", args=[self.pk])

    @property
    def program_id(self) -> int:
        """Where its events belong."""
        return self.cohort.program_id

    def has_member(self, person: Person | None) -> bool:
        return self.member_of(person) is not None

    def member_of(self, person: Person | None) -> Membership | None:
        """The part of one person in it."""
        return (
            None
            if person is None
            else next((member for member in self.members.all() if member.person_id == person.pk), None)
        )

    def others_than(self, person: Person | None) -> list[Membership]:
        return [member for member in self.members.all() if person is None or member.person_id != person.pk]

    @property
    def people(self) -> list[Person]:
        return [member.person for member in self.members.all()]

    @property
    def is_over(self) -> bool:
        return self.status in self.OVER


class MembershipQuerySet(models.QuerySet["Membership"]):
    def unanswered(self) -> Self:
        return self.filter(accepted_at=None, declined_at=None)

    def waiting_in(self, cohort: Cohort) -> Self:
        """Those of a cohort whose answer to a proposed match is still out."""
        return self.unanswered().filter(mentorship__cohort=cohort, mentorship__status=Mentorship.Status.PROPOSED)

    def reachable(self) -> Self:
        """Those to whom a mail can go."""
        return self.exclude(person__email=None)

    def of(self, actor: Actor) -> Self:
        return self.filter(person=actor.person) if actor.person is not None else self.none()


class Membership(models.Model):
    """One person's part in a mentorship, and their answer to it."""

    class Answered(models.TextChoices):
        SELF = "self", _("in person")
        MANAGER = "manager", _("confirmed by the program manager")
        SILENCE = "silence", _("by not saying no in time")

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    enrollment = models.ForeignKey(Enrollment, null=True, on_delete=models.SET_NULL, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    #: how the yes came
    answered = models.CharField(max_length=8, choices=Answered.choices, blank=True)
    #: never reaches the other; seen by who said it and by the program's managers who are not in this mentorship themselves
    decline_reason = models.TextField(blank=True)
    #: a pair that declined, lapsed or ended is proposed again only if both ask for it
    asks_again_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    #: the manager who confirmed on their behalf, when they could not be reached
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "person"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(declined_at=None), name="membership_one_answer"
            ),
        ]
        indexes = [models.Index(fields=["person", "mentorship"])]

    def __str__(self) -> str:
        return f"{self.mentorship_id}: {self.person_id}"

    @property
    def has_answered(self) -> bool:
        return self.accepted_at is not None or self.declined_at is not None
