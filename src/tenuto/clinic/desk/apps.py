from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tenuto.clinic.desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Compare the lists with what they are worked out from."""
        from tenuto.clinic.desk import regular  # noqa: F401 - registers its job
        from tenuto.clinic.desk.comparing import list_differences
        from tenuto.clinic.ledger.derived import compare_derived

        compare_derived("desk", list_differences)
