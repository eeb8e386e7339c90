from django.apps import AppConfig


class PortsConfig(AppConfig):
    name = "tenuto.clinic.ports"
    verbose_name = "Ports"
