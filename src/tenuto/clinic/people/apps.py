from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tenuto.clinic.people"
    verbose_name = "People"

    def ready(self) -> None:
        """Seal what says who a patient is, and compare where similar names are looked for."""
        from tenuto.clinic.ledger.derived import compare_derived
        from tenuto.clinic.ledger.sealed import changed_past_program, seal
        from tenuto.clinic.people.models import Patient, PatientIdentifier
        from tenuto.clinic.people.proven import compare_with
        from tenuto.clinic.people.similar import misfiled

        seal(Patient)
        seal(PatientIdentifier)
        compare_with(changed_past_program)
        compare_derived("people.namekey", misfiled)
