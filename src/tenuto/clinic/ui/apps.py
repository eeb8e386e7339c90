from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "tenuto.clinic.ui"
    verbose_name = "Visual language"
