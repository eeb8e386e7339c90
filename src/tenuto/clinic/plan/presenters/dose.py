"""The dose card: the one number that matters, everything the pump needs, and both calculations beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tenuto.clinic.ui.words import duration
from tenuto.core.plan.calculation import Calculation
from tenuto.core.plan.dose import Dose
from tenuto.core.plan.dose_check import DoseCheck
from tenuto.core.plan.dosing_weight import DosingWeight
from tenuto.core.plan.inputs import DoseInputs
from tenuto.core.plan.shown import PLACES
from tenuto.core.units import Mg, plain

__all__ = ["Amount", "CalculationLine", "Comparison", "DoseCard", "dose_card"]

MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity with its label; empty `value` when it is not known yet."""

    label: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One result by both calculations."""

    label: str
    first: str
    second: str
    agree: bool


@dataclass(frozen=True, slots=True)
class CalculationLine:
    """One step of a calculation."""

    name: str
    formula: str
    working: str
    result: str


@dataclass(frozen=True, slots=True)
class DoseCard:
    """All of it, ready to print."""

    dose: str
    sentence: str
    working: str
    weight_note: str
    amounts: tuple[Amount, ...]
    comparisons: tuple[Comparison, ...]
    agree: bool
    caps: tuple[str, ...]
    first_steps: tuple[CalculationLine, ...]
    second_steps: tuple[CalculationLine, ...]
    has_volumes: bool
    other_weights: tuple[Amount, ...]
    """The dose on the other weights that it could be calculated on."""


def dose_card(
    calculation: Calculation, *, weight_note: str, others: Iterable[tuple[DosingWeight, Mg]]
) -> DoseCard:
    """The card of a dose that was calculated twice."""
    inputs, dose, check = calculation.inputs, calculation.dose, calculation.check
    comparisons = tuple(_comparisons(dose, check))
    return DoseCard(
        dose=plain(dose.ordered.value),
        sentence=f"of ketamine base over {duration(int(inputs.minutes.value))}",
        working=f"{dose.target.rounded(4)} × {inputs.weight} = {dose.calculated.rounded(2)}",
        weight_note=weight_note,
        amounts=tuple(_amounts(inputs, dose)),
        comparisons=comparisons,
        agree=calculation.agree and all(c.agree for c in comparisons),
        caps=tuple(cap.text for cap in dose.caps_applied),
        first_steps=tuple(CalculationLine(s.name, s.formula, s.working, s.result) for s in dose.steps),
        second_steps=tuple(CalculationLine(s.name, s.formula, s.working, s.result) for s in check.lines),
        has_volumes=dose.infusate is not None,
        other_weights=tuple(
            Amount(f"On the {w.basis.value} weight, {w.weight}", plain(mg.value), "mg") for w, mg in others
        ),
    )


def _amounts(inputs: DoseInputs, dose: Dose) -> Iterable[Amount]:
    infusate = dose.infusate
    vial = f"Draw up, {inputs.vial}" if inputs.vial else "Draw up"
    yield _amount("Pump rate", infusate.pump_rate.value if infusate else None, "mL/h")
    yield _amount(vial, dose.drug_volume.value if dose.drug_volume else None, "mL")
    yield _amount("Total volume", infusate.total_volume.value if infusate else None, "mL")
    yield _amount("Concentration", infusate.concentration.value if infusate else None, "mg/mL")
    yield _amount("Drug rate", dose.rate.value, "mg/h")
    yield _amount("Drug rate a minute", dose.rate_per_minute.value, "mg/min")
    yield _amount("Drug rate for each kg", dose.rate_per_kg.value, "mg/kg/h")
    yield _amount("Ordered for each kg", dose.per_kg.value, "mg/kg")


def _comparisons(dose: Dose, checked: DoseCheck) -> Iterable[Comparison]:
    infusate = dose.infusate
    rows = (
        ("Ordered dose", "mg", dose.ordered.value, checked.dose_mg),
        ("For each kg", "mg/kg", dose.per_kg.value, checked.mg_per_kg),
        ("Drug rate", "mg/h", dose.rate.value, checked.mg_per_h),
        ("Drug rate a minute", "mg/min", dose.rate_per_minute.value, checked.mg_per_min),
        ("Drug rate for each kg", "mg/kg/h", dose.rate_per_kg.value, checked.mg_per_kg_per_h),
        ("Draw up", "mL", dose.drug_volume.value if dose.drug_volume else None, checked.drug_ml),
        ("Total volume", "mL", infusate.total_volume.value if infusate else None, checked.total_ml),
        ("Concentration", "mg/mL", infusate.concentration.value if infusate else None, checked.mg_per_ml),
        ("Pump rate", "mL/h", infusate.pump_rate.value if infusate else None, checked.ml_per_h),
    )
    for label, unit, exact, millionths in rows:
        if exact is not None or millionths is not None:
            yield _comparison(label, unit, exact, millionths)


def _comparison(label: str, unit: str, exact: Decimal | None, millionths: int | None) -> Comparison:
    """Compared at six decimals, as far as the second calculation goes; shown with as many only where they differ."""
    rounded = None if exact is None else int((exact * MILLION).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    agree = rounded is not None and rounded == millionths
    first, second = (_compared(each, unit, whole=not agree) for each in (rounded, millionths))
    return Comparison(label, first, second, agree)


def _compared(millionths: int | None, unit: str, *, whole: bool) -> str:
    if millionths is None:
        return "not known"
    value = Decimal(millionths) / MILLION
    return f"{plain(value) if whole else _shown(value, unit)} {unit}"


def _amount(label: str, value: Decimal | None, unit: str) -> Amount:
    return Amount(label, "" if value is None else _shown(value, unit), unit)


def _shown(value: Decimal, unit: str) -> str:
    return plain(value.quantize(Decimal(1).scaleb(-PLACES[unit]), rounding=ROUND_HALF_UP))
