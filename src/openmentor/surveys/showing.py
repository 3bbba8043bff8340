"""Answers in words, for people to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from openmentor.foundation.ui.widgets import LANGUAGES
from openmentor.surveys.models import Answer, Question
from openmentor.surveys.standard import BY_KEY, STANDARD
from openmentor.surveys.widgets import LANGUAGE_LEVELS, SKILL_LEVELS

_LANGUAGES = dict(LANGUAGES)
_PLACES = {standard.key: place for place, standard in enumerate(STANDARD)}


@dataclass(frozen=True)
class Shown:
    """One answer in words: a question and one or several short texts."""

    question: Question
    words: list[str]

    @property
    def label(self) -> str:
        return _(self.question.text)

    @property
    def is_list(self) -> bool:
        return len(self.words) > 1


def shown(answers: Iterable[Answer], *, roles: set[str] | None = None) -> list[Shown]:
    """These answers in words, in the order of the standard survey; those asked of other roles left out."""
    found = [answer for answer in answers if roles is None or answer.question.is_for(roles)]
    found.sort(key=lambda answer: _PLACES.get(answer.question.key, len(BY_KEY)))
    return [Shown(answer.question, words(answer.question, answer.value)) for answer in found]


def words(question: Question, value: Any) -> list[str]:
    """What ``value`` says, as short texts."""
    kinds = Question.Kind
    match question.kind:
        case kinds.CHOICES | kinds.RANKING | kinds.TAGS:
            return [_label(question, each) for each in value]
        case kinds.CHOICE:
            return [_label(question, value)]
        case kinds.SKILLS:
            levels = dict(SKILL_LEVELS)
            return [
                f"{skill['name']} ({levels[skill['level']]})" if skill.get("level") in levels else skill["name"]
                for skill in value
            ]
        case kinds.LANGUAGES:
            levels = dict(LANGUAGE_LEVELS)
            names = [
                (str(_LANGUAGES.get(language["code"], language["code"])), language.get("level")) for language in value
            ]
            return [f"{name} ({levels[level]})" if level in levels else name for name, level in names]
        case kinds.HOURS:
            return str(value).split(";")
        case kinds.TRAITS:
            ends = question.options.get("ends", [])
            return [_between(low, high, step) for (low, high), step in zip(ends, value, strict=False)]
        case kinds.SCALE:
            ends = question.options.get("ends", [])
            return [_between(ends[0][0], ends[0][1], value)] if ends else [_("%(step)d of 5") % {"step": value}]
        case kinds.BOOLEAN:
            return [_("Yes") if value else _("No")]
    return [str(value)]


def _label(question: Question, value: Any) -> str:
    label = question.label_of(value)
    return _(label) if label != str(value) else label


def _between(low: str, high: str, step: int) -> str:
    if step == 3:
        return _("%(low)s and %(high)s alike") % {"low": _(low), "high": _(high)}
    end = _(low) if step < 3 else _(high)
    return _("%(end)s, clearly") % {"end": end} if step in (1, 5) else _("rather %(end)s") % {"end": end}
