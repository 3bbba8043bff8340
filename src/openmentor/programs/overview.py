"""What apps above have to show on a cohort's overview. Each says it in its ``nav.py``:

    from openmentor.programs import overview

    overview.add_tab(overview.Tab(_("Matches"), "layout-board", "matches:runs", order=60, rule="matches.run"))
    overview.add_stages(my_stages)     # (cohort, actor) -> stages of the funnel
    overview.add_tasks(my_tasks)       # (cohort, actor) -> what needs a manager today

The functions run on every overview, so each takes a fixed number of queries. Stages are seen by managers, sponsors and administrators, tasks
by managers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from openmentor.foundation import policies
from openmentor.foundation.actors import Actor
from openmentor.programs.models import Cohort
from openmentor.programs.steps import Text


@dataclass(frozen=True)
class Stage:
    """One step of the funnel: how many came so far. ``href`` is for managers alone."""

    label: Text
    count: int
    order: int
    icon: str = ""
    note: Text = ""
    href: str = ""


@dataclass(frozen=True)
class Task:
    """Something that waits for a manager. The first in order is the next thing to do."""

    text: Text
    href: str
    order: int
    icon: str = "circle"
    tone: str = "accent"
    #: a word for the button
    label: Text = ""


@dataclass(frozen=True)
class Tab:
    """A page beside the overview. ``url_name`` takes the cohort's id; shown to whom ``rule`` ("app.rule", asked of the cohort) allows it."""

    label: Text
    icon: str
    url_name: str
    order: int
    rule: str = ""


Stages = Callable[[Cohort, Actor], Iterable[Stage]]
Tasks = Callable[[Cohort, Actor], Iterable[Task]]
_stages: list[Stages] = []
_tasks: list[Tasks] = []
_tabs: list[Tab] = []


def add_stages(function: Stages) -> Stages:
    if function not in _stages:
        _stages.append(function)
    return function


def add_tasks(function: Tasks) -> Tasks:
    if function not in _tasks:
        _tasks.append(function)
    return function


def add_tab(*tabs: Tab) -> None:
    _tabs.extend(tab for tab in tabs if tab not in _tabs)


def stages(cohort: Cohort, actor: Actor) -> list[Stage]:
    return sorted((stage for function in _stages for stage in function(cohort, actor)), key=lambda stage: stage.order)


def tasks(cohort: Cohort, actor: Actor) -> list[Task]:
    return sorted((task for function in _tasks for task in function(cohort, actor)), key=lambda task: task.order)


@dataclass(frozen=True)
class ShownTab:
    label: Text
    icon: str
    url: str
    active: bool


def tabs(cohort: Cohort, actor: Actor, path: str, within: str = "") -> list[ShownTab]:
    """The pages of a cohort that ``actor`` may open. The active one is that whose address is the longest beginning of ``path``.

    within  the name of the tab's address where the page lies deeper than its own address tells.
    """
    found: list[tuple[Tab, str]] = []
    for tab in sorted(_tabs, key=lambda tab: tab.order):
        if tab.rule and not policies.find(tab.rule)(actor, cohort):
            continue
        try:
            found.append((tab, reverse(tab.url_name, args=[cohort.pk])))
        except NoReverseMatch:
            continue  # a page of this name is not part of this installation
    here = max((url for tab, url in found if path.startswith(url) or tab.url_name == within), key=len, default=None)
    return [ShownTab(tab.label, tab.icon, url, url == here) for tab, url in found]
