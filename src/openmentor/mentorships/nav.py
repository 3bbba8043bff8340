from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import home, nav
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.programs import overview
from openmentor.programs.models import Cohort

Status = Mentorship.Status


def _answers_of(actor: Actor) -> tuple[int, int]:
    """How many matches somebody has, and how many wait for their answer. Asked once a page."""
    if "matches" not in actor.memo:
        open_ones = Q(mentorship__status=Status.PROPOSED, accepted_at=None, declined_at=None)
        counts = Membership.objects.filter(person=actor.person_id).aggregate(
            all=Count("pk"), open=Count("pk", filter=open_ones)
        )
        actor.memo["matches"] = (counts["all"], counts["open"]) if actor.person_id is not None else (0, 0)
    found: tuple[int, int] = actor.memo["matches"]
    return found


def _panel(actor: Actor) -> dict[str, Any] | None:
    """The matches that wait for an answer or go on."""
    if not _answers_of(actor)[0] or actor.person_id is None:
        return None
    from openmentor.mentorships.views import pictures

    found = pictures(Mentorship.objects.of(actor.person_id).holding_places(), actor)
    return {"pictures": sorted(found, key=lambda picture: not picture["waits"])} if found else None


def _stages(cohort: Cohort, actor: Actor) -> Iterable[overview.Stage]:
    counts = Mentorship.objects.filter(cohort=cohort).aggregate(
        proposed=Count("pk", filter=~Q(status=Status.WITHDRAWN)), begun=Count("pk", filter=~Q(activated_at=None))
    )
    if counts["proposed"]:
        href = reverse("mentorships:cohort", args=[cohort.pk])
        yield overview.Stage(_("Matches proposed"), counts["proposed"], 60, "send", href=href)
        yield overview.Stage(_("Mentorships begun"), counts["begun"], 70, "heart-handshake", href=href)


def _tasks(cohort: Cohort, actor: Actor) -> Iterable[overview.Task]:
    waiting = Mentorship.objects.filter(cohort=cohort).proposed().count()
    if waiting:
        text = ngettext("%(n)d match waits for an answer.", "%(n)d matches wait for an answer.", waiting) % {
            "n": waiting
        }
        href = reverse("mentorships:cohort", args=[cohort.pk]) + "?status=proposed"
        yield overview.Task(text, href, order=60, icon="hourglass", tone="info")


nav.add(
    nav.NavItem(
        _("My matches"), "heart-handshake", "mentorships:mine", order=10, visible=lambda actor: _answers_of(actor)[0] > 0,
        count=lambda actor: _answers_of(actor)[1],
    )
)  # fmt: skip
home.add(home.Panel(order=10, template="mentorships/_home.html", context=_panel))
overview.add_stages(_stages)
overview.add_tasks(_tasks)
overview.add_tab(
    overview.Tab(_("Mentorships"), "heart-handshake", "mentorships:cohort", order=70, rule="mentorships.manage")
)
