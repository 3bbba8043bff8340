"""Every verb around a matching run: settings, runs, the board, publishing."""

from openmentor.matches.actions.configuring import change_settings, map_facts, measure_anew
from openmentor.matches.actions.drafting import move, redo, reset, undo
from openmentor.matches.actions.holding import hold, release
from openmentor.matches.actions.publishing import go_on_publishing, publish
from openmentor.matches.actions.running import cancel, discard, start

__all__ = [
    "cancel",
    "change_settings",
    "discard",
    "go_on_publishing",
    "hold",
    "map_facts",
    "measure_anew",
    "move",
    "publish",
    "redo",
    "release",
    "reset",
    "start",
    "undo",
]
