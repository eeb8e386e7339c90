"""A withdrawn consent and a new contraindication are part of the one safety state, first after an open risk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.facts import Consent, PatientFacts, Person
from tenuto.core.intake.safety import Risk, safety_state, with_safety
from tenuto.core.intake.safety_stops import SafetyStop, Withdrawal
from tenuto.core.policy import default_policy
from tenuto.core.sources import Basis, Tag
from tests.core.intake.people import healthy, judged
from tests.core.intake.test_risk_items import form

LIMITS = default_policy()
DAY = date(2026, 3, 2)
TAKEN_BACK = Withdrawal("7", datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "by phone")
NOT_IN_FORCE = (
    "The consent on record (dated Mon 2 Mar 2026) is not in force: it was withdrawn or refused, or has ended. "
    "Nothing is given without a new one."
)
GIVEN, ENDED = Consent(DAY, active=True), Consent(DAY, active=False)
FOUND = SafetyStop.contraindication("An aneurysm is recorded.", Level.BLOCK)


def state(*consents, scores=(), **more):
    return safety_state(
        PatientFacts(Person(), scores=scores, consents=consents), as_of=DAY, policy=LIMITS, **more
    )


def test_a_refusal_stops_until_a_consent_is_given_after_it():
    refused = Consent(DAY, active=False, refused=True, origin="Consent/2")
    before, after = Consent(DAY - timedelta(days=1), True), Consent(DAY, True)
    (stop,) = state(before, refused).stops
    assert (stop.words, stop.level) == ("Consent refused", Level.BLOCK)
    assert "refused or taken back on Mon 2 Mar 2026 (Consent/2), and none was given after it" in stop.text
    assert state(after, Consent(DAY - timedelta(days=1), False, refused=True)).stops == ()


@pytest.mark.parametrize(
    ("consents", "withdrawn", "text", "level"),
    [
        ((), None, None, Level.REVIEW),
        ((GIVEN,), None, None, Level.REVIEW),
        ((ENDED, GIVEN), None, None, Level.REVIEW),
        ((ENDED,), None, NOT_IN_FORCE, Level.BLOCK),
        ((ENDED,), TAKEN_BACK, TAKEN_BACK.text, Level.REFUSE),
        ((), TAKEN_BACK, TAKEN_BACK.text, Level.REFUSE),
    ],
)
def test_a_consent_that_is_not_in_force_stops_and_one_that_nobody_asked_for_does_not(
    consents, withdrawn, text, level
):
    found = state(*consents, consent_withdrawn=withdrawn)
    assert [stop.text for stop in found.stops] == ([text] if text else [])
    assert (found.is_red, found.level, found.risk) == (bool(text), level, Risk.NOT_ASKED)
    assert with_safety(Gate(), found).level is (Level.REFUSE if withdrawn else Level.PASS)


def test_a_withdrawal_says_its_day_its_hour_and_its_channel():
    assert TAKEN_BACK.text == (
        "The patient has withdrawn the consent, by phone on Mon 2 Mar 2026 at 09:30. Nothing is given without a new one."
    )


def test_consents_that_are_not_in_force_are_told_by_date_and_origin():
    other = Consent(None, active=False, origin="Consent/9")
    assert "(dated Mon 2 Mar 2026; without a date, Consent/9) is not in force" in state(ENDED, other).text
    (found,) = [f for f in judged(healthy(consents=(ENDED, other))).gate.findings if f.fact == "consent"]
    assert "(dated Mon 2 Mar 2026; without a date, Consent/9) is not in force" in found.message


def test_the_order_is_risk_then_consent_then_contraindication_and_each_has_a_name():
    risk = form("phq9", 2)
    found = state(ENDED, scores=(risk,), consent_withdrawn=TAKEN_BACK).besides([FOUND])
    assert found.words == ("Suicide risk", "Consent withdrawn", "New contraindication")
    assert found.pressing[1:] == (TAKEN_BACK.text, FOUND.text)
    assert (
        found.text.index("No triage since.")
        < found.text.index(TAKEN_BACK.text)
        < found.text.index(FOUND.text)
    )


def test_what_is_known_of_a_risk_follows_what_stops_treatment():
    found = state(consent_withdrawn=TAKEN_BACK)
    assert found.text == f"{TAKEN_BACK.text} Suicide risk: not asked yet."
    assert found.words == ("Consent withdrawn",)


def test_the_gate_says_a_withdrawal_once():
    old = Finding("CONSENT-NOT-IN-FORCE", Level.BLOCK, NOT_IN_FORCE, Basis((Tag.D,)), "consent")
    other = Finding("AGE-MINOR", Level.BLOCK, "Age 17.", Basis((Tag.D,)), "age")
    found = with_safety(Gate.of([old, other]), state(ENDED, consent_withdrawn=TAKEN_BACK))
    assert [f.code for f in found.findings] == ["CONSENT-TAKEN-BACK", "AGE-MINOR"]
    assert "a new consent" in found.opened_by


def test_nothing_red_has_no_name():
    found = state(GIVEN)
    assert (found.words, found.pressing, found.is_red) == ((), (), False)
