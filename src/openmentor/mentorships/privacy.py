from openmentor.foundation.privacy import BLANK, PERSONAL, PLAIN, SECRET, SENSITIVE, declare

declare(
    "mentorships.Mentorship",
    {
        "cohort": PLAIN,
        "status": PLAIN,
        "run_id": PLAIN,
        "pair_key": PLAIN,
        "score": SECRET,
        "reasons": PERSONAL,
        "messages": PERSONAL,
        "proposed_at": PLAIN,
        "answer_by": PLAIN,
        "activated_at": PLAIN,
        "ended_at": PLAIN,
    },
    owner=("members__person",),
    keep="as long as the cohort, since reports count mentorships",
    on_erase=BLANK,
)
declare(
    "mentorships.Membership",
    {
        "mentorship": PLAIN,
        "person": PERSONAL,
        "enrollment": PLAIN,
        "role": PLAIN,
        "accepted_at": PLAIN,
        "declined_at": PLAIN,
        "answered": PLAIN,
        "decline_reason": SENSITIVE,
        "confirmed_by": PERSONAL,
        "asks_again_at": PERSONAL,
        "reminded_at": PLAIN,
    },
    owner=("person",),
    keep="as long as the cohort, since reports count mentorships",
    on_erase=BLANK,
)
