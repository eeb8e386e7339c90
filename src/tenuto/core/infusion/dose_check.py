"""The dose, entered a second time by somebody else who has not seen the first: every difference is named with both values."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.core.infusion.prescribed import SessionOrder
from tenuto.core.units import Kg, MgPerKg, MgPerMl, MlPerHour, Quantity

__all__ = ["DoseDifference", "DoseReading", "dose_differences"]


@dataclass(frozen=True, slots=True)
class DoseReading:
    """What one clinician read off scale, order, vial and pump."""

    weight: Kg
    target: MgPerKg
    vial: MgPerMl
    rate: MlPerHour


@dataclass(frozen=True, slots=True)
class DoseDifference:
    """One value in which a reading differs from the signed order."""

    title: str
    ordered: Quantity
    entered: Quantity

    @property
    def text(self) -> str:
        """Both values, for whoever has to find out which one is wrong."""
        return f"{self.title}: {self.ordered} is ordered, {self.entered} was entered."


def dose_differences(order: SessionOrder, read: DoseReading) -> tuple[DoseDifference, ...]:
    """Every value in which a reading differs from the order, exactly; none when they agree. Hazards H2, H4, H6 and H7 [D]."""
    pairs: tuple[tuple[str, Quantity, Quantity], ...] = (
        ("Weight", order.weight, read.weight),
        ("Dose", order.target, read.target),
        ("Vial", order.vial, read.vial),
        ("Pump rate", order.setting, read.rate),
    )
    return tuple(DoseDifference(*each) for each in pairs if each[1] != each[2])
