"""What the drug ledger adds: its entry in the menu, and the tasks of a loss."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, TaskPlace
from tenuto.clinic.ui.navigation import MenuEntry
from tenuto.core.literature.tasks import task_kind
from tenuto.core.stock.clocks import loss_clocks

__all__ = ["CONTRIBUTION", "NAVIGATION"]

CONTRIBUTION = Contribution(
    room="stock",
    clinic_urls="tenuto.clinic.stock.urls",
    tasks={
        f"stock.{each}": TaskPlace(
            task_kind(f"stock.{each}").title, "Report the loss", "stock:page", "stock.view"
        )
        for each in loss_clocks()
    },
)

NAVIGATION = (MenuEntry(key="stock", label="Drug", route="stock:page", rank=27, verb="stock.view"),)
