from __future__ import annotations

from django.urls import path

from openmentor.people.views import directory

app_name = "people"
urlpatterns = [
    path("", directory.people, name="people"),
    path("me/", directory.own, name="own"),
    path("codes/", directory.codes, name="codes"),
    path("<int:pk>/", directory.person, name="person"),
    path("<int:pk>/edit/", directory.edit, name="edit"),
    path("<int:pk>/administratorship/", directory.administratorship, name="administratorship"),
    path("<int:pk>/suspension/", directory.suspension, name="suspension"),
]
