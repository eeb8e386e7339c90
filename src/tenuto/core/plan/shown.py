"""How many decimals of an amount are shown, the same on every page and paper. Nothing is calculated with a shown amount."""

from __future__ import annotations

from collections.abc import Mapping

from tenuto.core.units import Quantity

__all__ = ["PLACES", "shown"]

PLACES: Mapping[str, int] = {
    "mg": 2, "mg/kg": 4, "mL": 2, "mg/mL": 3, "mL/h": 1, "mg/h": 2, "mg/min": 3, "mg/kg/h": 4, "kg": 2, "min": 1,
}  # fmt: skip
"""By unit. A syringe and a pump have no more marks than that."""


def shown(amount: Quantity) -> str:
    """An amount with its unit, rounded half up: 0.745856 mg/kg/h as '0.7459 mg/kg/h'."""
    return str(amount.rounded(PLACES[amount.symbol]))
