"""Dose, dilution and pump rate with exact decimals: the first of two calculations. The second is `dose_check`.

Every step is kept with its formula, so that a person can follow the calculation on the dose card.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from tenuto.core.plan.inputs import AddedTo, Cap, DoseInputs, Rounding, TotalVolume
from tenuto.core.units import (
    Mg,
    MgPerHour,
    MgPerKg,
    MgPerKgPerHour,
    MgPerMinute,
    MgPerMl,
    Ml,
    MlPerHour,
    plain,
)

__all__ = ["CalculationStep", "CapApplied", "Dose", "Infusate", "calculate"]


@dataclass(frozen=True, slots=True)
class CalculationStep:
    """One line of a calculation as shown: what it gives, by which formula, with which numbers, the result."""

    name: str
    formula: str
    working: str
    result: str


@dataclass(frozen=True, slots=True)
class CapApplied:
    """A cap that lowered the dose, or that turned rounding up into rounding down."""

    cap: Cap
    most: Mg
    held: bool
    """True when the calculated dose was above the cap; False when only rounding would have passed it."""
    text: str


@dataclass(frozen=True, slots=True)
class Infusate:
    """What is drawn up and how the pump is set. Volumes in mL, rate in mL/h."""

    drug_volume: Ml
    total_volume: Ml
    concentration: MgPerMl
    pump_rate: MlPerHour
    undelivered: Mg
    """Drug left in the line when it is not flushed."""


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose for one session and what follows from it. mg are mg of ketamine base."""

    target: MgPerKg
    """What the protocol or the prescriber asks for, mg/kg of dosing weight."""
    calculated: Mg
    held: Mg
    """The calculated dose after caps, before rounding."""
    ordered: Mg
    per_kg: MgPerKg
    rate: MgPerHour
    rate_per_minute: MgPerMinute
    rate_per_kg: MgPerKgPerHour
    rounding_percent: Decimal
    """How far rounding moved the held dose, in percent, without sign."""
    drug_volume: Ml | None
    """What is drawn from the vial; known without the total volume, but not without the vial."""
    infusate: Infusate | None
    caps_applied: tuple[CapApplied, ...]
    steps: tuple[CalculationStep, ...]


def calculate(inputs: DoseInputs) -> Dose:
    """Dose in mg, ordered mg/kg, rates and, when vial and volume are known, the dilution.

    Order: multiply, hold at the lowest cap, round once. Rounding is half up, but down where up would pass a cap.
    Sources: trial practice of mg per kg of actual weight; ISMP guidance on decimals; rounding is a design default.
    """
    steps: list[CalculationStep] = []
    target, calculated = _wanted(inputs, steps)
    limits = [(cap, _most(cap, inputs)) for cap in inputs.caps]
    held = min([calculated, *(most for _, most in limits)])
    nearest = _to_step(held, inputs.rounding, ROUND_HALF_UP)
    passed = [most for _, most in limits if nearest > most]
    ordered = _to_step(held, inputs.rounding, ROUND_DOWN) if passed else nearest
    applied = tuple(
        _applied(cap, most, calculated, nearest, ordered)
        for cap, most in limits
        if calculated > most or nearest > most
    )
    steps += [
        CalculationStep("Cap", c.cap.title, f"most {c.most.rounded(4)}", str(c.cap.most)) for c in applied
    ]
    steps.append(_rounding_step(held, ordered, down=bool(passed)))
    rate, per_kg = ordered.over(inputs.minutes), ordered.per(inputs.weight)
    rate_per_kg = MgPerKgPerHour(ordered.value * 60 / (inputs.minutes.value * inputs.weight.value))
    per_minute = MgPerMinute(ordered.value / inputs.minutes.value)
    steps += [
        CalculationStep(
            "Ordered dose for each kg", "mg ÷ kg", f"{ordered} ÷ {inputs.weight}", str(per_kg.rounded(4))
        ),
        CalculationStep("Rate", "mg × 60 ÷ min", f"{ordered} × 60 ÷ {inputs.minutes}", str(rate.rounded(4))),
        CalculationStep(
            "Rate a minute", "mg ÷ min", f"{ordered} ÷ {inputs.minutes}", str(per_minute.rounded(4))
        ),
        CalculationStep(
            "Rate for each kg",
            "mg × 60 ÷ (min × kg)",
            f"{ordered} × 60 ÷ ({inputs.minutes} × {inputs.weight})",
            str(rate_per_kg.rounded(4)),
        ),
    ]
    drug_volume = ordered.drawn_from(inputs.vial) if inputs.vial else None
    if drug_volume is not None:
        steps.append(
            CalculationStep(
                "Drawn from the vial", "mg ÷ mg/mL", f"{ordered} ÷ {inputs.vial}", str(drug_volume.rounded(4))
            )
        )
    return Dose(
        target=target,
        calculated=calculated,
        held=held,
        ordered=ordered,
        per_kg=per_kg,
        rate=rate,
        rate_per_minute=per_minute,
        rate_per_kg=rate_per_kg,
        rounding_percent=abs(ordered.value - held.value) * 100 / held.value,
        drug_volume=drug_volume,
        infusate=_dilute(ordered, drug_volume, inputs, steps),
        caps_applied=applied,
        steps=tuple(steps),
    )


