"""The form by which a course is reviewed."""

from __future__ import annotations

from django import forms

from tenuto.clinic.outcomes.models import CourseReview
from tenuto.core.outcomes.decisions import ReviewKind

__all__ = ["CourseReviewForm"]


class CourseReviewForm(forms.Form):
    """What is decided, and why; nothing is chosen before."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.name) for kind in ReviewKind], widget=forms.HiddenInput
    )
    outcome = forms.ChoiceField(
        label="What is decided",
        choices=CourseReview.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is decided."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write in a sentence why."},
    )
