"""What a dose calculation starts from. Passive data, read by both calculations; no arithmetic lives here."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tenuto.core.sources import Basis
from tenuto.core.units import Kg, Mg, MgPerHour, MgPerKg, MgPerKgPerHour, MgPerMl, Minutes, Ml, UnitError

__all__ = ["AddedTo", "Cap", "DoseInputs", "InfusateVolume", "Rounding", "TotalVolume"]


@dataclass(frozen=True, slots=True)
class TotalVolume:
    """Everything in the bag or syringe, drug included."""

    total: Ml

    def __str__(self) -> str:
        return f"{self.total} in total"


@dataclass(frozen=True, slots=True)
class AddedTo:
    """Drug added to a bag from which nothing was taken out: the bag's real content and the drug both count.

    `overfill` is what the maker puts in beyond the printed volume, read from the bag's data sheet.
    """

    bag: Ml
    overfill: Ml

    def __str__(self) -> str:
        return f"drug added to {self.bag} with {self.overfill} overfill"


InfusateVolume = TotalVolume | AddedTo


@dataclass(frozen=True, slots=True)
class Cap:
    """A most that no ordered dose passes: of the session, for each kg, or of the rate."""

    key: str
    title: str
    most: Mg | MgPerKg | MgPerHour | MgPerKgPerHour
    basis: Basis
    protocol_rule: bool = False
    """True when the cap belongs to the protocol's published regimen, so that reaching it is ordinary."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """To which step a dose is rounded and how much that may change it."""

    step: Mg
    small_step: Mg
    small_below: Mg
    most_percent: Decimal


@dataclass(frozen=True, slots=True)
class DoseInputs:
    """One person's inputs. `target` is a dose for each kg or a rate for each kg, never a bare number.

    `weight` is the dosing weight. `vial` (mg of base per mL) and `volume` are None until somebody has chosen them:
    vials differ tenfold, so neither has a default. `dead_volume` is what stays in the line unless it is flushed.
    """

    target: MgPerKg | MgPerKgPerHour
    minutes: Minutes
    weight: Kg
    caps: tuple[Cap, ...]
    rounding: Rounding
    vial: MgPerMl | None = None
    volume: InfusateVolume | None = None
    dead_volume: Ml = field(default_factory=lambda: Ml(0))

    def __post_init__(self) -> None:
        for name, amount in (("weight", self.weight), ("duration", self.minutes), ("target", self.target)):
            if amount.value <= 0:
                raise UnitError(f"The {name} is {amount}; a dose needs one above zero.")
        if self.vial is not None and self.vial.value <= 0:
            raise UnitError(f"A vial of {self.vial} holds no drug. Read the strength from the vial.")
