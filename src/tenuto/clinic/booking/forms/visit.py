"""Moving one visit, ending it, and saying that the patient comes late."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.booking.forms.asking import ChosenPlaces, ClockField
from tenuto.clinic.booking.models import Appointment, AppointmentEnd
from tenuto.clinic.booking.services.late import MOST_LATE_MINUTES
from tenuto.clinic.ui.fields import DayField, LineField, offer

__all__ = ["EndVisitForm", "LateForm", "MoveForm", "MoveOtherForm", "OtherVisitForm", "RescueForm"]

REASONS = (
    "The patient asked for it.",
    "The patient is ill.",
    "Nobody can take the patient home.",
    "The clinic has no room or staff then.",
    "A prescriber asked for it.",
)


class VisitReasonForm(forms.Form):
    """Why: one of the usual reasons, or in words."""

    reason = forms.ChoiceField(
        label="Why",
        choices=[("", "Choose, or write it"), *((each, each.rstrip(".")) for each in REASONS)],
        required=False,
    )
    words = forms.CharField(label="In words", max_length=400, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        why = " ".join(filter(None, [cleaned.get("reason", ""), cleaned.get("words", "")]))
        if not why:
            self.add_error("words", "Write in a few words why.")
        cleaned["why"] = why
        return cleaned


class MoveForm(VisitReasonForm):
    """To one place."""

    visits = ChosenPlaces()


class MoveOtherForm(VisitReasonForm):
    """A visit that is no infusion, to another time, room or person."""

    on = DayField(label="On")
    time = ClockField(label="At")
    room = forms.ChoiceField(label="Where", required=False)
    with_name = LineField(label="With", max_length=80, required=False)
    field_order = ("on", "time", "room", "with_name", "reason", "words")

    def __init__(self, data: Any = None, *, rooms: tuple[str, ...], initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="id_move_%s")
        offer(self, "room", [("", "By phone"), *((room, room) for room in rooms)])


class EndVisitForm(VisitReasonForm):
    """Cancelled, or missed once it began."""

    kind = forms.ChoiceField(
        label="What happened",
        widget=forms.RadioSelect,
        choices=[
            (AppointmentEnd.Kind.CANCELLED.value, "Cancel the visit"),
            (AppointmentEnd.Kind.MISSED.value, "Did not come"),
        ],
    )
    field_order = ("kind", "reason", "words")


class LateForm(forms.Form):
    """By how much."""

    minutes = forms.IntegerField(
        label="Minutes late",
        min_value=1,
        max_value=MOST_LATE_MINUTES,
        error_messages={"required": "Give the minutes."},
    )


class RescueForm(forms.Form):
    """Using the slot that was kept."""

    why = forms.CharField(
        label="Why now", max_length=400, error_messages={"required": "Write in a sentence why."}
    )


class OtherVisitForm(forms.Form):
    """A visit that is no infusion."""

    kind = forms.ChoiceField(
        label="Visit",
        choices=[(k.value, k.label) for k in Appointment.Kind if k not in Appointment.IN_A_CHAIR],
    )
    on = DayField(label="On")
    time = ClockField(label="At")
    room = forms.ChoiceField(label="Where", required=False)
    with_name = LineField(label="With", max_length=80, required=False)

    def __init__(self, data: Any = None, *, rooms: tuple[str, ...]) -> None:
        super().__init__(data, auto_id="id_other_%s")
        offer(self, "room", [("", "By phone"), *((room, room) for room in rooms)])
