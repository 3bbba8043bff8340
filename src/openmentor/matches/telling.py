"""Runs in words: how far one is, how good its result is proved to be, why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from openmentor.engine.matching.columns import SENSITIVE
from openmentor.matches.models import MatchingRun
from openmentor.matches.specification import AIMS, COLUMNS_OF, LEVELS, label
from openmentor.people.models import Person

Status = MatchingRun.Status
TONES: dict[str, str] = {
    Status.QUEUED: "info", Status.SOLVING: "info", Status.READY: "accent", Status.FAILED: "danger", Status.CANCELLED: "neutral",
    Status.PUBLISHING: "info", Status.PUBLISHED: "success", Status.DISCARDED: "neutral",
}  # fmt: skip
STAGES = {
    "people": _l("Gathering answers, wishes and vetoes"), "reference": _l("Measuring averages"), "texts": _l("Reading the texts"), "scores": _l("Looking at every pair"),
    "storing": _l("Writing the result down"),
}  # fmt: skip
_FAULT = re.compile(r"^(mentors|mentees), row \d+ \(id '?(\d+)'?\), column ([^:]+): (.*)$", re.DOTALL)


def stage(run: MatchingRun) -> str:
    """What a run is at."""
    if run.status == Status.QUEUED:
        return _("Waiting for its turn")
    return str(STAGES.get(run.stage, _l("Finding the best pairs, and the proof")))


def proof(gap: float | None) -> str:
    """How far a result may be from the best: '' where there is none."""
    if gap is None:
        return ""
    if gap <= 1e-6:
        return _("proved: none is better")
    return _("at most %(percent)s %% from the best") % {"percent": f"{100 * gap:.2g}"}


def aim(settings: Mapping[str, Any]) -> str:
    key = str(settings.get("aim", "coverage"))
    return str(AIMS[key][0]) if key in AIMS else key.replace("_", " ")


@dataclass(frozen=True)
class Told:
    """One level of an aim, with how it is written."""

    name: str
    label: str
    value: float
    bound: float

    @property
    def text(self) -> str:
        return written(self.name, self.value)

    @property
    def bound_text(self) -> str:
        return written(self.name, self.bound)

    @property
    def is_best(self) -> bool:
        return self.bound - self.value <= 1e-6 * max(1.0, abs(self.bound))


def written(name: str, value: float | None) -> str:
    """A level's value: people and places are counted, fits are on a scale to 100, as everywhere."""
    if value is None or value != value:
        return "–"
    if name in ("served", "filled", "blocking"):
        return f"{value:.0f}"
    return f"{100 * value:.1f}"


def levels(run: MatchingRun) -> list[Told]:
    return [
        Told(each["name"], str(LEVELS.get(each["name"], each["name"])).capitalize(), each["value"], each["bound"])
        for each in run.levels
    ]


def faults(found: Iterable[str], settings: Mapping[str, Any] | None = None) -> list[str]:
    """The engine's sentences with names in place of ids. What is confidential is named, never quoted. One query."""
    said = [(each, _FAULT.match(each)) for each in found]
    ids = {int(match.group(2)) for _text, match in said if match}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    told: list[str] = []
    for text, match in said:
        if match is None:
            told.append(text.removeprefix("settings: ").removeprefix("problem: "))
            continue
        _side, person, column, sentence = match.groups()
        name = names.get(int(person), _("Somebody"))
        if column in SENSITIVE:
            told.append(
                _("%(name)s, %(column)s: this answer can't be read.") % {"name": name, "column": _column(column)}
            )
        else:
            told.append(f"{name}, {_column(column)}: {sentence}")
    return told


def _column(column: str) -> str:
    """A column by the dimension that stands on it alone."""
    for key, (mentor, mentee) in COLUMNS_OF.items():
        if {*mentor, *mentee} == {column}:
            return label(key)
    return column.replace("_", " ")
