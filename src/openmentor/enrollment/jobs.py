"""What follows by itself from what others do."""

from __future__ import annotations

from openmentor.enrollment import actions
from openmentor.enrollment.importing import jobs as importing  # noqa: F401 - what forgets left files
from openmentor.foundation.models import Event
from openmentor.foundation.outbox import on
from openmentor.programs.models import Cohort


@on("cohort.changed")
def let_the_waitlist_in(event: Event) -> None:
    """A cohort that takes more people than before takes those who wait."""
    if "target_count" in event.facts.get("fields", ()):
        cohort = Cohort.objects.filter(pk=event.subject_id).first()
        if cohort is not None:
            actions.move_up(cohort)
