from __future__ import annotations

from django.urls import path

from openmentor.enrollment.views import landing, recruiting

urlpatterns = [
    path("p/<slug:slug>/", landing.landing, name="landing"),
    path("p/<slug:slug>/<slug:role>/", landing.role, name="role"),
    path("i/<str:token>/", recruiting.invitation, name="invitation"),
    path("cohorts/<int:pk>/find/", recruiting.recruit, name="recruit"),
    path("cohorts/<int:pk>/invite/", recruiting.invite, name="invite"),
    path("cohorts/<int:pk>/invitations/", recruiting.invitations, name="invitations"),
    path("cohorts/<int:pk>/invitations/<int:invitation>/retraction/", recruiting.take_back, name="take_back"),
    path("cohorts/<int:pk>/invitations/<int:invitation>/resending/", recruiting.send_again, name="send_again"),
    path("cohorts/<int:pk>/eligibility/", recruiting.set_eligibility, name="eligibility"),
]
