"""Every verb around a matching run: settings, runs, the board, publishing, lists, export."""

from openmentor.matches.actions.configuring import change_settings, map_facts, measure_anew
from openmentor.matches.actions.drafting import move, redo, reset, undo
from openmentor.matches.actions.exporting import export
from openmentor.matches.actions.holding import hold, release
from openmentor.matches.actions.listing import import_list, remove_list
from openmentor.matches.actions.publishing import go_on_publishing, publish
from openmentor.matches.actions.running import cancel, discard, start

__all__ = [
    "cancel",
    "change_settings",
    "discard",
    "export",
    "go_on_publishing",
    "hold",
    "import_list",
    "map_facts",
    "measure_anew",
    "move",
    "publish",
    "redo",
    "release",
    "remove_list",
    "reset",
    "start",
    "undo",
]
