"""An answer that keeps treatment away stays until a prescriber takes it back with a reason; both stay in sight (H11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import NotForRole
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import receive
from tenuto.clinic.intake.services.history import MayNotTakeBack, save_step
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.scales.services import record_triage
from tenuto.core.gate import Level
from tenuto.core.intake.facts import Answer
from tenuto.core.intake.safety import Risk
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import answer

LATER = NOW + timedelta(minutes=30)
NEXT_DAY = NOW + timedelta(days=1)
ROW = "b" * 32


def of(patient, fact, at=NOW):
    return [f for f in current(patient, as_of=at.date()).gate.findings if f.fact == fact]


def take_back(patient, by, reason, at=LATER, value="no", fact="history.aneurysm"):
    return save_step(
        patient=patient,
        step_id="medical",
        entries={fact: value},
        seen={fact: 99},
        reasons={fact: reason},
        by=by,
        at=at,
    )


@pytest.mark.parametrize("at", [LATER, NEXT_DAY])
@pytest.mark.parametrize("fact", ["history.aneurysm", "history.raised_icp", "history.bladder"])
def test_a_later_no_leaves_the_yes_standing(ana, bob, carol, fact, at):
    answer(ana, "medical", bob, **{fact: "yes"})
    answer(ana, "medical", carol, at=at, seen={fact: 1}, **{fact: "no"})
    (found,) = of(ana, fact, at)
    assert found.level is Level.BLOCK
    assert "answered “yes” on Tue 24 Nov 2026" in found.message
    assert "and “no”" in found.message
    assert "Both stand, and the one that closes counts." in found.message
    answer(ana, "medical", carol, at=at, seen={fact: 2}, **{fact: ""})
    assert of(ana, fact, at)[0].level is Level.BLOCK


def test_a_prescriber_takes_it_back_with_a_reason_and_both_stay_in_sight(ana, bob, alice):
    answer(ana, "medical", bob, history__aneurysm="yes")
    answer(ana, "medical", alice, at=LATER, seen={"history.aneurysm": 1}, history__aneurysm="no")
    assert of(ana, "history.aneurysm")[0].level is Level.BLOCK
    take_back(ana, alice, "The angiogram of 2019 shows none.")
    (found,) = of(ana, "history.aneurysm")
    assert (found.code, found.level) == ("TAKEN-BACK-HISTORY-ANEURYSM", Level.REVIEW)
    assert "“yes” of Tue 24 Nov 2026 (Bob (bob)) was taken back by Alice (alice)" in found.message
    assert "The angiogram of 2019 shows none." in found.message
    told = AuditEvent.objects.filter(action="saved history").order_by("number").last().detail
    assert told["taken_back"] == {"history.aneurysm": "The angiogram of 2019 shows none."}


def test_nobody_else_takes_it_back(ana, bob, carol):
    answer(ana, "medical", bob, history__aneurysm="yes")
    for staff in (bob, carol):
        with pytest.raises(NotForRole):
            take_back(ana, staff, "A slip")
    assert of(ana, "history.aneurysm")[0].level is Level.BLOCK


def test_an_answer_that_is_emptied_takes_nothing_back(ana, bob, alice):
    answer(ana, "medical", bob, history__aneurysm="yes")
    take_back(ana, alice, "A slip", value="")
    assert of(ana, "history.aneurysm")[0].level is Level.BLOCK


def test_the_page_says_what_stands_and_asks_a_prescriber_for_the_reason(visit, ana, bob, alice, carol):
    answer(ana, "medical", bob, history__aneurysm="yes")
    url = f"/patients/{ana.pk}/intake/history/medical/"
    visit(carol).post(url, {"q-history.aneurysm": "no", "v-history.aneurysm": "1"})
    theirs = visit(carol).get(url)
    assert "“yes” on Tue 24 Nov 2026 (Bob (bob)) speaks against treatment" in text_of(theirs)
    assert 'name="back-history.aneurysm"' not in theirs.content.decode()
    prescriber = visit(alice)
    assert 'name="back-history.aneurysm"' in prescriber.get(url).content.decode()
    sent = {"q-history.aneurysm": "no", "v-history.aneurysm": "2", "back-history.aneurysm": "Mixed up"}
    assert prescriber.post(url, sent).status_code == 302
    assert of(ana, "history.aneurysm")[0].code.startswith("TAKEN-BACK")
    assert "taken back by Alice" in prescriber.get(f"/patients/{ana.pk}/intake/decision/").content.decode()


def test_an_allergy_or_a_diagnosis_that_closes_is_taken_off_with_a_reason_alone(
    visit, ana, bob, alice, carol
):
    for step, text in (("allergies", "Ketamine"), ("diagnoses", "Aortic aneurysm")):
        save_step(patient=ana, step_id=step, entries={ROW: {"text": text}}, seen={}, by=bob, at=NOW)
        for staff, value in ((carol, None), (alice, None), (carol, {"text": "Latex"})):
            with pytest.raises(MayNotTakeBack, match=text):
                save_step(patient=ana, step_id=step, entries={ROW: value}, seen={ROW: 1}, by=staff, at=LATER)
    url = f"/patients/{ana.pk}/intake/history/allergies/"
    sent = {f"r-{ROW}-remove": "1", f"v-{ROW}": "1"}
    refused = visit(carol).post(url, sent)
    assert refused.status_code == 422
    assert "It stays as it is until a prescriber" in text_of(refused)
    assert current(ana).facts.allergies
    visit(alice).post(url, {**sent, f"back-{ROW}": "Another person's record"})
    assert not current(ana).facts.allergies


def test_a_nurse_does_not_lower_a_high_and_a_prescriber_does(visit, ana, bob, alice):
    for level, by, minutes in ((RiskLevel.HIGH, bob, 0), (RiskLevel.LOW, bob, 30)):
        at = NOW + timedelta(minutes=minutes)
        record_triage(patient=ana, level=level, rests_on="Interview with her", by=by, at=at)
    page = text_of(visit(alice).get(f"/patients/{ana.pk}/intake/"))
    assert (
        "Suicide risk high (Tue 24 Nov 2026, 09:30, Bob (bob)) against low (Tue 24 Nov 2026, 10:00, Bob (bob))"
        in page
    )
    assert "until a prescriber decides" in page
    state = safety_now(ana, Batch([ana], clinic=ana.clinic, today=NOW.date()))
    assert (state.risk, state.high) == (Risk.OPEN, True)
    assert any(f.level is Level.BLOCK for f in of(ana, "suicide.screen"))
    record_triage(
        patient=ana, level=RiskLevel.LOW, rests_on="My own interview", by=alice, at=NOW + timedelta(hours=1)
    )
    state = safety_now(ana, Batch([ana], clinic=ana.clinic, today=NOW.date()))
    assert (state.risk, state.high) == (Risk.KNOWN, False)
    assert not any(f.level is Level.BLOCK for f in of(ana, "suicide.screen"))


def test_what_a_record_says_is_taken_back_with_a_reason_and_a_later_record_closes_again(visit, alice, bob):
    def told(day, digest):
        yes = Answer("history.aneurysm", True, (NOW + timedelta(days=day)).date())
        facts = replace(facts_of(), answers=(yes,))
        return receive(
            facts=facts, source=source_of(digest=digest * 64), by=alice, at=NOW + timedelta(days=day)
        )

    patient = told(-3, "1").patient
    answer(patient, "medical", bob, history__aneurysm="no")
    assert of(patient, "history.aneurysm")[0].level is Level.BLOCK
    url = f"/patients/{patient.pk}/intake/history/medical/"
    assert "“yes” on Sat 21 Nov 2026 (from a record) speaks against treatment" in text_of(
        visit(alice).get(url)
    )
    take_back(patient, alice, "The angiogram of 2019 shows none.")
    (found,) = of(patient, "history.aneurysm")
    assert (found.code, found.level) == ("TAKEN-BACK-HISTORY-ANEURYSM", Level.REVIEW)
    assert "“yes” on Sat 21 Nov 2026 (ana.json) was taken back by Alice (alice)" in found.message
    assert "(from a record)" not in text_of(visit(alice).get(url))
    told(1, "2")
    assert of(patient, "history.aneurysm", NEXT_DAY)[0].level is Level.BLOCK
