"""What is asked before a start."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django import forms

from tenuto.clinic.ui.fields import DayField, MomentField, NumberField, check_pressure
from tenuto.core.infusion.dose_check import DoseReading
from tenuto.core.infusion.readiness import BREATHS, TEMPERATURE, asked_on_the_day
from tenuto.core.units import Kg, MgPerKg, MgPerMl, MlPerHour

__all__ = ["AnswersForm", "BeforeForm", "IdentifiersForm", "ReleaseForm", "SecondReadingForm"]


def _number(label: str, unit: str, lowest: str, highest: str) -> NumberField:
    return NumberField(label=f"{label}, {unit}", unit=unit, lowest=Decimal(lowest), highest=Decimal(highest))


class IdentifiersForm(forms.Form):
    """Two identifiers, as the patient says them and the wristband or card shows."""

    birth_date = DayField(label="Date of birth, as the patient says it")
    record_number = forms.CharField(label="Record number, as on the wristband or card", max_length=40)


class BeforeForm(forms.Form):
    """Only what was measured is filled in."""

    taken_at = MomentField(
        label="Measured at",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "Write the time as 2026-11-24T09:30."},
    )
    systolic_mmhg = _number("Systolic", "mmHg", "40", "300")
    diastolic_mmhg = _number("Diastolic", "mmHg", "20", "200")
    heart_rate_per_min = _number("Heart rate", "/min", "20", "250")
    spo2_percent = _number("Oxygen saturation", "%", "50", "100")
    weight_kg = _number("Weight", "kg", "20", "400")
    breaths = _number("Breaths", "/min", "0", "80")
    temperature = _number("Temperature", "°C", "30", "44")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_pressure(self)
        return cleaned

    def values(self) -> dict[str, Decimal]:
        """What was measured, by kind; only when valid."""
        named = {BREATHS: "breaths", TEMPERATURE: "temperature"}
        known = {name: name for name in self.fields if name not in ("taken_at", *named.values())} | named
        return {
            kind: self.cleaned_data[name]
            for kind, name in known.items()
            if self.cleaned_data[name] is not None
        }


class AnswersForm(forms.Form):
    """The rows that are answered by choosing. None has an answer before somebody gave it; `done` are those that were answered today."""

    def __init__(self, *args: Any, done: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done = frozenset(done)
        for asked in asked_on_the_day().values():
            self.fields[asked.id] = forms.ChoiceField(
                label=asked.title,
                help_text=asked.ask,
                required=False,
                choices=[(choice.id, choice.words) for choice in asked.choices],
                widget=forms.RadioSelect,
            )

    @property
    def to_ask(self) -> list[forms.BoundField]:
        """What nobody has answered today, and stands open on the page."""
        return [field for field in self if field.name not in self._done]

    @property
    def answered(self) -> list[forms.BoundField]:
        """The others, which can be asked again."""
        return [field for field in self if field.name in self._done]

    def values(self) -> dict[str, str]:
        """The answers that were given; only when valid."""
        return {row: value for row, value in self.cleaned_data.items() if value}


class SecondReadingForm(forms.Form):
    """The dose as read off scale, order, vial and pump, by somebody who has not seen it typed."""

    weight = _number("Weight that the dose rests on", "kg", "1", "500")
    target = _number("Dose", "mg/kg", "0.01", "20")
    vial = _number("Vial", "mg/mL", "0.1", "500")
    rate = _number("Pump rate", "mL/h", "0.1", "2000")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True
            field.error_messages["required"] = "Read it and type it; nothing is taken from the order."

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name in self.fields:
            if found.get(name) is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return found

    def read(self) -> DoseReading:
        """What was read; only when valid."""
        got = self.cleaned_data
        return DoseReading(
            Kg(got["weight"]), MgPerKg(got["target"]), MgPerMl(got["vial"]), MlPerHour(got["rate"])
        )


class ReleaseForm(forms.Form):
    """Why an infusion starts all the same."""

    reason = forms.CharField(
        label="Why it starts all the same", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
