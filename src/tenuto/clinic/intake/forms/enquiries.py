"""Enquiries: what the public form asks, what a coordinator adds, and the two identifiers of a new patient."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.intake.models import Enquiry
from tenuto.clinic.people.registering import own_number
from tenuto.clinic.ui.fields import DayField
from tenuto.core.intake.facts import Identifier, Person

__all__ = ["CloseForm", "EnquiryForm", "PublicEnquiryForm", "RegisterForm"]


class PublicEnquiryForm(forms.Form):
    """As little as possible: a name, a way to answer, and that an answer is wanted. Nothing about health is needed."""

    name = forms.CharField(
        label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact = forms.CharField(
        label="Phone number or e-mail",
        max_length=200,
        help_text="Where we may reach you.",
    )
    message = forms.CharField(
        label="Anything we should know before we call",
        required=False,
        max_length=2000,
        help_text="You need not write about your health here. A person reads this on working days; it is not for emergencies.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    consent_to_contact = forms.BooleanField(
        label="The clinic may contact me about this.",
        error_messages={"required": "Without this we may not answer you."},
    )
    # Left empty by people, because they don't see it.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )

    @property
    def is_robot(self) -> bool:
        """True when the hidden field was filled in."""
        return bool(self.data.get("website"))


class EnquiryForm(forms.Form):
    """An enquiry by phone, or a referrer's letter as text."""

    channel = forms.ChoiceField(
        label="Came by", choices=[(c.value, c.label) for c in (Enquiry.Channel.PHONE, Enquiry.Channel.LETTER)]
    )
    name = forms.CharField(label="Name", max_length=200)
    birth_date = DayField(label="Date of birth", required=False)
    contact = forms.CharField(label="Phone number, e-mail or address", max_length=200)
    referrer = forms.CharField(
        label="Referrer", required=False, max_length=300, help_text="Name, practice and phone number."
    )
    message = forms.CharField(
        label="What was said, or the text of the letter",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    consent_to_contact = forms.BooleanField(
        label="The person agreed to be contacted.",
        error_messages={
            "required": "Ask whether the person may be contacted. Without it, call the referrer."
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("channel") == Enquiry.Channel.LETTER and not cleaned.get("referrer", "").strip():
            self.add_error("referrer", "A letter has a sender. Write who referred the person.")
        return cleaned


class RegisterForm(forms.Form):
    """Who it is: name, date of birth and a number, and whose number it is."""

    OWN, FAMILY, OTHER = "own", "family", "other"

    name = forms.CharField(label="Full name, as on the identity document", max_length=200)
    birth_date = DayField(label="Date of birth")
    contact = forms.CharField(label="Phone number, e-mail or address", required=False, max_length=200)
    may_contact = forms.BooleanField(label="The person agreed to be contacted there.", required=False)
    identifier = forms.CharField(
        label="Number",
        required=False,
        max_length=200,
        help_text="Leave it empty to have a record number made.",
    )
    number_kind = forms.ChoiceField(
        label="What number it is",
        required=False,
        choices=(
            (OWN, "This clinic's own record number"),
            (FAMILY, "Insurance, member or family number"),
            (OTHER, "A number of another hospital or authority"),
        ),
        help_text="Only the clinic's own record number can prove who it is. A family can share an insurance number.",
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise ValidationError("The date of birth is in the future. Correct it.")
        return born

    def person(self, clinic: Clinic) -> Person:
        """Who the form says it is."""
        got = self.cleaned_data
        value, kind = got["identifier"].strip(), got["number_kind"] or self.OWN
        number = (
            own_number(clinic, value)
            if kind == self.OWN
            else Identifier(value, "Insurance" if kind == self.FAMILY else "")
        )
        return Person(got["name"].strip(), (number,) if value else (), got["birth_date"])


class CloseForm(forms.Form):
    """Why an enquiry ends without a patient."""

    why = forms.CharField(
        label="Reason", max_length=300, error_messages={"required": "Say why, in one sentence."}
    )
