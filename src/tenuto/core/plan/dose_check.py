"""The second dose calculation: whole numbers of millionths only, written apart from `dose` and sharing no code with it.

A mistake in one path shows as a disagreement, and a plan whose calculations disagree is refused. Amounts are
integers of a millionth of their unit (mg, kg, mL, min ...); what does not divide is kept as a pair (over, under).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tenuto.core.plan.inputs import AddedTo, DoseInputs, TotalVolume

__all__ = ["CheckLine", "DoseCheck", "recompute"]

MILLION = 10**6
Ratio = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the second calculation as shown."""

    name: str
    formula: str
    working: str
    result: str


@dataclass(frozen=True, slots=True)
class DoseCheck:
    """Results in millionths of mg, mg/kg, mg/h, mg/min, mg/kg/h, mL, mg/mL and mL/h; None where not known."""

    dose_mg: int
    mg_per_kg: int
    mg_per_h: int
    mg_per_min: int
    mg_per_kg_per_h: int
    drug_ml: int | None
    total_ml: int | None
    mg_per_ml: int | None
    ml_per_h: int | None
    rounding_too_large: bool
    lines: tuple[CheckLine, ...]


def recompute(inputs: DoseInputs) -> DoseCheck:
    """Calculate dose, rates and dilution from the same inputs with integers only.

    Raises ValueError when an input is finer than a millionth of its unit.
    """
    weight, minutes = _millionths(inputs.weight.value), _millionths(inputs.minutes.value)
    wanted = _session_amount(inputs.target.symbol, _millionths(inputs.target.value), weight, minutes)
    ceiling = _lowest(
        [_session_amount(c.most.symbol, _millionths(c.most.value), weight, minutes) for c in inputs.caps]
    )
    allowed = wanted if ceiling is None else _lowest([wanted, ceiling])
    assert allowed is not None  # noqa: S101  (the list above is never empty)
    small = allowed[0] < _millionths(inputs.rounding.small_below.value) * allowed[1]
    step = _millionths((inputs.rounding.small_step if small else inputs.rounding.step).value)
    dose = step * _nearest((allowed[0], allowed[1] * step))
    if ceiling is not None and dose * ceiling[1] > ceiling[0]:
        dose = step * (allowed[0] // (allowed[1] * step))
    change = abs(dose * allowed[1] - allowed[0])
    lines = [
        _line("Calculated dose", "target × weight, in millionths", wanted, "mg"),
        _line("After caps", "the smallest of dose and caps", allowed, "mg"),
        _line("Ordered dose", f"whole steps of {_show(step)} mg", (dose, 1), "mg"),
    ]
    drug = total = concentration = pump = None
    if inputs.vial is not None:
        drawn = (dose * MILLION, _millionths(inputs.vial.value))
        drug = _nearest(drawn)
        lines.append(_line("Drawn from the vial", "mg ÷ vial", drawn, "mL"))
        volume = _volume(inputs.volume, drawn)
        if volume is not None and volume[0] > 0:
            strength = (dose * MILLION * volume[1], volume[0])
            speed = (volume[0] * 60 * MILLION, volume[1] * minutes)
            total, concentration, pump = _nearest(volume), _nearest(strength), _nearest(speed)
            lines += [
                _line("Concentration", "mg ÷ mL", strength, "mg/mL"),
                _line("Pump rate", "mL × 60 ÷ min", speed, "mL/h"),
            ]
    hourly = (dose * 60 * MILLION, minutes)
    hourly_for_each_kg = (dose * 60 * MILLION * MILLION, minutes * weight)
    lines += [
        _line("Rate", "mg × 60 ÷ min", hourly, "mg/h"),
        _line("Rate for each kg", "mg × 60 ÷ (min × kg)", hourly_for_each_kg, "mg/kg/h"),
    ]
    return DoseCheck(
        dose_mg=dose,
        mg_per_kg=_nearest((dose * MILLION, weight)),
        mg_per_h=_nearest(hourly),
        mg_per_min=_nearest((dose * MILLION, minutes)),
        mg_per_kg_per_h=_nearest(hourly_for_each_kg),
        drug_ml=drug,
        total_ml=total,
        mg_per_ml=concentration,
        ml_per_h=pump,
        rounding_too_large=change * 100 * MILLION > _millionths(inputs.rounding.most_percent) * allowed[0],
        lines=tuple(lines),
    )


def _millionths(value: Decimal) -> int:
    whole, _, part = format(value, "f").partition(".")
    part = part.rstrip("0")
    if len(part) > 6:
        raise ValueError(f"{value} is finer than a millionth. Give at most six decimals.")
    return int(whole + part.ljust(6, "0"))


def _session_amount(unit: str, amount: int, weight: int, minutes: int) -> Ratio:
    """Millionths of mg for one session, from an amount in `unit`."""
    match unit:
        case "mg":
            return amount, 1
        case "mg/kg":
            return amount * weight, MILLION
        case "mg/h":
            return amount * minutes, 60 * MILLION
        case "mg/kg/h":
            return amount * weight * minutes, 60 * MILLION * MILLION
    raise ValueError(f"'{unit}' is not a unit of a dose or of a rate.")


def _volume(volume: TotalVolume | AddedTo | None, drawn: Ratio) -> Ratio | None:
    match volume:
        case None:
            return None
        case TotalVolume(total):
            return _millionths(total.value), 1
        case AddedTo(bag, overfill):
            fluid = _millionths(bag.value) + _millionths(overfill.value)
            return fluid * drawn[1] + drawn[0], drawn[1]


def _lowest(ratios: list[Ratio]) -> Ratio | None:
    lowest = None
    for ratio in ratios:
        if lowest is None or ratio[0] * lowest[1] < lowest[0] * ratio[1]:
            lowest = ratio
    return lowest


def _nearest(ratio: Ratio) -> int:
    """The nearest whole number, half up."""
    return (2 * ratio[0] + ratio[1]) // (2 * ratio[1])


def _show(millionths: int) -> str:
    whole, part = divmod(millionths, MILLION)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def _line(name: str, formula: str, ratio: Ratio, unit: str) -> CheckLine:
    """The result to four decimals, half up, as the first calculation shows its own."""
    working = f"{ratio[0]} ÷ {ratio[1]}" if ratio[1] != 1 else str(ratio[0])
    return CheckLine(name, formula, working, f"{_show(_nearest((ratio[0], ratio[1] * 100)) * 100)} {unit}")
