from django.apps import AppConfig


class PortsConfig(AppConfig):
    name = "tenuto.clinic.ports"
    verbose_name = "Ports"

    def ready(self) -> None:
        from tenuto.clinic.ports import regular  # noqa: F401 - registers its job
