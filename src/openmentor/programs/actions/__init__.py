"""Every verb that changes a program (``program``), those who run it (``team``), or a cohort (``cohort``)."""

from openmentor.programs.actions.cohort import (
    STEP_ACTIONS,
    activate,
    begin_closing,
    begin_matching,
    change_cohort,
    close,
    create_cohort,
    open_recruiting,
    set_expectations,
)
from openmentor.programs.actions.program import archive, change, create, duplicate, publish, restore, unpublish
from openmentor.programs.actions.team import give_role, take_role

__all__ = [
    "STEP_ACTIONS",
    "activate",
    "archive",
    "begin_closing",
    "begin_matching",
    "change",
    "change_cohort",
    "close",
    "create",
    "create_cohort",
    "duplicate",
    "give_role",
    "open_recruiting",
    "publish",
    "restore",
    "set_expectations",
    "take_role",
    "unpublish",
]
