from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tenuto.clinic.intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        from tenuto.clinic.intake import regular  # noqa: F401 - registers its jobs
