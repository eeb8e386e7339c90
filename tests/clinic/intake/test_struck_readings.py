"""A reading that was entered in error is struck by whom a result would be; one that would have closed stays in sight (H30)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import ReadingStruck
from tenuto.clinic.intake.services import record_reading
from tenuto.clinic.intake.services.measurements import Value
from tenuto.clinic.intake.services.striking import NotStruck, strike_reading
from tenuto.core.gate import Level
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of

LATER = NOW + timedelta(minutes=30)
NEXT_DAY = NOW + timedelta(days=1)
SLIP = "Typed into the wrong line."
HIGH = {"systolic_mmhg": "205", "diastolic_mmhg": "112"}
USUAL = {"systolic_mmhg": "124", "diastolic_mmhg": "78"}


def reading(patient, by, values, at=NOW, high=None):
    limit = Decimal(high) if high else None
    kept = {kind: Value(Decimal(number), limit) for kind, number in values.items()}
    return record_reading(patient=patient, values=kept, taken_at=at, by=by, at=at)


def strike(patient, row, by, why=SLIP, at=LATER):
    return strike_reading(patient=patient, reading=row, why=why, by=by, at=at)


def struck(patient, at=NOW):
    return [f for f in current(patient, as_of=at.date()).gate.findings if f.code.startswith("STRUCK")]


@pytest.mark.parametrize(
    ("values", "high", "code"),
    [(HIGH, None, "STRUCK-BLOOD-PRESSURE"), ({"alt_u_per_l": "400"}, "40", "STRUCK-LAB-LIVER")],
)
def test_what_would_have_closed_stays_in_sight_until_a_reading_of_a_later_day(ana, bob, values, high, code):
    strike(ana, reading(ana, bob, values, high=high), bob)
    (only,) = struck(ana)
    assert (only.code, only.level) == (code, Level.REVIEW)
    assert SLIP in only.message
    assert "(Bob (bob))" in only.message
    usual = USUAL if "systolic_mmhg" in values else dict.fromkeys(values, "30")
    reading(ana, bob, usual, at=LATER, high=high)
    assert struck(ana) == [only]
    reading(ana, bob, usual, at=NEXT_DAY, high=high)
    assert struck(ana, at=NEXT_DAY) == []


@pytest.mark.parametrize("values", [USUAL, {"weight_kg": "720"}, {"heart_rate_per_min": "72"}])
def test_what_closed_nothing_is_struck_without_a_word(ana, bob, values):
    strike(ana, reading(ana, bob, values), bob)
    assert struck(ana) == []


def test_nobody_else_strikes_it_and_none_without_a_reason_or_twice(ana, bob, carol, alice):
    row = reading(ana, bob, HIGH)
    with pytest.raises(NotStruck, match=r"entered by Bob \(bob\)"):
        strike(ana, row, carol)
    with pytest.raises(NotStruck, match="in a sentence why"):
        strike(ana, row, bob, why="x")
    assert not ReadingStruck.objects.exists()
    strike(ana, row, alice)
    with pytest.raises(NotStruck, match="was struck"):
        strike(ana, row, alice)


def test_a_struck_reading_changes_what_a_decision_rests_on(ana, bob):
    row = reading(ana, bob, HIGH)
    before = current(ana).facts_sha256
    strike(ana, row, bob)
    assert current(ana).facts_sha256 != before


def test_alice_strikes_it_on_the_page_carol_and_charlie_do_not(visit, ana, bob, carol, alice, charlie):
    row = reading(ana, bob, HIGH)
    page = f"/patients/{ana.pk}/intake/measurements/"
    url = f"{page}{row}/strike/"
    assert visit(charlie).post(url, {"why": SLIP}).status_code == 404
    assert url not in visit(carol).get(page).content.decode()
    refused = text_of(visit(carol).post(url, {"why": SLIP}, follow=True))
    assert "They, a prescriber or a medical director may strike it" in refused
    assert not ReadingStruck.objects.exists()
    assert url in visit(bob).get(page).content.decode()
    done = text_of(visit(alice).post(url, {"why": SLIP}, follow=True))
    assert "The reading counts no more." in done
    assert f"Doesn't count: {SLIP} (Alice (alice))" in done
