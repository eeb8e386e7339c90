"""On which weight the dose is calculated. Trials used the actual weight; from the policy's BMI on a person chooses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.gate import Finding, Level
from tenuto.core.literature import ROOT
from tenuto.core.policy import Policy
from tenuto.core.sentences import is_sentence
from tenuto.core.sources import Basis, basis_of
from tenuto.core.units import Bmi, Centimetres, Kg, plain

__all__ = [
    "DosingWeight",
    "WeightBasis",
    "WeightChoice",
    "WeightDecision",
    "decide_weight",
    "dosing_weights",
    "ideal_weight",
]


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
        share = _formulas().share_of_excess
        adjusted = Kg(ideal.value + share * (actual.value - ideal.value))
        formula = f"{ideal.rounded(2)} + {share} × ({actual} − {ideal.rounded(2)})"
        found.append(DosingWeight(WeightBasis.ADJUSTED, adjusted.rounded(2), formula))
        found.append(DosingWeight(WeightBasis.IDEAL, ideal.rounded(2), "Devine"))
    return tuple(found)


def ideal_weight(height: Centimetres, sex: str) -> Kg | None:
    """Devine's ideal weight, kg; None when the sex is neither male nor female or the height gives none."""
    if sex not in ("male", "female"):
        return None
    devine = _formulas()
    inches = height.value / devine.cm_per_inch
    start = devine.male_kg if sex == "male" else devine.female_kg
    value = start + devine.kg_per_inch * (inches - devine.from_inches)
    return Kg(value) if value > 0 else None


@dataclass(frozen=True, slots=True)
class WeightDecision:
    """The weight the dose is calculated on, those to choose from where a choice is due, and what is still open.

    `used` is None when the chosen one can't be had: then there is no dose, not one on another weight.
    """

    used: DosingWeight | None
    options: tuple[DosingWeight, ...]
    bmi: Bmi | None
    findings: tuple[Finding, ...]


def decide_weight(
    actual: Kg, height: Centimetres | None, sex: str, choice: WeightChoice | None, *, policy: Policy
) -> WeightDecision:
    """Actual weight unless a person has chosen otherwise; from the policy's BMI on a choice with a reason is due."""
    limit = policy.limit("bmi_dosing_choice")
    bmi = Bmi.of(actual, height) if height is not None and height.value > 0 else None
    obese = bmi is not None and bmi.value >= limit.value
    least = policy.quantity("ideal_weight_height_min_cm", Centimetres).value
    most = policy.quantity("ideal_weight_height_max_cm", Centimetres).value
    # Outside the heights that the rule was made for there is no ideal weight, and no number that looks like one.
    within = height is not None and not height < least and not height > most
    every = dosing_weights(actual, height if within else None, sex)
    options = every if obese or choice is not None else every[:1]
    if choice is None:
        open_ = (_finding("WEIGHT-CHOICE", Level.REVIEW, _ask(options, bmi, limit.value), limit.basis),)
        return WeightDecision(options[0], options, bmi, open_ if obese else ())
    used = next((o for o in options if o.basis is choice.basis), None)
    if used is None:
        message = (
            f"The {choice.basis} weight can't be calculated: it needs a height of {least} to {most}, sex (male or "
            "female) and a weight above the ideal one. Record them, or choose the actual weight."
        )
        return WeightDecision(
            None, options, bmi, (_finding("WEIGHT-CHOICE-IMPOSSIBLE", Level.REFUSE, message, limit.basis),)
        )
    found = []
    if not is_sentence(choice.reason) and (obese or choice.basis is not WeightBasis.ACTUAL):
        message = f"The dose is calculated on the {choice.basis} weight without a reason. Write the reason."
        found.append(_finding("WEIGHT-REASON", Level.REVIEW, message, limit.basis))
    if not obese and choice.basis is not WeightBasis.ACTUAL:
        message = (
            f"The dose is calculated on the {choice.basis} weight below a BMI of {plain(limit.value)}; trials used the "
            "actual weight."
        )
        found.append(_finding("WEIGHT-UNUSUAL", Level.REVIEW, message, limit.basis))
    return WeightDecision(used, options, bmi, tuple(found))


def _ask(options: tuple[DosingWeight, ...], bmi: Bmi | None, limit: Decimal) -> str:
    shown = ", ".join(f"{o.basis} {o.weight}" for o in options)
    return (
        f"BMI {plain(bmi.rounded(1).value) if bmi else ''} is {plain(limit)} or more: choose the dosing weight and write the "
        f"reason ({shown}). Until then the dose stands on the actual weight."
    )


def _finding(code: str, level: Level, message: str, basis: Basis) -> Finding:
    return Finding(code, level, message, basis, "weight")


@dataclass(frozen=True, slots=True)
class _Formulas:
    """Devine's ideal weight, and the share of the excess over it in the adjusted one."""

    male_kg: Decimal
    female_kg: Decimal
    kg_per_inch: Decimal
    from_inches: Decimal
    cm_per_inch: Decimal
    ideal_basis: Basis
    share_of_excess: Decimal
    adjusted_basis: Basis


@data_file(ROOT / "body_weight.toml")
def _formulas(file: Table) -> _Formulas:
    ideal, adjusted = file.table("ideal"), file.table("adjusted")
    return _Formulas(
        ideal.number("male_kg"),
        ideal.number("female_kg"),
        ideal.number("kg_per_inch"),
        ideal.number("from_inches"),
        ideal.number("cm_per_inch"),
        basis_of(ideal),
        adjusted.number("share_of_excess"),
        basis_of(adjusted),
    )
