from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenuto.clinic.accounts"
    verbose_name = "Accounts"
