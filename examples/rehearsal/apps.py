from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "tenuto.clinic.rehearsal"
    verbose_name = "Rehearsal"
