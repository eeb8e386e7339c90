"""The forms of the page that says who a patient is."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.people.models import Channel
from tenuto.clinic.ui.fields import DayField, LineField, PhoneField, reach_problem

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
DATE_WRONG = {"invalid": "Write the date as day, month and year, such as 4 May 1981."}


class IdentityForm(forms.Form):
    """Name, preferred name, date of birth, and why they are corrected."""

    name = LineField(label="Full name", max_length=200)
    preferred_name = LineField(label="Preferred name", max_length=100, required=False)
    birth_date = DayField(label="Date of birth", widget=DATE, required=False, error_messages=DATE_WRONG)
    why = forms.CharField(
        label="Why it is corrected",
        max_length=300,
        help_text="Such as: identity document seen.",
        error_messages={"required": "Say why the record is corrected."},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ContactWishForm(forms.Form):
    """Whether and where the patient wants to be reached on a channel."""

    channel = forms.ChoiceField(label="Channel", choices=Channel.choices)
    allowed = forms.ChoiceField(label="Wanted", choices=[("yes", "Yes, use it"), ("no", "No, do not use it")])
    address = forms.CharField(label="Number or address", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ways, typed = _WAYS.get(cleaned.get("channel", "")), cleaned.get("address", "")
        if ways and typed and (problem := reach_problem(typed, ways=ways)):
            self.add_error("address", problem)
        return cleaned


_WAYS = {
    Channel.PHONE: frozenset({"phone"}),
    Channel.SMS: frozenset({"phone"}),
    Channel.EMAIL: frozenset({"mail"}),
    Channel.POST: frozenset({"post"}),
}


class SupportForm(forms.Form):
    """Who accompanies the patient."""

    name = LineField(label="Name", max_length=200)
    relation = LineField(label="Relation", max_length=100, required=False)
    phone = PhoneField(label="Phone", max_length=60, required=False)
    may_be_told = forms.ChoiceField(
        label="The patient consents that we speak with them",
        choices=[("no", "No"), ("yes", "Yes")],
    )
