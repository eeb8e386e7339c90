from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenuto.clinic.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Seal what says who signs in, as whom, and what each clinic tells its patients."""
        from allauth.mfa.models import Authenticator

        from tenuto.clinic.accounts.models import Clinic, Staff
        from tenuto.clinic.ledger.sealed import seal

        seal(Clinic)
        seal(Staff, without=("last_login",))
        seal(Authenticator, without=("last_used_at",))
