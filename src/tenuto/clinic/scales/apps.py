from django.apps import AppConfig


class ScalesConfig(AppConfig):
    name = "tenuto.clinic.scales"
    verbose_name = "Scales"
