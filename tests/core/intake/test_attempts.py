"""A recorded suicide attempt is red until a triage after it, and named with its day for as long as it is recent (H18)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tenuto.core.intake.facts import Answer, PatientFacts, Person, SuicideAttempt
from tenuto.core.intake.safety import Risk, safety_state
from tenuto.core.policy import default_policy

LIMITS = default_policy()
RECENT = timedelta(days=LIMITS.whole("suicide_attempt_recent_days"))
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def attempted(on: date = DAY, *, at: datetime | None = AT) -> SuicideAttempt:
    return SuicideAttempt(on, DAY, at)


def triaged(level: str, *, at: datetime | None, on: date = DAY) -> Answer:
    return Answer("suicide.screen", level, on, at=at)


def state(*attempts, triages=(), as_of=DAY):
    facts = PatientFacts(Person(), answers=tuple(triages), attempts=attempts)
    return safety_state(facts, as_of=as_of, policy=LIMITS)


@pytest.mark.parametrize("age", [0, 1, 91, 92, 4000])
def test_without_a_triage_it_is_red_whatever_its_age(age):
    found = state(attempted(DAY - timedelta(days=age)))
    assert (found.risk, found.now, found.grave, found.is_first) == (Risk.OPEN, True, True, True)
    assert found.sentences[0].endswith("2026. No triage since." if age < 60 else "No triage since.")


@pytest.mark.parametrize(
    ("triage", "answers"),
    [
        (triaged("negative", at=AT - MINUTE), False),
        (triaged("negative", at=AT), True),
        (triaged("low", at=AT + MINUTE), True),
        (triaged("negative", at=None), False),
        (triaged("negative", at=None, on=DAY + timedelta(days=1)), True),
    ],
    ids=["before", "with", "after", "same day", "next day"],
)
def test_a_triage_after_it_answers_it(triage, answers):
    found = state(attempted(), triages=[triage], as_of=DAY + timedelta(days=1))
    assert found.risk is (Risk.KNOWN if answers else Risk.OPEN)
    assert "Suicide attempt on Mon 2 Mar 2026" in found.text


def test_an_attempt_that_comes_on_record_after_the_triage_of_another_is_red():
    late = SuicideAttempt(DAY - timedelta(days=9), DAY, AT + 2 * MINUTE)
    found = state(attempted(), late, triages=[triaged("negative", at=AT + MINUTE)])
    assert found.sentences[0] == "Suicide attempt on Sat 21 Feb 2026. No triage since."
    assert "Suicide attempt on Mon 2 Mar 2026, triaged since." in found.sentences


@pytest.mark.parametrize(("days", "named"), [(0, True), (1, False)])
def test_it_is_named_for_as_long_as_it_is_recent(days, named):
    as_of = DAY + RECENT + timedelta(days=days)
    found = state(attempted(), triages=[triaged("negative", at=AT + MINUTE)], as_of=as_of)
    assert ("Suicide attempt" in found.text) is named
    assert (found.risk is Risk.KNOWN) is named


def test_it_stays_named_beside_a_risk_that_was_found_high():
    found = state(attempted(), triages=[triaged("high", at=AT + MINUTE)])
    assert found.high
    assert "Suicide attempt on Mon 2 Mar 2026, triaged since." in found.sentences
