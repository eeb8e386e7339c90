"""What was measured, in one unit each, inside what the clinic's policy calls plausible."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.intake.services.measurements import Value
from tenuto.clinic.ui.fields import MomentField, NumberField, check_pressure
from tenuto.clinic.ui.words import count
from tenuto.core.intake.required import fact
from tenuto.core.policy import Policy

__all__ = ["MeasurementForm"]

POSSIBLE = {
    "systolic_mmhg": ("Systolic", "mmHg", "40", "300"),
    "diastolic_mmhg": ("Diastolic", "mmHg", "20", "200"),
    "heart_rate_per_min": ("Heart rate", "/min", "20", "250"),
    "spo2_percent": ("Oxygen saturation", "%", "50", "100"),
}
"""Label, unit, and what an instrument can show at all; whether a value is good is the gate's question."""


SECOND = "second_"
"""Before the names of the second blood pressure's fields."""
PRESSURE = ("systolic_mmhg", "diastolic_mmhg")
TALLEST_M = Decimal(3)
_BOTH = re.compile(r"\s*(?P<upper>[0-9]{2,3})\s*/\s*(?P<lower>[0-9]{2,3})\s*\Z")


def _halved(data: Any) -> Any:
    """What was posted, with `124/78` in the field of an upper number as the two numbers that it is."""
    if data is None:
        return None
    found: dict[str, str] = {}
    for prefix in ("", SECOND):
        upper, lower = (prefix + kind for kind in PRESSURE)
        if (both := _BOTH.match(data.get(upper, ""))) and not data.get(lower, "").strip():
            found |= {upper: both["upper"], lower: both["lower"]}
    return {**data.dict(), **found} if found else data


def _minutes_between(first: datetime, second: datetime) -> int:
    """By the times as they are shown and judged: whole minutes."""
    start, end = (each.replace(second=0, microsecond=0) for each in (first, second))
    return (end - start) // timedelta(minutes=1)


class HeightField(NumberField):
    """A height in cm, or in metres: nobody is 3 cm tall, and nobody 3 m."""

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        return super().clean(text if text.endswith("cm") else text.removesuffix("m"))

    def in_unit(self, number: Decimal) -> Decimal:
        return number * 100 if number < TALLEST_M else number


class BrowserMomentField(MomentField):
    """A day and a time, as browsers offer it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
            input_formats=["%Y-%m-%dT%H:%M"],
            error_messages={"invalid": "Write the time as 2026-11-24T09:30."},
            **kwargs,
        )


class MeasurementForm(forms.Form):
    """Only what was measured is filled in: one reading, and the second blood pressure with its own time."""

    taken_at = BrowserMomentField(label="Measured at")
    second_taken_at = BrowserMomentField(label="Second one at", required=False)

    def __init__(self, data: Any = None, *, policy: Policy, now: datetime) -> None:
        super().__init__(_halved(data), initial={"taken_at": now})
        self.now = now
        self.apart_minutes = fact("blood_pressure").apart_minutes
        self.fields[
            "second_taken_at"
        ].help_text = (
            f"At least {self.apart_minutes} minutes after the first one. Empty: now, as you record it."
        )
        number = policy.number
        self.fields["weight_kg"] = NumberField(
            label="Weight, kg",
            unit="kg",
            lowest=number("weight_min_kg"),
            highest=number("weight_max_kg"),
            by_policy=True,
        )
        self.fields["height_cm"] = HeightField(
            label="Height, cm or m",
            unit="cm",
            lowest=number("height_min_cm"),
            highest=number("height_max_cm"),
            by_policy=True,
        )
        for kind, (label, unit, lowest, highest) in POSSIBLE.items():
            self.fields[kind] = NumberField(
                label=f"{label}, {unit}",
                unit=unit,
                lowest=Decimal(lowest),
                highest=Decimal(highest),
                help_text="Or both numbers here: 124/78." if kind == PRESSURE[0] else "",
            )
            if kind in PRESSURE:
                self.fields[SECOND + kind] = NumberField(
                    label=f"Second {label.lower()}, {unit}",
                    unit=unit,
                    lowest=Decimal(lowest),
                    highest=Decimal(highest),
                    help_text="Or both numbers here." if kind == PRESSURE[0] else "",
                )

    def clean_taken_at(self) -> datetime:
        return self._past(self.cleaned_data["taken_at"])

    def clean_second_taken_at(self) -> datetime:
        return self._past(self.cleaned_data["second_taken_at"] or self.now)

    def _past(self, taken: datetime) -> datetime:
        # The form knows minutes only; the minute that runs now is not the future.
        if taken > self.now:
            raise ValidationError("The time is in the future. Correct it.")
        return taken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for prefix in ("", SECOND):
            self._check_pressure(cleaned, *(prefix + kind for kind in PRESSURE))
        if not self.errors:
            self._check_second(cleaned)
        if not self.errors and not self.values() and not self.second():
            raise ValidationError("Nothing was measured. Enter at least one value.")
        return cleaned

    def _check_pressure(self, cleaned: dict[str, Any], systolic: str, diastolic: str) -> None:
        upper, lower = cleaned.get(systolic), cleaned.get(diastolic)
        if (upper is None) != (lower is None) and not {systolic, diastolic} & set(self.errors):
            lacking = diastolic if lower is None else systolic
            self.add_error(lacking, "A blood pressure has two numbers. Enter both.")
        check_pressure(self, systolic, diastolic)

    def _check_second(self, cleaned: dict[str, Any]) -> None:
        if not self.second():
            return
        if cleaned.get(PRESSURE[0]) is None:
            self.add_error(PRESSURE[0], "There is a second blood pressure but no first one. Enter it above.")
        elif cleaned["second_taken_at"] < cleaned["taken_at"]:
            self.add_error("second_taken_at", "The second one is not later than the first. Correct a time.")
        elif (
            apart := _minutes_between(cleaned["taken_at"], cleaned["second_taken_at"])
        ) < self.apart_minutes:
            told = "in the same minute as" if not apart else f"{count(apart, 'minute')} after"
            self.add_error(
                "second_taken_at",
                f"The second one was taken {told} the first. Two count as two from {self.apart_minutes} minutes apart: "
                "take it once more, correct a time, or record the first one alone.",
            )

    def values(self) -> dict[str, Value]:
        """What was measured first, by kind."""
        return self._values([name for name in self.fields if not name.startswith(SECOND)])

    def second(self) -> dict[str, Value]:
        """The second blood pressure; empty where there is none."""
        found = self._values([SECOND + kind for kind in PRESSURE])
        return {name.removeprefix(SECOND): value for name, value in found.items()}

    def _values(self, names: list[str]) -> dict[str, Value]:
        got = self.cleaned_data
        return {n: Value(got[n]) for n in names if n != "taken_at" and got.get(n) is not None}
