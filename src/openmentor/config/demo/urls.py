from __future__ import annotations

from django.urls import path

from openmentor.config.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.personas, name="personas"),
    path("sign-in/", views.sign_in, name="sign_in"),
]
