from __future__ import annotations

from openmentor.matches.urls_board import of_boards
from openmentor.matches.urls_runs import around_runs

app_name = "matches"
urlpatterns = [*around_runs, *of_boards]
