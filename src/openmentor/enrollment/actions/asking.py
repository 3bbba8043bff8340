"""What managers ask of the people of a cohort: which questions, and to do what holds them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from openmentor.enrollment import gates, policies
from openmentor.enrollment.actions.applying import ensure_questionnaire
from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.events import record
from openmentor.programs.models import Cohort
from openmentor.surveys import actions as surveys
from openmentor.surveys.models import Question
from openmentor.surveys.standard import MOST_REQUIRED, most_required, use_of

#: nobody is reminded of the same twice in a day; somewhat less than a day, so that 'each morning' works
REMIND_AGAIN = timedelta(hours=20)


def change_questions(cohort: Cohort, uses: Mapping[Question, str], *, by: Actor) -> bool:
    """Switch questions on and off and choose which are required; returns whether anything changed.

    Raises ``Denied`` where somebody would have to answer more than ``MOST_REQUIRED``.
    """
    policies.change_questions.check(by, cohort)
    questionnaire = ensure_questionnaire(cohort)
    with transaction.atomic():
        Cohort.objects.select_for_update().get(pk=cohort.pk)
        there = {item.question: use_of(item) for item in questionnaire.items.select_related("question")}
        required = [question for question, use in {**there, **uses}.items() if use == "required"]
        most = max(most_required(required).values())
        if most > MOST_REQUIRED:
            raise Denied(
                _("Somebody would have to answer %(count)d questions. At most %(most)d can be required.")
                % {"count": most, "most": MOST_REQUIRED}
            )
        changed = surveys.arrange(questionnaire, uses)
        if changed:
            record("enrollment.questions_changed", cohort, by=by)
    return changed


def remind_held(cohort: Cohort, *, by: Actor) -> int:
    """Ask everybody whom a gate holds back to do what is missing, once a day at most. Returns how many are asked now."""
    policies.remind_held.check(by, cohort)
    now = clock.now()
    with transaction.atomic():
        due = (
            gates.held(cohort)
            .filter(Q(reminded_at=None) | Q(reminded_at__lt=now - REMIND_AGAIN))
            .values_list("pk", flat=True)
        )
        # The update asks again: of two who click at once, one finds nobody left to remind.
        asked = sorted(due)
        moved = (
            Enrollment.objects.filter(pk__in=asked)
            .filter(Q(reminded_at=None) | Q(reminded_at__lt=now - REMIND_AGAIN))
            .update(reminded_at=now)
        )
        if moved:
            asked = sorted(Enrollment.objects.filter(pk__in=asked, reminded_at=now).values_list("pk", flat=True))
            record("enrollment.reminded", cohort, by=by, facts={"count": moved, "enrollments": asked})
    return moved
