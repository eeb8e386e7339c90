from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tenuto.clinic.desk"
    verbose_name = "Desk"
