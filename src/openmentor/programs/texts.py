"""What a new program starts with: words to begin from, every one of them to be changed by its managers."""

from __future__ import annotations

from django.utils.translation import gettext as _


def expectations() -> dict[str, list[str]]:
    """What each role promises, a sentence each."""
    return {
        "mentor": [
            _("I keep our meetings, or move them in good time."),
            _("I listen first, and ask before I advise."),
            _("What I hear stays between us."),
            _("I give honest feedback, kindly."),
            _("I say so early if it does not work for me."),
        ],
        "mentee": [
            _("I bring what I want to talk about to each meeting."),
            _("I keep our meetings, or move them in good time."),
            _("I set goals, and tell how they go."),
            _("What I hear stays between us."),
            _("I say so early if it does not work for me."),
        ],
    }


def guides() -> dict[str, str]:
    """What somebody in each role does, in Markdown: the text of the role's page."""
    return {
        "mentor": _(
            "A mentor helps one person to see further than their own desk. You need no answers ready, only time and attention.\n\n"
            "**Before the first meeting** read what your mentee would like to talk about.\n\n"
            "**In the first meeting** agree on what you both want from it, how often you meet, and what stays between you.\n\n"
            "**After that** ask open questions, tell what you learned the hard way, and open doors where you can. "
            "You are not their manager: decisions stay with them."
        ),
        "mentee": _(
            "You lead this: you say what you want to work on, and your mentor helps you think.\n\n"
            "**Before the first meeting** write down one to three goals, however rough.\n\n"
            "**In the first meeting** agree on what you both want from it, how often you meet, and what stays between you.\n\n"
            "**After that** bring a question to each meeting, try things out in between, and say what came of them. "
            "If the match is not right, say so: that is nobody's fault, and we find another."
        ),
    }


def benefits() -> dict[str, str]:
    """What each side gains, as a Markdown list."""
    return {
        "mentor": _(
            "- See your own work with fresh eyes\n- Practice leading by listening\n- Meet people from outside your part of the organization\n"
            "- Help somebody on, in a few hours a month"
        ),
        "mentee": _(
            "- Somebody a few steps ahead who has time for you\n- A clear next step, and help to take it\n- A network beyond your team\n"
            "- You say whom you would like, and whom not"
        ),
    }


def steps() -> str:
    """How it goes, a line a step; what follows a colon is said in smaller type."""
    return _(
        "Apply: a few questions, on your phone if you like.\n"
        "Get matched: we look for the best match for everybody, and tell you why it is one.\n"
        "Say yes or no: nobody is paired against their will.\n"
        "Meet: as often as suits you both."
    )
