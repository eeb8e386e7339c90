from django.apps import AppConfig


class InfusionConfig(AppConfig):
    name = "tenuto.clinic.infusion"
    verbose_name = "Infusion"
