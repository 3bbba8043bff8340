"""One person's application to one cohort, in one or two roles: what is asked, what is answered, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from openmentor.enrollment.models import ApplicationDraft, Enrollment, Role
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Expectation
from openmentor.surveys.models import Answer, Item, Response
from openmentor.surveys.standard import SCREEN_TITLES

#: in this order on every page
ROLES = (Role.MENTEE, Role.MENTOR)
MORE = 0


@dataclass
class Screen:
    """Some questions on one page. Number 0 holds those that come after."""

    number: int
    items: list[Item]
    missing: list[Item]

    @property
    def title(self) -> str:
        return SCREEN_TITLES.get(self.number, "")

    @property
    def is_done(self) -> bool:
        return not self.missing


@dataclass
class Application:
    """Loaded by ``load`` in a fixed number of queries; changed by ``actions`` alone."""

    cohort: Cohort
    person: Person
    draft: ApplicationDraft | None
    enrollments: list[Enrollment]
    items: list[Item] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def response(self) -> Response | None:
        if self.draft is not None:
            return self.draft.response
        return next((enrollment.response for enrollment in self.enrollments if enrollment.response is not None), None)

    @property
    def live(self) -> list[Enrollment]:
        """Those that are not declined, withdrawn or over; what was only asked of them is no application yet."""
        return [
            each
            for each in self.enrollments
            if each.status in Enrollment.LIVE and each.status != Enrollment.Status.INVITED
        ]

    @property
    def roles(self) -> set[str]:
        """In which roles the questions are asked."""
        return {*(self.draft.roles if self.draft else []), *(enrollment.role for enrollment in self.live)}

    @property
    def invited_as(self) -> set[str]:
        return {enrollment.role for enrollment in self.enrollments if enrollment.status == Enrollment.Status.INVITED}

    @property
    def new_roles(self) -> list[str]:
        """The roles that sending the draft will apply for, in the order of ``ROLES``."""
        taken = {enrollment.role for enrollment in self.live}
        wanted = set(self.draft.roles) if self.draft else set()
        return [role for role in (*ROLES, Role.PEER) if role in wanted - taken]

    def enrollment_as(self, role: str) -> Enrollment | None:
        return next((enrollment for enrollment in self.enrollments if enrollment.role == role), None)

    @property
    def values(self) -> dict[str, Any]:
        return {key: answer.value for key, answer in self.answers.items()}

    @cached_property
    def asked(self) -> list[Item]:
        """The questions for these roles, in order."""
        roles = self.roles
        return [item for item in self.items if item.question.is_for(roles)]

    def screen(self, number: int) -> Screen:
        items = [item for item in self.asked if item.screen == number]
        return Screen(
            number, items, [item for item in items if item.required and item.question.key not in self.answers]
        )

    @property
    def screens(self) -> list[Screen]:
        """Those with anything to ask, in order, without what comes after."""
        numbers = sorted({item.screen for item in self.asked if item.screen != MORE})
        return [self.screen(number) for number in numbers]

    @property
    def first_unfinished(self) -> Screen | None:
        return next((screen for screen in self.screens if not screen.is_done), None)

    @property
    def has_started(self) -> bool:
        return bool(self.answers)


def load(cohort: Cohort, person: Person) -> Application:
    """Everything about ``person``'s application to ``cohort``. Four queries."""
    draft = ApplicationDraft.objects.select_related("response").filter(cohort=cohort, person=person).first()
    enrollments = list(Enrollment.objects.filter(cohort=cohort, person=person).select_related("response"))
    for enrollment in enrollments:
        enrollment.cohort, enrollment.person = cohort, person  # known: no query for each
    application = Application(cohort, person, draft, enrollments)
    if cohort.questionnaire_id is not None:
        application.items = list(Item.objects.filter(questionnaire=cohort.questionnaire_id).select_related("question"))
    response = application.response
    if response is not None:
        application.answers = {answer.question.key: answer for answer in response.answers.select_related("question")}
    return application


def expectations_of(cohort: Cohort, roles: Iterable[str]) -> Mapping[str, list[str]]:
    """Role → what it promises, for the roles that promise anything. One query."""
    found: dict[str, list[str]] = {}
    for expectation in Expectation.objects.filter(cohort=cohort, role__in=list(roles)):
        found.setdefault(expectation.role, []).append(expectation.text)
    return found
