"""The options of a plan. Sent by GET: the address of the page is the choice, and nothing is saved by looking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from tenuto.clinic.ui.fields import DayField, offer
from tenuto.core.literature.maintenance import MaintenanceRule, maintenance_rules
from tenuto.core.literature.order_set import order_set
from tenuto.core.literature.protocol import Protocol, protocols
from tenuto.core.plan.care import volume_problem
from tenuto.core.plan.dosing_weight import WeightBasis, WeightChoice
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.product import labelled_strengths
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import WEEKDAYS, Policy
from tenuto.core.sentences import is_sentence
from tenuto.core.units import MgPerKg, MgPerMl, Minutes, Ml, UnitError, plain, read_decimal

__all__ = ["OptionsForm", "query_of"]

WEIGHTS = [
    ("", "Actual, as measured"),
    (WeightBasis.ADJUSTED.value, "Adjusted"),
    (WeightBasis.IDEAL.value, "Ideal"),
]


class OptionsForm(forms.Form):
    """What a prescriber may choose. Everything may be left out; vial and volume have no default (hazard H6)."""

    protocol = forms.ChoiceField(label="Protocol", required=False)
    start = DayField(
        label="First day on or after",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as 2026-11-24."},
    )
    vial = forms.ChoiceField(label="Vial", required=False)
    volume = forms.CharField(
        label="Total volume, mL",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    diluent = forms.ChoiceField(label="Diluent", required=False)
    side_effects = forms.MultipleChoiceField(
        label="May be given for side effects",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing is ordered by itself.",
    )
    days = forms.MultipleChoiceField(
        label="Clinic days",
        required=False,
        choices=[(name, name.capitalize()) for name in WEEKDAYS],
        widget=forms.CheckboxSelectMultiple,
    )
    weight = forms.ChoiceField(label="Dosing weight", required=False, choices=WEIGHTS)
    reason = forms.CharField(label="Reason for another weight", required=False, max_length=200)
    dose = forms.CharField(
        label="Dose, mg/kg",
        required=False,
        max_length=10,
        help_text="Empty: as the protocol says.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    minutes = forms.CharField(
        label="Minutes",
        required=False,
        max_length=10,
        help_text="Empty: as the protocol says.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    infusions = forms.IntegerField(
        label="Infusions",
        required=False,
        min_value=1,
        max_value=99,
        help_text="Empty: as the protocol says.",
        error_messages={"invalid": "Write a whole number, such as 6."},
    )
    maintenance = forms.ChoiceField(label="Maintenance", required=False)
    next_maintenance = DayField(
        label="Next maintenance infusion on", required=False, help_text="Empty: none is decided."
    )
    anew_series = forms.BooleanField(label="Begin a series anew", required=False)

    def __init__(self, data: QueryDict, *, policy: Policy, today: date) -> None:
        super().__init__(_completed(data, policy, today) if data else None, initial=_initial(policy, today))
        offer(self, "protocol", [("", "As proposed"), *_named(protocols().values())])
        self.offer_maintenance(())
        known = order_set()
        diluents = [(each.id, each.title.capitalize()) for each in known.diluents.values()]
        medicines = [(each.id, each.title) for each in known.side_effects.values()]
        offer(self, "vial", [("", "Not chosen"), *_vials()])
        # The first is the usual one, and what nobody chose.
        offer(self, "diluent", [("", diluents[0][1]), *diluents[1:]])
        offer(self, "side_effects", medicines)

    def offer(self, fitting: Iterable[Protocol], *, proposed: str) -> None:
        """Put the protocols that fit the person's diagnosis first, and name the one that would be proposed."""
        first = _named(fitting)
        known = {value for value, _ in first}
        others = [pair for pair in _named(protocols().values()) if pair[0] not in known]
        groups = [("For this diagnosis", first)] if first else []
        blank = ("", f"As proposed: {proposed}" if proposed else "As proposed")
        offer(self, "protocol", [blank, *groups, ("For other diagnoses", others)])

    def offer_maintenance(self, usual: Iterable[MaintenanceRule]) -> None:
        """Put the rules that go with the protocol first, the usual one named."""
        first = _rules(usual)
        known = {value for value, _ in first}
        others = [pair for pair in _rules(maintenance_rules().values()) if pair[0] not in known]
        blank = ("", f"As the protocol says: {first[0][1]}" if first else "As the protocol says")
        groups = [("With this protocol", first)] if first else []
        offer(self, "maintenance", [blank, *groups, ("Others", others)])

    def clean_volume(self) -> TotalVolume | None:
        typed = self.cleaned_data["volume"].strip().removesuffix("mL").strip()
        if not typed:
            return None
        try:
            amount = Ml(read_decimal(typed))
        except UnitError as error:
            raise ValidationError(str(error)) from error
        if problem := volume_problem(amount):
            raise ValidationError(problem)
        return TotalVolume(amount)

    def clean_dose(self) -> MgPerKg | None:
        """A dose for each kg, never a rate (hazard H5)."""
        typed = self.cleaned_data["dose"].strip().removesuffix("mg/kg").strip()
        return MgPerKg(_above_zero(typed, "dose")) if typed else None

    def clean_minutes(self) -> Minutes | None:
        typed = self.cleaned_data["minutes"].strip().removesuffix("min").strip()
        return Minutes(_above_zero(typed, "time")) if typed else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("weight") and not is_sentence(cleaned.get("reason", "")):
            self.add_error("reason", "Write why the dose is not calculated on the measured weight.")
        return cleaned

    @property
    def rarely_used(self) -> bool:
        """Whether one of the options that a small screen keeps folded was chosen, or is wrong."""
        names = ("weight", "reason", "dose", "minutes", "infusions", "maintenance", "next_maintenance")
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def anew(self) -> bool:
        """Whether a new series was asked for, and not the rest of the running one."""
        return self.is_bound and self.is_valid() and bool(self.cleaned_data["anew_series"])

    def request(self) -> PlanRequest:
        """What was asked for; the bare proposal when nothing was sent or something is wrong with it."""
        if not self.is_bound or not self.is_valid():
            return PlanRequest()
        got = self.cleaned_data
        return PlanRequest(
            protocol=got["protocol"] or None,
            start=got["start"],
            clinic_days=tuple(WEEKDAYS.index(name) for name in got["days"]) or None,
            vial=MgPerMl(got["vial"]) if got["vial"] else None,
            volume=got["volume"],
            diluent=got["diluent"] or None,
            side_effects=tuple(got["side_effects"]),
            target=got["dose"],
            minutes=got["minutes"],
            infusions=got["infusions"],
            maintenance=got["maintenance"] or None,
            next_maintenance=got["next_maintenance"],
            weight_choice=WeightChoice(WeightBasis(got["weight"]), got["reason"].strip())
            if got["weight"]
            else None,
        )


