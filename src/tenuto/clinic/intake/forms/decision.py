"""The decision: what, why, and on which facts."""

from __future__ import annotations

from django import forms

from tenuto.clinic.intake.models import Decision

__all__ = ["DecisionForm"]


class DecisionForm(forms.Form):
    """One of three outcomes; the reason is needed wherever the gate or the outcome asks for one."""

    outcome = forms.ChoiceField(
        label="Decision",
        choices=Decision.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a decision."},
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Needed to go on past a REVIEW or BLOCK, to decline, and to ask for more.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)
