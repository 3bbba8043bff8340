"""What a cohort's overview says of its people: how far they came, and what waits for a manager."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from openmentor.enrollment import gates
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import Actor
from openmentor.programs import overview, steps
from openmentor.programs.models import Cohort
from openmentor.programs.overview import Stage, Task

Status = Enrollment.Status


def counts(cohort: Cohort) -> dict[str, int]:
    """People by how far they came; somebody in two roles counts in each. One query."""
    inside = Q(status__in=(Status.APPROVED, Status.COMPLETED))
    return Enrollment.objects.filter(cohort=cohort).aggregate(
        invited=Count("pk", filter=Q(invitation__isnull=False)),
        applied=Count("pk", filter=Q(applied_at__isnull=False)),
        waiting=Count("pk", filter=Q(status=Status.APPLIED)),
        waitlisted=Count("pk", filter=Q(status=Status.WAITLISTED)),
        mentors=Count("pk", filter=inside & Q(role="mentor")),
        mentees=Count("pk", filter=inside & Q(role="mentee")),
        approved=Count("pk", filter=inside),
    )


def _counts(cohort: Cohort, actor: Actor) -> dict[str, int]:
    """The same for stages and tasks of one page."""
    key = f"enrollment_counts:{cohort.pk}"
    if key not in actor.memo:
        actor.memo[key] = counts(cohort)
    found: dict[str, int] = actor.memo[key]
    return found


@overview.add_stages
def stages(cohort: Cohort, actor: Actor) -> Iterator[Stage]:
    found = _counts(cohort, actor)
    applications = reverse("enrollment:applications", args=[cohort.pk])
    yield Stage(_l("Invited"), found["invited"], 10, "send", href=reverse("enrollment:invitations", args=[cohort.pk]))
    yield Stage(_l("Applied"), found["applied"], 20, "clipboard-list", href=applications)
    sides = _("%(mentors)d mentors, %(mentees)d mentees") % found
    yield Stage(_l("Approved"), found["approved"], 30, "user-check", sides, href=applications)


@overview.add_tasks
def tasks(cohort: Cohort, actor: Actor) -> Iterator[Task]:
    if cohort.status in (Cohort.Status.DRAFT, Cohort.Status.CLOSED):
        return
    found = _counts(cohort, actor)
    applications = reverse("enrollment:applications", args=[cohort.pk])
    if cohort.status == Cohort.Status.RECRUITING and cohort.program.published_at is None:
        settings = reverse("programs:landing_settings", args=[cohort.program_id])
        yield Task(
            _("The landing page is hidden: nobody finds the way to apply."), settings, 5, "world", "warning", _l("Publish it")
        )  # fmt: skip
    if found["waiting"]:
        text = ngettext(
            "%(count)d application waits for an answer.", "%(count)d applications wait for an answer.", found["waiting"]
        )
        yield Task(text % {"count": found["waiting"]}, applications, 10, "clipboard-check", label=_l("Decide"))
    if found["waitlisted"]:
        text = ngettext(
            "%(count)d person stands on the waitlist.", "%(count)d people stand on the waitlist.", found["waitlisted"]
        )
        yield Task(text % {"count": found["waitlisted"]}, applications, 20, "hourglass", "neutral")
    if held := gates.held(cohort).count():
        text = ngettext("%(count)d person can't be matched yet.", "%(count)d people can't be matched yet.", held)
        yield Task(text % {"count": held}, applications, 30, "hand-stop", "warning", _l("Remind them"))
    if cohort.status == Cohort.Status.RECRUITING and found["mentors"] + found["waiting"] < found["mentees"]:
        yield Task(
            _("There are fewer mentors than mentees."),
            reverse("enrollment:recruit", args=[cohort.pk]),
            40,
            "user-search",
            label=_l("Find mentors"),
        )


@steps.needs("begin_matching")
def both_sides_are_there(cohort: Cohort) -> Iterator[steps.Missing]:
    """Without a mentor and a mentee there is nothing to match."""
    there = set(
        Enrollment.objects.filter(cohort=cohort, status=Status.APPROVED).values_list("role", flat=True).distinct()
    )
    applications = reverse("enrollment:applications", args=[cohort.pk])
    if "mentor" not in there:
        yield steps.Missing(_("No mentor is approved yet."), applications)
    if "mentee" not in there:
        yield steps.Missing(_("No mentee is approved yet."), applications)


overview.add_tab(
    overview.Tab(_l("Find people"), "user-search", "enrollment:recruit", order=10, rule="enrollment.recruit")
)
