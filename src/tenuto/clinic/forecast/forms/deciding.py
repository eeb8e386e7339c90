"""The decision on the next date."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from tenuto.clinic.forecast.models import DateDecision
from tenuto.clinic.ui.fields import DayField, offer
from tenuto.clinic.ui.words import long_day

__all__ = ["DateForm"]

Outcome = DateDecision.Outcome


class DateForm(forms.Form):
    """The proposed day, another one, or none; `ground` is what the page had seen of the forecast."""

    outcome = forms.ChoiceField(
        label="Decision",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    on = DayField(label="Day", required=False, help_text="For another day: a clinic day.")
    rescue = DayField(
        label="Rescue slot",
        required=False,
        help_text="A clinic day before it, agreed with the patient, for a response that goes early. Empty for none.",
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed for another day and for none, in a sentence.",
    )
    ground = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def propose(self, proposed: date | None, *, chosen: date | None, ground: str) -> DateForm:
        """Name the proposed day in the choices, or leave that choice out where there is none. The proposed
        day is never chosen beforehand."""
        choices: list[Any] = [(Outcome.OTHER, "Another day"), (Outcome.DECLINED, "No infusion for now")]
        if proposed is not None:
            choices.insert(0, (Outcome.ACCEPTED, f"The proposed day, {long_day(proposed)}"))
        offer(self, "outcome", choices)
        other = chosen is not None and chosen != proposed
        self.initial.update(ground=ground, on=chosen if other else None)
        if other:  # who took a day to the decision chose it
            self.initial["outcome"] = Outcome.OTHER
        return self
