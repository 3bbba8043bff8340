from __future__ import annotations

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from openmentor.config import views
from openmentor.people.views import entrance

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("setup/", entrance.setup, name="setup"),
    path("claim/", entrance.claim, name="claim"),
    # An address is what mails, imports and vetoes know somebody by, so nobody takes one for themselves: administrators correct it.
    path("accounts/email/", RedirectView.as_view(pattern_name="people:own")),
    path("accounts/", include("allauth.urls")),
    path("demo/", include("openmentor.config.demo.urls")),
    path("", include("openmentor.foundation.urls")),
    path("people/", include("openmentor.people.urls")),
    path("programs/", include("openmentor.programs.urls")),
    path("", include("openmentor.enrollment.urls")),
    path("mentorships/", include("openmentor.mentorships.urls")),
    path("", include("openmentor.matches.urls")),
]
if settings.DEBUG:
    urlpatterns += [path("ui/", include("openmentor.foundation.ui.urls"))]

handler400 = "openmentor.config.views.bad_request"
handler403 = "openmentor.config.views.forbidden"
handler404 = "openmentor.config.views.not_found"
handler500 = "openmentor.config.views.server_error"
