"""What an answer may be: one shape for each kind of question (``models.Answer``), cleaned or refused with a sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from openmentor.engine.matching import hours
from openmentor.people.importing import values as cells
from openmentor.surveys.models import Question

WORD_CHARACTERS = 100
LINE_CHARACTERS = 300
TEXT_CHARACTERS = 4000
MOST_WORDS = 30
TRAITS = 5
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = 24 * 60


def is_empty(value: Any) -> bool:
    """Whether nothing was answered. False and 0 are answers."""
    return value is None or value == "" or value == [] or value == {}


def clean(question: Question, value: Any) -> Any:
    """``value`` in the shape of the question's kind, None if it is empty. Raises ValidationError with a sentence for the person."""
    if is_empty(value):
        return None
    cleaned = _CLEAN[Question.Kind(question.kind)](question, value)
    return None if is_empty(cleaned) else cleaned


def word(text: Any) -> str:
    """One line in its normal form, with single spaces and without the signs that part lists."""
    plain = unicodedata.normalize("NFC", str(text)).replace(";", ",")
    return " ".join("".join(sign for sign in plain if sign.isprintable() or sign.isspace()).split()).strip(" ,")


def _text(question: Question, value: Any) -> str:
    text = word(value) if question.kind == Question.Kind.TEXT else str(value).replace("\x00", "").strip()
    most = LINE_CHARACTERS if question.kind == Question.Kind.TEXT else TEXT_CHARACTERS
    if text and question.column == "timezone":
        zone = cells.timezone(text)
        if zone is None:
            raise ValidationError(
                _("“%(value)s” is no time zone. Choose the nearest large city.") % {"value": text[:60]}
            )
        return zone
    if len(text) > most:
        raise ValidationError(
            _("This is too long: at most %(most)d characters, you have %(count)d.") % {"most": most, "count": len(text)}
        )
    return text


def _number(question: Question, value: Any) -> int | float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValidationError(_("A number is needed.")) from error
    least, greatest = question.options.get("least"), question.options.get("greatest")
    if number != number or (least is not None and number < least) or (greatest is not None and number > greatest):
        raise ValidationError(
            _("A number from %(least)s to %(greatest)s is needed.") % {"least": least, "greatest": greatest}
        )
    return int(number) if number == int(number) else number


def _scale(question: Question, value: Any) -> int:
    try:
        step = int(value)
    except (TypeError, ValueError) as error:
        raise ValidationError(_("Choose a step from 1 to 5.")) from error
    if not 1 <= step <= 5:
        raise ValidationError(_("Choose a step from 1 to 5."))
    return step


def _choice(question: Question, value: Any) -> str:
    found = _known(question, value)
    if found is None:
        raise ValidationError(_("“%(value)s” is none of the answers.") % {"value": str(value)[:60]})
    return found


def _known(question: Question, value: Any) -> str | None:
    """The value of one of the question's choices, or one's own word where these are allowed."""
    text = word(value)
    for known, label in question.choices:
        if text in (known, label) or text.casefold() == label.casefold():
            return known
    return text[:WORD_CHARACTERS] if text and question.options.get("own") else None


def _choices(question: Question, value: Any) -> list[str]:
    chosen: dict[str, str] = {}
    for each in _list(value):
        if word(each):
            found = _choice(question, each)
            chosen.setdefault(found.casefold(), found)
    return _limited(question, list(chosen.values()))


def _tags(question: Question, value: Any) -> list[str]:
    words = {text.casefold(): text[:WORD_CHARACTERS] for each in reversed(_list(value)) if (text := word(each))}
    return _limited(question, list(reversed(words.values())))


def _skills(question: Question, value: Any) -> list[dict[str, Any]]:
    skills: dict[str, dict[str, Any]] = {}
    for each in _list(value):
        given = each if isinstance(each, Mapping) else {"name": each}
        name = word(str(given.get("name", "")).replace(":", " "))[:WORD_CHARACTERS]
        if name:
            skills.setdefault(name.casefold(), {"name": name, "level": _level(given.get("level"))})
    return _limited(question, list(skills.values()))


def _languages(question: Question, value: Any) -> list[dict[str, Any]]:
    languages: dict[str, dict[str, Any]] = {}
    for each in _list(value):
        given = each if isinstance(each, Mapping) else {"code": each}
        code = str(given.get("code", "")).strip().lower()
        if not 2 <= len(code) <= 8 or not code.replace("-", "").isalpha():
            raise ValidationError(_("“%(value)s” is no language.") % {"value": code[:20]})
        languages.setdefault(code, {"code": code, "level": _level(given.get("level"))})
    return _limited(question, list(languages.values()))


def _level(value: Any) -> int | None:
    if is_empty(value):
        return None
    try:
        level = int(value)
    except (TypeError, ValueError) as error:
        raise ValidationError(_("A level is a step from 1 to 5.")) from error
    if not 1 <= level <= 5:
        raise ValidationError(_("A level is a step from 1 to 5."))
    return level


def _traits(question: Question, value: Any) -> list[int] | None:
    steps = _list(value)
    if all(is_empty(step) for step in steps):
        return None
    if len(steps) != TRAITS or any(is_empty(step) for step in steps):
        raise ValidationError(_("Choose a step in each of the five lines."))
    return [_scale(question, step) for step in steps]


def _boolean(question: Question, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(_("Yes or no is needed."))
    return value


def _hours(question: Question, value: Any) -> str:
    items = value.replace("\n", ";").split(";") if isinstance(value, str) else _list(value)
    try:
        return hours_text(hours.parse([str(item) for item in items if str(item).strip()]))
    except ValueError as error:
        raise ValidationError(
            _("These hours can't be read. Write them as in Mon 09:00-11:00; Thu 16:30-18:00.")
        ) from error


def hours_text(spans: Iterable[tuple[int, int]]) -> str:
    """Spans in minutes from Monday 00:00, joined where they touch, as ``"Mon 09:00-11:00;Thu 16:30-18:00"``."""
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        # What runs past midnight is cut there only where two spans are joined: each starts on the day it is named after.
        if joined and start <= joined[-1][1] and joined[-1][0] // _DAY == start // _DAY:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return ";".join(
        f"{DAYS[start // _DAY % 7]} {_clock(start % _DAY)}-{_clock(_end(start, end))}" for start, end in joined
    )


def _end(start: int, end: int) -> int:
    past = end - start // _DAY * _DAY
    return past if past <= _DAY else past - _DAY


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _limited(question: Question, found: list[Any]) -> list[Any]:
    most = question.most or MOST_WORDS
    if len(found) > most:
        raise ValidationError(
            _("At most %(most)d; you have %(count)d. Take some away.") % {"most": most, "count": len(found)}
        )
    return found


_CLEAN: dict[Question.Kind, Callable[[Question, Any], Any]] = {
    Question.Kind.TEXT: _text,
    Question.Kind.LONG_TEXT: _text,
    Question.Kind.NUMBER: _number,
    Question.Kind.SCALE: _scale,
    Question.Kind.CHOICE: _choice,
    Question.Kind.CHOICES: _choices,
    Question.Kind.RANKING: _choices,
    Question.Kind.TAGS: _tags,
    Question.Kind.SKILLS: _skills,
    Question.Kind.HOURS: _hours,
    Question.Kind.LANGUAGES: _languages,
    Question.Kind.TRAITS: _traits,
    Question.Kind.BOOLEAN: _boolean,
}
