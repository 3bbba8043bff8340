"""Who may answer. When, is asked by the room that asks the questions (the application, later a wave)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.policies import rule
from openmentor.surveys.models import Response


@rule
def answer(actor: Actor, response: Response) -> str | None:
    """Everybody answers for themselves alone."""
    if actor.person is None or response.person_id != actor.person.pk or not actor.is_person:
        return _("These answers are somebody else's.")
    return None
