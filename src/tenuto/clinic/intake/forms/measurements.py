"""What was measured, in one unit each, inside what the clinic's policy calls plausible."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.intake.services.measurements import Value
from tenuto.clinic.ui.fields import NumberField
from tenuto.core.policy import Policy

__all__ = ["MeasurementForm"]

POSSIBLE = {
    "systolic_mmhg": ("Systolic", "mmHg", "40", "300"),
    "diastolic_mmhg": ("Diastolic", "mmHg", "20", "200"),
    "heart_rate_per_min": ("Heart rate", "/min", "20", "250"),
    "spo2_percent": ("Oxygen saturation", "%", "50", "100"),
}
"""Label, unit, and what an instrument can show at all; whether a value is good is the gate's question."""


class MeasurementForm(forms.Form):
    """Only what was measured is filled in. Weight is in kg and nothing else."""

    taken_at = forms.DateTimeField(
        label="Measured at",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "Write the time as 2026-11-24T09:30."},
    )

    def __init__(self, data: Any = None, *, policy: Policy, now: datetime) -> None:
        super().__init__(data, initial={"taken_at": now})
        self.now = now
        number = policy.number
        self.fields["weight_kg"] = NumberField(
            label="Weight, kg", unit="kg", lowest=number("weight_min_kg"), highest=number("weight_max_kg")
        )
        self.fields["height_cm"] = NumberField(
            label="Height, cm", unit="cm", lowest=number("height_min_cm"), highest=number("height_max_cm")
        )
        for kind, (label, unit, lowest, highest) in POSSIBLE.items():
            self.fields[kind] = NumberField(
                label=f"{label}, {unit}", unit=unit, lowest=Decimal(lowest), highest=Decimal(highest)
            )

    def clean_taken_at(self) -> datetime:
        taken: datetime = self.cleaned_data["taken_at"]
        # The form knows minutes only; the minute that runs now is not the future.
        if taken > self.now:
            raise ValidationError("The time is in the future. Correct it.")
        return taken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upper, lower = cleaned.get("systolic_mmhg"), cleaned.get("diastolic_mmhg")
        if (upper is None) != (lower is None) and not {"systolic_mmhg", "diastolic_mmhg"} & set(self.errors):
            self.add_error(
                "diastolic_mmhg" if lower is None else "systolic_mmhg",
                "A blood pressure has two numbers. Enter both.",
            )
        elif upper is not None and lower is not None and lower >= upper:
            self.add_error("diastolic_mmhg", "The diastolic value is not below the systolic one. Check both.")
        if not self.errors and not self.values():
            raise ValidationError("Nothing was measured. Enter at least one value.")
        return cleaned

    def values(self) -> dict[str, Value]:
        """What was measured, by kind."""
        kinds = [name for name in self.fields if name != "taken_at"]
        return {
            kind: Value(self.cleaned_data[kind]) for kind in kinds if self.cleaned_data.get(kind) is not None
        }
