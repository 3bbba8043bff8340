from __future__ import annotations

from django.urls import path

from openmentor.people.views import address, directory, imports

app_name = "people"
urlpatterns = [
    path("", directory.people, name="people"),
    path("me/", directory.own, name="own"),
    path("me/address/", address.address, name="address"),
    path("address/<str:token>/", address.confirmation, name="address_confirmation"),
    path("codes/", directory.codes, name="codes"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.batch, name="import"),
    path("imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:pk>/cancellation/", imports.cancellation, name="import_cancellation"),
    path("imports/<int:pk>/retrial/", imports.retrial, name="import_retrial"),
    path("<int:pk>/", directory.person, name="person"),
    path("<int:pk>/edit/", directory.edit, name="edit"),
    path("<int:pk>/administratorship/", directory.administratorship, name="administratorship"),
    path("<int:pk>/suspension/", directory.suspension, name="suspension"),
]
