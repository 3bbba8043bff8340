from django.apps import AppConfig


class MentorshipsConfig(AppConfig):
    name = "openmentor.mentorships"
    label = "mentorships"
    default_auto_field = "django.db.models.BigAutoField"
