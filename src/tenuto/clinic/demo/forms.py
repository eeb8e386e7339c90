"""By how many days time is moved."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.moving import check_days_ahead
from tenuto.clinic.demo.forward import LONGEST_DAYS, LONGEST_MINUTES

__all__ = ["ForwardForm", "MinutesForm"]


class ForwardForm(forms.Form):
    """Days that pass."""

    days = forms.IntegerField(
        label="Days that pass",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=7,
        help_text=f"1 to {LONGEST_DAYS}. Each takes a second or two.",
        error_messages={"required": "Say how many days pass."},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clinic = clinic

    def clean_days(self) -> int:
        """So many days only as the clock of the clinic may still be moved."""
        days: int = self.cleaned_data["days"]
        try:
            check_days_ahead(self._clinic, days)
        except ValueError as refused:
            raise forms.ValidationError(str(refused)) from refused
        return days


class MinutesForm(forms.Form):
    """Minutes that pass, as on the day of an infusion."""

    minutes = forms.IntegerField(
        label="Minutes that pass",
        min_value=1,
        max_value=LONGEST_MINUTES,
        help_text=f"1 to {LONGEST_MINUTES}: until the next vital signs, the end of a bag or of a recovery.",
        error_messages={"required": "Say how many minutes pass."},
    )
