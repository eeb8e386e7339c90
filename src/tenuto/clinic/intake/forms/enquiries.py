"""Enquiries: what the public form asks, what a coordinator adds, and the two identifiers of a new patient."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.intake.models import Enquiry
from tenuto.clinic.people.registering import own_number
from tenuto.clinic.ui.fields import DayField, LineField, ReachField
from tenuto.core.intake.birth import BirthDoubt, birth_doubt
from tenuto.core.intake.facts import Identifier, Person
from tenuto.core.policy import Policy
from tenuto.core.sentences import check_reason

__all__ = ["CloseForm", "EnquiryForm", "PublicEnquiryForm", "RegisterForm"]


class PublicEnquiryForm(forms.Form):
    """As little as possible: a name, a way to answer, and that an answer is wanted. Nothing about health is needed."""

    name = LineField(
        label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact = ReachField(
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
    name = LineField(label="Name", max_length=200)
    birth_date = DayField(label="Date of birth", required=False)
    contact = ReachField(label="Phone number, e-mail or address", postal=True, max_length=200)
    referrer = LineField(
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

    def __init__(self, *args: Any, today: date, policy: Policy, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today, self.policy = today, policy

    def clean_birth_date(self) -> date | None:
        """A minor's enquiry is written down and answered; only a date that can't be right is refused."""
        born: date | None = self.cleaned_data["birth_date"]
        doubt = birth_doubt(born, policy=self.policy, as_of=self.today) if born else None
        if doubt is not None and doubt.certain:
            raise ValidationError(doubt.text)
        return born

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("channel") == Enquiry.Channel.LETTER and not cleaned.get("referrer", "").strip():
            self.add_error("referrer", "A letter has a sender. Write who referred the person.")
        return cleaned


class RegisterForm(forms.Form):
    """Who it is: name, date of birth and a number, and whose number it is."""

    OWN, FAMILY, OTHER = "own", "family", "other"

    name = LineField(label="Full name, as on the identity document", max_length=200)
    birth_date = DayField(label="Date of birth")
    birth_date_right = forms.BooleanField(label="The date of birth is right.", required=False)
    contact = ReachField(label="Phone number, e-mail or address", postal=True, required=False, max_length=200)
    may_contact = forms.BooleanField(label="The person agreed to be contacted there.", required=False)
    identifier = LineField(
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

    def __init__(self, *args: Any, today: date, policy: Policy, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today, self.policy = today, policy
        self.doubt = self._doubted()
        if self.doubt is None or self.doubt.certain:
            # Asked only where somebody has to say so.
            del self.fields["birth_date_right"]

    def _doubted(self) -> BirthDoubt | None:
        try:
            born = self.fields["birth_date"].clean(self["birth_date"].value())
        except ValidationError:
            return None
        return birth_doubt(born, policy=self.policy, as_of=self.today) if born else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.doubt is not None and not cleaned.get("birth_date_right"):
            self.add_error("birth_date", self.doubt.text)
        return cleaned

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

    def clean_why(self) -> str:
        return check_reason(
            self.cleaned_data["why"], "Say why, in one sentence.", refused=forms.ValidationError
        )
