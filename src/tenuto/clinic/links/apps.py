from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "tenuto.clinic.links"
    verbose_name = "Links"
