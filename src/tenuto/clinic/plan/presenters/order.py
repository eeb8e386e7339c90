"""The order on a page: the same words as on paper, without what the dose card above it says already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tenuto.clinic.plan.documents.order import NOT_COMPLETE, SheetRow, care_lines, dose_rows
from tenuto.core.plan.proposal import Proposal

__all__ = ["OrderCard", "kept_order", "order_card"]

ON_THE_DOSE_CARD = frozenset(("Dose", "For each kg", "Weight", "Rate", "Held"))


@dataclass(frozen=True, slots=True)
class OrderCard:
    """What is made up and how it runs, what is watched, what side effects get, and when it stops."""

    drug: tuple[SheetRow, ...]
    monitoring: tuple[str, ...]
    side_effects: tuple[str, ...]
    stops: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """False while nobody could prepare it."""
        return all(row.value != NOT_COMPLETE for row in self.drug)


def order_card(proposal: Proposal) -> OrderCard | None:
    """The card of a proposal; None while there is no dose to order."""
    return kept_order({"dose": [asdict(row) for row in dose_rows(proposal)], **asdict(care_lines(proposal))})


def kept_order(sheet: Mapping[str, Any]) -> OrderCard | None:
    """The card of a sheet as it was kept; None for one without a dose, or kept before a sheet had a whole order."""
    if not sheet["dose"] or not sheet.get("stops"):
        return None
    rows = (SheetRow(row["label"], row["value"]) for row in sheet["dose"])
    return OrderCard(
        drug=tuple(row for row in rows if row.label not in ON_THE_DOSE_CARD),
        monitoring=tuple(sheet["monitoring"]),
        side_effects=tuple(sheet["side_effects"]),
        stops=tuple(sheet["stops"]),
    )
