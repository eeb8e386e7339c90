"""The rule tables of dose and rate, both calculations."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tenuto.core.gate import Gate
from tenuto.core.literature.protocol import protocol
from tenuto.core.plan.caps import caps_for, dose_findings, rounding_from
from tenuto.core.plan.dose import Dose, calculate
from tenuto.core.plan.dose_check import recompute
from tenuto.core.plan.inputs import AddedTo, DoseInputs, Rounding, TotalVolume
from tenuto.core.plan.product import dilution_findings
from tenuto.core.policy import default_policy
from tenuto.core.units import Kg, Mg, MgPerKg, MgPerKgPerHour, MgPerMl, Minutes, Ml, UnitError, plain
from tests.spec.tables import rows

TEMPLATE = {"psychiatric": "depression-6x2wk", "CRPS": "crps-10day"}


def inputs(target: str, kg: str, minutes: str, *, vial="50", total="50", track="psychiatric") -> DoseInputs:
    kind = MgPerKgPerHour if target.endswith("/h") else MgPerKg
    policy = default_policy()
    return DoseInputs(
        kind.parse(target),
        Minutes(minutes),
        Kg(kg),
        caps_for(protocol(TEMPLATE[track]), policy),
        rounding_from(policy),
        MgPerMl(vial) if vial else None,
        TotalVolume(Ml(total)) if total else None,
    )


def gate(given: DoseInputs, dose: Dose, track: str) -> Gate:
    return Gate.of(
        [
            *dose_findings(given, dose, protocol(TEMPLATE[track]), default_policy()),
            *dilution_findings(given, dose),
        ]
    )


@pytest.mark.parametrize("row", rows("plan/dose-and-rate.md", table=0))
def test_a_dose_gives_the_mg_volumes_and_rates_of_the_table(row):
    given = inputs(
        row["target"], row["kg"], row["min"], vial=row["vial"], total=row["total mL"], track=row["track"]
    )
    dose, check = calculate(given), recompute(given)
    first = {
        "mg": dose.ordered,
        "draw mL": dose.infusate.drug_volume,
        "mg/mL": dose.infusate.concentration,
        "mL/h": dose.infusate.pump_rate,
        "mg/h": dose.rate,
        "mg/min": dose.rate_per_minute,
        "mg/kg/h": dose.rate_per_kg,
    }
    second = {
        "mg": check.dose_mg,
        "draw mL": check.drug_ml,
        "mg/mL": check.mg_per_ml,
        "mL/h": check.ml_per_h,
        "mg/h": check.mg_per_h,
        "mg/min": check.mg_per_min,
        "mg/kg/h": check.mg_per_kg_per_h,
    }
    for column, value in first.items():
        if row[column]:
            assert plain(value.value) == row[column], column
            assert Decimal(second[column]) / 10**6 == Decimal(row[column]), column
    assert gate(given, dose, row["track"]).level.name == row["levels"]


@pytest.mark.parametrize("row", rows("plan/dose-and-rate.md", table=1))
def test_caps_and_rounding_judge_the_ordered_dose(row):
    given = inputs(row["target"], row["kg"], row["min"])
    dose, check = calculate(given), recompute(given)
    assert plain(dose.ordered.value) == row["mg"]
    assert Decimal(check.dose_mg) / 10**6 == dose.ordered.value
    found = gate(given, dose, "psychiatric")
    assert found.level.name == row["level"]
    assert not row["code"] or row["code"] in {f.code for f in found.at(found.level)}
    assert check.rounding_too_large == (row["code"] == "DOSE-ROUNDING")


@pytest.mark.parametrize("row", rows("plan/dose-and-rate.md", table=2))
def test_caps_of_pain_infusions(row):
    given = inputs(row["target"], row["kg"], row["min"], track="CRPS")
    dose, check = calculate(given), recompute(given)
    assert (plain(dose.ordered.value), plain(dose.rate.value)) == (row["mg"], row["mg/h"])
    assert (Decimal(check.dose_mg), Decimal(check.mg_per_h)) == (
        dose.ordered.value * 10**6,
        dose.rate.value * 10**6,
    )
    codes = {f.code for f in gate(given, dose, "CRPS").findings}
    assert row["code"] in codes if row["code"] else not codes


def test_overfill_changes_the_rate():
    """Hazard H7: ten per cent more in the bag than printed must run faster to end in time."""
    plain_bag = inputs("0.5 mg/kg", "70", "40")
    bag = DoseInputs(
        plain_bag.target,
        plain_bag.minutes,
        plain_bag.weight,
        plain_bag.caps,
        plain_bag.rounding,
        plain_bag.vial,
        AddedTo(Ml(50), Ml(5)),
    )
    dose = calculate(bag)
    assert dose.infusate.total_volume == Ml("55.7")
    assert dose.infusate.pump_rate.value == Decimal("83.55")
    assert recompute(bag).ml_per_h == 83_550_000


def test_a_line_that_is_not_flushed_keeps_part_of_the_dose():
    given = inputs("0.5 mg/kg", "70", "40")
    given = DoseInputs(*[getattr(given, f) for f in given.__slots__[:-1]], dead_volume=Ml(20))
    dose = calculate(given)
    assert plain(dose.infusate.undelivered.value) == "14"
    assert "40 %" in next(f.message for f in dilution_findings(given, dose) if f.code == "LINE-DEAD-VOLUME")


@pytest.mark.parametrize(("vial", "total", "code"), [
    (None, "50", "VIAL-MISSING"),
    ("50", None, "VOLUME-MISSING"),
    ("25", "50", "VIAL-UNLABELLED"),
    ("10", "50", "VIAL-NOT-FOR-DILUTION"),
    ("100", "0.5", "VIAL-UNDILUTED"),
    ("50", "0.5", "VOLUME-IMPOSSIBLE"),
    ("50", "0", "VOLUME-IMPOSSIBLE"),
])  # fmt: skip
def test_vial_and_volume_are_questioned(vial, total, code):
    given = inputs("0.5 mg/kg", "70", "40", vial=vial, total=total)
    dose = calculate(given)
    assert code in {f.code for f in dilution_findings(given, dose)}
    pumped = recompute(given).ml_per_h
    assert pumped == (None if dose.infusate is None else dose.infusate.pump_rate.value * 10**6)
    if vial is None:
        assert dose.drug_volume is None
        assert dose.infusate is None


@pytest.mark.parametrize(("total", "refused"), [("0.69", True), ("0.7", False), ("0.71", False)])
def test_a_strength_for_equal_parts_takes_exactly_equal_parts(total, refused):
    given = inputs("0.5 mg/kg", "70", "40", vial="100", total=total)
    codes = {f.code for f in dilution_findings(given, calculate(given))}
    assert ("VIAL-UNDILUTED" in codes) is refused


def test_swapping_the_vial_blocks_what_would_go_in_undiluted():
    """Hazard H6."""
    weak = inputs("0.5 mg/kg", "70", "40", vial="10", total="3.5")
    strong = inputs("0.5 mg/kg", "70", "40", vial="100", total="0.35")
    assert gate(weak, calculate(weak), "psychiatric").level.name == "PASS"
    assert gate(strong, calculate(strong), "psychiatric").level.name == "BLOCK"


@pytest.mark.parametrize(("kg", "minutes"), [("0", "40"), ("70", "0")])
def test_nothing_is_divided_by_nothing(kg, minutes):
    with pytest.raises(UnitError, match="above zero"):
        inputs("0.5 mg/kg", kg, minutes)


def test_the_second_path_refuses_what_is_finer_than_it_can_hold():
    with pytest.raises(ValueError, match="six decimals"):
        recompute(inputs("0.5 mg/kg", "69.8532279", "40"))
    assert recompute(inputs("0.5 mg/kg", "69.853227", "40")).dose_mg == 35 * 10**6


@pytest.mark.parametrize(("most", "refused"), [("3.99", True), ("4", False), ("4.02", False)])
def test_rounding_is_refused_above_its_limit_and_not_at_it_in_both_calculations(most, refused):
    """12.5 mg to 13 mg is a change of exactly 4 %."""
    rounding = Rounding(step=Mg(1), small_step=Mg(1), small_below=Mg(1), most_percent=Decimal(most))
    given = replace(inputs("0.5 mg/kg", "25", "40"), rounding=rounding)
    dose = calculate(given)
    assert dose.ordered == Mg(13)
    assert recompute(given).rounding_too_large is refused
    assert ("DOSE-ROUNDING" in {f.code for f in gate(given, dose, "psychiatric").findings}) is refused


@pytest.mark.parametrize(("target", "ordered"), [("0.59", "11.8"), ("0.6", "10")])
def test_small_steps_are_taken_below_their_limit_and_not_at_it(target, ordered):
    """Steps of 5 mg from 12 mg on, and of 0.1 mg below."""
    rounding = Rounding(step=Mg(5), small_step=Mg("0.1"), small_below=Mg(12), most_percent=Decimal(99))
    given = replace(inputs(f"{target} mg/kg", "20", "40"), rounding=rounding)
    assert calculate(given).ordered == Mg(ordered)
    assert recompute(given).dose_mg == Decimal(ordered) * 10**6


def test_rounding_up_to_a_cap_itself_passes_none():
    """34.6 mg is ordered as 35 mg where 35 mg is the cap, and as 34 mg where that is the cap."""
    given = inputs("0.5 mg/kg", "69.2", "40")
    for most, ordered in (("35", 35), ("34.9", 34), ("34.6", 34)):
        cap = replace(given.caps[0], most=Mg(most))
        at_cap = replace(given, caps=(cap,))
        assert calculate(at_cap).ordered == Mg(ordered)
        assert recompute(at_cap).dose_mg == ordered * 10**6
        assert len(calculate(at_cap).caps_applied) == (most != "35")
    exactly = replace(inputs("0.5 mg/kg", "70", "40"), caps=(replace(given.caps[0], most=Mg(35)),))
    assert calculate(exactly).caps_applied == ()


@pytest.mark.parametrize(
    ("target", "kg", "step", "asks"),
    [
        ("0.45", "50", "5", False),  # 22.5 mg is ordered as 25 mg: 0.5 mg/kg itself
        ("0.5", "20", "3.5", False),  # 10 mg is ordered as 10.5 mg: 5 % itself
        ("0.5", "20", "3.51", True),  # and as 10.53 mg: more than 5 %
        ("0.501", "100", "0.1", True),  # asked for above it, and not rounded
    ],
)
def test_a_reason_is_asked_for_above_half_a_milligram_but_for_a_little_rounding(target, kg, step, asks):
    rounding = Rounding(step=Mg(step), small_step=Mg(step), small_below=Mg(1), most_percent=Decimal(99))
    given = replace(inputs(f"{target} mg/kg", kg, "40"), rounding=rounding, caps=())
    found = dose_findings(given, calculate(given), protocol(TEMPLATE["psychiatric"]), default_policy())
    assert ("DOSE-NEEDS-REASON" in {f.code for f in found}) is asks


@pytest.mark.parametrize(("target", "asks"), [("1 mg/kg/h", 0), ("1.04 mg/kg/h", 2)])
def test_anaesthesia_level_staffing_is_asked_for_above_its_limits_and_not_at_them(target, asks):
    """30 mg in an hour for 30 kg is 1 mg/kg and 1 mg/kg/h, the clinic's limits without it."""
    given = replace(inputs(target, "30", "60", track="CRPS"), caps=())
    found = dose_findings(given, calculate(given), protocol(TEMPLATE["CRPS"]), default_policy())
    assert [f.code for f in found if f.code == "STAFFING-ANAESTHESIA"] == ["STAFFING-ANAESTHESIA"] * asks


def test_the_pump_may_run_at_its_highest_rate():
    at_most = inputs("0.5 mg/kg", "70", "40", total="666")
    assert "PUMP-RATE" not in {f.code for f in gate(at_most, calculate(at_most), "psychiatric").findings}


def test_a_rate_that_no_pump_gives_is_said():
    fast = inputs("0.5 mg/kg", "70", "40", total="1000")
    found = {f.code: f.message for f in gate(fast, calculate(fast), "psychiatric").findings}
    assert "1500 mL/h; the clinic's pump gives at most 999 mL/h" in found["PUMP-RATE"]
    slow = inputs("0.5 mg/kg", "70", "40", total="100")
    assert "PUMP-RATE" not in {f.code for f in gate(slow, calculate(slow), "psychiatric").findings}
