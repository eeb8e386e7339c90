"""What a prescriber signs: facts and numbers, the same on every day and in any words, read back exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.gate import Gate, Level
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.order import (
    SCHEMA,
    OrderedFor,
    PinnedDecision,
    order_from_json,
    order_of,
    order_sha256,
    order_text,
)
from tenuto.core.plan.proposal import propose
from tenuto.core.plan.record_json import RecordUnreadable, record_from_json, record_to_json
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg, MgPerKg, MgPerKgPerHour, MgPerMl, Ml
from tests.core.intake.people import TODAY
from tests.core.plan import patients

POLICY = default_policy()
WHO = OrderedFor("1", "Ana Silva", date(1981, 5, 4), ("MRN 1", "MRN 2"))
REQUEST = PlanRequest(vial=MgPerMl(50), start=TODAY, clinic_days=(0, 2, 4))


def ordered(proposal, facts, **more):
    return order_of(proposal, facts, patient=WHO, facts_sha256="0" * 64, decision=None, **more)


def proposed(facts=patients.COMPLETE, request=REQUEST, as_of=TODAY):
    return propose(facts, request=request, policy=POLICY, as_of=as_of)


@given(st.integers(0, 2**32))
def test_an_order_is_read_back_as_it_was_written(seed):
    chance = Random(seed)
    facts, request = patients.patient(chance), patients.request(chance)
    decision = PinnedDecision("7", "accepted", "1" * 64) if chance.random() < 0.5 else None
    order = replace(ordered(proposed(facts, request), facts), decision=decision)
    kept = order_from_json(json.loads(order_text(order)))
    assert kept == order
    assert order_text(kept) == order_text(order)


def test_the_same_plan_on_the_next_day_is_the_same_order():
    orders = [ordered(proposed(as_of=day), patients.COMPLETE) for day in (TODAY, TODAY + timedelta(days=1))]
    assert orders[0].series[0].on > TODAY
    assert order_sha256(orders[0]) == order_sha256(orders[1])


def test_a_finding_in_other_words_is_the_same_order_and_another_finding_is_not():
    proposal = proposed(replace(patients.COMPLETE, measurements=()))
    reworded = Gate.of(replace(f, message=f"{f.message} In other words.") for f in proposal.gate.findings)
    order = ordered(proposal, patients.COMPLETE)
    assert ordered(replace(proposal, gate=reworded), patients.COMPLETE) == order
    one_less = Gate.of(list(proposal.gate.findings)[1:])
    assert ordered(replace(proposal, gate=one_less), patients.COMPLETE) != order


def test_what_passes_is_no_finding_that_is_signed():
    """How much evidence there is for a condition is said on the card, and leaves nothing to decide."""
    proposal = proposed(replace(patients.COMPLETE, measurements=()))
    judged = [f.code for f in proposal.gate.findings if f.level > Level.PASS]
    assert "EVIDENCE" in {f.code for f in proposal.gate.at(Level.PASS)}
    assert sorted(each.code for each in ordered(proposal, patients.COMPLETE).findings) == sorted(judged)


def test_a_dose_and_a_rate_of_the_same_number_are_told_apart():
    requests = [replace(REQUEST, target=kind("0.5")) for kind in (MgPerKg, MgPerKgPerHour)]
    kept = [record_from_json(PlanRequest, record_to_json(request)) for request in requests]
    assert kept == requests
    assert type(kept[0].target) is not type(kept[1].target)


def test_what_was_given_is_part_of_the_request_that_is_kept():
    given_ = GivenInfusion(TODAY, Mg("36.5"))
    request = replace(REQUEST, given=(TODAY,), earlier=(given_,))
    not_known = {"dose": None, "minutes": None, "tolerability": None}
    assert record_to_json(request)["earlier"] == [{"on": TODAY.isoformat(), "mass": "36.5 mg", **not_known}]
    assert record_from_json(PlanRequest, record_to_json(request)) == request


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "tenuto.plan.order/0"}, f"this program reads {SCHEMA}"),
        ({"anew": "yes"}, r"Order\.anew: 'yes' can't be read: a bool belongs here"),
        ({"anew": 1}, r"Order\.anew"),
        ({"series": {}}, r"Order\.series: not a list"),
        ({"series": [{"n": 1}]}, r"Order\.series\[0\]: not a record of OrderedDay"),
        ({"more": 1}, "not a record of Order"),
        ({"gate": None}, r"Order\.gate"),
    ],
)
def test_anything_else_is_not_read(change, message):
    raw = json.loads(order_text(ordered(proposed(), patients.COMPLETE)))
    with pytest.raises(RecordUnreadable, match=message):
        order_from_json({**raw, **change})


@pytest.mark.parametrize("vial", ["50", "50 mg", 50, "fifty mg/mL", "-1 mg/mL"])
def test_an_amount_without_its_unit_or_with_another_is_not_read(vial):
    with pytest.raises(RecordUnreadable):
        record_from_json(PlanRequest, {**record_to_json(REQUEST), "vial": vial})


def test_a_value_that_is_no_fact_is_not_written():
    with pytest.raises(TypeError, match="can't be kept in a record"):
        record_to_json(0.5)


def test_an_order_signed_before_orders_had_care_is_read_as_what_it_is():
    raw = json.loads(order_text(ordered(proposed(), patients.COMPLETE)))
    care = raw.pop("care")
    assert care["stops"]
    request = {k: v for k, v in raw["request"].items() if k not in ("diluent", "side_effects")}
    kept = order_from_json({**raw, "schema": "tenuto.plan.order/1", "request": request})
    assert (kept.care, kept.request.diluent, kept.request.side_effects) == (None, None, ())
    with pytest.raises(RecordUnreadable):
        order_from_json({**raw, "request": request})


def test_an_order_holds_the_clinics_limits_as_they_were():
    order = ordered(proposed(), patients.COMPLETE)
    stops = {limit.key: (limit.value, limit.unit) for line in order.care.stops for limit in line.limits}
    limit = POLICY.limit("stop_spo2_percent")
    assert stops["stop_spo2_percent"] == (limit.value, limit.unit)


def test_an_order_holds_every_amount_of_the_dose_card_to_four_decimals():
    proposal = proposed(request=replace(REQUEST, volume=TotalVolume(Ml(100)), target=MgPerKg("0.4877")))
    dose, inputs, bag = proposal.orderable.dose, proposal.orderable.inputs, proposal.orderable.dose.infusate
    order = ordered(proposal, patients.COMPLETE).dose
    for kept, amount in (
        (order.dose, dose.ordered),
        (order.minutes, inputs.minutes),
        (order.target, dose.target),
        (order.per_kg, dose.per_kg),
        (order.weight, inputs.weight),
        (order.rate, dose.rate),
        (order.rate_per_kg, dose.rate_per_kg),
        (order.vial, inputs.vial),
        (order.drug_volume, dose.drug_volume),
        (order.total_volume, bag.total_volume),
        (order.concentration, bag.concentration),
        (order.pump_rate, bag.pump_rate),
    ):
        assert kept == amount.rounded(4)
    assert order.checks_agree
