from openmentor.foundation.events import Audience, declare

declare(
    Audience.MANAGERS,
    "enrollment.invited",
    "enrollment.invitation_taken_back",
    "enrollment.applied",
    "enrollment.approved",
    "enrollment.waitlisted",
    "enrollment.declined",
    "enrollment.withdrawn",
    "enrollment.completed",
    "enrollment.reopened",
    "enrollment.changed",
    "enrollment.expectations_accepted",
    "enrollment.many_invited",
    "enrollment.many_approved",
    "enrollment.many_waitlisted",
    "enrollment.many_declined",
    "enrollment.imported",
    "enrollment.reminded",
    "enrollment.questions_changed",
)
# Who wishes for whom, and who never wants whom, is between them and the managers; the event itself names nobody.
declare(Audience.NOBODY, "enrollment.wishes_changed", "enrollment.veto_said", "enrollment.veto_taken_back")
declare(
    Audience.MANAGERS,
    "application_import.started",
    "application_import.read_again",
    "application_import.checked",
    "application_import.confirmed",
    "application_import.done",
    "application_import.failed",
    "application_import.cancelled",
)
