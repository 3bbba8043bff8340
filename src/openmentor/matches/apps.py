from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "openmentor.matches"
    label = "matches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from openmentor.matches import waiting  # noqa: F401  (puts its panel on the first page)
