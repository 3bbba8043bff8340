from __future__ import annotations

from django.urls import path

from openmentor.foundation.views import notifications, system

app_name = "foundation"
urlpatterns = [
    path("notifications/", notifications.inbox, name="notifications"),
    path("notifications/bell/", notifications.bell, name="bell"),
    path("notifications/reading/", notifications.reading, name="reading"),
    path("notifications/settings/", notifications.settings_page, name="notification_settings"),
    path("notifications/<int:pk>/opening/", notifications.opening, name="opening"),
    path("unsubscribe/<str:token>/", notifications.unsubscribe, name="unsubscribe"),
    path("system/jobs/", system.jobs, name="jobs"),
    path("system/jobs/<int:pk>/sending/", system.job_sending, name="job_sending"),
    path("system/jobs/<int:pk>/dropping/", system.job_dropping, name="job_dropping"),
    path("system/mail/", system.mails, name="mails"),
    path("system/mail/<int:pk>/", system.mail_page, name="mail"),
    path("system/mail/<int:pk>/body/", system.mail_body, name="mail_body"),
    path("system/mail/<int:pk>/sending/", system.mail_sending, name="mail_sending"),
]
