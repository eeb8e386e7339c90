"""A signed plan looks again: withdrawn consent and new contraindications hold it, and every page says so first."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from tenuto.clinic.intake.services import withdraw_consent
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.plan import services
from tenuto.clinic.plan.models import PlanReview
from tenuto.clinic.ports.api import active_holds, lift_hold, open_tasks_of
from tests.clinic.conftest import NOW
from tests.clinic.intake.filling import answer, press
from tests.clinic.plan.conftest import OPTIONS, drafted, later, signature_of, signed
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of

TODAY = NOW.date()


@pytest.fixture
def version(accepted, alice):
    return signed(accepted(), alice)


def look(patient, minutes=1):
    return services.hold_what_changed(patient.clinic, at=later(minutes))


def holds(patient):
    return [(hold.kind, hold.rule) for hold in active_holds(patient, on=TODAY)]


def tasks(patient):
    return [(task.kind, task.target) for task in open_tasks_of(patient) if task.kind == "plan.look_again"]


def test_a_plan_that_stands_is_held_by_nothing(visit, version, alice):
    assert look(version.patient) == 0
    assert (holds(version.patient), tasks(version.patient)) == ([], [])
    page = text_of(visit(alice).get(url_of(version)))
    assert "Look again" not in page
    assert "Gate when signed: PASS Today: PASS" in page


def test_a_withdrawn_consent_comes_first_on_every_page(visit, version, alice, bob):
    patient = version.patient
    withdraw_consent(patient=patient, why="", by=bob, at=later())
    page = text_of(visit(bob).get(url_of(version)))
    assert "Signed, held: give nothing Nothing is booked until a prescriber has looked at it." in page
    assert "The coordinator books the series" not in page
    assert page.index("The patient has withdrawn the consent") < page.index("36 mg of ketamine base")
    assert "Gate when signed: PASS Today: REFUSE" in page
    for address in (f"/patients/{patient.pk}/intake/", f"/patients/{patient.pk}/plan/visits/"):
        text = text_of(visit(bob).get(address))
        assert "Signed plan, look again: The patient has withdrawn the consent" in text, address
        assert "Signed; look again" in text
    paper = PdfReader(io.BytesIO(visit(bob).get(url_of(version, "plan.pdf")).content))
    words = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    assert "LOOK AGAIN" in words
    assert "The patient has withdrawn the consent" in words


def test_a_withdrawn_consent_puts_a_hold_and_a_task_once(version, bob):
    patient = version.patient
    withdraw_consent(patient=patient, why="", by=bob, at=later())
    assert [look(patient, 2), look(patient, 3)] == [1, 1]
    assert holds(patient) == [("consent", "plan.look_again")]
    assert tasks(patient) == [("plan.look_again", str(version.pk))]


def test_nobody_lets_a_plan_go_on_without_consent(visit, version, alice, dora, bob):
    withdraw_consent(patient=version.patient, why="", by=bob, at=later())
    for by in (alice, dora):
        with pytest.raises(services.SigningRefused, match="Only a new consent"):
            services.review(version=version, reason="Please.", signature=signature_of(by), at=NOW)
    assert "Let the plan go on" not in text_of(visit(dora).get(url_of(version)))


def test_withdrawing_the_plan_ends_the_task_and_the_hold(version, alice, bob):
    patient = version.patient
    withdraw_consent(patient=patient, why="", by=bob, at=later())
    look(patient, 2)
    services.withdraw(version=version, reason="Consent withdrawn.", by=alice, at=later(3))
    assert look(patient, 4) == 0
    assert (holds(patient), tasks(patient)) == ([], [])


def test_a_new_contraindication_holds_until_somebody_who_may_has_looked(visit, version, alice, dora, bob):
    patient = version.patient
    answer(patient, "medical", bob, at=later(), history__aneurysm="yes")
    look(patient, 2)
    assert holds(patient) == [("plan", "plan.look_again")]
    page = text_of(visit(alice).get(url_of(version)))
    assert "Today: BLOCK" in page
    assert "Only a medical director lets it go on; or revise or withdraw it." in page
    with pytest.raises(services.SigningRefused, match="Only a medical director"):
        services.review(version=version, reason="Coiled.", signature=signature_of(alice), at=NOW)
    with pytest.raises(services.ReasonMissing, match="Write why this plan goes on"):
        services.review(version=version, reason=" ", signature=signature_of(dora), at=NOW)
    row = services.review(
        version=version, reason="Coiled in 2015, stable.", signature=signature_of(dora), at=later(3)
    )
    assert row.gate_level == "BLOCK"
    assert (holds(patient), tasks(patient)) == ([], [])
    assert look(patient, 4) == 0
    page = text_of(visit(bob).get(url_of(version)))
    assert "Coiled in 2015, stable." in page
    assert "Signed; look again" not in page
    event = AuditEvent.objects.get(action="looked at plan again")
    assert (event.kind, event.detail["gate"]) == ("override", "BLOCK")


def test_what_was_looked_at_does_not_hide_what_comes_after(version, alice, dora, bob):
    patient = version.patient
    answer(patient, "medical", bob, at=later(), history__aneurysm="yes")
    services.review(version=version, reason="Coiled, stable.", signature=signature_of(dora), at=later(2))
    answer(patient, "medical", bob, at=later(3), history__porphyria="yes")
    assert look(patient, 4) == 1


def test_a_reading_that_is_well_again_lets_go_and_a_later_one_holds_anew(version, alice, bob):
    patient = version.patient
    press(patient, 150, 95, bob, at=later(1))
    assert look(patient, 2) == 1
    press(patient, 120, 78, bob, at=later(8))
    press(patient, 118, 76, bob, at=later(14))
    assert look(patient, 15) == 0
    assert holds(patient) == []
    press(patient, 152, 96, bob, at=later(21))
    assert look(patient, 22) == 1
    assert holds(patient) == [("plan", "plan.look_again")]


def test_what_merely_grows_old_is_to_do_and_holds_nothing(version, monkeypatch):
    old = NOW + timedelta(days=40)
    monkeypatch.setattr("django.utils.timezone.now", lambda: old)
    assert services.look_of(version.patient).gate.level.name in ("REVIEW", "BLOCK", "REFUSE")
    assert [r.text for r in services.look_of(version.patient).reasons if r.level.name == "REVIEW"] == []


def test_a_hold_that_a_prescriber_lifted_is_not_placed_again_for_the_same_facts(version, alice, bob):
    patient = version.patient
    answer(patient, "medical", bob, at=later(), history__aneurysm="yes")
    look(patient, 2)
    (hold,) = active_holds(patient, on=TODAY)
    lift_hold(hold=hold.id, why="Booked for the review only.", by=alice, at=later(3))
    look(patient, 4)
    assert holds(patient) == []
    assert tasks(patient)


def test_the_page_lets_a_director_go_on_with_a_second_factor(visit, version, bob, dora):
    answer(version.patient, "medical", bob, at=later(), history__aneurysm="yes")
    browser = visit(dora)
    assert browser.post(url_of(version, "look-again/"), {"review-reason": " "}).status_code == 422
    asked = browser.post(url_of(version, "look-again/"), {"review-reason": "Coiled, stable."})
    assert asked["Location"].startswith("/account/")
    assert not PlanReview.objects.exists()


@pytest.mark.parametrize("role", ["bob", "carol", "erin"])
def test_who_may_not_let_it_go_on(request, visit, version, role):
    person = request.getfixturevalue(role)
    assert visit(person).post(url_of(version, "look-again/"), {"review-reason": "So."}).status_code == 403


def test_a_draft_is_not_looked_at_again(accepted, alice, bob):
    patient = accepted("Demo Birch")
    draft = drafted(patient, alice, OPTIONS)
    answer(patient, "medical", bob, at=later(), history__aneurysm="yes")
    assert look(patient, 2) == 0
    with pytest.raises(services.SigningRefused, match="Nothing has changed"):
        services.review(version=draft, reason="So.", signature=signature_of(alice), at=NOW)
