"""A rating scale as a form: every question needs an answer or a deliberate “not answered”."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.ui.fields import DayField, offer
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.definition import Instrument, Item

__all__ = ["LEFT_OUT", "AskForm", "ScaleAnswers"]

LEFT_OUT = "left_out"
BY = [
    ("patient", "The patient, in the clinic"),
    ("staff", "Read out by staff"),
    ("clinician", "Clinician's rating"),
]


class Questions(forms.Form):
    """The items of one instrument, in order. Each needs an answer or the deliberate choice to leave it out."""

    left_out = "Not answered"
    lacking = "Choose an answer, or “Not answered”. An empty question is not a zero."

    def __init__(self, data: Any = None, *, scale: Instrument, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.scale = scale
        for item in scale.items:
            self.fields[_name(item)] = forms.ChoiceField(
                label=item.text,
                required=item.asked_when is None,
                choices=[*((str(o.value), o.label) for o in item.options), (LEFT_OUT, self.left_out)],
                widget=forms.RadioSelect,
                error_messages={"required": self.lacking},
            )

    @property
    def items(self) -> list[Any]:
        """The questions, in order."""
        return [self[_name(item)] for item in self.scale.items]

    def answers(self) -> dict[str, int | None]:
        """The stored value of each answer by item; None where it was left out."""
        given = {item.id: self.cleaned_data.get(_name(item), "") for item in self.scale.items}
        return {item: int(value) if value not in ("", LEFT_OUT) else None for item, value in given.items()}


class ScaleAnswers(Questions):
    """A form that staff fill in, with the day and who answered."""

    taken = DayField(label="Answered on")
    answered_by = forms.ChoiceField(label="Answered by", choices=BY)

    def __init__(self, data: Any = None, *, scale: Instrument, today: date) -> None:
        super().__init__(data, scale=scale, initial={"taken": today, "answered_by": "patient"})
        self.today = today

    def clean_taken(self) -> date:
        taken: date = self.cleaned_data["taken"]
        if taken > self.today:
            raise ValidationError("The day is in the future. Correct it.")
        return taken


class AskForm(forms.Form):
    """Which scales a patient is asked by link, and for how long the link opens."""

    instruments = forms.MultipleChoiceField(
        label="Scales, in this order",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one scale."},
    )
    days = forms.TypedChoiceField(
        label="The link opens for",
        choices=[(1, "1 day"), (3, "3 days"), (7, "7 days")],
        coerce=int,
        initial=3,
    )
    place = forms.ChoiceField(
        label="Where",
        choices=[
            (AskingPlace.LINK.value, "By link, on the patient's phone"),
            (AskingPlace.CHAIR.value, "On this tablet, beside you: you are signed out of it"),
        ],
        initial=AskingPlace.LINK.value,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, data: Any = None, *, offered: Sequence[Instrument], chosen: Sequence[str] = ()
    ) -> None:
        super().__init__(data, initial={"instruments": list(chosen)})
        offer(self, "instruments", [(s.id, s.title) for s in offered])


def _name(item: Item) -> str:
    return f"item-{item.id}"
