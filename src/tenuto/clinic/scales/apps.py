from django.apps import AppConfig


class ScalesConfig(AppConfig):
    name = "tenuto.clinic.scales"
    verbose_name = "Scales"

    def ready(self) -> None:
        """Say what a link for scales opens."""
        from tenuto.clinic.links.api import register
        from tenuto.clinic.scales.services.asking import PURPOSE

        register(PURPOSE, "the questions that the clinic asks", "answers")
