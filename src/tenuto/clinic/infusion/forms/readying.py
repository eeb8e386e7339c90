"""What is asked before a start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from tenuto.clinic.ui.fields import DayField, MomentField, NumberField, check_pressure
from tenuto.core.infusion.dose_check import DoseReading
from tenuto.core.infusion.readiness import BREATHS, TEMPERATURE, asked_on_the_day
from tenuto.core.sentences import inside
from tenuto.core.units import Kg, MgPerKg, MgPerMl, MlPerHour

__all__ = ["AnswersForm", "BeforeForm", "IdentifiersForm", "ReleaseForm", "SecondReadingForm"]


NAMED = "_name"


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

    def __init__(
        self,
        *args: Any,
        done: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._done = frozenset(done)
        self.too_soon: Mapping[str, str] = {}
        for asked in asked_on_the_day().values():
            self.fields[asked.id] = forms.ChoiceField(
                label=asked.title,
                help_text=asked.ask,
                required=False,
                choices=[(choice.id, choice.words) for choice in asked.choices],
                widget=forms.RadioSelect,
            )
            if asked.names:
                self.fields[f"{asked.id}{NAMED}"] = forms.CharField(
                    label=asked.names, required=False, max_length=120
                )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for asked in asked_on_the_day().values():
            choice, name = asked.choice(found.get(asked.id, "")), f"{asked.id}{NAMED}"
            if choice is not None and choice.named and name not in self.errors and not found.get(name):
                self.add_error(name, f"Write the {inside(asked.names)}.")
        return found

    @property
    def not_yet(self) -> list[str]:
        """What is asked only once something else is done, each with what that is."""
        return [f"{self.fields[row].label}: {why}" for row, why in self.too_soon.items()]

    @property
    def to_ask(self) -> list[forms.BoundField]:
        """What nobody has answered today, and stands open on the page."""
        return [
            field
            for field in self
            if (row := field.name.removesuffix(NAMED)) not in self._done and row not in self.too_soon
        ]

    @property
    def answered(self) -> list[forms.BoundField]:
        """The others, which can be asked again."""
        return [
            field
            for field in self
            if (row := field.name.removesuffix(NAMED)) in self._done and row not in self.too_soon
        ]

    def values(self) -> dict[str, str]:
        """The answers that were given; only when valid."""
        return {row: value for row, value in self.cleaned_data.items() if value and not row.endswith(NAMED)}

    def said(self) -> dict[str, str]:
        """By row the name beside its answer; only when valid."""
        return {
            row.removesuffix(NAMED): value
            for row, value in self.cleaned_data.items()
            if value and row.endswith(NAMED)
        }


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
