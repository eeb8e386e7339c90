"""What is charted of a recovery: scores, what is looked at, the escort, the instructions, and how the patient left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from tenuto.clinic.infusion.forms.entry import EntryForm
from tenuto.clinic.ui.fields import LineField
from tenuto.core.infusion.entries import (
    Charted,
    EscortSeen,
    InstructionsTaughtBack,
    Leaving,
    PatientLeft,
    PrescriberSaw,
    RecoveryScored,
)
from tenuto.core.infusion.recovery_data import MOST_POINTS, ScoreVariant, recovery_data

__all__ = ["RECOVERY_FORMS", "DischargeForm", "LookForm"]


class ScoreEntry(EntryForm):
    """One score by one printed table. Every item is answered, and none beforehand."""

    variant = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = self.data.get("variant") or self.initial.get("variant", "")
        self.table: ScoreVariant | None = recovery_data().variants.get(str(named))
        for item in self.table.items if self.table else ():
            self.fields[item.id] = forms.TypedChoiceField(
                label=item.title,
                coerce=int,
                widget=forms.RadioSelect,
                choices=[
                    (MOST_POINTS - n, f"{MOST_POINTS - n}: {words}") for n, words in enumerate(item.words)
                ],
            )
        self.set_time_last()

    def clean_variant(self) -> str:
        if self.table is None:
            raise forms.ValidationError("This score is not known here. Open the page again.")
        return self.table.id

    def content(self) -> Charted:
        got, items = self.cleaned_data, self.table.items if self.table else ()
        return RecoveryScored(got["variant"], tuple(got[item.id] for item in items))


class EscortEntry(EntryForm):
    """The adult who is here."""

    name = LineField(label="Name of the adult who is here", max_length=120)
    phone = forms.CharField(label="Phone", max_length=60)

    def content(self) -> Charted:
        return EscortSeen(self.cleaned_data["name"], self.cleaned_data["phone"])


class TaughtEntry(EntryForm):
    """What the patient said back in their own words."""

    points = forms.MultipleChoiceField(label="Said back by the patient", widget=forms.CheckboxSelectMultiple)
    escort = forms.BooleanField(label="The escort has heard them, too", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = self.fields["points"]
        if isinstance(points, forms.MultipleChoiceField):
            points.choices = [(each.id, each.text) for each in recovery_data().teach.values()]

    def content(self) -> Charted:
        got = self.cleaned_data
        return InstructionsTaughtBack(tuple(got["points"]), got["escort"])


class SawEntry(EntryForm):
    """What a prescriber found."""

    found = forms.CharField(label="What you found", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def content(self) -> Charted:
        return PrescriberSaw(self.cleaned_data["found"])


class LeftEntry(EntryForm):
    """A patient who leaves otherwise than by criteria. It is never refused: it happened."""

    how = forms.ChoiceField(
        label="How",
        widget=forms.RadioSelect,
        choices=[
            (Leaving.AGAINST_ADVICE.value, "Against advice"),
            (Leaving.TRANSFERRED.value, "To a hospital"),
            (Leaving.REASONED.value, "A prescriber lets them go"),
        ],
    )
    reason = forms.CharField(
        label="Why, what was advised, and whether the escort was called",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    decided_by = forms.CharField(label="Prescriber who decided or was told", max_length=120, required=False)
    to = forms.CharField(label="Hospital, for a transfer", max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("how") == Leaving.REASONED and not found.get("decided_by"):
            self.add_error("decided_by", "Name the prescriber who lets the patient go.")
        return found

    def content(self) -> Charted:
        got = self.cleaned_data
        return PatientLeft(Leaving(got["how"]), got["reason"], got["decided_by"], got["to"])


RECOVERY_FORMS: Mapping[str, type[EntryForm]] = {
    "RecoveryScored": ScoreEntry,
    "EscortSeen": EscortEntry,
    "InstructionsTaughtBack": TaughtEntry,
    "PrescriberSaw": SawEntry,
    "PatientLeft": LeftEntry,
}


class LookForm(EntryForm):
    """What is looked at. Rows that were not looked at stay empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in recovery_data().rows.values():
            self.fields[row.id] = forms.ChoiceField(
                label=row.title,
                required=False,
                widget=forms.RadioSelect,
                choices=[(each.id, each.words) for each in row.choices],
            )
        self.set_time_last()

    def values(self) -> dict[str, str]:
        """What was chosen, by row; only when valid."""
        got = self.cleaned_data
        return {row: got[row] for row in recovery_data().rows if got[row]}


class DischargeForm(forms.Form):
    """The signature under a discharge by criteria."""

    client_id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": "The page was cut off. Open it again."}
    )
