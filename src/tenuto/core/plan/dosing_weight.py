"""On which weight the dose is calculated. Trials used the actual weight; from the policy's BMI on a person chooses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tenuto.core.literature import table
from tenuto.core.plan.entries import Entry
from tenuto.core.sources import Basis
from tenuto.core.units import Bmi, Centimetres, Kg

__all__ = ["DosingWeight", "WeightBasis", "WeightChoice", "dosing_weights", "ideal_weight"]


class WeightBasis(StrEnum):
    """Actual, adjusted or ideal weight."""

    ACTUAL = "actual"
    ADJUSTED = "adjusted"
    IDEAL = "ideal"


@dataclass(frozen=True, slots=True)
class WeightChoice:
    """A prescriber's choice with its reason."""

    basis: WeightBasis
    reason: str


@dataclass(frozen=True, slots=True)
class DosingWeight:
    """One weight that a dose could be calculated on."""

    basis: WeightBasis
    weight: Kg
    formula: str


def dosing_weights(actual: Kg, height: Centimetres | None, sex: str) -> tuple[DosingWeight, ...]:
    """Actual, adjusted and ideal weight side by side; only the actual one when height or sex is not known.

    Ideal weight by Devine; adjusted = ideal + a share of the excess. Raises nothing: what can't be had is left out.
    """
    found = [DosingWeight(WeightBasis.ACTUAL, actual, "as measured")]
    ideal = ideal_weight(height, sex) if height is not None else None
    if ideal is not None and ideal < actual:
        share = _number("adjusted", "share_of_excess")
        adjusted = Kg(ideal.value + share * (actual.value - ideal.value))
        formula = f"{ideal.rounded(2)} + {share} × ({actual} − {ideal.rounded(2)})"
        found.append(DosingWeight(WeightBasis.ADJUSTED, adjusted.rounded(2), formula))
        found.append(DosingWeight(WeightBasis.IDEAL, ideal.rounded(2), "Devine"))
    return tuple(found)


def ideal_weight(height: Centimetres, sex: str) -> Kg | None:
    """Devine's ideal weight, kg; None when the sex is neither male nor female or the height gives none."""
    if sex not in ("male", "female"):
        return None
    inches = height.value / _number("ideal", "cm_per_inch")
    value = _number("ideal", f"{sex}_kg") + _number("ideal", "kg_per_inch") * (
        inches - _number("ideal", "from_inches")
    )
    return Kg(value) if value > 0 else None


def weight_formula_basis() -> Basis:
    """What the formulas rest on."""
    return Entry(table("body_weight")["ideal"], "body_weight.toml [ideal]").basis()


def needs_choice(actual: Kg, height: Centimetres, limit: Decimal) -> bool:
    """True from the policy's BMI on."""
    return height.value > 0 and Bmi.of(actual, height).value >= limit


def _number(part: str, key: str) -> Decimal:
    return Decimal(table("body_weight")[part][key])
