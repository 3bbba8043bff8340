from openmentor.people.models.history import EmploymentEvent, Skill
from openmentor.people.models.imports import Import, ImportRow
from openmentor.people.models.person import Identity, Person, Source

__all__ = ["EmploymentEvent", "Identity", "Import", "ImportRow", "Person", "Skill", "Source"]
