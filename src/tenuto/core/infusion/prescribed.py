"""What a session is to give: taken from the signed order, and kept with the session."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.core.units import Kg, Mg, MgPerKg, MgPerMl, Minutes, Ml, MlPerHour, Quantity

__all__ = ["PressureBaseline", "SessionOrder", "SessionOrderError"]


class SessionOrderError(ValueError):
    """An order that no session can run on; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class PressureBaseline:
    """The blood pressure before the infusion, by which a rise is judged, mmHg."""

    systolic_mmhg: int
    diastolic_mmhg: int


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """What was signed for this session. Raises SessionOrderError for an amount that is zero.

    `dose` is what the bag holds, `volume` what it is diluted to, drug and overfill included; `setting` is the pump rate in whole
    steps of the clinic's pump.
    """

    dose: Mg
    weight: Kg
    target: MgPerKg
    vial: MgPerMl
    volume: Ml
    duration: Minutes
    setting: MlPerHour
    closely: bool = False
    """Whether vital signs are due at the closer interval throughout: after a REVIEW, and at a high dose for pain."""
    bolus: bool = False
    """Whether the protocol allows a bolus."""

    def __post_init__(self) -> None:
        amounts: tuple[Quantity, ...] = (self.dose, self.weight, self.vial, self.volume, self.duration)
        if not all(each.value > 0 for each in (*amounts, self.setting)):
            raise SessionOrderError(
                "The order has an amount of zero. Sign a plan with dose, weight, vial and volume."
            )

    @property
    def concentration(self) -> MgPerMl:
        """Of the bag, mg/mL."""
        return MgPerMl(self.dose.value / self.volume.value)
