"""The forms by which a check of long-term safety is recorded: one for each, and a prescriber's reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from tenuto.clinic.intake.api import Value
from tenuto.clinic.ui.fields import DayField, NumberField, check_pressure
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.policy import Policy

__all__ = ["CHECK_FORMS", "CheckForm", "GoOnForm"]

YES_NO = (("no", "No"), ("yes", "Yes"))
CHOOSE = {"required": "Choose an answer."}


class CheckForm(forms.Form):
    """The day, and what was found."""

    on = DayField(label="Done on")

    def __init__(self, *args: Any, policy: Policy, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": today}
        super().__init__(*args, **kwargs)
        self.today = today
        for name, field in self.entries(policy).items():
            self.fields[name] = field

    def entries(self, policy: Policy) -> Mapping[str, forms.Field]:
        """The fields of the check."""
        raise NotImplementedError

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError("This day is in the future. Record the check after it was done.")
        return on

    def readings(self) -> Mapping[str, Value]:
        """Measured values by kind."""
        return {}

    def words(self) -> Mapping[str, str]:
        """Results that are told in a word, by fact."""
        return {}

    def entered(self) -> Mapping[str, str]:
        """What is the check's own."""
        return {}


def _both(form: forms.Form, names: Iterable[str]) -> None:
    """Every one of these is needed."""
    for name in names:
        if form.cleaned_data.get(name) is None and name not in form.errors:
            form.add_error(name, "Enter the value.")


class LiverForm(CheckForm):
    """ALT and AST with the laboratory's upper limit, without which neither says anything."""

    def entries(self, policy: Policy) -> Mapping[str, forms.Field]:
        found: dict[str, forms.Field] = {}
        for name in ("alt", "ast"):
            least, most = (policy.number(f"plausible_{end}_{name}_u_per_l") for end in ("min", "max"))
            found[name] = NumberField(unit="U/L", lowest=least, highest=most, label=f"{name.upper()}, U/L")
            found[f"{name}_high"] = NumberField(
                unit="U/L",
                lowest=least,
                highest=Decimal(1000),
                label=f"{name.upper()}, upper limit of normal",
            )
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _both(self, ("alt", "alt_high", "ast", "ast_high"))
        return cleaned

    def readings(self) -> Mapping[str, Value]:
        got = self.cleaned_data
        return {f"{name}_u_per_l": Value(got[name], got[f"{name}_high"]) for name in ("alt", "ast")}


class PressureForm(CheckForm):
    """A blood pressure at rest, outside an infusion."""

    def entries(self, policy: Policy) -> Mapping[str, forms.Field]:
        return {
            half: NumberField(
                unit="mmHg",
                lowest=policy.number(f"plausible_min_{half}_mmhg"),
                highest=policy.number(f"plausible_max_{half}_mmhg"),
                by_policy=True,
                label=f"{half.capitalize()}, mmHg",
            )
            for half in ("systolic", "diastolic")
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _both(self, ("systolic", "diastolic"))
        check_pressure(self, "systolic", "diastolic")
        return cleaned

    def readings(self) -> Mapping[str, Value]:
        return {f"{half}_mmhg": Value(self.cleaned_data[half]) for half in ("systolic", "diastolic")}


class UrinaryForm(CheckForm):
    """A dipstick, the symptoms in a word, or a scale with its total: at least one."""

    HIGHEST = {"icsi": 20, "bpicss": 38}

    def entries(self, policy: Policy) -> Mapping[str, forms.Field]:
        dipstick = (
            ("", "Not done"),
            ("normal", "Normal"),
            ("abnormal", "Abnormal, no blood"),
            ("blood", "Blood"),
        )
        symptoms = (("", "Not asked"), ("none", "None"), ("mild", "Mild"), ("marked", "Marked, or pain"))
        scales = (("", "None"), ("icsi", "ICSI, 0 to 20"), ("bpicss", "BPIC-SS, 0 to 38"))
        return {
            "dipstick": forms.ChoiceField(label="Dipstick", choices=dipstick, required=False),
            "symptoms": forms.ChoiceField(label="Bladder symptoms", choices=symptoms, required=False),
            "scale": forms.ChoiceField(label="Scale", choices=scales, required=False),
            "score": forms.IntegerField(
                label="Total of the scale", min_value=0, max_value=38, required=False
            ),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        scale, score = cleaned.get("scale"), cleaned.get("score")
        if not scale and score is not None:
            self.add_error("scale", "Choose which scale has this total.")
        if scale and score is None and "score" not in self.errors:
            self.add_error("score", "Enter the total of the scale.")
        if scale and score is not None and score > self.HIGHEST[scale]:
            self.add_error("score", f"This scale ends at {self.HIGHEST[scale]}. Correct the total.")
        if not self.errors and not any(cleaned.get(name) for name in ("dipstick", "symptoms", "scale")):
            self.add_error(None, "Enter a dipstick, the symptoms or a scale.")
        return cleaned

    def words(self) -> Mapping[str, str]:
        told = {
            "lab.urinalysis": self.cleaned_data["dipstick"],
            "urinary.symptoms": self.cleaned_data["symptoms"],
        }
        return {fact: word for fact, word in told.items() if word}

    def entered(self) -> Mapping[str, str]:
        got = self.cleaned_data
        return {"scale": got["scale"], "score": str(got["score"])} if got["scale"] else {}


class CognitionForm(CheckForm):
    """The total of a screen of 30 points."""

    def entries(self, policy: Policy) -> Mapping[str, forms.Field]:
        return {
            "score": forms.IntegerField(
                label="MoCA total, 0 to 30",
                min_value=0,
                max_value=30,
                error_messages={"required": "Enter the total."},
            )
        }

    def entered(self) -> Mapping[str, str]:
        return {"score": str(self.cleaned_data["score"])}


class MisuseForm(CheckForm):
    """Ketamine outside treatment, wishes for more, craving, and the query of the prescription monitoring."""

    def entries(self, policy: Policy) -> Mapping[str, forms.Field]:
        monitoring = (
            ("clear", "Queried, nothing found"),
            ("found", "Queried, something found"),
            ("not_done", "Not queried"),
        )
        return {
            "outside": _choice("Ketamine that was not prescribed here, in the last 3 months", YES_NO),
            "early": _choice("Asked for more, or for an earlier infusion, without worse scores", YES_NO),
            "craving": forms.IntegerField(
                label="Strongest craving since the last visit, 0 to 10", min_value=0, max_value=10,
                error_messages={"required": "Enter 0 to 10."},
            ),
            "monitoring": _choice("Prescription monitoring", monitoring),
        }  # fmt: skip

    def entered(self) -> Mapping[str, str]:
        return {name: str(self.cleaned_data[name]) for name in ("outside", "early", "craving", "monitoring")}


def _choice(label: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(choices), widget=forms.RadioSelect, error_messages=CHOOSE
    )


class GoOnForm(forms.Form):
    """Why the course goes on although a check holds."""

    ground = forms.CharField(max_length=160, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why the course goes on all the same",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write in a sentence why."},
    )


CHECK_FORMS: Mapping[CheckKind, type[CheckForm]] = {
    CheckKind.URINARY: UrinaryForm,
    CheckKind.LIVER: LiverForm,
    CheckKind.COGNITION: CognitionForm,
    CheckKind.BLOOD_PRESSURE: PressureForm,
    CheckKind.MISUSE: MisuseForm,
}
