from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tenuto.clinic.intake"
    verbose_name = "Intake"

    def ready(self) -> None:
        """Say what a link for scales opens."""
        from tenuto.clinic.intake.services.asking import PURPOSE
        from tenuto.clinic.links.visits import register

        register(PURPOSE, "the questions that the clinic asks", "answers")
