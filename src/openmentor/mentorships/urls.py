from __future__ import annotations

from django.urls import path

from openmentor.mentorships import views

app_name = "mentorships"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("answer/<str:token>/", views.answer_by_link, name="answer"),
    path("cohorts/<int:pk>/", views.cohort, name="cohort"),
    path("cohorts/<int:pk>/reminders/", views.reminders, name="reminders"),
    path("<int:pk>/", views.mentorship, name="mentorship"),
    path("<int:pk>/acceptance/", views.acceptance, name="acceptance"),
    path("<int:pk>/refusal/", views.refusal, name="refusal"),
    path("<int:pk>/members/<int:member>/confirmation/", views.confirmation, name="confirmation"),
    path("<int:pk>/withdrawal/", views.withdrawal, name="withdrawal"),
    path("<int:pk>/ending/", views.ending, name="ending"),
    path("<int:pk>/second-chance/", views.second_chance, name="second_chance"),
]
