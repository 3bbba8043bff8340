"""Offering the pairs on a board to their people. The work itself is in ``publishing``, called by a job."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.matches import draft as drafts
from openmentor.matches import policies
from openmentor.matches.models import MatchingRun

Status = MatchingRun.Status
LONGEST_MESSAGE = 2000


def publish(run: MatchingRun, *, messages: Mapping[str, str], seen: int, by: Actor) -> MatchingRun:
    """Begin to propose the pairs on the board, as ``by`` saw them.

    messages   words for each role that stand above the match.
    Raises     ``Denied``; ``Conflict`` if the board has changed since, or somebody published it a moment ago.
    """
    from openmentor.matches import jobs

    policies.publish.check(by, run)
    words = {role: text.strip()[:LONGEST_MESSAGE] for role, text in messages.items() if role in ("mentor", "mentee")}
    try:
        with transaction.atomic():
            # Locked, so that nobody changes the board between the look and the beginning.
            fresh = MatchingRun.objects.select_related("cohort").select_for_update(of=("self",)).get(pk=run.pk)
            if drafts.token_of(fresh) != seen:
                raise Conflict(
                    _("Somebody changed the board a moment ago. Nothing was published: please look at it again.")
                )
            fresh.become(Status.PUBLISHING, by=by, messages=words, progress=0.0, message="")
            jobs.publish.enqueue(run.pk, by.person_id)
    except IntegrityError as error:
        raise Conflict(_("Another run of this cohort was started a moment ago. Wait for it, then publish.")) from error
    return fresh


def go_on_publishing(run: MatchingRun, *, by: Actor) -> None:
    """Take up a publication that came to a stop. Pairs that are proposed already stay as they are."""
    from openmentor.matches import jobs

    policies.go_on_publishing.check(by, run)
    with transaction.atomic():
        MatchingRun.objects.filter(pk=run.pk, status=Status.PUBLISHING).update(message="")
        jobs.publish.enqueue(run.pk, by.person_id)
