"""The pages around a run: a cohort's matching, readiness, settings, progress, comparing, lists, export."""

from __future__ import annotations

from django.urls import path

from openmentor.matches.views import cohort, comparing, exporting, readiness, settings

urlpatterns = [
    path("cohorts/<int:pk>/matching/", cohort.cohort, name="cohort"),
    path("cohorts/<int:pk>/matching/beginning/", cohort.beginning, name="beginning"),
    path("cohorts/<int:pk>/matching/runs/", cohort.runs, name="runs"),
    path("cohorts/<int:pk>/matching/readiness/", readiness.page, name="readiness"),
    path("cohorts/<int:pk>/matching/readiness/figures/", readiness.figures, name="figures"),
    path("cohorts/<int:pk>/matching/readiness/mappings/", readiness.mappings, name="mappings"),
    path("cohorts/<int:pk>/matching/readiness/reminders/", readiness.reminders, name="reminders"),
    path("cohorts/<int:pk>/matching/readiness/averages/", readiness.averages, name="averages"),
    path("cohorts/<int:pk>/matching/settings/", settings.page, name="settings"),
    path("cohorts/<int:pk>/matching/settings/defaults/", settings.defaults, name="defaults"),
    path("cohorts/<int:pk>/matching/comparison/", comparing.comparison, name="comparison"),
    path("cohorts/<int:pk>/matching/lists/", comparing.all_lists, name="lists"),
    path("matching-lists/<int:pk>/", comparing.one_list, name="list"),
    path("matching-lists/<int:pk>/removal/", comparing.removal, name="list_removal"),
    path("runs/<int:pk>/progress/", cohort.progress, name="progress"),
    path("runs/<int:pk>/cancellation/", cohort.cancellation, name="cancellation"),
    path("runs/<int:pk>/discarding/", cohort.discarding, name="discarding"),
    path("runs/<int:pk>/export/", exporting.export, name="export"),
]
