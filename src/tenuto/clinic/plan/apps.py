from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "tenuto.clinic.plan"
    verbose_name = "Plan"
