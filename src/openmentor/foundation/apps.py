from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "openmentor.foundation"
    label = "foundation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        # Each app says in events.py who may see its verbs, in notices.py who is told, in jobs.py what runs later, in nav.py where it stands.
        autodiscover_modules("events", "notices", "jobs", "nav", "privacy")
