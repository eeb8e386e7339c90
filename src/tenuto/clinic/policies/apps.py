from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "tenuto.clinic.policies"
    verbose_name = "Policies"
