from openmentor.enrollment.models.enrollment import ApplicationDraft, Enrollment, EnrollmentQuerySet, Invitation, Role
from openmentor.enrollment.models.imports import ApplicationImport
from openmentor.enrollment.models.wishes import Preference, Veto

__all__ = [
    "ApplicationDraft",
    "ApplicationImport",
    "Enrollment",
    "EnrollmentQuerySet",
    "Invitation",
    "Preference",
    "Role",
    "Veto",
]
