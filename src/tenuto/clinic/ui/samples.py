"""Made-up content for the gallery: ordinary, long, empty and failing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from tenuto.clinic.ui.charts.dose_level import level_figure, model_range
from tenuto.clinic.ui.charts.session_level import PressureReading, session_figure
from tenuto.clinic.ui.components import Banner, FindingCard, months, spine
from tenuto.clinic.ui.fields import DayField
from tenuto.clinic.ui.icons import STAGES
from tenuto.core.units import Kg, Mg, Minutes

LONG_NAME = "Demo Maximiliana-Theodora van Oudtshoorn-Featherstonehaugh de la Rocha y Echevarría"


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As on the identity document.")
    weight = forms.CharField(label="Weight, kg")
    protocol = forms.ChoiceField(
        label="Protocol",
        choices=[
            ("a", "Six infusions, twice a week"),
            ("b", "One infusion of 60 min at 0.5 mg/kg/h, with a long title"),
        ],
    )
    start = DayField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    days = forms.MultipleChoiceField(
        label="Clinic days",
        choices=[(str(i), name) for i, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))],
        widget=forms.CheckboxSelectMultiple,
    )


def everything() -> dict[str, Any]:
    """The context of the gallery page."""
    return {
        "marks": ("pass", "review", "block", "refuse", "to_do", "unknown", "due", "late"),
        "stages": STAGES,
        "spines": _spines(),
        "banners": _banners(),
        "findings": _findings(),
        "calendars": _calendars(),
        "form": SampleForm(
            {
                "name": "Demo Alder",
                "weight": "72.5",
                "protocol": "b",
                "start": "2026-11-24",
                "days": ["0", "2", "4"],
            },
            auto_id="good_%s",
        ),
        "bad_form": SampleForm(
            {"weight": "", "protocol": "c", "start": "soon", "days": ["9"]}, auto_id="bad_%s"
        ),
        "levels": levels(),
        "swatches": (
            "paper",
            "raised",
            "sunk",
            "hairline",
            "edge",
            "ink-soft",
            "ink",
            "accent",
            "review",
            "block",
            "unknown",
        ),
    }


def levels() -> dict[str, Any]:
    """Predicted level as on a dose card, ordinary and outside a model's limits; under blood pressure; before the first reading."""
    over, age = Minutes(40), 45.0
    shown = model_range(dose=Mg(37), over=over, body_weight=Kg("72.5"), age_years=age)
    heavy = model_range(dose=Mg(60), over=over, body_weight=Kg(140), age_years=age)
    pressures = ((0, 126, 80), (10, 138, 86), (20, 146, 90), (30, 151, 94), (40, 148, 92), (55, 136, 84))
    return {
        "ordinary": level_figure(shown) if shown else None,
        "heavy": level_figure(heavy) if heavy else None,
        "session": session_figure([PressureReading(*p) for p in pressures], shown) if shown else None,
        "session_empty": session_figure([], shown) if shown else None,
    }


def _spines() -> list[Any]:
    return [
        spine({"intake": ("done", "Recorded Tue 24 Nov"), "plan": ("here", "Review")}),
        spine({"intake": ("done", "Recorded Tue 24 Nov"), "plan": ("blocked", "BLOCK")}),
    ]


def _banners() -> list[Banner]:
    ordinary = Banner(
        "Demo Alder",
        "MRN DEMO-0001",
        "Born 4 May 1981, 45 years",
        (),
        True,
        (),
        "72.5 kg",
        "measured today",
    )
    long = Banner(
        LONG_NAME,
        "MRN DEMO-0000000000000000000000042-1.2.36.146.595.217.0.1",
        "Born 29 Feb 1948, 78 years",
        ("penicillin (anaphylaxis)", "latex", "chlorhexidine"),
        True,
        ("Suicidal ideation recorded on Mon 23 Nov", "Blood pressure above the limit"),
        "104.3 kg",
        "measured Mon 16 Nov 2026, 8 days ago",
    )
    return [ordinary, long, Banner("Demo Birch", "", "Date of birth not recorded", (), False, (), "", "")]


def _findings() -> list[FindingCard]:
    policy = "tenuto-demo version 1, signed"
    return [
        FindingCard(
            "CARDIO-ANEURYSM",
            "block",
            "Aortic aneurysm is recorded as active. A rise in blood pressure could rupture it.",
            ("read in the source",),
            ("Ketalar (ketamine) prescribing information (DailyMed 46dab560)",),
            "",
            "cardiovascular.aneurysm",
            False,
            policy,
            "only a medical director's exception, with a typed reason",
        ),
        FindingCard(
            "WEIGHT-STALE",
            "review",
            "The weight is 8 days old; the clinic accepts 7. Weigh again before the first infusion is drawn up. "
            "This sentence goes on to show that a long finding wraps within its column and leaves the mark where it is.",
            ("design default or own computation; needs the medical director's signature",),
            (),
            "Hazard H3",
            "weight_kg",
            False,
            policy,
            "a named prescriber, with a typed reason",
        ),
        FindingCard(
            "PREGNANCY-UNKNOWN",
            "unknown",
            "Pregnancy is not recorded.",
            ("second-hand: seen through another document",),
            (),
            "",
            "pregnancy",
            True,
            policy,
            "a named prescriber, with a typed reason",
        ),
    ]


def _calendars() -> Any:
    first = date(2026, 11, 23)
    days = [first + timedelta(days=n) for n in (0, 3, 7, 10, 14, 17)]
    marked = {day: ("infusion", f"infusion {n}") for n, day in enumerate(days, 1)}
    marked[date(2026, 12, 30)] = ("maintenance", "first maintenance infusion")
    return months(marked, closed=[date(2026, 12, 25), date(2026, 12, 28)])
