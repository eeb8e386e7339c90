"""The rows of the lists of a history: diagnoses, trials, medicines, allergies. Each is a form of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from tenuto.clinic.intake.forms.answers import LONGEST, PastDayField
from tenuto.core.intake.diagnosis_codes import known_code, name_of, picked
from tenuto.core.intake.facts import ProblemStatus
from tenuto.core.intake.history import trial_of
from tenuto.core.intake.steps import Rows

__all__ = ["ROW_FORMS", "RowForm"]

STATUS = [
    (ProblemStatus.ACTIVE.value, "Active"),
    (ProblemStatus.REMISSION.value, "In remission"),
    (ProblemStatus.RESOLVED.value, "Resolved"),
    (ProblemStatus.REFUTED.value, "Refuted"),
]
RESPONSE = [
    (text, text.capitalize())
    for text in ("no response", "partial response", "response", "remission", "not borne")
]
EMPTY = "It is empty. Fill it in, or take the row off the list."
ADEQUATE = [("yes", "Adequate"), ("no", "Not adequate"), ("unclear", "Unclear")]


def _line(label: str, *, needed: bool = False, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=needed,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
        error_messages={"required": EMPTY},
    )


def _choice(label: str, words: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "Not recorded"), *words])


class RowForm(forms.Form):
    """One row. What it holds is kept as words by name."""

    use_required_attribute = False

    def words(self) -> dict[str, str]:
        """What stands in the row, as it is kept."""
        told = {name: _word(value) for name, value in self.cleaned_data.items()}
        return {name: word for name, word in told.items() if word}


def _word(value: Any) -> str:
    return (
        value.isoformat()
        if isinstance(value, date)
        else " ".join(str(value if value is not None else "").split())
    )


class DiagnosisRow(RowForm):
    """A diagnosis, picked from the list or written, with its code and status."""

    text = _line("Diagnosis", list="diagnoses")
    code = _line("ICD-10-CM or SNOMED CT code")
    status = forms.ChoiceField(label="Status", required=False, choices=STATUS, initial="active")
    onset = PastDayField(label="Since", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["text"], of_list = picked(cleaned.get("text", ""))
        code = cleaned.get("code", "").strip() or of_list
        cleaned["system"] = self.initial.get("system", "")
        if code and code != self.initial.get("code"):
            known = known_code(code)
            if known is None:
                self.add_error(
                    "code",
                    f"“{code[:20]}” is not a code that is known here. Choose the diagnosis from the list, or correct the "
                    "code; without one, leave it empty and write the diagnosis in words.",
                )
            else:
                code = known.code
                cleaned["system"] = known.system if known.system == "snomed" else ""
                cleaned["text"] = cleaned["text"] or name_of(known)
        cleaned["code"] = code
        if not cleaned["text"] and not self.errors:
            self.add_error("text", EMPTY)
        return cleaned

    def words(self) -> dict[str, str]:
        told = super().words()
        return {name: word for name, word in told.items() if (name, word) != ("status", "active")}


class TrialRow(RowForm):
    """One earlier treatment: field by field, or all in the line of the treatment as it is read back."""

    drug = _line(
        "Treatment", needed=True, placeholder="sertraline 150 mg for 10 weeks: no response, adequate"
    )
    dose = _line("Highest dose")
    weeks = forms.IntegerField(
        label="Weeks",
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Write a whole number."},
    )
    response = _choice("Response", RESPONSE)
    adequate = _choice("Adequate trial", ADEQUATE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        others = [name for name in self.fields if name != "drug" and cleaned.get(name) not in (None, "")]
        return cleaned if others or self.errors else {**cleaned, **trial_of(cleaned["drug"])}


class MedicineRow(RowForm):
    """One medicine."""

    text = _line("Medicine", needed=True)
    dose = _line("Dose and how often")
    last_taken = PastDayField(label="Last taken", required=False)


class AllergyRow(RowForm):
    """One allergy."""

    text = _line("Substance", needed=True)
    reaction = _line("What it did")


ROW_FORMS: Mapping[Rows, type[RowForm]] = {
    Rows.DIAGNOSIS: DiagnosisRow,
    Rows.TRIAL: TrialRow,
    Rows.MEDICINE: MedicineRow,
    Rows.ALLERGY: AllergyRow,
}
