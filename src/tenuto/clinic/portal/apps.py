from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tenuto.clinic.portal"
    verbose_name = "Portal"
