"""What a stranger may ask about 100 people: three choices, nothing to type."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.core.durability.evidence import series
from tenuto.core.durability.population import CONDITIONS, SETTINGS
from tenuto.core.forecast.crowd import CrowdQuestion

__all__ = ["CONDITION_WORDS", "SETTING_WORDS", "HundredForm"]

CONDITION_WORDS = {
    "depression": "Depression",
    "bipolar": "Bipolar depression",
    "ptsd": "PTSD",
    "ocd": "OCD",
    "suicidal_ideation": "Thoughts of suicide",
    "anxiety": "Anxiety",
    "substance_use": "Substance use",
    "crps": "CRPS",
    "fibromyalgia": "Fibromyalgia",
    "neuropathic_pain": "Nerve pain",
    "phantom_limb": "Phantom limb pain",
    "migraine": "Migraine",
}
SETTING_WORDS = {
    "clinic": "A clinic, as an outpatient",
    "inpatient": "A hospital, as an inpatient",
    "add_on_trial": "A trial, other treatment went on",
    "washout_trial": "A trial, other medicines were stopped",
}


class HundredForm(forms.Form):
    """Condition, infusions and setting; depression, six infusions and a clinic unless something is asked."""

    condition = forms.ChoiceField(
        label="Condition",
        choices=[(key, words) for key, words in CONDITION_WORDS.items() if key in CONDITIONS],
    )
    infusions = forms.TypedChoiceField(
        label="Infusions",
        coerce=int,
        choices=[(count, one.title[:1].upper() + one.title[1:]) for count, one in series().items()],
    )
    setting = forms.ChoiceField(
        label="Where", choices=[(key, words) for key, words in SETTING_WORDS.items() if key in SETTINGS]
    )

    def __init__(self, asked: dict[str, Any]) -> None:
        usual = {"condition": "depression", "infusions": "6", "setting": "clinic"}
        super().__init__({key: asked.get(key, value) for key, value in usual.items()})

    @property
    def question(self) -> CrowdQuestion:
        """What is asked; only of a valid form."""
        got = self.cleaned_data
        return CrowdQuestion(got["condition"], got["infusions"], got["setting"])
