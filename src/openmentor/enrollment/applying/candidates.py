"""Whom somebody in a cohort can wish for, and what they may see of them."""

from __future__ import annotations

from openmentor.enrollment.models import Enrollment, EnrollmentQuerySet, Role

_OTHER = {Role.MENTOR: Role.MENTEE, Role.MENTEE: Role.MENTOR, Role.PEER: Role.PEER}


def candidates(enrollment: Enrollment) -> EnrollmentQuerySet:
    """Those who applied or are in, in the other role. Vetoes leave nobody out here: a gap in the list would tell of them."""
    return (
        Enrollment.objects.filter(cohort=enrollment.cohort_id, role=_OTHER[Role(enrollment.role)])
        .filter(
            status__in=(Enrollment.Status.APPLIED, Enrollment.Status.APPROVED),
            person__left_on=None,
            person__erased_at=None,
        )
        .exclude(person=enrollment.person_id)
        .select_related("person")
        .order_by("person__family_name", "person__given_name", "person__name", "pk")
    )
