"""Choosing a cohort's questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from openmentor.programs.models import Cohort
from openmentor.surveys.models import Item, Question
from openmentor.surveys.standard import BY_KEY, STANDARD, most_required, use_of


class QuestionsForm(forms.Form):
    """One choice for each question: off, after the application, or required."""

    def __init__(self, data: Any = None, *, cohort: Cohort, questions: list[Question]) -> None:
        super().__init__(data)
        order = {standard.key: place for place, standard in enumerate(STANDARD)}
        self.questions = sorted(questions, key=lambda question: (order.get(question.key, len(order)), question.pk))
        items = {
            item.question.key: item
            for item in Item.objects.filter(questionnaire=cohort.questionnaire_id).select_related("question")
        }
        self.now = {question.key: use_of(items.get(question.key)) for question in self.questions}
        for question in self.questions:
            self.fields[question.key] = forms.ChoiceField(
                label=_(question.text), choices=self._uses(question), initial=self.now[question.key], required=True
            )

    @staticmethod
    def _uses(question: Question) -> list[tuple[str, str]]:
        uses = [("required", _("Required")), ("optional", _("After the application")), ("off", _("Not asked"))]
        standard = BY_KEY.get(question.key)
        if standard is not None and standard.use == "shown":
            uses.insert(1, ("shown", _("On its screen, filled in beforehand")))
        if question.audience == Question.Audience.CONFIDENTIAL:
            uses.pop(0)  # nobody has to say what few should know
        return uses

    @property
    def rows(self) -> list[tuple[Question, forms.BoundField]]:
        return [(question, self[question.key]) for question in self.questions]

    @property
    def uses(self) -> dict[Question, str]:
        """What was changed."""
        return {
            question: self.cleaned_data[question.key]
            for question in self.questions
            if self.cleaned_data[question.key] != self.now[question.key]
        }

    @property
    def most_required(self) -> dict[str, int]:
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else self.now
        return most_required(question for question in self.questions if chosen[question.key] == "required")
