from openmentor.enrollment.models.enrollment import ApplicationDraft, Enrollment, EnrollmentQuerySet, Invitation, Role
from openmentor.enrollment.models.wishes import Preference, Veto

__all__ = ["ApplicationDraft", "Enrollment", "EnrollmentQuerySet", "Invitation", "Preference", "Role", "Veto"]
