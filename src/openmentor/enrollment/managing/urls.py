from __future__ import annotations

from django.urls import path

from openmentor.enrollment.managing import views

urlpatterns = [
    path("cohorts/<int:cohort>/applications/", views.listing, name="applications"),
    path("cohorts/<int:cohort>/applications/decisions/", views.decisions, name="decisions"),
    path("cohorts/<int:cohort>/applications/by-rule/", views.by_rule, name="by_rule"),
    path("cohorts/<int:cohort>/reminders/", views.reminders, name="reminders"),
    path("cohorts/<int:cohort>/questions/", views.questions, name="questions"),
    path("enrollments/<int:pk>/", views.enrollment, name="enrollment"),
    path("enrollments/<int:pk>/approval/", views.approval, name="approval"),
    path("enrollments/<int:pk>/waiting/", views.waiting, name="waiting"),
    path("enrollments/<int:pk>/decline/", views.declining, name="decline"),
    path("enrollments/<int:pk>/taking-back/", views.taking_back, name="taking_back"),
    path("enrollments/<int:pk>/stepping-back/", views.stepping_back, name="stepping_back"),
]
