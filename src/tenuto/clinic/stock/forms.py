"""What is written in the drug ledger by hand: a form for each kind, named as it is kept. Nothing is preset, no strength is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from tenuto.clinic.ui.fields import DayField, NumberField, offer
from tenuto.core.plan.product import labelled_strengths
from tenuto.core.stock.clocks import loss_clocks
from tenuto.core.stock.entries import (
    LossReported,
    StockContent,
    VialAdjusted,
    VialCounted,
    VialLoss,
    VialReceived,
    VialReturned,
    VialWaste,
)
from tenuto.core.units import MgPerMl, Ml, plain

__all__ = ["STOCK_FORMS", "SpanForm", "StockForm"]


class StockForm(forms.Form):
    """What every entry has."""

    client_id = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": "The page was cut off. Open it again."}
    )
    vial = forms.CharField(label="Number on the vial, scanned or typed", max_length=60)

    def content(self) -> StockContent:
        """What is written; only when valid."""
        raise NotImplementedError


class _VolumeForm(StockForm):
    volume = NumberField(label="Volume, mL", unit="mL", lowest=Decimal(0), highest=Decimal(100))

    def clean_volume(self) -> Decimal:
        found: Decimal | None = self.cleaned_data["volume"]
        if found is None:
            raise forms.ValidationError("Type how many mL.")
        return found

    @property
    def ml(self) -> Ml:
        return Ml(self.cleaned_data["volume"])


class ReceiveForm(_VolumeForm):
    """A vial that came in."""

    ndc = forms.CharField(label="NDC", max_length=20)
    lot = forms.CharField(label="Lot", max_length=40)
    expires = DayField(label="Expires")
    strength = forms.ChoiceField(label="Strength printed on the vial", widget=forms.RadioSelect)
    supplier = forms.CharField(label="Supplier, address and DEA number", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "strength", [(plain(each.base.value), str(each.base)) for each in labelled_strengths()])

    def content(self) -> StockContent:
        got = self.cleaned_data
        return VialReceived(
            got["vial"],
            got["ndc"],
            got["lot"],
            got["expires"],
            MgPerMl(got["strength"]),
            self.ml,
            got["supplier"],
        )


class CountForm(_VolumeForm):
    """What you find in a vial; somebody else counts it, too."""

    def content(self) -> StockContent:
        return VialCounted(self.cleaned_data["vial"], self.ml)


class WasteForm(_VolumeForm):
    """What is left in an opened vial."""

    how = forms.CharField(label="How it was made unusable", max_length=200)

    def content(self) -> StockContent:
        return VialWaste(self.cleaned_data["vial"], self.ml, self.cleaned_data["how"])


class ReturnForm(_VolumeForm):
    """A vial that leaves."""

    to = forms.CharField(label="To whom, with their DEA number", max_length=200)

    def content(self) -> StockContent:
        return VialReturned(self.cleaned_data["vial"], self.ml, self.cleaned_data["to"])


class LossForm(_VolumeForm):
    """Missing, stolen, or spilled with nobody looking on."""

    why = forms.CharField(label="What happened, and when it was discovered", max_length=500)

    def content(self) -> StockContent:
        return VialLoss(self.cleaned_data["vial"], self.ml, self.cleaned_data["why"])


class AdjustForm(_VolumeForm):
    """A balance put right."""

    more = forms.ChoiceField(
        label="The ledger",
        choices=[("no", "has too much"), ("yes", "has too little")],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(label="Why", max_length=500)

    def content(self) -> StockContent:
        got = self.cleaned_data
        return VialAdjusted(got["vial"], self.ml, got["more"] == "yes", got["why"])


class ReportForm(StockForm):
    """A statutory report that was sent."""

    vial = None  # type: ignore[assignment]
    loss = forms.CharField(widget=forms.HiddenInput, max_length=64)
    clock = forms.ChoiceField(label="Report", widget=forms.RadioSelect)
    reference = forms.CharField(label="Sent when, to whom, under which number", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "clock", [(each.id, each.title) for each in loss_clocks().values()])

    def content(self) -> StockContent:
        got = self.cleaned_data
        return LossReported(got["loss"], got["clock"], got["reference"])


class SpanForm(forms.Form):
    """Of which days the ledger is taken along; both are included, and an empty one is the beginning, or today."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", f"{last} is before {first}. Exchange the two.")
        return found


STOCK_FORMS: Mapping[str, tuple[type[StockForm], str]] = {
    "VialReceived": (ReceiveForm, "Receive a vial"),
    "VialCounted": (CountForm, "Count a vial"),
    "VialWaste": (WasteForm, "Waste what is left in a vial"),
    "VialReturned": (ReturnForm, "Return a vial"),
    "VialAdjusted": (AdjustForm, "Put a balance right"),
    "VialLoss": (LossForm, "Report a loss"),
    "LossReported": (ReportForm, "Report sent"),
}
