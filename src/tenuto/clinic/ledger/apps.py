from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tenuto.clinic.ledger"
    verbose_name = "Ledger"
