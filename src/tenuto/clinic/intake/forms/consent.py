"""A consent: every statement by itself, the free choices as yes or no, and the patient's typed name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tenuto.clinic.intake.models import ConsentWithdrawn
from tenuto.clinic.ui.fields import offer
from tenuto.core.intake.conditions import Condition
from tenuto.core.intake.consent_text import ConsentStatement, ConsentText

__all__ = ["ConsentForm", "WithdrawalForm"]


class ConsentForm(forms.Form):
    """The statements of one text, for one condition or for the whole treatment."""

    indication = forms.ChoiceField(label="Treatment of", required=False)
    patient_typed = forms.CharField(
        label="The patient types their full name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "The patient types their name to sign."},
    )
    text_sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, text: ConsentText, treated: Sequence[Condition]) -> None:
        super().__init__(data, initial={"text_sha256": text.sha256})
        self.text = text
        offered = [(c.id, c.title) for c in treated]
        offer(self, "indication", [("", "All that is treated here"), *offered])
        for statement in text.statements:
            self.fields[f"agree-{statement.id}"] = forms.BooleanField(
                label="I have understood this and agree.",
                error_messages={"required": "Without this there is no consent."},
            )
        for choice in text.choices:
            self.fields[f"choose-{choice.id}"] = forms.ChoiceField(
                label=choice.heading,
                choices=[("yes", "Yes"), ("no", "No")],
                widget=forms.RadioSelect,
                error_messages={"required": "Choose yes or no; both are fine."},
            )

    @property
    def statements(self) -> list[tuple[ConsentStatement, Any]]:
        """Each statement with its box."""
        return [(s, self[f"agree-{s.id}"]) for s in self.text.statements]

    @property
    def choices(self) -> list[tuple[ConsentStatement, Any]]:
        """Each free choice with its yes and no."""
        return [(s, self[f"choose-{s.id}"]) for s in self.text.choices]

    def agreed(self) -> list[str]:
        """The ids of the statements that were agreed to."""
        return [s.id for s in self.text.statements if self.cleaned_data.get(f"agree-{s.id}")]

    def chose(self, choice_id: str) -> bool:
        """True when a free choice is yes."""
        return bool(self.cleaned_data.get(f"choose-{choice_id}") == "yes")


class WithdrawalForm(forms.Form):
    """How the patient took a consent back; their words only if they gave some."""

    how = forms.ChoiceField(
        label="How it was said",
        choices=ConsentWithdrawn.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the patient said it."},
    )
    why = forms.CharField(
        label="In the patient's words",
        required=False,
        max_length=300,
        help_text="Only if they gave a reason. None is needed, and nobody asks for one.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
