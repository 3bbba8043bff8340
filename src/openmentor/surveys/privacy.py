"""What is stored of answers. A question says for whom its answers are; all of them are treated as the most sensitive of them."""

from openmentor.foundation.privacy import DROP, PERSONAL, PLAIN, SENSITIVE, declare

declare(
    "surveys.Question",
    dict.fromkeys(
        ["key", "version", "text", "help", "kind", "audience", "options", "role", "column", "writes_profile"], PLAIN
    ),
    keep="for ever: answers point at the words that were read",
)
declare("surveys.Questionnaire", dict.fromkeys(["name", "questions"], PLAIN), keep="for ever")
declare(
    "surveys.Item",
    dict.fromkeys(["questionnaire", "question", "screen", "position", "required"], PLAIN),
    keep="as long as the questionnaire",
)
declare(
    "surveys.Response", {"questionnaire": PLAIN, "person": PERSONAL, "started_at": PLAIN, "submitted_at": PLAIN},
    owner=("person",), keep="as long as the cohort, or until the person is erased", on_erase=DROP,
)  # fmt: skip
declare(
    "surveys.Answer", {"response": PLAIN, "question": PLAIN, "value": SENSITIVE, "answered_at": PLAIN, "is_imported": PLAIN},
    owner=("response__person",), keep="as long as the response", on_erase=DROP,
)  # fmt: skip
