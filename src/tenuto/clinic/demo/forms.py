"""By how many days time is moved."""

from __future__ import annotations

from django import forms

from tenuto.clinic.demo.forward import LONGEST_DAYS

__all__ = ["ForwardForm"]


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
