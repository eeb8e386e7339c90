"""The forms by which a course is tapered off, completed or taken up again, and by which its visits are planned and recorded."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.ui.fields import DayField, LineField, whole_number
from tenuto.core.course.beside import BesideKind

__all__ = ["BESIDE_WORDS", "BesidePlanForm", "BesideVisitForm", "CompleteForm", "ResumeForm", "TaperForm"]

BESIDE_WORDS = {BesideKind.FOLLOW_UP: "Follow-up visit", BesideKind.PSYCHOTHERAPY: "Psychotherapy"}
KINDS = [(kind.value, words) for kind, words in BESIDE_WORDS.items()]
CHOOSE = {"required": "Choose one."}


class _Reasoned(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write in a sentence why."},
    )


class TaperForm(_Reasoned):
    """The intervals of the infusions that are still given."""

    intervals = forms.CharField(
        label="Days between the infusions that are left",
        max_length=60,
        help_text="One number for each infusion, such as 35, 42, 49. Each is as long as the one before, or a step longer.",
        error_messages={"required": "Write the days, such as 35, 42, 49."},
    )
    field_order = ("intervals", "reason")

    def clean_intervals(self) -> tuple[int, ...]:
        """The numbers; anything else is said with its word."""
        parts = self.cleaned_data["intervals"].replace(";", ",").replace(",", " ").split()
        for part in parts:
            if not whole_number(part):
                raise ValidationError(f"“{part}” is no number of days. Write the days, such as 35, 42, 49.")
        return tuple(whole_number(part) for part in parts)


class CompleteForm(_Reasoned):
    """By when the person is seen again."""

    follow_up_by = DayField(label="Seen again by", error_messages={"required": "Choose a day."})
    field_order = ("follow_up_by", "reason")


class ResumeForm(_Reasoned):
    """Why the course goes on as signed."""


class BesidePlanForm(forms.Form):
    """How often a visit is held, and with whom."""

    kind = forms.ChoiceField(label="Visit", choices=KINDS, widget=forms.RadioSelect, error_messages=CHOOSE)
    every_days = forms.IntegerField(
        label="Every so many days",
        required=False,
        min_value=1,
        max_value=366,
        help_text="Leave empty to end what was agreed.",
    )
    with_name = LineField(label="With", required=False, max_length=200)


class BesideVisitForm(forms.Form):
    """A visit that took place."""

    kind = forms.ChoiceField(label="Visit", choices=KINDS, widget=forms.RadioSelect, error_messages=CHOOSE)
    held_on = DayField(label="Held on")
    with_name = LineField(
        label="With", required=False, max_length=200, help_text="Empty when you held it yourself."
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def check_day(self, today: date) -> bool:
        """Whether the day has come; else the form says so."""
        if self.cleaned_data["held_on"] <= today:
            return True
        self.add_error("held_on", "The day is in the future. Record a visit after it took place.")
        return False
