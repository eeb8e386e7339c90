"""What is written about a task: an attempt to reach the patient, that everything was tried, or a note."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.ports.models import Contact

__all__ = ["ContactForm", "NotReachedForm", "NoteForm"]


def _words(label: str, help_text: str, *, required: bool = True, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )


class ContactForm(forms.Form):
    """One attempt: how, whether the patient was reached, and what was said."""

    how = forms.ChoiceField(label="How", choices=Contact.How.choices, widget=forms.RadioSelect)
    reached = forms.ChoiceField(
        label="Reached",
        choices=[("yes", "Reached"), ("no", "Not reached")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the person was reached."},
    )
    outcome = forms.ChoiceField(
        label="Outcome, when reached", choices=[("", "Choose"), *Contact.Outcome.choices], required=False
    )
    words = _words(
        "What was said or tried",
        "How they are, what was agreed, who is with them.",
        missing="Write what was said or tried, in a sentence.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reached") == "yes" and not cleaned.get("outcome"):
            self.add_error("outcome", "Say how it ended: choose an outcome.")
        return cleaned


class NotReachedForm(forms.Form):
    """That everything was tried."""

    emergency_contact = _words(
        "Emergency contact",
        "Who was called, when, and what they said.",
        missing="Call the emergency contact, and write who it was and what they said.",
    )
    welfare_check = _words(
        "Welfare check", "Who was asked to look after the person, and when.", required=False
    )
    reason_against_check = _words(
        "Reason against a welfare check", "A prescriber's, when there is none.", required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("welfare_check") and not cleaned.get("reason_against_check"):
            self.add_error(
                "welfare_check", "Ask for a welfare check, or have a prescriber write why there is none."
            )
        return cleaned


class NoteForm(forms.Form):
    """How a task without safety was done."""

    note = forms.CharField(
        label="How it was done",
        max_length=500,
        error_messages={"required": "Say in a few words how the task was done, then close it."},
    )
