from django.apps import AppConfig


class PathwayConfig(AppConfig):
    name = "tenuto.clinic.pathway"
    verbose_name = "Pathway"

    def ready(self) -> None:
        """Read what every room contributes, so that a mistake in it stops the start and not a page."""
        from tenuto.clinic.pathway import checks  # noqa: F401  (registers them)
        from tenuto.clinic.pathway.registry import contributions

        contributions()
