from openmentor.foundation.events import Audience, declare

declare(
    Audience.MEMBERS,
    "cohort.recruiting_opened",
    "cohort.matching_began",
    "cohort.activated",
    "cohort.closing_began",
    "cohort.closed",
)
declare(
    Audience.MANAGERS,
    "program.created",
    "program.changed",
    "program.published",
    "program.unpublished",
    "program.archived",
    "program.restored",
    "program.role_given",
    "program.role_taken",
    "cohort.created",
    "cohort.changed",
    "cohort.matching_changed",
    "cohort.expectations_changed",
)
