"""What a device sends with an entry that it saved first."""

from __future__ import annotations

from django import forms

from tenuto.clinic.infusion.services import SavedFirst
from tenuto.clinic.ui.fields import MomentField

__all__ = ["SavedForm"]

CUT_OFF = "The entry was cut off on its way. It stays saved on the device; reload the page there."


class SavedForm(forms.Form):
    """Of which session it is, whose, when it was charted by the server's clock as the device knew it, and what its page knew."""

    session = forms.UUIDField(error_messages={"required": CUT_OFF, "invalid": CUT_OFF})
    saved_by = forms.CharField(max_length=64, error_messages={"required": CUT_OFF})
    charted_at = MomentField(error_messages={"required": CUT_OFF, "invalid": CUT_OFF})
    ahead_seconds = forms.IntegerField(
        min_value=-(2**31), max_value=2**31 - 1, error_messages={"required": CUT_OFF}
    )
    seen_event = forms.IntegerField(min_value=0, max_value=2**62, error_messages={"required": CUT_OFF})

    def saved_first(self) -> SavedFirst:
        """What it says besides; only when valid."""
        got = self.cleaned_data
        return SavedFirst(got["seen_event"], got["ahead_seconds"], got["charted_at"])
