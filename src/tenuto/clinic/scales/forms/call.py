"""A call that came in: who, the question on death, what was said, who goes on."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.scales.models import IncomingCall
from tenuto.clinic.scales.services.calling import QUESTION
from tenuto.clinic.ui.fields import offer, offer_rows
from tenuto.core.scales.reading import instrument

__all__ = ["CallForm"]

NOT_ASKED, NOT_ANSWERED = "not_asked", "not_answered"


class CallForm(forms.Form):
    """Four fields, so that it is filled in while the caller is on the line."""

    caller = forms.ChoiceField(
        label="Who calls", choices=IncomingCall.Caller.choices, initial="patient", widget=forms.RadioSelect
    )
    thoughts = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Say what was answered, or that it was not asked."},
    )
    words = forms.CharField(
        label="What was said",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what was said, in a few words."},
    )
    owner: forms.ModelChoiceField[Staff] = forms.ModelChoiceField(
        queryset=None, label="Who goes on", required=False, empty_label="Nobody: it is done"
    )

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        super().__init__(data)
        item = instrument(QUESTION).items[0]
        asked = [(str(option.value), option.label) for option in item.options]
        choices = [*asked, (NOT_ANSWERED, "Asked, not answered"), (NOT_ASKED, "Not asked")]
        self.fields["thoughts"].label = f"Ask: {item.text}"
        offer(self, "thoughts", choices)
        people = clinic.staff.filter(is_active=True).exclude(role="auditor").order_by("name", "pk")
        offer_rows(self, "owner", people)

    def call(self) -> dict[str, Any]:
        """What `record_call` takes of it."""
        got = self.cleaned_data
        answered = got["thoughts"] not in (NOT_ASKED, NOT_ANSWERED)
        return {
            "caller": IncomingCall.Caller(got["caller"]),
            "words": got["words"],
            "thoughts": int(got["thoughts"]) if answered else None,
            "asked": got["thoughts"] != NOT_ASKED,
            "owner": got["owner"],
        }
