"""A whole plan for a person: gate, dose, series, maintenance and the JSON of the command."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.gate import Level
from tenuto.core.intake.eligibility import assess
from tenuto.core.intake.facts import Answer, Medication, Problem
from tenuto.core.plan import calculation as calculation_module
from tenuto.core.plan.dose_check import recompute
from tenuto.core.plan.dosing_weight import WeightBasis, WeightChoice
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.proposal import propose
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.policy import default_policy, demo_policy
from tenuto.core.units import Mg, MgPerKg, MgPerKgPerHour, MgPerMl, Minutes, Ml
from tests.core.intake.people import TODAY, healthy, measured, with_answer, with_measured, with_problem

READY = {"vial": MgPerMl(50), "volume": TotalVolume(Ml(50))}
PSYCHIATRIST = "Dr Ada Finch, psychiatrist"


def ready(patient=None):
    """A person of whom everything is known, with a treating psychiatrist."""
    return patient or with_answer("care.treating_clinician", PSYCHIATRIST)


def plan(patient=None, *, policy=None, as_of=TODAY, **request):
    return propose(
        ready(patient),
        request=PlanRequest(**{**READY, **request}),
        policy=policy or demo_policy(),
        as_of=as_of,
    )


def codes(proposal, level=None):
    return {f.code for f in proposal.gate.findings if level is None or f.level is level}


def test_a_person_of_whom_everything_is_known_gets_a_plan():
    proposal = plan()
    assert [f.message for f in proposal.gate.findings if f.level > Level.PASS] == []
    assert proposal.protocol.id == "depression-6x2wk"
    assert len(proposal.series.infusions) == 6
    assert proposal.calculation.agree
    assert proposal.maintenance.windows


def test_an_unsigned_policy_is_reviewed():
    assert plan(policy=default_policy()).gate.level is Level.REVIEW


KEYS = {
    "": "gate findings missing not_checked ignored_resources protocol alternatives dose series maintenance factors policy",
    "findings": "code level message source evidence",
    "protocol": "id version sources",
    "alternatives": "id why sources",
    "dose": "dose_mg dose_mg_per_kg ordered_mg_per_kg weight_kg weight_date weight_basis minutes vial_mg_per_ml "
    "drug_volume_ml total_volume_ml concentration_mg_per_ml rate_ml_per_h rate_mg_per_h rate_mg_per_min "
    "rate_mg_per_kg_per_h caps_applied checks_agree",
    "series": "n date kind",
    "maintenance": "rule text sources",
    "factors": "name evidence used",
    "policy": "id version signed",
}


def test_the_json_has_exactly_the_documented_keys():
    shown = plan(policy=default_policy()).to_json(3)
    assert shown["ignored_resources"] == 3
    for part, keys in KEYS.items():
        value = shown[part] if part else shown
        for entry in value if isinstance(value, list) else [value]:
            assert set(entry) == set(keys.split()), part


def test_json_numbers_show_the_decimals_that_they_are():
    shown = plan().to_json(0)
    text = json.dumps(shown["dose"])
    weight = Decimal(str(shown["dose"]["weight_kg"]))
    assert "e-" not in text
    assert all(len(str(v).partition(".")[2]) <= 4 for v in shown["dose"].values() if isinstance(v, float))
    assert Decimal(str(shown["dose"]["dose_mg"])) == (weight / 2).quantize(Decimal(1))
    assert date.fromisoformat(shown["series"][0]["date"]) >= TODAY
    assert date.fromisoformat(shown["dose"]["weight_date"]) <= TODAY


def test_the_ordered_dose_for_each_kg_is_that_of_the_rounded_mg():
    shown = plan(with_measured(measured("weight_kg", "71"))).to_json(0)["dose"]
    assert (shown["dose_mg"], shown["dose_mg_per_kg"], shown["ordered_mg_per_kg"]) == (36, 0.5, 0.507)
    assert shown["rate_mg_per_kg_per_h"] == 0.7606


def test_refuse_shows_no_dose_and_block_shows_it():
    refused = plan(with_measured(without=("weight_kg",)))
    assert refused.gate.level is Level.REFUSE
    assert refused.to_json(0)["dose"] is None
    blocked = plan(with_problem(Problem("Abdominal aortic aneurysm")))
    assert blocked.gate.level is Level.BLOCK
    assert blocked.to_json(0)["dose"]["dose_mg"] > 0


def test_disagreeing_calculations_are_refused(monkeypatch):
    """The one fault that nobody may override: break the second path by one millionth of a milligram."""

    def wrong(inputs):
        good = recompute(inputs)
        return type(good)(**{**{f: getattr(good, f) for f in good.__slots__}, "dose_mg": good.dose_mg + 1})

    monkeypatch.setattr(calculation_module, "recompute", wrong)
    proposal = plan()
    assert "CALCULATIONS-DISAGREE" in codes(proposal, Level.REFUSE)
    assert proposal.orderable is None
    assert proposal.to_json(0)["dose"] is None


def test_no_vial_and_no_volume_leave_the_volumes_empty():
    for request, code in (({"vial": None}, "VIAL-MISSING"), ({"volume": None}, "VOLUME-MISSING")):
        proposal = plan(**request)
        dose = proposal.to_json(0)["dose"]
        assert code in codes(proposal, Level.REVIEW)
        assert dose["dose_mg"] > 0
        assert dose["concentration_mg_per_ml"] is None
        assert dose["rate_ml_per_h"] is None


def test_no_diagnosis_gives_no_protocol_and_no_dose():
    proposal = plan(healthy(problems=()))
    shown = proposal.to_json(0)
    assert proposal.gate.level is Level.BLOCK
    assert shown["protocol"] is None
    assert shown["dose"] is None
    assert shown["maintenance"] is None
    assert shown["series"] == []


def test_borderline_personality_disorder_has_no_template():
    proposal = plan(healthy(problems=(Problem("Borderline personality disorder"),)))
    assert proposal.protocol is None
    assert proposal.gate.level is Level.BLOCK


def test_a_protocol_of_another_condition_is_reviewed_and_of_another_track_blocked():
    assert "PROTOCOL-UNFIT" in codes(plan(protocol="ocd-1"), Level.REVIEW)
    assert "PROTOCOL-UNFIT" in codes(plan(protocol="crps-10day"), Level.BLOCK)
    assert "PROTOCOL-UNFIT" not in codes(plan(protocol="depression-8x4wk"))


def test_alternatives_are_the_other_templates_of_the_condition():
    proposal = plan()
    named = {a.protocol.id for a in proposal.alternatives}
    assert "depression-6x2wk" not in named
    assert len(named) == 8
    assert all(a.why and a.sources for a in proposal.alternatives)


@pytest.mark.parametrize(("request_", "words"), [
    ({"protocol": "ketamine"}, "depression-6x2wk"),
    ({"maintenance": "weekly"}, "every-2-4-weeks"),
    ({"infusions": 7}, "has 6."),
    ({"start": date(9999, 12, 31)}, "ten years"),
    ({"indication": "gout"}, "gout"),
])  # fmt: skip
def test_a_request_that_cannot_be_planned_says_what_can(request_, words):
    with pytest.raises(PlanRequestError, match=words):
        plan(**request_)


@pytest.mark.parametrize("years", [-1, 1])
def test_a_series_may_begin_ten_years_away_and_no_day_more(years):
    furthest = TODAY + years * timedelta(days=3650)
    assert plan(start=furthest).request.start == furthest
    with pytest.raises(PlanRequestError, match="ten years"):
        plan(start=furthest + years * timedelta(days=1))


def test_the_series_begins_on_the_first_clinic_day_on_or_after_the_start():
    proposal = plan(start=date(2026, 11, 24), clinic_days=(0, 2, 4), as_of=TODAY)
    assert proposal.series.infusions[0].on.weekday() in (0, 2, 4)
    assert "START-PAST" not in codes(plan(start=TODAY - timedelta(days=1))), "no clinic day is over"
    assert "START-PAST" in codes(plan(start=TODAY - timedelta(days=7)))


def test_too_few_clinic_days_are_a_finding():
    assert "SERIES-WINDOW" in codes(plan(clinic_days=(0,)), Level.REVIEW)
    assert "SERIES-NO-DAY" in codes(plan(clinic_days=()), Level.REVIEW)


def test_a_required_antidepressant_is_found_among_the_medicines_or_reviewed():
    name = "depression-2-3perwk-2-4wk"
    patient = ready()
    without = plan(healthy(answers=patient.answers, medications=()), protocol=name)
    taken = Medication("Sertraline 50 MG Oral Tablet")
    with_one = plan(healthy(answers=patient.answers, medications=(taken,)), protocol=name)
    assert "REQUIRES-CONCURRENT-ANTIDEPRESSANT" in codes(without, Level.REVIEW)
    assert "concurrent_antidepressant" in without.missing
    assert "REQUIRES-CONCURRENT-ANTIDEPRESSANT" not in codes(with_one)


@pytest.mark.parametrize(("said", "met"), [
    (PSYCHIATRIST, True),
    ("Sees a therapist only", False),
    ("none, a psychiatrist is being sought", False),
    ("", False),
])  # fmt: skip
def test_a_treating_psychiatrist_has_to_be_recorded(said, met):
    proposal = plan(with_answer("care.treating_clinician", said))
    assert ("REQUIRES-TREATING-PSYCHIATRIST" not in codes(proposal)) is met


def test_a_recorded_no_never_meets_a_requirement():
    patient = healthy(answers=(Answer("care.treating_psychiatrist", value=False),))
    assert "REQUIRES-TREATING-PSYCHIATRIST" in codes(plan(patient))


HEAVY = [measured("weight_kg", "120"), measured("height_cm", "170")]


def heavy(sex="male"):
    patient = with_measured(*HEAVY, without=("weight_kg", "height_cm"))
    person = type(patient.person)(
        patient.person.name, patient.person.identifiers, patient.person.birth_date, sex
    )
    return type(patient)(**{**{f: getattr(patient, f) for f in patient.__slots__}, "person": person})


@pytest.mark.parametrize(("choice", "mg", "basis", "code"), [
    (None, 60, "actual", "WEIGHT-CHOICE"),
    (WeightChoice(WeightBasis.ACTUAL, "as in the trials"), 60, "actual", ""),
    (WeightChoice(WeightBasis.ADJUSTED, "sleep apnoea"), 44, "adjusted", ""),
    (WeightChoice(WeightBasis.IDEAL, "sleep apnoea"), 33, "ideal", ""),
    (WeightChoice(WeightBasis.IDEAL, "apnoea"), 33, "ideal", "WEIGHT-REASON"),
])  # fmt: skip
def test_from_bmi_30_the_dosing_weight_is_chosen_with_a_reason(choice, mg, basis, code):
    proposal = plan(heavy(), weight_choice=choice)
    shown = proposal.to_json(0)["dose"]
    assert (shown["dose_mg"], shown["weight_basis"]) == (mg, basis)
    assert {c for c in codes(proposal) if c.startswith("WEIGHT-")} == ({code} if code else set())
    assert [o.weight.weight.value for o in proposal.options] == [120, Decimal("87.56"), Decimal("65.94")]
    exact = [o.calculation.dose.calculated.rounded(1).value for o in proposal.options]
    assert exact == [60, Decimal("43.8"), Decimal(33)]


def test_a_weight_that_cannot_be_calculated_gives_no_dose():
    proposal = plan(heavy(sex="other"), weight_choice=WeightChoice(WeightBasis.IDEAL, "sleep apnoea"))
    assert "WEIGHT-CHOICE-IMPOSSIBLE" in codes(proposal, Level.REFUSE)
    assert proposal.calculation is None


def test_what_leaves_the_template_is_reviewed_and_what_passes_a_cap_blocked():
    assert "DOSE-CHANGED" in codes(plan(target=MgPerKg("0.4")), Level.REVIEW)
    assert "MINUTES-CHANGED" in codes(plan(minutes=Minutes(50)), Level.REVIEW)
    assert "MINUTES-CHANGED" not in codes(plan(protocol="depression-6x3wk", minutes=Minutes(50)))
    asked = plan(target=MgPerKg("1.2"), minutes=Minutes(60))
    assert "DOSE-ABOVE-CAP" in codes(asked, Level.BLOCK)
    assert asked.calculation.dose.per_kg == MgPerKg(1)


@pytest.mark.parametrize(
    ("minutes", "changed"), [("39.9", True), ("40", False), ("60", False), ("60.1", True)]
)
def test_the_protocols_shortest_and_longest_time_are_its_own(minutes, changed):
    asked = plan(protocol="depression-6x3wk", minutes=Minutes(minutes))
    assert ("MINUTES-CHANGED" in codes(asked)) is changed


@pytest.mark.parametrize(("target", "refused"), [("50", True), ("5", True), ("4.9", False), ("0.05", False)])
def test_a_slip_of_the_decimal_point_is_refused_and_shows_no_dose(target, refused):
    proposal = plan(target=MgPerKg(target))
    assert ("DOSE-TYPED" in codes(proposal, Level.REFUSE)) is refused
    if refused:
        assert proposal.orderable is None
        assert "DOSE-CHANGED" not in codes(proposal)


def test_a_rate_is_a_slip_by_what_it_gives_in_its_time():
    assert "DOSE-TYPED" in codes(plan(target=MgPerKgPerHour("7.5")), Level.REFUSE)
    assert "DOSE-TYPED" not in codes(plan(target=MgPerKgPerHour("7")))


def test_an_hour_at_half_a_milligram_an_hour_cut_short_is_never_taken_for_half_a_milligram():
    """Hazard H5."""
    proposal = plan(protocol="depression-60min-0.5mgkgh", minutes=Minutes(40))
    assert "MINUTES-CHANGED" in codes(proposal, Level.REVIEW)
    assert proposal.calculation.dose.target.rounded(3) == MgPerKg("0.333")
    message = next(f.message for f in proposal.gate.findings if f.code == "MINUTES-CHANGED")
    assert "gives 0.333 mg/kg, not 0.5 mg/kg" in message


def test_the_calculations_can_be_followed_step_by_step():
    """Hazard H36: inputs, formula and result of both calculations are there to be looked at."""
    proposal = plan()
    first, second = proposal.calculations
    for view in (first, second):
        names = [line.name for line in view.lines]
        assert names[0] == "Calculated dose"
        assert {"Drawn from the vial", "Concentration", "Pump rate", "Rate"} <= set(names)
        assert all(line.formula and line.working and line.result for line in view.lines)
        assert str(proposal.calculation.dose.ordered) in {line.result for line in view.lines}
    assert plan(healthy(problems=())).calculations == ()


def test_the_plan_pins_the_version_of_its_protocol():
    """Hazard H24: what is printed and signed names the version, and versions are data that never change in place."""
    shown = plan().to_json(0)
    assert shown["protocol"]["version"] == 1
    assert plan().protocol is plan().protocol


def test_substance_use_is_planned_only_under_its_own_template():
    patient = with_problem(Problem("Alcohol use disorder, severe"))
    proposal = plan(patient, protocol="substance-use-specialist")
    assert "REQUIRES-ADDICTION-SPECIALIST" in codes(proposal)
    assert "INVESTIGATIONAL" in codes(proposal, Level.REVIEW)


def test_earlier_infusions_and_the_planned_series_are_counted_together():
    earlier = tuple(GivenInfusion(TODAY - timedelta(days=3 * n), Mg(35)) for n in range(1, 8))
    assert "EXPOSURE-COUNT" not in codes(plan())
    proposal = plan(earlier=earlier)
    assert proposal.exposure.infusions == 7
    assert "EXPOSURE-COUNT" in codes(proposal, Level.BLOCK)


def test_an_assessment_that_is_known_already_changes_nothing():
    patient = with_problem(Problem("Post-traumatic stress disorder"))
    policy = demo_policy()
    known = assess(patient, policy=policy, as_of=TODAY)
    for request in (PlanRequest(), PlanRequest(vial=MgPerMl(50)), PlanRequest(indication="ptsd")):
        given = propose(patient, request=request, policy=policy, as_of=TODAY, judged=known)
        assert given == propose(patient, request=request, policy=policy, as_of=TODAY)


@pytest.mark.parametrize(
    ("kg", "protocol", "mg", "below"),
    [
        ("45", "pain-single", "63", True),
        ("60", "pain-single", "84", False),
        ("40", "neuropathic-repeat", "70", True),
        ("70", "neuropathic-repeat", "80", False),
        ("110", "neuropathic-repeat", "80", False),
    ],
)
def test_a_light_person_who_gets_less_than_the_protocol_means_has_a_finding(kg, protocol, mg, below):
    patient = with_measured(measured("weight_kg", kg))
    found = plan(patient, protocol=protocol)
    assert found.calculation.dose.ordered == Mg(mg)
    said = [f.message for f in found.gate.findings if f.code == "DOSE-BELOW-PROTOCOL"]
    assert bool(said) is below
    assert all(f"{mg} mg is less than the 80 mg" in text for text in said)


def test_maintenance_counts_from_the_last_infusion_planned_or_given():
    """Four to twelve: the first maintenance date never falls into the series."""
    found = plan(protocol="depression-2-3perwk-2-4wk")
    last = found.series.infusions[-1].on
    assert found.maintenance.windows[0].first == last + timedelta(days=14)
    given = tuple(TODAY - timedelta(days=d) for d in (10, 7, 5, 3))
    done = plan(protocol="depression-4x2wk", given=given, maintenance="every-3-5-weeks")
    assert done.series.infusions == ()
    assert done.maintenance.windows[0].first == given[-1] + timedelta(days=21)


@pytest.mark.parametrize("count", [6, 7, 8])
def test_the_number_of_infusions_can_be_chosen(count):
    assert len(plan(protocol="depression-6-8x3wk", infusions=count).series.infusions) == count
