"""What is stored of somebody's part in a program."""

from datetime import timedelta

from openmentor.foundation.privacy import DROP, PERSONAL, PLAIN, SENSITIVE, declare

declare(
    "enrollment.Enrollment",
    {
        "cohort": PLAIN, "person": PERSONAL, "role": PERSONAL, "status": PERSONAL, "places": PERSONAL, "places_taken": PLAIN, "response": PERSONAL,
        "expectations_accepted_at": PERSONAL, "applied_at": PERSONAL, "decided_at": PERSONAL, "rounds_waited": PLAIN, "reminded_at": PLAIN,
        "created_at": PLAIN,
    },
    owner=("person",), keep="as long as the cohort, or until the person is erased", on_erase=DROP,
)  # fmt: skip
declare(
    "enrollment.ApplicationDraft",
    {"cohort": PLAIN, "person": PERSONAL, "response": PERSONAL, "roles": PERSONAL, "places": PERSONAL, "started_at": PLAIN},
    owner=("person",), keep="until it is sent, or as long as the cohort", on_erase=DROP,
)  # fmt: skip
declare(
    "enrollment.Preference", {"enrollment": PLAIN, "person": SENSITIVE, "rank": SENSITIVE},
    owner=("enrollment__person",), keep="as long as the cohort; whom somebody wished for belongs to who wished", on_erase=DROP,
)  # fmt: skip
declare(
    "enrollment.Veto",
    {"author": SENSITIVE, "kind": SENSITIVE, "person": SENSITIVE, "text": SENSITIVE, "key": SENSITIVE, "said_at": PLAIN},
    owner=("author",), keep="until who said it takes it back, or is erased; never known to whom it is about", on_erase=DROP,
)  # fmt: skip
declare(
    "enrollment.Invitation",
    {"enrollment": PLAIN, "invited_by": PERSONAL, "event_id": PLAIN, "sent_at": PLAIN, "issue": PLAIN, "taken_back_at": PLAIN, "opened_at": PERSONAL},
    owner=("enrollment__person",), keep="as long as the cohort", on_erase=DROP,
)  # fmt: skip
declare(
    "enrollment.ApplicationImport",
    {
        "cohort": PLAIN, "status": PLAIN, "file": SENSITIVE, "file_name": PERSONAL, "mapping": PLAIN, "choices": SENSITIVE, "findings": SENSITIVE,
        "counts": PLAIN, "attempt": PLAIN, "message": PERSONAL, "created_by": PERSONAL, "created_at": PLAIN, "finished_at": PLAIN,
    },
    owner=("created_by",), keep="thirty days; the file and what it says are dropped as soon as it is written or given up", on_erase=DROP,
    drop_after=("created_at", timedelta(days=30)),
)  # fmt: skip
