from django.apps import AppConfig


class ForecastConfig(AppConfig):
    name = "tenuto.clinic.forecast"
    verbose_name = "Forecast"

    def ready(self) -> None:
        from tenuto.clinic.forecast import regular  # noqa: F401 - registers its jobs
