from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tenuto.clinic.demo"
    verbose_name = "Demonstration"
