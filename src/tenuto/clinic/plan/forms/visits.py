"""How an infusion went, and what is ordered for the next one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.plan.services.visits import orderable
from tenuto.clinic.ui.fields import DayField, offer
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.plan.side_effects import side_effects
from tenuto.core.units import Mg, Minutes, UnitError, read_decimal

__all__ = ["GivenInfusionForm", "OrdersForm"]

GRADES = [
    ("0", "0, nothing"),
    ("1", "1, mild"),
    ("2", "2, moderate"),
    ("3", "3, severe"),
    ("4", "4"),
    ("5", "5"),
]
MOAAS = [("", "Not recorded"), *((str(n), str(n)) for n in range(6))]


class GivenInfusionForm(forms.Form):
    """One infusion that was given. Nothing that matters has a default."""

    given_on = DayField(
        label="Given on",
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as 2026-11-24.", "required": "Say on which day."},
    )
    dose_mg = forms.CharField(
        label="Given, mg", max_length=10, error_messages={"required": "Say how many mg were given."}
    )
    minutes = forms.CharField(
        label="Over, minutes", max_length=10, error_messages={"required": "Say over how many minutes."}
    )
    effects = forms.MultipleChoiceField(
        label="What troubled the patient", required=False, widget=forms.CheckboxSelectMultiple
    )
    worst_grade = forms.ChoiceField(label="Worst event, grade", choices=[("", "Choose"), *GRADES])
    open_grade = forms.ChoiceField(label="Of these still open, grade", choices=[("", "Choose"), *GRADES])
    pressure_alert = forms.ChoiceField(
        label="Blood-pressure alert", choices=[("", "Choose"), ("no", "No"), ("yes", "Yes")]
    )
    deepest_sedation = forms.ChoiceField(
        label="Deepest sedation, MOAA/S", required=False, choices=MOAAS, help_text="5 is awake."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        effects = [(effect.id, effect.title) for effect in side_effects().values()]
        offer(self, "effects", effects)
        for name in ("worst_grade", "open_grade", "pressure_alert"):
            self.fields[name].error_messages["required"] = "Choose one; nothing is assumed."

    def clean_dose_mg(self) -> Decimal:
        return _number(self.cleaned_data["dose_mg"], above=0, most=99999, places=2)

    def clean_minutes(self) -> Decimal:
        return _number(self.cleaned_data["minutes"], above=0, most=9999, places=1)

    def clean_open_grade(self) -> str:
        still_open: str = self.cleaned_data["open_grade"]
        if still_open > self.cleaned_data.get("worst_grade", still_open):
            raise ValidationError(
                "An event that is still open can't be worse than the worst one. Correct the grades."
            )
        return still_open

    def given(self) -> GivenInfusion:
        """What was typed; only when valid. The dose for each kg is not typed."""
        got = self.cleaned_data
        sedation = got["deepest_sedation"]
        return GivenInfusion(
            got["given_on"],
            mass=Mg(got["dose_mg"]),
            minutes=Minutes(got["minutes"]),
            tolerability=Tolerability(
                worst_event_grade=int(got["worst_grade"]),
                open_event_grade=int(got["open_grade"]),
                blood_pressure_alert=got["pressure_alert"] == "yes",
                deepest_sedation=int(sedation) if sedation else None,
                effects=tuple(got["effects"]),
            ),
        )


class OrdersForm(forms.Form):
    """The options for what happened last time. All off until a prescriber chooses."""

    chosen = forms.MultipleChoiceField(label="Options", required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label="Anything else for the next visit",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, effects: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, option.text) for key, (_, option) in orderable(effects)]
        offer(self, "chosen", choices)


def _number(typed: str, *, above: int, most: int, places: int) -> Decimal:
    try:
        value = read_decimal(typed)
    except UnitError as error:
        raise ValidationError(str(error)) from error
    if not above < value <= most:
        raise ValidationError(f"{typed} can't be right: it must be above {above} and at most {most}.")
    if value != round(value, places):
        raise ValidationError(f"{typed} is more exact than it is measured. Write at most {places} decimals.")
    return value
