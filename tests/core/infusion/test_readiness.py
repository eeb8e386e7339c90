"""The gate of a start: missing is never PASS, nothing of yesterday counts, and every level says who opens it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.core.gate import Finding, Level
from tenuto.core.infusion.dose_check import DoseReading, dose_differences
from tenuto.core.infusion.readiness import (
    BREATHS,
    IDENTITY,
    PRESSURE,
    TEMPERATURE,
    DayAnswer,
    asked_on_the_day,
    baseline_of,
    readiness,
)
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import Kg, MgPerKg, MgPerMl, MlPerHour
from tests.core.infusion.sessions import BEGAN, ORDER, POLICY
from tests.spec.tables import rows

MIDNIGHT = BEGAN - timedelta(hours=10)


def answer(row: str, value: str, minutes: float = 20) -> DayAnswer:
    return DayAnswer(row, value, BEGAN - timedelta(minutes=minutes), "Bob Ames")


def ready() -> dict[str, list[DayAnswer]]:
    chosen = {each.id: [answer(each.id, each.choices[0].id)] for each in asked_on_the_day().values()}
    return {
        **chosen,
        IDENTITY: [answer(IDENTITY, "agrees")],
        PRESSURE: [answer(PRESSURE, "128/82", 11), answer(PRESSURE, "126/80", 6)],
        BREATHS: [answer(BREATHS, "14")],
        TEMPERATURE: [answer(TEMPERATURE, "36.8")],
    }


def judged(answers: dict[str, list[DayAnswer]], besides: tuple[Finding, ...] = ()):
    every = [each for found in answers.values() for each in found]
    return readiness(every, besides=besides, policy=POLICY, day_began=MIDNIGHT, now=BEGAN)


def test_a_patient_who_is_ready():
    found = judged(ready())
    assert (found.gate.level, found.policy) == (Level.PASS, "tenuto-demo 1")
    assert all(row.value and row.by == "Bob Ames" and row.at for row in found.rows)


ASKED_ANEW = {each.id: each.fact for each in asked_on_the_day().values() if each.fact}


@pytest.mark.parametrize(("row", "fact"), ASKED_ANEW.items())
def test_an_answer_of_today_stands_where_the_records_is_old(row, fact):
    old = Finding("STALE", Level.REVIEW, "Not from today.", Basis((Tag.D,)), fact, missing=True)
    assert judged(ready(), (old,)).gate.level is Level.PASS
    unanswered = judged({**ready(), row: []}, (old,))
    assert old in unanswered.gate.findings
    assert unanswered.besides == (old,)


@pytest.mark.parametrize("fact", ASKED_ANEW.values())
def test_what_the_record_says_of_a_fact_stands_beside_the_answer_of_today(fact):
    told = Finding("TOLD", Level.REVIEW, "It says otherwise.", Basis((Tag.D,)), fact)
    found = judged(ready(), (told,))
    assert (found.gate.level, found.besides) == (Level.REVIEW, (told,))


def test_a_suicide_triage_is_asked_for_whatever_is_answered():
    """It is a clinician's, with what it rests on; no choice in a list stands for it."""
    assert "suicide.screen" not in ASKED_ANEW.values()


@pytest.mark.parametrize("row", list(ready()))
def test_what_is_missing_blocks(row):
    found = judged({**ready(), row: []})
    assert found.gate.level is Level.BLOCK
    assert [(each.fact, each.missing) for each in found.gate.findings] == [(row, True)]
    assert found.gate.opened_by == "only a medical director's exception, with a typed reason"


@pytest.mark.parametrize("row", list(ready()))
def test_what_was_answered_yesterday_is_missing(row):
    old = [DayAnswer(each.row, each.value, each.at - timedelta(days=1), each.by) for each in ready()[row]]
    assert judged({**ready(), row: old}).gate.level is Level.BLOCK


