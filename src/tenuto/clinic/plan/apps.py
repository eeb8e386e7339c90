from __future__ import annotations

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "tenuto.clinic.plan"
    verbose_name = "Plan"

    def ready(self) -> None:
        from tenuto.clinic.people import pathway
        from tenuto.clinic.plan.presenters.spine import tell

        pathway.tells("plan", tell)
