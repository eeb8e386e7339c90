"""A value that nobody can rely on opens nothing, no older one holds beside it, and what it says against treatment counts."""

from __future__ import annotations

import pytest

from tenuto.core.gate import Level
from tests.core.intake.people import finding, healthy, judged, measured, pressure, with_measured

OLDER = {
    "height_cm": "176",
    "heart_rate_per_min": "68",
    "spo2_percent": "98",
    "systolic_mmhg": "120",
    "alt_u_per_l": "24",
}


def doubted(kind: str, value: str, days_ago: int = 0):
    """A record in which the newest value of a kind is unclear, beside an older one that is clear and normal."""
    older = measured(kind, OLDER[kind], 1)
    return with_measured(
        older, measured(kind, value, days_ago, unclear="is preliminary, not final"), without=(kind,)
    )


@pytest.mark.parametrize(("kind", "value"), OLDER.items())
def test_an_unclear_value_is_said_and_nobody_relies_on_an_older_one(kind: str, value: str) -> None:
    found = finding(judged(doubted(kind, value)), "MEASUREMENT-UNCLEAR")
    assert found is not None
    assert found.level >= Level.REVIEW
    assert f"the value {value} on" in found.message
    assert "nor on an older one" in found.message


@pytest.mark.parametrize(("kind", "value"), OLDER.items())
def test_a_clear_value_after_it_settles_it(kind: str, value: str) -> None:
    assert finding(judged(doubted(kind, value, days_ago=3)), "MEASUREMENT-UNCLEAR") is None


def test_no_build_rests_on_an_older_height() -> None:
    assert judged(doubted("height_cm", "150")).bmi is None


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [("heart_rate_per_min", "180", "HEART-RATE"), ("spo2_percent", "80", "SPO2-LOW"), ("systolic_mmhg", "210", "BP-HIGH-ONCE")],
)  # fmt: skip
def test_what_an_unclear_value_says_against_treatment_counts(kind: str, value: str, code: str) -> None:
    assert finding(judged(doubted(kind, value)), code) is not None
    assert finding(judged(doubted(kind, OLDER[kind])), code) is None


def test_a_month_that_is_not_over_is_no_value_of_the_future() -> None:
    pulse = measured("heart_rate_per_min", "68", -9, unclear="at the latest is dated with a month only")
    codes = {f.code for f in judged(with_measured(pulse)).gate.findings}
    assert "MEASUREMENT-UNCLEAR" in codes
    assert "MEASUREMENT-FUTURE" not in codes


def test_an_unclear_value_takes_away_nothing_that_closes() -> None:
    high = (*pressure("210/100", 1, "09:00"), *pressure("210/100", 1, "09:10"))
    normal = measured("systolic_mmhg", "120", unclear="is preliminary")
    patient = with_measured(*high, normal, without=("systolic_mmhg", "diastolic_mmhg"))
    codes = {f.code for f in judged(patient).gate.findings}
    assert {"BP-HIGH-REPEATED", "MEASUREMENT-UNCLEAR"} <= codes
    assert {f.code for f in judged(healthy()).gate.findings}.isdisjoint({"MEASUREMENT-UNCLEAR"})
