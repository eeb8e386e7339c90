"""What can be charted: a form for each kind, named as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from tenuto.clinic.infusion.forms.entry import EntryForm
from tenuto.clinic.infusion.forms.recovering import RECOVERY_FORMS
from tenuto.clinic.ui.fields import NumberField, check_pressure, offer
from tenuto.core.infusion.adverse import adverse_event_kinds
from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    BolusGiven,
    Charted,
    CollisionSettled,
    DistressCharted,
    DrugGiven,
    EmergencyDeclared,
    EmergencyEnded,
    EntryStruck,
    HandedOver,
    LineFlushed,
    LineRecorded,
    NoteWritten,
    PumpPaused,
    PumpResumed,
    PumpStarted,
    PumpStopped,
    RateChanged,
    ReminderAnswered,
    SiteChecked,
    StopCause,
    VerbalOrderSigned,
    VerbalOrderTaken,
    VitalsTaken,
)
from tenuto.core.units import Mg, Ml, MlPerHour

__all__ = ["CAUSES", "FORMS", "EndForm"]


def _number(label: str, unit: str, lowest: str, highest: str) -> NumberField:
    return NumberField(label=label, unit=unit, lowest=Decimal(lowest), highest=Decimal(highest))


class VitalsEntry(EntryForm):
    """Six values. What was not measured stays empty, and the set is not the one that was due."""

    systolic_mmhg = _number("Systolic", "mmHg", "40", "300")
    diastolic_mmhg = _number("Diastolic", "mmHg", "20", "200")
    heart_rate_per_min = _number("Heart rate", "/min", "0", "300")
    spo2_percent = _number("SpO2, %", "%", "30", "100")
    respirations_per_min = _number("Breaths", "/min", "0", "80")
    moaas = _number("MOAA/S", "", "0", "5")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        values = [found.get(name) for name in SIX]
        if not self.errors and all(value is None for value in values):
            self.add_error(None, "Nothing was measured. Enter at least one value.")
        for name in SIX:
            if found.get(name) is not None and found[name] != int(found[name]):
                self.add_error(name, "Enter a whole number.")
        check_pressure(self)
        return found

    def content(self) -> Charted:
        got = self.cleaned_data
        return VitalsTaken(**{name: None if got[name] is None else int(got[name]) for name in SIX})


SIX = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "spo2_percent",
    "respirations_per_min",
    "moaas",
)


def _given(number: Decimal | None, ask: str) -> Decimal:
    if number is None:
        raise forms.ValidationError(ask)
    return number


class RateEntry(EntryForm):
    """Another pump rate."""

    rate = NumberField(label="New rate, mL/h", unit="mL/h", lowest=Decimal(0), highest=Decimal(2000))

    def clean_rate(self) -> Decimal:
        return _given(self.cleaned_data["rate"], "Type the rate that the pump shows.")

    def content(self) -> Charted:
        return RateChanged(MlPerHour(self.cleaned_data["rate"]))


class StartedEntry(RateEntry):
    """A pump that runs already, although nobody opened the gate: charted, and named a deviation."""

    why_ungated = forms.CharField(label="Why it ran before the gate was open", max_length=300)

    def content(self) -> Charted:
        return PumpStarted(MlPerHour(self.cleaned_data["rate"]), self.cleaned_data["why_ungated"])


class PauseEntry(EntryForm):
    """The pump stands still."""

    def content(self) -> Charted:
        return PumpPaused()


class ResumeEntry(EntryForm):
    """The pump runs again."""

    def content(self) -> Charted:
        return PumpResumed()


CAUSES = {
    StopCause.COMPLETED: "The bag is through",
    StopCause.PATIENT: "The patient wanted it",
    StopCause.BLOOD_PRESSURE: "Blood pressure",
    StopCause.SEDATION: "Sedation",
    StopCause.DISTRESS: "Distress",
    StopCause.ADVERSE_EVENT: "An adverse event",
    StopCause.EQUIPMENT: "Equipment",
    StopCause.OTHER: "Other",
}


class StopEntry(EntryForm):
    """The infusion is over."""

    cause = forms.ChoiceField(
        label="Why",
        choices=[(cause.value, words) for cause, words in CAUSES.items()],
        widget=forms.RadioSelect,
    )

    def content(self) -> Charted:
        return PumpStopped(StopCause(self.cleaned_data["cause"]))


class EventEntry(EntryForm):
    """Something unwanted."""

    event = forms.ChoiceField(label="What happened")
    grade = forms.ChoiceField(
        label="Grade",
        choices=[
            ("1", "1, mild"),
            ("2", "2, treated or slowed"),
            ("3", "3, stopped or sent on"),
            ("4", "4, life-threatening"),
            ("5", "5, death"),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="In a few words", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(kind.id, kind.title) for kind in adverse_event_kinds().values()]
        offer(self, "event", [("", "Choose"), *offered])

    def content(self) -> Charted:
        got = self.cleaned_data
        return AdverseEventCharted(got["event"], int(got["grade"]), got["note"])


class DistressEntry(EntryForm):
    """How the patient is, in their own words."""

    distress = forms.TypedChoiceField(
        label="Distress, 0 to 10", coerce=int, choices=[("", "Choose"), *((n, n) for n in range(11))]
    )
    dissociation = forms.TypedChoiceField(
        label="Dissociation, 0 to 10, at the end or on distress",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "Not asked"), *((n, n) for n in range(11))],
    )

    def content(self) -> Charted:
        return DistressCharted(self.cleaned_data["distress"], self.cleaned_data["dissociation"])


class DrugEntry(EntryForm):
    """Another drug."""

    drug = forms.CharField(label="Drug", max_length=80)
    amount = forms.CharField(label="Amount with its unit", max_length=40)
    route = forms.CharField(label="Route", max_length=40)

    def content(self) -> Charted:
        got = self.cleaned_data
        return DrugGiven(got["drug"], got["amount"], got["route"])


class BolusEntry(EntryForm):
    """A dose by hand out of the bag. Where the protocol has none it is charted all the same, and named a deviation."""

    dose = NumberField(label="Bolus, mg", unit="mg", lowest=Decimal(0), highest=Decimal(500))

    def clean_dose(self) -> Decimal:
        return _given(self.cleaned_data["dose"], "Type how many mg were given.")

    def content(self) -> Charted:
        return BolusGiven(Mg(self.cleaned_data["dose"]))


class FlushEntry(EntryForm):
    """The line was flushed."""

    volume = NumberField(label="Flushed with, mL", unit="mL", lowest=Decimal(0), highest=Decimal(250))

    def clean_volume(self) -> Decimal:
        return _given(self.cleaned_data["volume"], "Type how many mL the line was flushed with.")

    def content(self) -> Charted:
        return LineFlushed(Ml(self.cleaned_data["volume"]))


class LineEntry(EntryForm):
    """The line."""

    site = forms.CharField(label="Where it sits", max_length=80)
    gauge = forms.TypedChoiceField(
        label="Gauge",
        coerce=int,
        choices=[("", "Choose"), *((n, f"{n} G") for n in (14, 16, 18, 20, 22, 24, 26))],
    )

    def content(self) -> Charted:
        return LineRecorded(self.cleaned_data["site"], self.cleaned_data["gauge"])


class SiteEntry(EntryForm):
    """The site of the line."""

    sound = forms.ChoiceField(
        label="Site of the line", choices=[("yes", "Sound"), ("no", "Not sound")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="In a few words", max_length=300, required=False)

    def content(self) -> Charted:
        return SiteChecked(self.cleaned_data["sound"] == "yes", self.cleaned_data["note"])


class NoteEntry(EntryForm):
    """Words."""

    text = forms.CharField(label="Note", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def content(self) -> Charted:
        return NoteWritten(self.cleaned_data["text"])


class HandoverEntry(EntryForm):
    """Somebody else takes over."""

    to = forms.CharField(label="To whom", max_length=120)

    def content(self) -> Charted:
        return HandedOver(self.cleaned_data["to"])


class AnswerEntry(EntryForm):
    """What was done about a reminder."""

    reminder = forms.CharField(widget=forms.HiddenInput, max_length=120)
    response = forms.CharField(label="What was done", max_length=300)
    effect = forms.CharField(label="What came of it", max_length=300)

    def content(self) -> Charted:
        got = self.cleaned_data
        return ReminderAnswered(got["reminder"], got["response"], got["effect"])


class VerbalOrderEntry(EntryForm):
    """An order by word of mouth. It counts as taken only once it was read back."""

    text = forms.CharField(label="The order, word for word: what, how much, how", max_length=300)
    ordered_by = forms.CharField(label="Prescriber who gave it", max_length=120)
    read_back = forms.BooleanField(
        label="Read back to them, and confirmed",
        error_messages={"required": "Read it back first; who gave it confirms."},
    )

    def content(self) -> Charted:
        got = self.cleaned_data
        return VerbalOrderTaken(got["text"], got["ordered_by"], got["read_back"])


class OrderSignedEntry(EntryForm):
    """Who gave an order by word of mouth stands for it."""

    order = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def content(self) -> Charted:
        return VerbalOrderSigned(self.cleaned_data["order"])


class EmergencyEntry(EntryForm):
    """An emergency begins."""

    def content(self) -> Charted:
        return EmergencyDeclared()


class EmergencyOverEntry(EntryForm):
    """An emergency is over."""

    outcome = forms.CharField(label="How it ended", max_length=300)

    def content(self) -> Charted:
        return EmergencyEnded(self.cleaned_data["outcome"])


class StrikeEntry(EntryForm):
    """An entry that was made in error."""

    amends = forms.CharField(widget=forms.HiddenInput, max_length=64)
    why = forms.CharField(label="Why it is wrong", max_length=300)

    def content(self) -> Charted:
        return EntryStruck()


class SettleEntry(EntryForm):
    """Two entries that collided are both right."""

    entry = forms.CharField(widget=forms.HiddenInput, max_length=64)
    other = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    why = forms.CharField(label="Why both are right", max_length=300)

    def content(self) -> Charted:
        got = self.cleaned_data
        return CollisionSettled(got["entry"], got["other"], got["why"])


FORMS: Mapping[str, type[EntryForm]] = {
    "VitalsTaken": VitalsEntry,
    "RateChanged": RateEntry,
    "PumpStarted": StartedEntry,
    "PumpPaused": PauseEntry,
    "PumpResumed": ResumeEntry,
    "PumpStopped": StopEntry,
    "AdverseEventCharted": EventEntry,
    "BolusGiven": BolusEntry,
    "LineFlushed": FlushEntry,
    "DistressCharted": DistressEntry,
    "DrugGiven": DrugEntry,
    "LineRecorded": LineEntry,
    "SiteChecked": SiteEntry,
    "NoteWritten": NoteEntry,
    "HandedOver": HandoverEntry,
    "VerbalOrderTaken": VerbalOrderEntry,
    "VerbalOrderSigned": OrderSignedEntry,
    "ReminderAnswered": AnswerEntry,
    "EmergencyDeclared": EmergencyEntry,
    "EmergencyEnded": EmergencyOverEntry,
    "EntryStruck": StrikeEntry,
    "CollisionSettled": SettleEntry,
    **RECOVERY_FORMS,
}


class EndForm(forms.Form):
    """The end of a session."""

    debrief = forms.CharField(
        label="What the patient says, and what to do otherwise next time",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
