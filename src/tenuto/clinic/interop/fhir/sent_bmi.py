"""A body mass index that the sender computed: where weight and height give another one, one of the three is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.facts import Measurement
from tenuto.core.units import Bmi, Centimetres, Kg, plain

__all__ = ["SentBmi", "say_contradiction", "sent_bmi"]

_LOINC = "39156-5"
_OFF_PERCENT = 15
"""Rounding and clothes explain less [D]."""
_BESIDE = timedelta(days=30)
"""How far from the weight it was computed at the most to be of it [D]."""


@dataclass(frozen=True, slots=True)
class SentBmi:
    """A body mass index as it was sent, kg/m²."""

    value: Decimal
    taken: date
    origin: str


def sent_bmi(observation: Element, taken: date | None) -> SentBmi | None:
    """The body mass index that an Observation sends; None for another one, and for one without a number or a day."""
    quantity = observation.one("valueQuantity")
    value = quantity.number("value") if quantity else None
    coded = any(c.system == "loinc" and c.code == _LOINC for c in observation.codings("code")[0])
    return SentBmi(value, taken, observation.where) if coded and value is not None and taken else None


def say_contradiction(sent: Iterable[SentBmi], measurements: Iterable[Measurement], remarks: Remarks) -> None:
    """Say a body mass index that the newest weight and height contradict."""
    newest = {
        m.kind: m
        for m in sorted(measurements, key=lambda m: m.taken or date.min)
        if not m.estimated and not m.unclear and m.taken is not None and m.value > 0
    }
    weight, height = newest.get("weight_kg"), newest.get("height_cm")
    if weight is None or height is None or weight.taken is None:
        return
    computed = Bmi.of(Kg(weight.value), Centimetres(height.value))
    for each in sent:
        off = abs(each.value - computed.value) * 100 > _OFF_PERCENT * computed.value
        if off and abs(each.taken - weight.taken) <= _BESIDE:
            remarks.add(
                f"{each.origin}: the body mass index is sent as {plain(each.value)}, and {plain(weight.value)} kg and {plain(height.value)} cm "
                f"give {computed.rounded(1)}. One of them is wrong. Measure weight and height again before a dose is ordered."
            )