@pytest.mark.parametrize(
    ("row", "choice"),
    [(asked.id, choice) for asked in asked_on_the_day().values() for choice in asked.choices],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_each_answer_closes_as_far_as_it_says(row, choice):
    found = judged({**ready(), row: [answer(row, choice.id)]})
    assert found.gate.level is choice.level
    assert next(each for each in found.rows if each.id == row).value == choice.words


def test_every_row_can_pass_and_can_block():
    for asked in asked_on_the_day().values():
        levels = {choice.level for choice in asked.choices}
        assert {Level.PASS, Level.BLOCK} <= levels


def test_the_newest_answer_counts():
    answers = ready()
    answers["kit"] = [answer("kit", "no", 30), answer("kit", "yes", 5)]
    assert judged(answers).gate.level is Level.PASS


def test_another_patient_can_not_be_let_through_by_anybody():
    """Hazard H1: an identity that does not agree is REFUSE."""
    found = judged({**ready(), IDENTITY: [answer(IDENTITY, "differs")]})
    assert (found.gate.level, found.gate.opened_by) == (Level.REFUSE, "nobody; correct the facts first")


def pressures(cell: str) -> list[DayAnswer]:
    parts = [part.split("@") for part in cell.split(",") if part.strip()]
    return [answer(PRESSURE, value.strip(), float(ago)) for value, ago in parts]


@pytest.mark.parametrize("row", rows("infusion/readiness.md", table=0))
def test_two_fresh_pressures(row):
    """Hazard H12: a pressure of 31 minutes ago is no pressure."""
    assert judged({**ready(), PRESSURE: pressures(row["pressures"])}).gate.level.name == row["gate"]


@pytest.mark.parametrize("row", rows("infusion/readiness.md", table=1))
def test_breaths(row):
    given = [answer(BREATHS, row["breaths"])] if row["breaths"] else []
    assert judged({**ready(), BREATHS: given}).gate.level.name == row["gate"]


@pytest.mark.parametrize("row", rows("infusion/readiness.md", table=2))
def test_temperature(row):
    given = [answer(TEMPERATURE, row["temperature"])] if row["temperature"] else []
    assert judged({**ready(), TEMPERATURE: given}).gate.level.name == row["gate"]


def test_what_the_record_and_the_holds_say_closes_it_too():
    held = Finding("HOLD", Level.BLOCK, "On hold: a late blood test.", Basis((Tag.D,)))
    assert judged(ready(), (held,)).gate.findings == (held,)


def test_the_own_pressure_is_the_lower_of_the_last_two():
    taken = [answer(PRESSURE, "150/95", 40), answer(PRESSURE, "128/82", 11), answer(PRESSURE, "126/84", 6)]
    own = baseline_of(taken, BEGAN)
    assert (own.systolic_mmhg, own.diastolic_mmhg) == (126, 82)
    assert baseline_of([], BEGAN) is None


AGREED = DoseReading(Kg(70), MgPerKg("0.5"), MgPerMl(50), MlPerHour(75))


def test_a_second_reading_that_agrees():
    assert dose_differences(ORDER, AGREED) == ()


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (
            DoseReading(Kg(154), MgPerKg("0.5"), MgPerMl(50), MlPerHour(75)),
            "Weight: 70 kg is ordered, 154 kg was entered.",
        ),
        (
            DoseReading(Kg(70), MgPerKg(5), MgPerMl(50), MlPerHour(75)),
            "Dose: 0.5 mg/kg is ordered, 5 mg/kg was entered.",
        ),
        (
            DoseReading(Kg(70), MgPerKg("0.5"), MgPerMl(10), MlPerHour(75)),
            "Vial: 50 mg/mL is ordered, 10 mg/mL was entered.",
        ),
        (
            DoseReading(Kg(70), MgPerKg("0.5"), MgPerMl(50), MlPerHour(150)),
            "Pump rate: 75 mL/h is ordered, 150 mL/h was entered.",
        ),
    ],
)
def test_a_second_reading_that_differs_shows_both(read, text):
    """Hazards H2, H4, H6 and H7: pounds for kg, a lost point, another vial, another rate."""
    assert [each.text for each in dose_differences(ORDER, read)] == [text]
