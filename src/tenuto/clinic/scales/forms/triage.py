"""The triage level, what it rests on, and the answers of a screen where one was used."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.core.scales.reading import instrument
from tenuto.core.scales.suicide_triage import SENTENCE, RiskLevel, level_rules
from tenuto.core.sentences import is_sentence

__all__ = ["TriageForm"]


class TriageForm(forms.Form):
    """A level that a clinician found. The screen informs it and is shown as items without text until licensed."""

    level = forms.ChoiceField(
        label="Level",
        choices=[
            (rule.level.name, f"{rule.level.name.capitalize()}: {rule.title}")
            for rule in level_rules().values()
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the level that you found."},
    )
    rests_on = forms.CharField(
        label="What the level rests on",
        help_text="The interview, the screen, who told you. A level below what the screen shows needs the reason.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": SENTENCE},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for item in instrument("cssrs_screener").items:
            self.fields[f"screen-{item.id}"] = forms.ChoiceField(
                label=item.text, choices=[("", "Not asked"), ("0", "No"), ("1", "Yes")], required=False
            )

    def clean_rests_on(self) -> str:
        """What the level rests on, which others act on: refused when it says nothing."""
        said: str = self.cleaned_data["rests_on"]
        if not is_sentence(said):
            raise forms.ValidationError(SENTENCE)
        return said

    @property
    def screen_items(self) -> list[Any]:
        """The questions of the screen."""
        return [self[name] for name in self.fields if name.startswith("screen-")]

    def found(self) -> RiskLevel:
        """The chosen level."""
        return RiskLevel[self.cleaned_data["level"]]

    def screen(self) -> dict[str, int | None] | None:
        """The answers of the screen; None when it was not used."""
        given = {
            name.removeprefix("screen-"): self.cleaned_data.get(name, "")
            for name in self.fields
            if name.startswith("screen-")
        }
        answers = {item: int(value) if value else None for item, value in given.items()}
        return answers if any(value is not None for value in answers.values()) else None
