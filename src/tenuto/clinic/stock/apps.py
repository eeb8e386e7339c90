from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "tenuto.clinic.stock"
    verbose_name = "Drug ledger"
