from __future__ import annotations

from openmentor.matches.urls_board import urlpatterns as board

app_name = "matches"
urlpatterns = [*board]
