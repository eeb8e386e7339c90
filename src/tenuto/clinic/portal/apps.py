from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tenuto.clinic.portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Say what a link for scales opens, and how the message about it is written."""
        from tenuto.clinic.ledger.outbox import written_by
        from tenuto.clinic.links.api import register
        from tenuto.clinic.portal import regular  # noqa: F401 - registers its job
        from tenuto.clinic.portal.services.asking import MESSAGE, written
        from tenuto.clinic.portal.services.support import SUPPORT
        from tenuto.clinic.scales.api import PURPOSE

        register(PURPOSE, "the questions that the clinic asks", "portal:today")
        register(SUPPORT, "when the person you help comes next", "portal:support")
        written_by(MESSAGE, written)
