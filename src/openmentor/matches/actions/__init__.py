"""Every verb around a matching run: settings, runs, the board, publishing."""

from openmentor.matches.actions.configuring import change_settings, map_facts, measure_anew
from openmentor.matches.actions.exporting import export
from openmentor.matches.actions.listing import import_list, remove_list
from openmentor.matches.actions.running import cancel, discard, start

__all__ = [
    "cancel",
    "change_settings",
    "discard",
    "export",
    "import_list",
    "map_facts",
    "measure_anew",
    "remove_list",
    "start",
]
