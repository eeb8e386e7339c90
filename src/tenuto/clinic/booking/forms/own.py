"""What a patient answers and asks behind a link, and what a prescriber marks for it."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.booking.models import CheckIn
from tenuto.clinic.ui.fields import LineField

__all__ = ["ChangeForm", "CheckInForm", "MedicinesForm", "VeinsForm"]

YES_NO = [("yes", "Yes"), ("no", "No")]


class OwnAnswerField(forms.TypedChoiceField):
    """Yes or no, never left out."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            choices=YES_NO,
            coerce=lambda value: value == "yes",
            widget=forms.RadioSelect,
            error_messages={"required": "Please answer yes or no."},
        )


class CheckInForm(forms.Form):
    """A few questions before the visit."""

    fasting = OwnAnswerField("I know from when I eat and drink nothing, and can keep to it")
    has_escort = OwnAnswerField("Somebody takes me home and stays with me")
    escort = LineField(label="Who", max_length=200, required=False)
    ill = OwnAnswerField("I feel ill, or have a fever, a cough or a cold")
    medicines_changed = OwnAnswerField("My medicines have changed since the last visit")
    mood = forms.ChoiceField(
        label="My mood in the last days",
        choices=CheckIn.Mood.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one."},
    )
    words = forms.CharField(
        label="Anything that the clinic should know",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, asks_mood: bool) -> None:
        super().__init__(data)
        if not asks_mood:
            del self.fields["mood"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("has_escort") is True and not cleaned.get("escort", "").strip():
            self.add_error("escort", "Please write who takes you home.")
        if cleaned.get("has_escort") is False:
            cleaned["escort"] = ""
        cleaned.setdefault("mood", "")
        return cleaned


class ChangeForm(forms.Form):
    """Asking for another time."""

    words = forms.CharField(
        label="When could you come instead, and why",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Please write when you could come."},
    )


class MedicinesForm(forms.Form):
    """Medicines before a visit, as a prescriber marks them."""

    medicines = forms.CharField(
        label="Medicines before a visit",
        help_text="As the patient will read it: which to leave out, which to take, and when.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class VeinsForm(forms.Form):
    """Where a vein was found."""

    veins = forms.CharField(
        label="Veins", help_text="Which arm, which vein, how many tries.", max_length=300,
        error_messages={"required": "Write where a vein was found."},
    )  # fmt: skip
