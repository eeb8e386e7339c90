from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "tenuto.clinic.access"
    verbose_name = "Access"
