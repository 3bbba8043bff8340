"""What the pages of applying show: plain values, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from openmentor.enrollment import gates, policies
from openmentor.enrollment.applying.application import MORE, ROLES, Application, Screen, expectations_of
from openmentor.enrollment.applying.forms import is_last
from openmentor.enrollment.applying.words import AS, Standing, standing
from openmentor.enrollment.models import ApplicationDraft, Enrollment, Preference, Role
from openmentor.foundation.actors import Actor
from openmentor.foundation.templatetags.ui import AUDIENCES
from openmentor.people.models import Person
from openmentor.surveys.forms import AnswersForm
from openmentor.surveys.models import Answer, Question
from openmentor.surveys.showing import Shown, shown
from openmentor.surveys.standard import SCREENS, STANDARD

#: what a card of a candidate holds; all of it is for the cohort
_ON_A_CARD = ("helps_with", "skills_offered", "goals", "skills_wanted", "about", "languages")
MINUTES = 5


def free_roles(application: Application) -> list[Role]:
    """The roles in which one can still apply."""
    shut = {enrollment.role for enrollment in application.live}
    shut |= {
        enrollment.role for enrollment in application.enrollments if enrollment.status == Enrollment.Status.DECLINED
    }
    return [role for role in ROLES if role not in shut]


def start(application: Application, actor: Actor, wanted: Iterable[str]) -> dict[str, Any]:
    cohort = application.cohort
    standard = [item.question for item in application.items if item.required]
    used = {item.question.audience for item in application.items} or {each.audience for each in STANDARD}
    return {
        "application": application,
        "cohort": cohort,
        "program": cohort.program,
        "roles": [(role, AS[role], role in set(wanted)) for role in free_roles(application)],
        "closed": policies.apply.why_not(actor, cohort),
        "count": len([question for question in standard if question.is_for({"mentee"})])
        or sum(each.use == "required" and each.role != "mentor" for each in STANDARD),
        "minutes": MINUTES,
        "screens": SCREENS,
        "audiences": [
            AUDIENCES[audience] for audience in AUDIENCES if audience in used and audience != Question.Audience.FEEDBACK
        ],
        "is_back": application.draft is not None,
    }


def screen(application: Application, page: Screen, form: AnswersForm) -> dict[str, Any]:
    numbers = application.screens
    at = next((place for place, each in enumerate(numbers, 1) if each.number == page.number), 0)
    before = numbers[at - 2].number if at > 1 else None
    return {
        "application": application,
        "cohort": application.cohort,
        "program": application.cohort.program,
        "screen": page,
        "title": _(page.title),
        "screens": [(each, _(each.title)) for each in numbers],
        "at": at,
        "before": before,
        "form": form,
        "is_more": page.number == MORE,
        "is_last": is_last(application, page),
        "is_draft": application.draft is not None,
        "promised": [(AS[role], sentences) for role, sentences in getattr(form, "promised", [])],
    }


@dataclass(frozen=True)
class Part:
    """One's application in one role, as its page shows it."""

    enrollment: Enrollment
    title: str
    standing: Standing
    may_change: bool
    may_withdraw: bool
    may_reopen: bool
    must_promise: list[str]
    wishes: list[str]


def own(application: Application, actor: Actor, *, just_sent: bool) -> dict[str, Any]:
    cohort = application.cohort
    expected = expectations_of(cohort, [enrollment.role for enrollment in application.enrollments])
    held = {found.pk for found in _held(application)}
    wishes: dict[int, list[str]] = {}
    for enrollment, name in Preference.objects.filter(enrollment__in=application.enrollments).values_list(
        "enrollment", "person__name"
    ):
        wishes.setdefault(enrollment, []).append(name)
    parts = [
        Part(
            enrollment, str(AS[Role(enrollment.role)]), standing(enrollment), policies.change(actor, enrollment), policies.withdraw(actor, enrollment),
            policies.reopen(actor, enrollment), expected.get(enrollment.role, []) if enrollment.pk in held else [], wishes.get(enrollment.pk, []),
        )
        for enrollment in application.enrollments
    ]  # fmt: skip
    more = [item for item in application.asked if item.screen == MORE]
    answered = sum(item.question.key in application.answers for item in more)
    answers = list(application.answers.values())
    return {
        "application": application,
        "cohort": cohort,
        "program": cohort.program,
        "parts": parts,
        "may_change": policies.answer(actor, application),
        "more": len(more),
        "more_answered": answered,
        "profile": shown(
            [each for each in answers if each.question.audience == Question.Audience.PROFILE], roles=application.roles
        ),
        "others": _by_audience(answers, application.roles),
        "just_sent": just_sent,
        "can_add": bool(free_roles(application)) and policies.apply(actor, cohort),
        "unfinished": application.first_unfinished,
        "first_screen": application.screens[0].number if application.screens else None,
    }


def _held(application: Application) -> list[Enrollment]:
    """Those of one's own enrollments whose promise is missing."""
    condition = gates.conditions(application.cohort)[gates.Gate.EXPECTATIONS]
    mine = Enrollment.objects.filter(condition, cohort=application.cohort, person=application.person)
    return list(
        mine.exclude(status__in=(Enrollment.Status.INVITED, Enrollment.Status.DECLINED, Enrollment.Status.WITHDRAWN))
    )


def _by_audience(answers: Iterable[Answer], roles: set[str]) -> list[tuple[str, str, list[Shown]]]:
    """What one answered and the cohort does not see: icon, sentence, answers."""
    groups = []
    for audience in (Question.Audience.MATCHING, Question.Audience.CONFIDENTIAL):
        found = shown([each for each in answers if each.question.audience == audience], roles=roles)
        if found:
            icon, sentence = AUDIENCES[audience.value]
            groups.append((icon, str(sentence), found))
    return groups


def mine(person: Person) -> dict[str, Any]:
    enrollments = Enrollment.objects.filter(person=person).select_related("cohort__program").order_by("-created_at")
    drafts = ApplicationDraft.objects.filter(person=person).select_related("cohort__program").order_by("-started_at")
    return {
        "parts": [(enrollment, AS[Role(enrollment.role)], standing(enrollment)) for enrollment in enrollments],
        "drafts": [draft for draft in drafts if policies.closed_because(draft.cohort) is None],
    }


@dataclass(frozen=True)
class Profile:
    """Somebody as the people of their cohort see them."""

    enrollment: Enrollment
    person: Person
    facts: list[str]
    answers: list[Shown]


def profiles(enrollments: Sequence[Enrollment]) -> list[Profile]:
    """These people as their cohort sees them, in this order. One query."""
    responses = [enrollment.response_id for enrollment in enrollments if enrollment.response_id]
    answers: dict[int, list[Answer]] = {}
    for each in Answer.objects.for_cohort().filter(response__in=responses).select_related("question"):
        answers.setdefault(each.response_id, []).append(each)
    return [
        Profile(
            enrollment, enrollment.person, facts(enrollment.person),
            [each for each in shown(answers.get(enrollment.response_id or 0, []), roles={enrollment.role}) if each.question.key in _ON_A_CARD],
        )
        for enrollment in enrollments
    ]  # fmt: skip


def facts(person: Person) -> list[str]:
    """What everybody at work knows of somebody anyway."""
    return [text for text in (person.position, person.department, person.site) if text]
