"""The clinical judgements that nobody has recorded whose they are, asked where a prescriber decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tenuto.clinic.intake.forms.answers import field_of
from tenuto.core.intake.steps import Question

__all__ = ["JudgementsForm"]


class JudgementsForm(forms.Form):
    """One field `q-<fact>` for each; none has an answer before somebody gives one."""

    def __init__(self, data: Any, questions: Sequence[Question], prescribers: Sequence[str]) -> None:
        super().__init__(data)
        for question in questions:
            self.fields[f"q-{question.fact.id}"] = field_of(question, value="", prescribers=prescribers)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.given():
            raise forms.ValidationError("Nothing was answered. Answer what you have judged.")
        return cleaned

    def given(self) -> dict[str, str]:
        """What was answered, by fact."""
        return {name.removeprefix("q-"): text for name, text in self.cleaned_data.items() if text}
