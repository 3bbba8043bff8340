"""Small helpers around a cohort that is matched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.matches.models import MatchingRun
from openmentor.surveys import standard
from openmentor.surveys.models import Answer, Response

Enroll = Callable[..., Enrollment]


def answer(enrollment: Enrollment, answers: dict[str, Any]) -> None:
    """Answers by the keys of the standard survey."""
    questions = standard.ensure()
    assert enrollment.cohort.questionnaire is not None
    response, _made = Response.objects.get_or_create(
        questionnaire=enrollment.cohort.questionnaire, person=enrollment.person,
        defaults={"started_at": clock.now(), "submitted_at": clock.now()},
    )  # fmt: skip
    for key, value in answers.items():
        Answer.objects.create(response=response, question=questions[key], value=value, answered_at=clock.now())
    enrollment.response = response
    enrollment.save(update_fields=["response"])


def pairs_of(run: MatchingRun) -> set[tuple[str, str]]:
    """First names of the pairs on the board."""
    found = run.matches.in_draft().values_list("mentor__person__name", "mentee__person__name")
    return {(mentor.split()[0], mentee.split()[0]) for mentor, mentee in found}
