"""A cohort's matching settings: what counts how much, what must hold, what the run aims at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from openmentor.engine.matching.dimensions import CLASSES
from openmentor.engine.matching.spec import UNAVAILABLE, WEIGHTS
from openmentor.programs.models import Cohort

AIMS = {
    "coverage": (_("As many people as possible"), _("First that everybody has somebody, then that as many places as can be are filled, then the fit.")),
    "total": (_("The best fit over all"), _("The greatest sum of fit, even where somebody then has nobody.")),
    "worst_off": (_("Nobody badly matched"), _("First that everybody has somebody, then that the weakest pair is as good as can be, then the fit.")),
}  # fmt: skip
LEVELS = {
    "served": _("mentees with a mentor"), "filled": _("places filled"), "least score": _("weakest pair"), "total fit": _("total fit"),
    "blocking": _("pairs who would both rather have each other"),
}  # fmt: skip
LABELS = {
    "goals": _("goals"), "skills": _("skills"), "soft_skills": _("people skills"), "priority": _("what matters most to the mentee"),
    "text": _("texts by their meaning"), "target_role": _("role in view"), "values": _("values"), "style": _("mentoring style"),
    "work_style": _("ways of working"), "communication": _("way of communicating"), "interests": _("interests"), "hobbies": _("hobbies"),
    "industry": _("industries"), "education": _("education"), "certifications": _("certifications"), "networks": _("networks"),
    "function": _("function"), "department": _("department"), "site": _("site"), "level_gap": _("difference in level"),
    "tenure_gap": _("difference in years here"), "common_hours": _("hours in common"), "time_zone": _("time zone"),
    "cadence": _("how often to meet"), "minutes": _("length of a meeting"), "medium": _("way of meeting"),
    "commitment": _("time they can give"), "languages": _("languages"), "challenge": _("challenges shared"),
    "identity_wish": _("wishes for identity"), "generation": _("generation"), "wishes_of_mentee": _("wishes of the mentee"),
    "wishes_of_mentor": _("wishes of the mentor"), "past": _("new to each other"), "waited": _("rounds waited"),
}  # fmt: skip
GROUPS = (
    (_("What it is about"), ("goals", "skills", "soft_skills", "priority", "text", "target_role")),
    (_("What people are like"), ("values", "style", "work_style", "communication", "interests", "hobbies")),
    (_("Where they stand"), ("level_gap", "tenure_gap", "function", "department", "site", "industry", "education", "certifications", "networks")),
    (_("When and how they meet"), ("common_hours", "time_zone", "languages", "cadence", "minutes", "medium", "commitment")),
    (_("What they wish for"), ("wishes_of_mentee", "wishes_of_mentor", "identity_wish", "challenge", "generation", "past", "waited")),
)  # fmt: skip
MOST = 20
RULES = {
    "same person": _("Nobody is matched with themselves."), "gate": _("One of the two can't be matched yet."),
    "eligibility": _("One of the two doesn't meet the program's conditions."), "not allowed": _("This pair is not allowed."),
    "reporting_line": _("One reports to the other."), "shared_manager": _("Both have the same manager."),
    "past": _("They have been matched before."), "must": _("A condition that one of them called a must isn't met."),
    "language": _("They have no language in common at the level asked for."), "common_hours": _("They have too few free hours in common."),
    "time_zone": _("Their clocks are too far apart."), "seniority": _("The mentor isn't senior enough."),
    "team": _("The rule for teams forbids it."), "department": _("The rule for departments forbids it."),
    "site": _("The rule for sites forbids it."), "places": _("There is no free place."),
}  # fmt: skip
"""What a manager reads of each hard rule, by the engine's name for it."""

#: per dimension the columns of the mentor and of the mentee, as the engine reads them
COLUMNS_OF = {each.key: (tuple(each.mentor_fields), tuple(each.mentee_fields)) for each in CLASSES}


def label(key: str, settings: Mapping[str, Any] | None = None) -> str:
    """A dimension's name for people."""
    if key in LABELS:
        return str(LABELS[key])
    own = (settings or {}).get("fields", {}).get(key, {})
    return str(own.get("label") or key.replace("_", " "))


def settings_of(cohort: Cohort) -> dict[str, Any]:
    """The cohort's settings as the engine takes them; what was never set is the engine's own."""
    return {"aim": "coverage", **(cohort.matching or {})}


def weight_of(settings: Mapping[str, Any], key: str) -> float:
    return float(settings.get("weights", {}).get(key, WEIGHTS[key]))


def can_count(key: str) -> bool:
    return key in WEIGHTS and key not in UNAVAILABLE
