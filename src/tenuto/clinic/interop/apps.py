from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "tenuto.clinic.interop"
    verbose_name = "Interoperability"
