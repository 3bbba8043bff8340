from __future__ import annotations

from django.urls import path

from openmentor.matches.views import board, publishing

urlpatterns = [
    path("runs/<int:pk>/", board.board, name="board"),
    path("runs/<int:pk>/pairs/<int:mentor>-<int:mentee>/", board.pair, name="pair"),
    path("runs/<int:pk>/pairs/<int:mentor>-<int:mentee>/question/", board.question, name="question"),
    path("runs/<int:pk>/unmatched/<str:role>/", board.unmatched, name="unmatched"),
    path("runs/<int:pk>/cost/", board.preview, name="preview"),
    path("runs/<int:pk>/closed/", board.closed, name="closed"),
    path("runs/<int:pk>/changes/", board.change, name="change"),
    path("runs/<int:pk>/changes/undoing/", board.undo, name="undo"),
    path("runs/<int:pk>/changes/redoing/", board.redo, name="redo"),
    path("runs/<int:pk>/changes/reset/", board.reset, name="reset"),
    path("runs/<int:pk>/freshness/", board.freshness, name="freshness"),
    path("runs/<int:pk>/holds/", board.hold, name="hold"),
    path("holds/<int:pk>/release/", board.release, name="release"),
    path("runs/<int:pk>/publication/", publishing.publication, name="publication"),
    path("runs/<int:pk>/publication/progress/", publishing.progress, name="publication_progress"),
    path("runs/<int:pk>/publication/continuation/", publishing.continuation, name="publication_continuation"),
]
