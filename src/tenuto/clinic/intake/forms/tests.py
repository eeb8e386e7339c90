"""Results of tests: enzymes with the laboratory's own limit, and results that are told in a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.intake.services.measurements import Value
from tenuto.clinic.ui.fields import DayField, NumberField

__all__ = ["ENZYMES", "WORDS", "TestsForm"]

ENZYMES = {"alt_u_per_l": "ALT", "ast_u_per_l": "AST", "alp_u_per_l": "ALP", "ggt_u_per_l": "GGT"}
WORDS = {
    "lab.drug_screen": ("Urine drug screen", ("negative", "positive", "ketamine positive", "refused")),
    "lab.urinalysis": ("Urinalysis", ("normal", "abnormal", "blood")),
    "urinary.symptoms": ("Urinary symptoms", ("none", "mild", "marked")),
    "lab.ecg": ("ECG", ("normal", "abnormal")),
    "lab.tsh": ("TSH", ("normal", "abnormal")),
    "pregnancy.test": ("Pregnancy test", ("negative", "positive", "refused", "unknown")),
}
"""Label and words by fact. Unknown is an answer that is kept and still counts as missing (hazard H30)."""


_REPORTED = re.compile(r"(?P<value>[^()]*?)\s*(?:\((?P<limit>[^()]*)\))?\Z")


class EnzymeField(forms.CharField):
    """An enzyme as the laboratory reports it: the value, and its upper limit in brackets, such as 31 (40)."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "31 (40)"}),
        )
        self.value = NumberField(unit="U/L", lowest=Decimal(0), highest=Decimal(20000))
        self.limit = NumberField(unit="U/L", lowest=Decimal(1), highest=Decimal(2000))

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        found = _REPORTED.match(text)
        if found is None:
            raise ValidationError(
                f"“{text}” can't be read. Write the value, and the upper limit in brackets: 31 (40)."
            )
        number = self.value.clean(found["value"])
        if number is None:
            if found["limit"]:
                raise ValidationError("There is an upper limit but no value. Write the value before it.")
            return None
        # A range such as 10-40, or <40, ends in the upper limit.
        return Value(number, self.limit.clean(re.split(r"[-–<≤]", found["limit"] or "")[-1]))


class TestsForm(forms.Form):
    """Only what came back is filled in; all of it has the day on which the sample was taken."""

    taken = DayField(label="Day of the sample")

    def __init__(self, data: Any = None, *, today: date, shows: Callable[[str], bool]) -> None:
        super().__init__(data, initial={"taken": today})
        self.today = today
        for kind, label in ENZYMES.items():
            self.fields[kind] = EnzymeField(label=f"{label}, U/L (upper limit)")
        self.fields["egfr_ml_per_min"] = NumberField(
            label="eGFR, mL/min/1.73 m²", unit="mL/min", lowest=Decimal(1), highest=Decimal(300)
        )
        for fact_id, (label, words) in WORDS.items():
            if shows(fact_id):
                choices = [("", "Not done now"), *((word, word.capitalize()) for word in words)]
                self.fields[fact_id] = forms.ChoiceField(label=label, choices=choices, required=False)

    @property
    def enzymes(self) -> list[Any]:
        """The enzymes, each with its upper limit."""
        return [self[kind] for kind in ENZYMES]

    @property
    def others(self) -> list[Any]:
        """The results told in a word."""
        return [self[name] for name in WORDS if name in self.fields]

    def clean_taken(self) -> date:
        taken: date = self.cleaned_data["taken"]
        if taken > self.today:
            raise ValidationError("The day is in the future. Correct it.")
        return taken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.values() and not self.words():
            raise ValidationError("No result was entered.")
        return cleaned

    def values(self) -> dict[str, Value]:
        """The measured results, by kind."""
        found: dict[str, Value] = {kind: v for kind in ENZYMES if (v := self.cleaned_data.get(kind))}
        if (egfr := self.cleaned_data.get("egfr_ml_per_min")) is not None:
            found["egfr_ml_per_min"] = Value(egfr)
        return found

    def words(self) -> dict[str, str]:
        """The results told in a word, by fact."""
        return {name: self.cleaned_data[name] for name in WORDS if self.cleaned_data.get(name)}
