"""The forms by which a missed infusion and an event of the course are recorded."""

from __future__ import annotations

from django import forms

from tenuto.clinic.ui.fields import DayField
from tenuto.core.course.facts import CourseEventKind, MissedHow

__all__ = ["EVENT_WORDS", "MISSED_WORDS", "EventForm", "MissedForm"]

MISSED_WORDS = {
    MissedHow.NO_SHOW: "Did not come",
    MissedHow.BY_PATIENT: "The patient cancelled",
    MissedHow.BY_CLINIC: "The clinic cancelled",
}
EVENT_WORDS = {
    CourseEventKind.ANTIDEPRESSANT_CHANGED: "Antidepressant changed",
    CourseEventKind.SUICIDE_ATTEMPT: "Suicide attempt",
    CourseEventKind.ADMISSION: "Admission to hospital",
}
CHOOSE = {"required": "Choose one."}


class MissedForm(forms.Form):
    """An infusion that was planned and not given."""

    on = DayField(label="Planned for")
    how = forms.ChoiceField(
        label="How it came",
        choices=[(how.value, words) for how, words in MISSED_WORDS.items()],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = forms.CharField(
        label="Why", max_length=500, error_messages={"required": "Write in a sentence why it was missed."}
    )


class EventForm(forms.Form):
    """What happened that bears on the interval."""

    kind = forms.ChoiceField(
        label="What happened",
        choices=[(kind.value, words) for kind, words in EVENT_WORDS.items()],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    on = DayField(label="On")
    note = forms.CharField(label="What exactly", max_length=500, required=False)