def query_of(request: PlanRequest, *, anew: bool = False) -> str:
    """The query of an address that asks for the same plan."""
    volume = request.volume.total if isinstance(request.volume, TotalVolume) else None
    choice = request.weight_choice
    known = [
        ("protocol", request.protocol),
        ("start", request.start and request.start.isoformat()),
        ("vial", request.vial and plain(request.vial.value)),
        ("volume", volume and plain(volume.value)),
        ("diluent", request.diluent),
        *(("side_effects", each) for each in request.side_effects),
        *(("days", WEEKDAYS[number]) for number in request.clinic_days or ()),
        ("weight", choice and choice.basis.value),
        ("reason", choice and choice.reason),
        ("dose", request.target and plain(request.target.value)),
        ("minutes", request.minutes and plain(request.minutes.value)),
        ("infusions", request.infusions),
        ("maintenance", request.maintenance),
        ("next_maintenance", request.next_maintenance and request.next_maintenance.isoformat()),
        ("anew_series", "on" if anew else None),
    ]
    return urlencode([(name, value) for name, value in known if value])


def _above_zero(typed: str, what: str) -> Decimal:
    try:
        amount = read_decimal(typed)
    except UnitError as error:
        raise ValidationError(str(error)) from error
    if amount <= 0:
        raise ValidationError(f"The {what} must be above zero.")
    return amount


def _initial(policy: Policy, today: date) -> dict[str, Any]:
    return {"start": today, "days": [WEEKDAYS[number] for number in policy.clinic_days]}


def _completed(data: QueryDict, policy: Policy, today: date) -> QueryDict:
    """What was sent, with the day and the clinic days that count when they were left out; a vial also as it is printed."""
    full = data.copy()
    if "/" in (printed := str(full.get("vial", ""))):
        full["vial"] = _read_vial(printed)
    for name, value in _initial(policy, today).items():
        if not full.get(name):
            full.setlist(name, value if isinstance(value, list) else [value.isoformat()])
    return full


def _named(found: Iterable[Protocol]) -> list[tuple[str, str]]:
    return [(p.id, p.title) for p in found]


def _rules(found: Iterable[MaintenanceRule]) -> list[tuple[str, str]]:
    return [(rule.id, rule.short) for rule in found]


def _vials() -> list[tuple[str, str]]:
    return [(plain(s.base.value), f"{s.printed} ({s.base})") for s in labelled_strengths()]


def _read_vial(printed: str) -> str:
    """The strength of '500 mg/10 mL' as the choice that stands for it; what can't be read is left for the form to refuse."""
    try:
        return plain(MgPerMl.parse(printed).value)
    except UnitError:
        return printed