def _wanted(inputs: DoseInputs, steps: list[CalculationStep]) -> tuple[MgPerKg, Mg]:
    if isinstance(inputs.target, MgPerKg):
        dose = inputs.target.of(inputs.weight)
        steps.append(
            CalculationStep(
                "Calculated dose", "mg/kg × kg", f"{inputs.target} × {inputs.weight}", str(dose.rounded(4))
            )
        )
        return inputs.target, dose
    per_kg = inputs.target.during(inputs.minutes)
    dose = inputs.target.of(inputs.weight).during(inputs.minutes)
    steps += [
        CalculationStep(
            "Dose for each kg",
            "mg/kg/h × min ÷ 60",
            f"{inputs.target} × {inputs.minutes} ÷ 60",
            str(per_kg.rounded(4)),
        ),
        CalculationStep(
            "Calculated dose",
            "mg/kg/h × kg × min ÷ 60",
            f"{inputs.target} × {inputs.weight} × {inputs.minutes} ÷ 60",
            str(dose.rounded(4)),
        ),
    ]
    return per_kg, dose


def _most(cap: Cap, inputs: DoseInputs) -> Mg:
    match cap.most:
        case Mg():
            return cap.most
        case MgPerKg():
            return cap.most.of(inputs.weight)
        case MgPerHour():
            return cap.most.during(inputs.minutes)
        case MgPerKgPerHour():
            return cap.most.of(inputs.weight).during(inputs.minutes)


def _to_step(dose: Mg, rounding: Rounding, direction: str) -> Mg:
    step = rounding.small_step if dose < rounding.small_below else rounding.step
    whole = (dose.value / step.value).quantize(Decimal(1), rounding=direction)
    return Mg(whole * step.value)


def _applied(cap: Cap, most: Mg, calculated: Mg, nearest: Mg, ordered: Mg) -> CapApplied:
    held = calculated > most
    bound = f"{cap.title}, {cap.most}" if cap.most == most else f"{cap.title}, {cap.most} = {most.rounded(2)}"
    text = (
        f"{bound}: {calculated.rounded(2)} calculated, held, {ordered} ordered."
        if held
        else f"{bound}: rounding up to {nearest} would pass it, so rounded down to {ordered}."
    )
    return CapApplied(cap, most, held, text)


def _rounding_step(held: Mg, ordered: Mg, *, down: bool) -> CalculationStep:
    change = (ordered.value - held.value) * 100 / held.value
    shown = plain(change.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
    how = "down, because up would pass a cap" if down else "half up"
    return CalculationStep(
        "Rounding", f"to the nearest step, {how}", f"{held.rounded(4)}, change {shown} %", str(ordered)
    )


def _dilute(
    ordered: Mg, drug: Ml | None, inputs: DoseInputs, steps: list[CalculationStep]
) -> Infusate | None:
    if drug is None or inputs.volume is None:
        return None
    match inputs.volume:
        case TotalVolume(total):
            pass
        case AddedTo(bag, overfill):
            total = bag + overfill + drug
            steps.append(
                CalculationStep(
                    "Total volume",
                    "bag + overfill + drug",
                    f"{bag} + {overfill} + {drug.rounded(4)}",
                    str(total.rounded(4)),
                )
            )
    if total.value <= 0:
        return None
    concentration, pump = ordered.in_volume(total), total.over(inputs.minutes)
    undelivered = Mg(min(ordered.value, inputs.dead_volume.value * ordered.value / total.value))
    shown = total.rounded(4)
    steps += [
        CalculationStep("Concentration", "mg ÷ mL", f"{ordered} ÷ {shown}", str(concentration.rounded(4))),
        CalculationStep(
            "Pump rate", "mL × 60 ÷ min", f"{shown} × 60 ÷ {inputs.minutes}", str(pump.rounded(4))
        ),
    ]
    if inputs.dead_volume.value > 0:
        steps.append(
            CalculationStep(
                "Left in the line without a flush",
                "dead mL × mg ÷ mL",
                f"{inputs.dead_volume} × {ordered} ÷ {shown}",
                str(undelivered.rounded(4)),
            )
        )
    return Infusate(drug, total, concentration, pump, undelivered)
