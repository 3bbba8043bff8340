"""What is stored of people themselves, and of the files that they come from."""

from openmentor.foundation.privacy import BLANK, DROP, KEEP, PERSONAL, PLAIN, PUBLIC, SECRET, SENSITIVE, declare

FACTS = (
    "position",
    "function",
    "department",
    "team",
    "level",
    "site",
    "country",
    "partner",
    "hired_on",
    "left_on",
    "timezone",
    "language",
)

declare(
    "people.Person",
    {
        "name": PUBLIC, "given_name": PUBLIC, "family_name": PUBLIC, "email": PERSONAL, **dict.fromkeys(FACTS, PERSONAL),
        "performance_tier": SENSITIVE, "custom": PERSONAL, "profile": PERSONAL, "manager": PERSONAL, "password": SECRET, "last_login": PERSONAL,
        "is_administrator": PLAIN, "is_active": PLAIN, "added_at": PLAIN, "erased_at": PLAIN,
    },
    owner=("pk",), keep="as long as the organization knows them", on_erase=BLANK,
)  # fmt: skip
declare("people.Source", {"name": PLAIN, "mapping": PLAIN}, keep="as long as people come from it", on_erase=KEEP)
declare(
    "people.Identity", {"person": PERSONAL, "source": PLAIN, "external_id": PERSONAL},
    owner=("person",), keep="as long as the person", on_erase=DROP,
)  # fmt: skip
declare(
    "people.ClaimCode", {"person": PERSONAL, "digest": SECRET, "made_at": PLAIN, "expires_at": PLAIN},
    owner=("person",), keep="until it is used or too old", on_erase=DROP,
)  # fmt: skip
declare(
    "people.PendingAddress", {"person": PERSONAL, "address": PERSONAL, "typed_at": PLAIN},
    owner=("person",), keep="until it is confirmed or another one is typed", on_erase=DROP,
)  # fmt: skip
declare(
    "people.EmploymentEvent", {"person": PERSONAL, "kind": PERSONAL, "day": PERSONAL, "precision": PLAIN, "source": PLAIN, "changes": PERSONAL},
    owner=("person",), keep="as long as the person", on_erase=DROP,
)  # fmt: skip
declare(
    "people.Skill", {"person": PERSONAL, "key": PERSONAL, "name": PERSONAL, "level": PERSONAL},
    owner=("person",), keep="as long as the person", on_erase=DROP,
)  # fmt: skip
declare(
    "people.Import",
    {
        **dict.fromkeys(
            ("source", "status", "extent", "valid_on", "reading", "mapping", "counts", "progress", "total", "compared_at_event", "created_at",
             "finished_at", "emptied_at"),
            PLAIN,
        ),
        "file": PERSONAL, "file_name": PERSONAL, "answers": PERSONAL, "decisions": PERSONAL, "findings": PERSONAL, "message": PERSONAL,
        "created_by": PERSONAL,
    },
    keep="the file and what it says of people for some days after its end, then counts alone", on_erase=KEEP,
)  # fmt: skip
declare(
    "people.ImportRow",
    {
        "name": PERSONAL, "given_name": PERSONAL, "family_name": PERSONAL, "email": PERSONAL, **dict.fromkeys(FACTS[:-1], PERSONAL),
        "performance_tier": SENSITIVE, "custom": PERSONAL, "batch": PLAIN, "number": PLAIN, "action": PLAIN, "person_key": PERSONAL,
        "manager_key": PERSONAL, "identity": PERSONAL, "events": PERSONAL, "skills": PERSONAL, "sensitive": SENSITIVE, "changes": PERSONAL,
        "candidates": PERSONAL, "is_doubtful": PLAIN, "kinds": PLAIN, "doubts": PERSONAL,
    },
    owner=("person_key",), keep="until some days after the import's end", on_erase=DROP,
)  # fmt: skip
declare(
    "people.SensitiveColumn",
    {"source": PLAIN, "name": PLAIN, "kind": PLAIN, "reason": PLAIN, "said_by": PERSONAL, "said_at": PLAIN},
    keep="as long as its facts", on_erase=KEEP,
)  # fmt: skip
declare(
    "people.SensitiveFact", {"person": SENSITIVE, "column": SENSITIVE, "value": SENSITIVE},
    owner=("person",), keep="as long as the reason holds for which it was brought", on_erase=DROP,
)  # fmt: skip
