"""The gallery of components, mounted while developing alone."""

from __future__ import annotations

from django.urls import path

from openmentor.foundation.ui import gallery

app_name = "ui"
urlpatterns = [
    path("", gallery.page, name="gallery"),
    path("public/", gallery.public, name="public"),
    path("entrance/", gallery.entrance, name="entrance"),
    path("progress/", gallery.progress, name="progress"),
    path("table/", gallery.table, name="table"),
    path("board/", gallery.board, name="board"),
    path("ranking/", gallery.ranking, name="ranking"),
    path("saved/", gallery.saved, name="saved"),
    path("confirmed/", gallery.confirmed, name="confirmed"),
    path("refused/", gallery.refused, name="refused"),
]
