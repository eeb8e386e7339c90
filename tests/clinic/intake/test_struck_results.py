"""A result that was entered in error is struck with a reason; it opens nothing, and both statements stay in sight (H30)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import ResultStruck
from tenuto.clinic.intake.services import record_test
from tenuto.clinic.intake.services.striking import NotStruck, strike_result
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.gate import Level
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of

LATER = NOW + timedelta(minutes=30)
NEXT_DAY = NOW + timedelta(days=1)
SLIP = "Typed into the wrong line."


def result(patient, by, value="positive", fact="pregnancy.test", at=NOW):
    return record_test(patient=patient, fact_id=fact, value=value, taken=at.date(), by=by, at=at)


def found(patient, fact="pregnancy.test", at=NOW):
    gate = current(patient, as_of=at.date()).gate
    return {f.code: f.level for f in gate.findings if f.fact == fact}


def strike(patient, row, by, why=SLIP, at=LATER):
    return strike_result(patient=patient, result=row.pk, why=why, by=by, at=at)


@pytest.mark.parametrize(
    ("fact", "value"), [("pregnancy.test", "positive"), ("lab.drug_screen", "ketamine positive")]
)
def test_who_entered_it_strikes_it_and_the_test_is_missing_again(ana, bob, fact, value):
    row = result(ana, bob, value, fact)
    assert Level.BLOCK in found(ana, fact).values()
    strike(ana, row, bob)
    name = fact.upper().replace(".", "-").replace("_", "-")
    assert found(ana, fact) == {f"MISSING-{name}": Level.REVIEW, f"STRUCK-{name}": Level.REVIEW}
    told = AuditEvent.objects.get(action="struck result").detail
    assert told == {"fact": fact, "value": value, "taken": "2026-11-24", "why": SLIP}


def test_both_statements_stand_until_a_test_of_a_later_day(ana, bob, alice):
    strike(ana, result(ana, bob), alice)
    result(ana, bob, "negative", at=LATER)
    (only,) = [f for f in current(ana).gate.findings if f.fact == "pregnancy.test"]
    assert (only.code, only.level) == ("STRUCK-PREGNANCY-TEST", Level.REVIEW)
    assert "“positive” on Tue 24 Nov 2026 (Bob (bob)) was struck by Alice (alice)" in only.message
    assert SLIP in only.message
    result(ana, bob, "negative", at=NEXT_DAY)
    assert found(ana, at=NEXT_DAY) == {}


def test_a_good_result_that_is_struck_opens_nothing(ana, bob):
    strike(ana, result(ana, bob, "negative"), bob)
    assert "MISSING-PREGNANCY-TEST" in found(ana)


def test_another_positive_of_the_day_still_closes(ana, bob, carol):
    row = result(ana, bob)
    result(ana, carol, at=LATER)
    strike(ana, row, bob, at=LATER + timedelta(minutes=1))
    assert Level.BLOCK in found(ana).values()


def test_nobody_else_strikes_it_and_none_without_a_reason_or_twice(ana, bob, carol, alice):
    row = result(ana, bob)
    with pytest.raises(NotStruck, match=r"entered by Bob \(bob\)"):
        strike(ana, row, carol)
    with pytest.raises(NotStruck, match="in a sentence why"):
        strike(ana, row, bob, why="x")
    assert Level.BLOCK in found(ana).values()
    strike(ana, row, alice)
    with pytest.raises(NotStruck, match="was struck"):
        strike(ana, row, alice)
    assert ResultStruck.objects.count() == 1


def test_a_struck_result_changes_what_a_decision_rests_on(ana, bob):
    row = result(ana, bob)
    before = current(ana).facts_sha256
    strike(ana, row, bob)
    assert current(ana).facts_sha256 != before


def test_alice_strikes_it_on_the_page_bob_sees_it_and_charlie_does_not(
    visit, ana, bob, carol, alice, charlie
):
    row = result(ana, bob)
    page, url = f"/patients/{ana.pk}/intake/tests/", f"/patients/{ana.pk}/intake/tests/{row.pk}/strike/"
    assert visit(charlie).post(url, {"why": SLIP}).status_code == 404
    assert url not in visit(carol).get(page).content.decode()
    refused = visit(carol).post(url, {"why": SLIP}, follow=True)
    assert "They, a prescriber or a medical director may strike it" in text_of(refused)
    assert not ResultStruck.objects.exists()
    assert url in visit(bob).get(page).content.decode()
    done = visit(alice).post(url, {"why": SLIP}, follow=True)
    assert "The result counts no more." in text_of(done)
    seen = text_of(visit(bob).get(page))
    assert "Struck Pregnancy test: positive" in seen
    assert f"Doesn't count: {SLIP} (Alice (alice), Tue 24 Nov 2026)" in seen
    assert url not in visit(bob).get(page).content.decode()
