from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tenuto.clinic.people"
    verbose_name = "People"

    def ready(self) -> None:
        """Seal what says who a patient is."""
        from tenuto.clinic.ledger.sealed import seal
        from tenuto.clinic.people.models import Patient, PatientIdentifier

        seal(Patient)
        seal(PatientIdentifier)
