"""A rating scale as a form: every question needs an answer or a deliberate “not answered”."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.intake.forms.fields import DayField
from tenuto.core.scales.definition import Instrument, Item

__all__ = ["LEFT_OUT", "ScaleAnswers"]

LEFT_OUT = "left_out"
BY = [
    ("patient", "The patient, in the clinic"),
    ("staff", "Read out by staff"),
    ("clinician", "Clinician's rating"),
]


class ScaleAnswers(forms.Form):
    """The items of one instrument, in order."""

    taken = DayField(label="Answered on")
    answered_by = forms.ChoiceField(label="Answered by", choices=BY)

    def __init__(self, data: Any = None, *, scale: Instrument, today: date) -> None:
        super().__init__(data, initial={"taken": today, "answered_by": "patient"})
        self.scale, self.today = scale, today
        for item in scale.items:
            self.fields[_name(item)] = forms.ChoiceField(
                label=item.text,
                required=item.asked_when is None,
                choices=[*((str(o.value), o.label) for o in item.options), (LEFT_OUT, "Not answered")],
                widget=forms.RadioSelect,
                error_messages={
                    "required": "Choose an answer, or “Not answered”. An empty question is not a zero."
                },
            )

    @property
    def items(self) -> list[Any]:
        """The questions, in order."""
        return [self[_name(item)] for item in self.scale.items]

    def clean_taken(self) -> date:
        taken: date = self.cleaned_data["taken"]
        if taken > self.today:
            raise ValidationError("The day is in the future. Correct it.")
        return taken

    def answers(self) -> dict[str, int | None]:
        """The stored value of each answer by item; None where it was left out."""
        given = {item.id: self.cleaned_data.get(_name(item), "") for item in self.scale.items}
        return {item: int(value) if value not in ("", LEFT_OUT) else None for item, value in given.items()}


def _name(item: Item) -> str:
    return f"item-{item.id}"
