from openmentor.foundation.privacy import DROP, PERSONAL, PLAIN, declare

declare(
    "programs.Program",
    dict.fromkeys(
        [
            "name",
            "slug",
            "purpose",
            "format",
            "coordinator",
            "stand_in",
            "summary",
            "benefits_mentor",
            "benefits_mentee",
            "steps",
            "guide_mentor",
            "guide_mentee",
            "contact",
            "names_coordinator",
            "published_at",
            "archived_at",
            "created_at",
        ],
        PLAIN,
    ),
    keep="for ever: a program is the organization's, not a person's",
)
declare(
    "programs.ProgramRole",
    {"program": PLAIN, "person": PERSONAL, "role": PERSONAL},
    owner=("person",),
    keep="while they have the role",
    on_erase=DROP,
)
declare(
    "programs.Cohort",
    dict.fromkeys(
        [
            "program",
            "name",
            "status",
            "is_rolling",
            "enrollment",
            "applications_close_on",
            "starts_on",
            "ends_on",
            "timezone",
            "target_count",
            "default_places",
            "cadence",
            "minutes",
            "eligibility",
            "questionnaire",
            "gate_survey",
            "gate_expectations",
            "expectations_changed_at",
            "acceptance",
            "acceptance_days",
            "matching",
            "matching_version",
            "mappings",
            "created_at",
        ],
        PLAIN,
    ),
    keep="for ever: what later cohorts are compared with",
)
declare(
    "programs.Expectation", dict.fromkeys(["cohort", "role", "position", "text"], PLAIN), keep="as long as the cohort"
)
