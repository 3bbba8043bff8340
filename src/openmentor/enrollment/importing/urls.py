from __future__ import annotations

from django.urls import path

from openmentor.enrollment.importing import views

urlpatterns = [
    path("cohorts/<int:cohort>/application-imports/", views.imports, name="application_imports"),
    path("application-imports/<int:pk>/", views.batch, name="application_import"),
    path("application-imports/<int:pk>/progress/", views.progress, name="application_import_progress"),
    path("application-imports/<int:pk>/cancellation/", views.cancellation, name="application_import_cancellation"),
]
