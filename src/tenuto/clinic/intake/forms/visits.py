"""A visit after it took place."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.course.api import VisitKind
from tenuto.clinic.ui.fields import DayField

__all__ = ["VisitForm"]

TOPICS = [
    ("fasting", "Fasting and drinking, with clock times"),
    ("medicines", "Which medicines that day, by the prescriber's instruction"),
    ("escort", "Escort, and no driving until the next day"),
    ("room", "What happens in the room, and that stop always stops"),
    ("effects", "What can be felt, and what passes"),
    ("call", "Whom to call afterwards, and the crisis line"),
]


class VisitForm(forms.Form):
    """What was held, when, how, and what was gone over."""

    kind = forms.ChoiceField(label="Visit", choices=VisitKind.choices)
    held_on = DayField(label="Held on")
    in_person = forms.ChoiceField(label="How", choices=[("yes", "In person"), ("no", "Online or by phone")])
    topics = forms.MultipleChoiceField(
        label="Gone over, and told back by the patient",
        choices=TOPICS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label="Note", required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"held_on": today})
        self.today = today

    def clean_held_on(self) -> date:
        held: date = self.cleaned_data["held_on"]
        if held > self.today:
            raise ValidationError("The day is in the future. Record a visit after it took place.")
        return held
