"""Everything around a run, and the board of one."""

from __future__ import annotations

from openmentor.matches import urls_board, urls_runs

app_name = "matches"
urlpatterns = [*urls_runs.urlpatterns, *urls_board.urlpatterns]
