"""What every entry on the chart has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from tenuto.clinic.ui.fields import MomentField
from tenuto.core.infusion.entries import Charted

__all__ = ["EntryForm"]


class EntryForm(forms.Form):
    """What every entry has. `at` is empty for now; an entry of an earlier moment says its time."""

    client_id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": "The page was cut off. Open it again."}
    )
    at = MomentField(
        label="Time, when it was not now",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"invalid": "Write the time as 2026-11-24T09:30."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_time_last()

    def set_time_last(self) -> None:
        """The time comes last: it is filled in as an exception."""
        self.order_fields([name for name in self.fields if name != "at"])

    def content(self) -> Charted:
        """What is charted; only when valid."""
        raise NotImplementedError

    def told_at(self) -> datetime | None:
        """When it happened, as somebody typed it; None for now."""
        found: datetime | None = self.cleaned_data["at"]
        return found
