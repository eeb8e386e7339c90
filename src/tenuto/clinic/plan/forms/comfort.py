"""The comfort card as it is asked. Everything may be left open; nothing is assumed for the patient."""

from __future__ import annotations

from typing import Any

from django import forms

from tenuto.clinic.plan.models import ComfortCard

__all__ = ["ComfortForm"]


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "Not asked"), *choices])


class ComfortForm(forms.Form):
    """Position, light, sound, imagery, touch and the intention in the patient's own words."""

    position = _choice("Position", ComfortCard.Position.choices)
    light = _choice("Light", ComfortCard.Light.choices)
    sound = _choice("Sound", ComfortCard.Sound.choices)
    sound_note = forms.CharField(label="Which music", required=False, max_length=200)
    imagery = _choice("Guided imagery", ComfortCard.Imagery.choices)
    imagery_note = forms.CharField(label="Which imagery", required=False, max_length=200)
    touch = _choice("Touch", ComfortCard.Touch.choices)
    intention = forms.CharField(
        label="Intention, in the patient's own words",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    note = forms.CharField(
        label="What else helps", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    @classmethod
    def of(cls, card: ComfortCard | None) -> ComfortForm:
        """The form filled with a card."""
        names = [name for name in cls.base_fields if name != "seen"]
        filled = {name: getattr(card, name) for name in names} if card else {}
        return cls(initial={**filled, "seen": card.number if card else 0})
