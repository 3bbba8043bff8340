from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "openmentor.config.demo"
    label = "demo"
