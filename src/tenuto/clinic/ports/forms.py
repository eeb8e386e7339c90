"""What is written about a task: an attempt to reach the patient, that everything was tried, or a note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html

from tenuto.clinic.accounts import clock
from tenuto.clinic.ports.models import Contact
from tenuto.clinic.ui.fields import MomentField
from tenuto.clinic.ui.words import reach

__all__ = ["ContactForm", "NotReachedForm", "NoteForm"]


def _time(label: str, missing: str) -> MomentField:
    return MomentField(
        label=label,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"required": missing, "invalid": "Write the time as 2026-11-24T09:30."},
    )


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
    tried_at = _time("When it was", "Give the time of the attempt.")
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
        _not_in_future(self, "tried_at")
        return cleaned


class NotReachedForm(forms.Form):
    """That everything was tried. `contact` is who is on record to be called; without one the form says so and asks for none."""

    called_at = _time("When the emergency contact was called", "Give the time of the call.")
    emergency_contact = _words(
        "Emergency contact",
        "What they said.",
        missing="Call the emergency contact, and write who it was and what they said.",
    )
    welfare_check = _words(
        "Welfare check", "Who was asked to look after the person, and when.", required=False
    )
    reason_against_check = _words(
        "Reason against a welfare check", "A prescriber's, when there is none.", required=False
    )

    def __init__(self, *args: Any, contact: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not contact:
            del self.fields["called_at"], self.fields["emergency_contact"]
            check = self.fields["welfare_check"]
            check.help_text = f"Nobody is on record as a contact to call. {check.help_text}"
        else:
            said = self.fields["emergency_contact"]
            said.help_text = format_html(
                "Who it was and what they said. On record, in this order: {}.", reach(contact)
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("welfare_check") and not cleaned.get("reason_against_check"):
            self.add_error(
                "welfare_check", "Ask for a welfare check, or have a prescriber write why there is none."
            )
        _not_in_future(self, "called_at")
        return cleaned


def _not_in_future(form: forms.Form, name: str) -> None:
    given = form.cleaned_data.get(name)
    if given and given > clock.instant():
        form.add_error(name, "This lies in the future. Give the time at which it was.")


class NoteForm(forms.Form):
    """How a task without safety was done."""

    note = forms.CharField(
        label="How it was done",
        max_length=500,
        error_messages={"required": "Say in a few words how the task was done, then close it."},
    )
