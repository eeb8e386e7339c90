from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "tenuto.clinic.outcomes"
    verbose_name = "Outcomes"

    def ready(self) -> None:
        from tenuto.clinic.outcomes import regular  # noqa: F401 - registers its job
