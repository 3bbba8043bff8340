"""Every verb that changes an enrollment, its wishes and vetoes. Inviting has its own (``recruiting``)."""

from openmentor.enrollment.actions.applying import (
    accept_expectations,
    begin,
    change_places,
    ensure_questionnaire,
    reopen,
    save_answers,
    send,
    withdraw,
)
from openmentor.enrollment.actions.approving import (
    approve,
    approve_by_rule,
    approve_many,
    decline,
    decline_many,
    move_up,
    waitlist,
    waitlist_many,
)
from openmentor.enrollment.actions.asking import change_questions, remind_held
from openmentor.enrollment.actions.wishing import say_veto, set_wishes, take_back_veto

__all__ = [
    "accept_expectations", "approve", "approve_by_rule", "approve_many", "begin", "change_places", "change_questions", "decline", "decline_many",
    "ensure_questionnaire", "move_up", "remind_held", "reopen", "save_answers", "say_veto", "send", "set_wishes", "take_back_veto",
    "waitlist", "waitlist_many", "withdraw",
]  # fmt: skip
