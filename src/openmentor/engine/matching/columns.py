"""The columns of PEOPLE.csv and what stands in each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "id",
        "role": "role",
        "places": "count",
        "name": "text",
        "timezone": "zone",
        "availability": "hours",
        "goals": "words",
        "helps_with": "words",
        "skills_wanted": "levelled",
        "skills_offered": "levelled",
        "soft_wanted": "levelled",
        "soft_offered": "levelled",
        "priority": "dimension",
        "about": "text",
        "target_role": "word",
        "position": "word",
        "function": "word",
        "department": "word",
        "team": "word",
        "manager": "person",
        "level": "number",
        "hired": "date",
        "site": "word",
        "country": "word",
        "industry": "words",
        "interests": "words",
        "hobbies": "words",
        "values": "words",
        "style_sought": "words",
        "style_offered": "words",
        "communication": "share",
        "formality": "share",
        "work_style": "traits",
        "cadence": "cadence",
        "minutes": "minutes",
        "medium": "words",
        "commitment_hours": "number",
        "languages": "languages",
        "education": "words",
        "certifications": "words",
        "networks": "words",
        "challenge": "words",
        "identity": "identity",
        "identity_wish": "wish",
        "birth_year": "year",
        "wants": "people",
        "never": "vetoes",
        "past": "people",
        "waited": "number",
        "gate": "text",
    }
)
"""Each column with its kind, as ``people`` reads it. ``gate``: why somebody can't be matched yet; blank: they can."""

CADENCES = ("weekly", "every two weeks", "monthly", "quarterly")
"""How often people meet, in order: neighbors fit by half."""

SENSITIVE = frozenset({"identity", "identity_wish", "birth_year", "challenge"})
"""Columns that no reason ever quotes, whatever the settings say."""
