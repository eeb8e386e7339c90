"""The dose card word for word: what a prescriber reads before she signs, and what a nurse checks the pump against."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.units import MgPerKg, Ml
from tests.core.plan import patients
from tests.core.plan.test_order import REQUEST, proposed

HEAVY = replace(
    patients.COMPLETE,
    measurements=tuple(
        replace(each, value=Decimal("183.7")) if each.kind == "weight_kg" else each
        for each in patients.COMPLETE.measurements
    ),
)


def proposal(facts=patients.COMPLETE, **request):
    return proposed(facts, replace(REQUEST, **request))


def steps(found):
    return [(each.name, each.formula, each.working, each.result) for each in found.orderable.dose.steps]


def test_each_step_of_the_dose_is_said_with_formula_working_and_result():
    assert steps(proposal(HEAVY, volume=TotalVolume(Ml(50)), target=MgPerKg("0.8"))) == [
        ("Calculated dose", "mg/kg × kg", "0.8 mg/kg × 183.7 kg", "146.96 mg"),
        ("Cap", "Clinic's most for one session", "most 100 mg", "100 mg"),
        ("Rounding", "to the nearest step, half up", "100 mg, change 0 %", "100 mg"),
        ("Ordered dose for each kg", "mg ÷ kg", "100 mg ÷ 183.7 kg", "0.5444 mg/kg"),
        ("Rate", "mg × 60 ÷ min", "100 mg × 60 ÷ 40 min", "150 mg/h"),
        ("Rate a minute", "mg ÷ min", "100 mg ÷ 40 min", "2.5 mg/min"),
        ("Rate for each kg", "mg × 60 ÷ (min × kg)", "100 mg × 60 ÷ (40 min × 183.7 kg)", "0.8165 mg/kg/h"),
        ("Drawn from the vial", "mg ÷ mg/mL", "100 mg ÷ 50 mg/mL", "2 mL"),
        ("Concentration", "mg ÷ mL", "100 mg ÷ 50 mL", "2 mg/mL"),
        ("Pump rate", "mL × 60 ÷ min", "50 mL × 60 ÷ 40 min", "75 mL/h"),
    ]


def test_rounding_says_what_it_changed():
    rounding = next(each for each in steps(proposal(target=MgPerKg("0.4912"))) if each[0] == "Rounding")
    assert rounding == ("Rounding", "to the nearest step, half up", "34.384 mg, change -1.12 %", "34 mg")


def test_the_second_calculation_is_said_line_by_line():
    check = proposal(HEAVY, volume=TotalVolume(Ml(50)), target=MgPerKg("0.8")).orderable.check
    assert [(each.name, each.formula, each.result) for each in check.lines] == [
        ("Calculated dose", "target × weight, in millionths", "146.96 mg"),
        ("After caps", "the smallest of dose and caps", "100 mg"),
        ("Ordered dose", "whole steps of 1 mg", "100 mg"),
        ("Drawn from the vial", "mg ÷ vial", "2 mL"),
        ("Concentration", "mg ÷ mL", "2 mg/mL"),
        ("Pump rate", "mL × 60 ÷ min", "75 mL/h"),
        ("Rate", "mg × 60 ÷ min", "150 mg/h"),
        ("Rate for each kg", "mg × 60 ÷ (min × kg)", "0.8165 mg/kg/h"),
    ]


def test_what_holds_or_lifts_a_dose_is_said_with_its_numbers():
    found = proposal(HEAVY, volume=TotalVolume(Ml(50)), target=MgPerKg("0.8")).gate.findings
    said = {each.code: each.message for each in found}
    assert (
        said["DOSE-HELD"]
        == "Clinic's most for one session, 100 mg: 146.96 mg calculated, held, 100 mg ordered."
    )
    assert (
        said["DOSE-NEEDS-REASON"]
        == "100 mg is 0.5444 mg/kg, above 0.5 mg/kg. A dose above it needs a reason."
    )
    assert said["WEIGHT-CHOICE"] == (
        "BMI 63.6 is 30 or more: choose the dosing weight and write the reason (actual 183.7 kg, adjusted 110.34 kg, "
        "ideal 61.44 kg). Until then the dose stands on the actual weight."
    )


def test_a_volume_that_is_not_chosen_is_missing_and_no_fault():
    found = {each.code: each for each in proposal(volume=None).gate.findings}
    assert found["VOLUME-MISSING"].missing
