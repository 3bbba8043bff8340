"""Every verb around a matching run: settings, runs, the board, publishing."""

from openmentor.matches.actions.configuring import change_settings, map_facts, measure_anew
from openmentor.matches.actions.running import cancel, discard, start

__all__ = ["cancel", "change_settings", "discard", "map_facts", "measure_anew", "start"]
