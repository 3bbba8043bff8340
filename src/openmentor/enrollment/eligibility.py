"""Who may take part, by HR facts: one filter for the cohort's rule, for approving by rule and for finding people.

It is stored in ``Cohort.eligibility`` as JSON, without what it leaves open:

    {"department": ["Care"], "site": [], "country": [...], "function": [...], "performance_tier": [...], "skill": ["sql"], "skill_level": 3,
     "min_level": 2, "max_level": 4, "min_tenure": 1, "max_tenure": 5}      tenure in years
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from openmentor.enrollment.models import EnrollmentQuerySet
from openmentor.foundation import clock
from openmentor.people.models import Person, Skill
from openmentor.people.models.person import PersonQuerySet
from openmentor.programs.models import Cohort

#: facts of a person that are compared as words, and what they are called
FACETS = {
    "department": _l("Department"),
    "function": _l("Function"),
    "site": _l("Site"),
    "country": _l("Country"),
    "performance_tier": _l("Performance tier"),
}
#: not said to visitors: how somebody was rated is nobody's business
UNSPOKEN = ("performance_tier",)
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Criteria:
    """Conditions that must all hold; several words of one fact are alternatives. What nobody knows of a person does not meet a condition."""

    department: tuple[str, ...] = ()
    function: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    performance_tier: tuple[str, ...] = ()
    #: keys of skills, each of which is needed, and the least level of all of them (1 to 5)
    skill: tuple[str, ...] = ()
    skill_level: int | None = None
    min_level: int | None = None
    max_level: int | None = None
    #: years
    min_tenure: float | None = None
    max_tenure: float | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Criteria:
        """From JSON or a form's data; what is not ours is left out."""
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {
            name: value for name, value in stored.items() if name in known and value not in (None, "", [], ())
        }
        facts: dict[str, Any] = {
            name: tuple(value) if isinstance(value, (list, tuple)) else value for name, value in given.items()
        }
        return cls(**facts)

    def stored(self) -> dict[str, Any]:
        """As JSON; empty if everybody may."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given.items()
            if value not in (None, ())
        }

    def condition(self, at: date, *, through: str = "") -> Q:
        """As a condition on people, or on rows that lead to one by ``through`` ("person__")."""
        met = Q()
        for name in FACETS:
            if words := getattr(self, name):
                met &= Q(**{f"{through}{name}__in": words})
        for key in self.skill:
            able = Skill.objects.filter(key=key)
            if self.skill_level is not None:
                able = able.filter(level__gte=self.skill_level)
            met &= Q(**{f"{through}pk__in": able.values("person")})
        if self.min_level is not None:
            met &= Q(**{f"{through}level__gte": self.min_level})
        if self.max_level is not None:
            met &= Q(**{f"{through}level__lte": self.max_level})
        if self.min_tenure is not None:
            met &= Q(**{f"{through}hired_on__lte": at - timedelta(days=self.min_tenure * DAYS_A_YEAR)})
        if self.max_tenure is not None:
            met &= Q(**{f"{through}hired_on__gt": at - timedelta(days=self.max_tenure * DAYS_A_YEAR)})
        return met

    def people(self, people: PersonQuerySet | None = None, *, at: date | None = None) -> PersonQuerySet:
        """Those of ``people`` (else: of all who work here) who meet them."""
        found: PersonQuerySet = (people if people is not None else Person.objects.present()).filter(
            self.condition(at or clock.today())
        )
        return found

    def sentences(self, *, public: bool = False) -> Iterator[str]:
        """In words. ``public`` leaves out what is not said to visitors."""
        for name, label in FACETS.items():
            words = getattr(self, name)
            if words and not (public and name in UNSPOKEN):
                yield _("%(fact)s: %(words)s") % {"fact": label, "words": get_text_list(list(words), _("or"))}
        if self.skill:
            skills = get_text_list(list(self.skill), _("and"))
            yield (
                _("Skills: %(skills)s") % {"skills": skills}
                if self.skill_level is None
                else _("Skills: %(skills)s, from level %(level)d") % {"skills": skills, "level": self.skill_level}
            )
        yield from self._bands()

    def _bands(self) -> Iterator[str]:
        match self.min_level, self.max_level:
            case int(low), int(high):
                yield _("Level %(low)d to %(high)d") % {"low": low, "high": high}
            case int(low), None:
                yield _("Level %(low)d and up") % {"low": low}
            case None, int(high):
                yield _("Up to level %(high)d") % {"high": high}
        if self.min_tenure is not None:
            yield ngettext("At least %(years)g year here", "At least %(years)g years here", int(self.min_tenure)) % {
                "years": self.min_tenure
            }
        if self.max_tenure is not None:
            yield ngettext("Less than %(years)g year here", "Less than %(years)g years here", int(self.max_tenure)) % {
                "years": self.max_tenure
            }


def criteria(cohort: Cohort) -> Criteria:
    """Whom a cohort is for."""
    return Criteria.of(cohort.eligibility)


def eligible(enrollments: EnrollmentQuerySet, cohort: Cohort) -> EnrollmentQuerySet:
    """Those whose person meets the cohort's criteria today."""
    return enrollments.filter(criteria(cohort).condition(clock.today(cohort.timezone), through="person__"))


def words_of(name: str) -> list[str]:
    """The words that a fact has among those who work here, in order. Kept for a minute: they change with an import alone."""
    key = f"eligibility:{name}"
    found: list[str] | None = cache.get(key)
    if found is None:
        found = list(
            Person.objects.present().exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
        )
        cache.set(key, found, 60)
    return found


def known_skills(most: int = 200) -> list[str]:
    """Names of skills that people here have, to choose from."""
    found: list[str] | None = cache.get("eligibility:skills")
    if found is None:
        found = list(Skill.objects.order_by("key").values_list("key", flat=True).distinct()[:most])
        cache.set("eligibility:skills", found, 60)
    return found
