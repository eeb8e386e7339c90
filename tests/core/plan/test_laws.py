"""Laws of the dose, on generated inputs and on ten thousand generated people."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tenuto.core.gate import Level
from tenuto.core.literature.protocol import protocol, protocols
from tenuto.core.plan.agreement import differences
from tenuto.core.plan.caps import caps_for, rounding_from
from tenuto.core.plan.dose import calculate
from tenuto.core.plan.dose_check import recompute
from tenuto.core.plan.inputs import AddedTo, Cap, DoseInputs, TotalVolume
from tenuto.core.plan.proposal import Proposal, propose
from tenuto.core.policy import demo_policy
from tenuto.core.units import Kg, Mg, MgPerHour, MgPerKg, MgPerKgPerHour, MgPerMl, Minutes, Ml
from tests.core.intake.people import TODAY
from tests.core.plan import patients

POLICY = demo_policy()
WEIGHTS = st.decimals("30", "250", places=3)
MINUTES = st.decimals("5", "400", places=2)
TARGETS = st.one_of(
    st.decimals("0.05", "3", places=3).map(MgPerKg), st.decimals("0.05", "3", places=3).map(MgPerKgPerHour)
)
VIALS = st.none() | st.sampled_from([10, 50, 100]).map(MgPerMl)
VOLUMES = st.one_of(
    st.none(),
    st.decimals("0.1", "500", places=2).map(lambda v: TotalVolume(Ml(v))),
    st.decimals("10", "500", places=1).map(lambda v: AddedTo(Ml(v), Ml("7.5"))),
)


def most_mg(cap: Cap, inputs: DoseInputs) -> Fraction:
    """A cap in mg for one session, by exact fractions: a third way, only for the tests."""
    amount, kg = Fraction(cap.most.value), Fraction(inputs.weight.value)
    hours = Fraction(inputs.minutes.value) / 60
    return {
        Mg: amount,
        MgPerKg: amount * kg,
        MgPerHour: amount * hours,
        MgPerKgPerHour: amount * kg * hours,
    }[type(cap.most)]


@st.composite
def dose_inputs(draw) -> DoseInputs:
    plan = protocol(draw(st.sampled_from(["depression-6x2wk", "crps-10day", "neuropathic-repeat"])))
    return DoseInputs(
        target=draw(st.sampled_from([plan.session.target.value]) | TARGETS),
        minutes=Minutes(draw(MINUTES)),
        weight=Kg(draw(WEIGHTS)),
        caps=caps_for(plan, POLICY),
        rounding=rounding_from(POLICY),
        vial=draw(VIALS),
        volume=draw(VOLUMES),
    )


@given(inputs=dose_inputs())
@settings(max_examples=400)
def test_the_ordered_dose_passes_no_cap_and_both_calculations_agree(inputs):
    """Hazard H8."""
    dose, check = calculate(inputs), recompute(inputs)
    assert differences(dose, check) == ()
    assert all(Fraction(dose.ordered.value) <= most_mg(cap, inputs) for cap in inputs.caps)
    assert (dose.rounding_percent > inputs.rounding.most_percent) == check.rounding_too_large
    assert (dose.ordered.value / inputs.rounding.small_step.value) % 1 == 0


@given(inputs=dose_inputs())
@settings(max_examples=200)
def test_rate_times_time_is_the_dose_and_the_bag(inputs):
    """Hazard H7: whatever volume the drug is in, the pump empties it in exactly the ordered time."""
    dose = calculate(inputs)
    hours = Fraction(inputs.minutes.value) / 60
    tiny = Fraction(1, 10**15)
    assert abs(Fraction(dose.rate.value) * hours - Fraction(dose.ordered.value)) < tiny
    if dose.infusate is not None:
        bag = dose.infusate
        total = Fraction(bag.total_volume.value)
        assert abs(Fraction(bag.pump_rate.value) * hours - total) < tiny
        assert abs(Fraction(bag.concentration.value) * total - Fraction(dose.ordered.value)) < tiny
        by_pump = Fraction(bag.pump_rate.value) * Fraction(bag.concentration.value)
        assert abs(by_pump - Fraction(dose.rate.value)) < tiny


@given(inputs=dose_inputs(), more=st.decimals("0.001", "50", places=3))
@settings(max_examples=300)
def test_a_heavier_person_never_gets_less(inputs, more):
    heavier = Kg(inputs.weight.value + more)
    changed = {f: getattr(inputs, f) for f in inputs.__slots__} | {"weight": heavier}
    assert calculate(inputs).ordered.value <= calculate(DoseInputs(**changed)).ordered.value


@given(inputs=dose_inputs(), share=st.decimals("0.05", "0.95", places=2))
@settings(max_examples=200)
def test_a_rate_run_for_a_shorter_time_gives_less(inputs, share):
    """Hazard H5: minutes matter to a rate and not to a dose."""
    assume(isinstance(inputs.target, MgPerKgPerHour))
    shorter = {f: getattr(inputs, f) for f in inputs.__slots__} | {
        "minutes": Minutes(round(inputs.minutes.value * share, 4))
    }
    assert calculate(DoseInputs(**shorter)).calculated.value < calculate(inputs).calculated.value


@pytest.mark.parametrize("people", [300, pytest.param(10_000, marks=pytest.mark.thorough)])
def test_many_people_keep_the_laws_of_a_plan(people):
    """No cap is passed, the calculations agree, nothing missing ever passes, and what is shown is what was judged."""
    chance = Random(20261122)
    levels, calculated = Counter(), 0
    for _ in range(people):
        proposal = propose(
            patients.patient(chance), request=patients.request(chance), policy=POLICY, as_of=TODAY
        )
        levels[proposal.gate.level] += 1
        calculated += proposal.calculation is not None
        keeps_every_cap(proposal)
        passes_only_when_complete(proposal)
        shows_what_was_judged(proposal)
    assert calculated > people / 2
    assert all(levels[level] > people / 100 for level in Level), levels


def keeps_every_cap(proposal: Proposal) -> None:
    """On every weight that was shown, for every cap that holds."""
    for option in proposal.options:
        inputs, dose = option.calculation.inputs, option.calculation.dose
        assert option.calculation.agree
        assert all(Fraction(dose.ordered.value) <= most_mg(cap, inputs) for cap in inputs.caps)


def passes_only_when_complete(proposal: Proposal) -> None:
    """PASS means: nothing missing, everything read, a dose, its volumes and a whole series."""
    if proposal.gate.level is Level.PASS:
        assert not proposal.missing
        assert not proposal.not_checked
        assert proposal.calculation.dose.infusate is not None
        assert len(proposal.series.infusions) >= proposal.protocol.induction.infusions_min.value


def shows_what_was_judged(proposal: Proposal) -> None:
    """The JSON has the gate of its worst finding but for a vial and a volume to choose; neither dose nor date under REFUSE."""
    shown = proposal.to_json(0)
    waits = {"VIAL-MISSING", "VOLUME-MISSING"}
    judged = (f["level"] for f in shown["findings"] if f["code"] not in waits)
    worst = max(judged, key=lambda name: Level[name], default="PASS")
    assert shown["gate"] == worst
    assert (shown["dose"] is None) == (proposal.orderable is None)
    assert shown["dose"] is None or proposal.gate.level is not Level.REFUSE
    if proposal.protocol is not None:
        assert shown["protocol"]["id"] in protocols()
        assert bool(shown["series"]) is (proposal.gate.level is not Level.REFUSE)
    assert shown["maintenance"] is None or proposal.gate.level is not Level.REFUSE
