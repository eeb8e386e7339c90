"""Values that a later one hides, and what nobody measured: they close and open nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.core.intake.eligibility import JudgementPurpose
from tests.core.intake.people import TODAY, judged, measured, pressure, serious, with_measured

PLANNING = JudgementPurpose.PLANNING


@pytest.mark.parametrize(
    ("value", "found"), [("170", ["HEART-RATE-TOLD REVIEW"]), ("70", [])], ids=["high", "harmless"]
)
def test_a_heart_rate_told_by_the_person_closes_and_opens_nothing(value, found):
    told = replace(measured("heart_rate_per_min", value), estimated=True)
    before = measured("heart_rate_per_min", "70", 1)
    assert serious(judged(with_measured(before, told), PLANNING)) == found
    assert "MISSING-HEART-RATE REVIEW" in serious(judged(with_measured(told), PLANNING))


def test_a_low_saturation_minutes_before_a_good_one_is_said():
    low = replace(measured("spo2_percent", "82"), minute="09:00")
    good = replace(measured("spo2_percent", "98"), minute="09:05")
    patient = with_measured(low, good, without=("spo2_percent",))
    assert serious(judged(patient, PLANNING)) == ["SPO2-LOW-EARLIER REVIEW"]
    before = replace(low, taken=TODAY - timedelta(days=1))
    assert serious(judged(with_measured(before, good, without=("spo2_percent",)), PLANNING)) == []


def test_two_good_pressures_open_what_a_high_one_closed_as_the_policy_says():
    readings = (
        *pressure("165/95", 0, "09:00"),
        *pressure("130/80", 0, "09:10"),
        *pressure("128/80", 0, "09:20"),
    )
    patient = with_measured(*readings, without=("systolic_mmhg", "diastolic_mmhg"))
    assert serious(judged(patient, PLANNING)) == []
    one = with_measured(*readings[:4], without=("systolic_mmhg", "diastolic_mmhg"))
    assert serious(judged(one, PLANNING)) != []
