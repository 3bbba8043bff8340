from __future__ import annotations

from django.urls import path

from openmentor.enrollment.applying import views

urlpatterns = [
    path("applications/", views.mine, name="mine"),
    path("apply/<int:cohort>/", views.apply, name="apply"),
    path("apply/<int:cohort>/<int:number>/", views.screen, name="screen"),
    path("apply/<int:cohort>/<int:number>/answers/", views.answers, name="answers"),
    path("apply/<int:cohort>/mine/", views.own, name="own"),
    path("apply/<int:cohort>/never/", views.vetoes, name="vetoes"),
    path("apply/<int:cohort>/never/<int:pk>/removal/", views.veto_removal, name="veto_removal"),
    path("enrollments/<int:pk>/withdrawal/", views.withdrawal, name="withdrawal"),
    path("enrollments/<int:pk>/reopening/", views.reopening, name="reopening"),
    path("enrollments/<int:pk>/expectations/", views.expectations, name="accept"),
    path("enrollments/<int:pk>/places/", views.places, name="places"),
    path("enrollments/<int:pk>/wishes/", views.wishes, name="wishes"),
]
