from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "openmentor.matches"
    label = "matches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from openmentor.foundation import privacy
        from openmentor.matches import (
            process,
            waiting,  # noqa: F401  (puts its panel on the first page)
        )

        privacy.forget_elsewhere(process.forget_texts)
