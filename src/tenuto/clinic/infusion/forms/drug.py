"""What is drawn for a session, and what is wasted of it. Nothing is preset."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from tenuto.clinic.ui.fields import NumberField
from tenuto.core.units import Mg, Ml

__all__ = ["DrawForm", "WasteDrugForm"]

CUT_OFF = {"required": "The page was cut off. Open it again."}


class DrawForm(forms.Form):
    """Out of which vial, and how much."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, error_messages=CUT_OFF)
    vial = forms.CharField(label="Number on the vial, scanned or typed", max_length=60)
    volume = NumberField(label="Drawn, mL", unit="mL", lowest=Decimal(0), highest=Decimal(100))

    def clean_volume(self) -> Ml:
        found: Decimal | None = self.cleaned_data["volume"]
        if not found:
            raise forms.ValidationError("Type how many mL are drawn.")
        return Ml(found)


class WasteDrugForm(forms.Form):
    """What is left of the drug of a session."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, error_messages=CUT_OFF)
    mass = NumberField(label="Not given, mg", unit="mg", lowest=Decimal(0), highest=Decimal(1000))
    where = forms.ChoiceField(
        label="Where it is",
        widget=forms.RadioSelect,
        choices=[("waste", "Made unusable"), ("residual", "Stays in bag, line and syringe")],
    )
    how = forms.CharField(label="How it was made unusable", max_length=200, required=False)

    def clean_mass(self) -> Mg:
        found: Decimal | None = self.cleaned_data["mass"]
        if not found:
            raise forms.ValidationError("Type how many mg are left.")
        return Mg(found)

    def clean(self) -> None:
        found = super().clean() or {}
        if found.get("where") == "waste" and not found.get("how"):
            self.add_error("how", "Say how it was made unusable.")
