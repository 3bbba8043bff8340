from openmentor.people.models.access import ClaimCode
from openmentor.people.models.history import EmploymentEvent, Skill
from openmentor.people.models.imports import Import, ImportRow
from openmentor.people.models.person import Identity, Person, Source

__all__ = ["ClaimCode", "EmploymentEvent", "Identity", "Import", "ImportRow", "Person", "Skill", "Source"]
