"""What is ordered around the drug: the preparation adds up, the pump can be set to it, and an allergy closes an order."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Allergy
from tenuto.core.literature.order_set import order_set
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.proposal import propose
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.policy import demo_policy
from tenuto.core.units import MgPerMl, Ml, MlPerHour
from tests.core.intake.people import TODAY
from tests.core.plan import patients

POLICY = demo_policy()
REQUEST = PlanRequest(vial=MgPerMl(50), volume=TotalVolume(Ml(100)), start=TODAY, clinic_days=(0, 2, 4))


def proposed(request=REQUEST, facts=patients.COMPLETE, policy=POLICY):
    return propose(facts, request=request, policy=policy, as_of=TODAY)


def codes(proposal):
    return {finding.code: finding for finding in proposal.gate.findings}


@given(st.integers(0, 2**32))
def test_drug_and_diluent_make_the_total_and_the_vials_hold_the_dose(seed):
    chance = Random(seed)
    proposal = proposed(patients.request(chance), patients.patient(chance))
    made, calculation = proposal.preparation, proposal.calculation
    if made is None:
        return
    bag = calculation.dose.infusate
    assert bag.drug_volume + made.diluent_volume == bag.total_volume
    assert (made.diluent is None) == (made.diluent_volume.value == 0)
    step = POLICY.quantity("pump_rate_step_ml_per_h", MlPerHour).value
    assert made.pump_setting.value % step.value == 0
    assert abs(made.pump_setting.value - bag.pump_rate.value) <= step.value / 2
    held = made.product.content.scaled(made.vials)
    assert held >= calculation.dose.ordered > held - made.product.content


@pytest.mark.parametrize(
    ("vial", "volume", "code"),
    [
        (50, 100, ""),
        (100, 100, ""),
        (50, 1000, "PUMP-RATE"),
        (50, 10, "PUMP-STEP"),
    ],
)
def test_what_the_pump_can_not_run_is_reviewed(vial, volume, code):
    limits = {**POLICY.limits}
    step = limits["pump_rate_step_ml_per_h"]
    limits["pump_rate_step_ml_per_h"] = replace(step, value=Decimal(2))
    found = codes(
        proposed(
            replace(REQUEST, vial=MgPerMl(vial), volume=TotalVolume(Ml(volume))),
            policy=replace(POLICY, limits=limits),
        )
    )
    assert {"PUMP-RATE", "PUMP-STEP"} & set(found) == ({code} - {""})
    assert not code or found[code].level is Level.REVIEW


@pytest.mark.parametrize(("volume", "refused"), [(1, True), (10, False), (1000, False), (100_000, True)])
def test_a_volume_that_no_syringe_or_bag_has_is_refused(volume, refused):
    found = codes(proposed(replace(REQUEST, volume=TotalVolume(Ml(volume)))))
    assert ("VOLUME-IMPLAUSIBLE" in found) is refused
    assert not refused or found["VOLUME-IMPLAUSIBLE"].level is Level.REFUSE


def test_a_volume_that_no_syringe_measures_is_reviewed():
    limits = {**POLICY.limits, "draw_min_ml": replace(POLICY.limits["draw_min_ml"], value=Decimal("0.8"))}
    assert "DRAW-TOO-SMALL" not in codes(proposed())
    finding = codes(proposed(policy=replace(POLICY, limits=limits)))["DRAW-TOO-SMALL"]
    assert finding.level is Level.REVIEW
    assert "0.8 mL" in finding.message
    drawn = proposed().calculation.dose.drug_volume.value
    limits["draw_min_ml"] = replace(limits["draw_min_ml"], value=drawn)
    assert "DRAW-TOO-SMALL" not in codes(proposed(policy=replace(POLICY, limits=limits)))


def test_nothing_is_ordered_for_side_effects_by_itself():
    assert proposed().care.side_effects == ()
    chosen = proposed(replace(REQUEST, side_effects=("ondansetron",))).care.side_effects
    assert [each.id for each in chosen] == ["ondansetron"]


@pytest.mark.parametrize("id_", order_set().side_effects)
def test_an_allergy_to_an_ordered_medicine_blocks_until_the_order_is_taken_out(id_):
    word = order_set().side_effects[id_].medicines[0]
    facts = replace(patients.COMPLETE, allergies=(Allergy(f"{word.capitalize()}", reaction="rash"),))
    request = replace(REQUEST, side_effects=(id_,))
    assert codes(proposed(request, facts))["ORDER-ALLERGY"].level is Level.BLOCK
    assert "ORDER-ALLERGY" not in codes(proposed(REQUEST, facts))
    assert "ORDER-ALLERGY" not in codes(proposed(request))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"diluent": "tap_water"}, "no diluent 'tap_water'"), ({"side_effects": ("tea",)}, "no order 'tea'")],
)
def test_what_the_order_set_does_not_have_is_not_planned(change, message):
    with pytest.raises(PlanRequestError, match=message):
        proposed(replace(REQUEST, **change))


def test_every_number_of_a_line_is_the_policys():
    limits = {key: replace(limit, value=limit.value + 1) for key, limit in POLICY.limits.items()}
    raised, known = replace(POLICY, limits=limits), order_set()
    for line in (known.flush, *known.monitoring.values(), *known.stops.values()):
        assert (line.text(raised) != line.text(POLICY)) == bool(line.limits), line.id
        digits = [c for c in re.sub(r"{.*?}", "", line.template) if c in "0123456789"]
        assert digits == [], f"{line.id} has a number of its own"


def test_a_clinic_can_be_stricter_and_the_order_says_its_number():
    limits = {
        **POLICY.limits,
        "stop_spo2_percent": replace(POLICY.limits["stop_spo2_percent"], value=Decimal(92)),
    }
    text = order_set().stops["breathing"].text(replace(POLICY, limits=limits))
    assert "SpO₂ below 92 %" in text
