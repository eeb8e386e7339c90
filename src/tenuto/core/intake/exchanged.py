"""Weight and height that stand in each other's place: no dose is computed from either."""

from __future__ import annotations

from decimal import Decimal

from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, note
from tenuto.core.intake.weight import Weighing
from tenuto.core.units import Bmi, Centimetres, plain

__all__ = ["judge"]

_NOBODY_HAS = Decimal(80)
"""A body mass index above which exchanged numbers are likelier than a person [D]."""


def judge(case: JudgedCase, weighing: Weighing | None) -> tuple[Finding, ...]:
    """REFUSE where the numbers of weight and height are a person's only the other way round."""
    heights = case.usable("height_cm")
    if weighing is None or not heights:
        return ()
    weight, height = weighing.kg.value, heights[0].value
    number = case.policy.number
    shortest, tallest = number("height_min_cm"), number("height_max_cm")
    turned = number("weight_min_kg") <= height <= number("weight_max_kg") and shortest <= weight <= tallest
    as_sent = shortest <= height <= tallest and Bmi.of(weighing.kg, Centimetres(height)).value <= _NOBODY_HAS
    if as_sent or not turned:
        return ()
    message = (
        f"Weight and height may be exchanged: {plain(weight)} kg and {plain(height)} cm are recorded. No dose is computed from them. "
        "Measure both again and correct the record."
    )
    return (note("weight", "WEIGHT-HEIGHT-EXCHANGED", Level.REFUSE, message),)
