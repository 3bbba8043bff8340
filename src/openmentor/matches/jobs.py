"""What runs later: the engine, and publishing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.jobs import job
from openmentor.matches import solving


def given_up(run_id: int) -> None:
    """The process that worked on a run is gone."""
    solving.fail(run_id, _("The server was restarted during this run. Nothing is lost: start it again."))


@job(queue="matching", max_attempts=1, unique=True, on_parked=given_up)
def solve(run_id: int) -> None:
    """Once, and never again by itself: what killed the engine would kill it again."""
    solving.solve(run_id)
