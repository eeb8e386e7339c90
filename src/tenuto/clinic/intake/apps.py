from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tenuto.clinic.intake"
    verbose_name = "Intake"
