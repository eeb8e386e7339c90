from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "tenuto.clinic.plan"
    verbose_name = "Plan"

    def ready(self) -> None:
        from tenuto.clinic.plan import regular  # noqa: F401 - registers its job
