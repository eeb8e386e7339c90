from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tenuto.clinic.ledger"
    verbose_name = "Ledger"

    def ready(self) -> None:
        """Seal what leaves in the clinic's name; which try it is decides nothing."""
        from tenuto.clinic.ledger.models import OutboxMessage
        from tenuto.clinic.ledger.sealed import seal

        seal(OutboxMessage, without=("leased_until", "attempts", "problem"))
