"""Both sides of every number: what no person has is not counted, and switches no test off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Person
from tenuto.core.policy import demo_policy
from tests.core.intake.people import TODAY, finding, healthy, judged, measured, with_answer, with_measured

RANGED = sorted(
    key.removeprefix("plausible_min_") for key in demo_policy().limits if key.startswith("plausible_min_")
)


@pytest.mark.parametrize("kind", RANGED)
@pytest.mark.parametrize("side", ["min", "max"])
def test_a_value_beyond_what_a_person_can_have_is_not_counted_and_is_said(kind: str, side: str) -> None:
    limit = demo_policy().number(f"plausible_{side}_{kind}")
    beyond = limit - 1 if side == "min" else limit + 1
    assessment = judged(with_measured(measured(kind, str(beyond), reference_high=Decimal(40))))
    assert str(beyond) in finding(assessment, "MEASUREMENT-IMPLAUSIBLE").message
    at_limit = judged(with_measured(measured(kind, str(limit), reference_high=Decimal(40))))
    assert finding(at_limit, "MEASUREMENT-IMPLAUSIBLE") is None


@pytest.mark.parametrize(
    "born",
    [
        date(1900, 1, 1),
        date(1111, 1, 1),
        date(1905, 11, 21),
        date(1910, 1, 1),
        date(1911, 11, 11),
        date(1919, 6, 1),
        date(1970, 1, 1),
    ],
)
def test_a_birth_date_that_stands_for_unknown_switches_no_test_off(born: date) -> None:
    patient = with_answer("pregnancy.test", None)
    assessment = judged(replace(patient, person=replace(patient.person, birth_date=born)))
    assert finding(assessment, "AGE-IMPLAUSIBLE").level is Level.REVIEW
    assert finding(assessment, "AGE-OLD") is None
    assert "pregnancy.test" in assessment.missing


@pytest.mark.parametrize("born", [date(1950, 1, 1), date(1980, 1, 1), date(1990, 1, 1), date(2000, 1, 1)])
def test_the_first_day_of_a_round_decade_is_a_birthday(born: date) -> None:
    patient = healthy()
    assessment = judged(replace(patient, person=replace(patient.person, birth_date=born)))
    assert finding(assessment, "AGE-IMPLAUSIBLE") is None


def test_a_very_old_person_is_still_a_person() -> None:
    old = Person("Ana Silva", ("MRN-1",), date(1923, 5, 4), "female")
    assert finding(judged(healthy(person=old)), "AGE-OLD") is not None


def test_a_minor_s_date_closes_even_where_it_may_stand_for_another() -> None:
    young = Person("Ana Silva", ("MRN-1",), date(2020, 1, 1), "female")
    assert finding(judged(healthy(person=young)), "AGE-MINOR").level is Level.BLOCK


def test_of_several_formulas_of_one_day_the_lowest_kidney_value_counts() -> None:
    two = [measured("egfr_ml_per_min", value, minute="09:00") for value in ("95", "25")]
    assert "eGFR 25" in finding(judged(with_measured(*two)), "EGFR-LOW").message


def test_of_two_weights_of_a_day_the_lower_carries_the_dose_and_both_are_shown() -> None:
    two = [
        measured("weight_kg", value, minute=minute) for value, minute in (("70", "09:00"), ("72", "10:00"))
    ]
    assessment = judged(with_measured(*two))
    assert assessment.weight.kg.value == 70
    assert "70 and 72 kg" in finding(assessment, "WEIGHT-SEVERAL").message


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "01:30 UTC"), (-5, "01:30 UTC-05:00"), (5.5, "01:30 UTC+05:30")]
)
def test_a_value_that_looks_a_day_too_late_asks_for_the_zone(hours: float, said: str) -> None:
    tomorrow = TODAY + timedelta(days=1)
    at = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 1, 30, tzinfo=timezone(timedelta(hours=hours)))
    late = replace(measured("weight_kg", "70", days_ago=-1), at=at)
    message = finding(judged(with_measured(late)), "WEIGHT-FUTURE").message
    assert said in message
    assert "name the clinic's time zone" in message
