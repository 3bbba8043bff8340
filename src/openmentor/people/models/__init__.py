from openmentor.people.models.access import ClaimCode, PendingAddress
from openmentor.people.models.history import EmploymentEvent, Skill
from openmentor.people.models.imports import Import, ImportRow, SensitiveColumn, SensitiveFact
from openmentor.people.models.person import Identity, Person, PersonQuerySet, Source, WorkFacts

__all__ = [
    "ClaimCode",
    "EmploymentEvent",
    "Identity",
    "Import",
    "ImportRow",
    "PendingAddress",
    "Person",
    "PersonQuerySet",
    "SensitiveColumn",
    "SensitiveFact",
    "Skill",
    "Source",
    "WorkFacts",
]
