from __future__ import annotations

from django.urls import path

from openmentor.programs.views import cohorts, creating, programs, settings, team

app_name = "programs"
urlpatterns = [
    path("", programs.programs, name="list"),
    path("new/", creating.create, name="create"),
    path("people/", team.suggestions, name="suggestions"),
    path("<int:pk>/", programs.program, name="program"),
    path("<int:pk>/settings/", settings.purpose, name="settings"),
    path("<int:pk>/landing/", settings.landing, name="landing_settings"),
    path("<int:pk>/publication/", programs.publication, name="publication"),
    path("<int:pk>/archiving/", programs.archiving, name="archiving"),
    path("<int:pk>/duplicate/", creating.duplicate, name="duplicate"),
    path("<int:pk>/team/", team.team, name="team"),
    path("roles/<int:pk>/removal/", team.removal, name="role_removal"),
    path("<int:pk>/cohorts/new/", creating.create_cohort, name="create_cohort"),
    path("cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path("cohorts/<int:pk>/settings/", settings.cohort, name="cohort_settings"),
    path("cohorts/<int:pk>/entry/", settings.entry, name="entry"),
    path("cohorts/<int:pk>/expectations/", settings.expectations, name="expectations"),
    path("cohorts/<int:pk>/steps/<slug:name>/", cohorts.step, name="step"),
]
