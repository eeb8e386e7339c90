"""Consent and decision: signed by whom, on what, and what nobody can sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import ConsentSigned, ConsentWithdrawn, Decision
from tenuto.clinic.intake.services import DecisionRefused, decide, receive, sign_consent, withdraw_consent
from tenuto.clinic.intake.services.consents import ConsentRefused
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports.api import open_task
from tenuto.clinic.scales.api import record_form
from tenuto.clinic.scales.services import record_triage
from tenuto.core.gate import Level
from tenuto.core.intake.consent_text import current_consent_text
from tenuto.core.literature.tasks import task_kind
from tenuto.core.scales.suicide_triage import RiskLevel as Triage
from tests.clinic.conftest import NOW, source_of
from tests.clinic.intake.conftest import signed, text_of
from tests.clinic.intake.filling import answer, weigh

TEXT = current_consent_text()
EVERY = [statement.id for statement in TEXT.statements]


@pytest.fixture
def alder(alice):
    """A patient whose record is complete and passes."""
    return _demo(alice, "Demo Alder")


def _demo(by, name, change=lambda facts: facts):
    facts = change(next(f for f in teaching_patients(timezone.localdate()) if f.person.name == name))
    return receive(facts=facts, source=source_of(digest="a" * 64), by=by, at=NOW).patient


def sign(patient, by, **other):
    given = {
        "text_name": TEXT.name,
        "text_sha256": TEXT.sha256,
        "agreed": EVERY,
        "photo": False,
        "patient_typed": patient.name,
        "indication": "",
        "signature": signed(by),
        "at": NOW,
    }
    return sign_consent(patient=patient, **{**given, **other})


def decision(patient, by, outcome="accepted", reason="", **other):
    given = {"seen": current(patient).facts_sha256, "signature": signed(by), "at": NOW}
    return decide(patient=patient, outcome=outcome, reason=reason, **{**given, **other})


# ---- consent ---------------------------------------------------------------------------------------------------------
def test_a_consent_is_kept_with_its_text_its_taker_and_the_free_choice(ana, bob):
    row = sign(ana, bob, photo=True)
    assert (row.text_sha256, row.photo, row.recorded_by_name, row.method) == (
        TEXT.sha256,
        True,
        "Bob (bob)",
        "totp",
    )
    assert [c.version for c in current(ana).facts.consents] == [TEXT.name]
    assert not any(f.fact == "consent" for f in current(ana).gate.findings)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"agreed": EVERY[1:]}, "Not agreed to: Not an approved use"),
        ({"patient_typed": "Anna Silvia"}, "is not the name on record"),
        ({"text_sha256": "0" * 64}, "has changed meanwhile"),
    ],
)
def test_without_every_statement_the_name_and_the_same_text_there_is_no_consent(ana, bob, change, sentence):
    with pytest.raises(ConsentRefused, match=sentence):
        sign(ana, bob, **change)
    assert not ConsentSigned.objects.exists()


def test_a_consent_needs_the_takers_fresh_second_factor(ana, bob):
    with pytest.raises(PermissionError):
        sign(ana, bob, signature=signed(bob, minutes_ago=6))


def test_a_withdrawal_takes_back_every_consent_also_an_imported_one(alder, bob):
    sign(alder, bob)
    withdraw_consent(patient=alder, how="phone", why="", by=bob, at=NOW + timedelta(minutes=1))
    assert not any(c.active for c in current(alder).facts.consents)
    assert current(alder).gate.level is Level.BLOCK
    sign(alder, bob, signature=signed(bob, minutes_ago=-2), at=NOW + timedelta(minutes=2))
    assert any(c.active for c in current(alder).facts.consents)


def test_whoever_takes_the_call_records_that_the_patient_says_no(visit, ana, bob, carol, erin):
    """A coordinator, who takes no consent, is led there from intake and from who the patient is, and back."""
    url = f"/patients/{ana.pk}/intake/consent/withdraw/"
    browser = visit(carol)
    for page in ("intake/", "person/"):
        assert url in browser.get(f"/patients/{ana.pk}/{page}").content.decode()
    assert '/intake/consent/"' not in browser.get(url).content.decode()
    answer = browser.post(url, {"how": "phone", "why": "She told me."}, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain == [(f"/patients/{ana.pk}/intake/", 302)]
    assert "The consent is withdrawn." in answer.content.decode()
    with pytest.raises(PermissionError):
        withdraw_consent(patient=ana, how="phone", why="", by=erin, at=NOW)


def test_a_withdrawal_is_a_recorded_statement_and_neither_one_click_nor_a_hurdle(visit, ana, bob):
    sign(ana, bob)
    browser, url = visit(bob), f"/patients/{ana.pk}/intake/consent/withdraw/"
    assert "It counts at once." in text_of(browser.get(url))
    assert "Choose how the patient said it." in text_of(browser.post(url, {}))
    assert not ConsentWithdrawn.objects.exists()
    told = text_of(browser.post(url, {"how": "phone", "why": "Her sister drives no more."}, follow=True))
    assert "The patient said it by phone: “Her sister drives no more.”" in told
    row = ConsentWithdrawn.objects.get()
    assert (row.how, row.recorded_by_name) == ("phone", "Bob (bob)")
    with pytest.raises(ConsentRefused, match="Choose how the patient said it"):
        withdraw_consent(patient=ana, how="", why="", by=bob, at=NOW)


def test_the_page_signs_after_the_second_factor(visit, ana, bob, second_factor):
    browser, url = visit(bob), f"/patients/{ana.pk}/intake/consent/"
    data = {f"agree-{name}": "on" for name in EVERY}
    data |= {"choose-photo": "no", "patient_typed": "Ana Silva", "text_sha256": TEXT.sha256}
    assert "Choose yes or no" in text_of(browser.post(url, {**data, "choose-photo": ""}))
    assert not ConsentSigned.objects.exists()
    assert browser.post(url, data).status_code == 302
    assert ConsentSigned.objects.get().photo is False


def test_no_verdict_stands_on_the_screen_that_the_patient_signs(visit, ana, bob):
    browser, base = visit(bob), f"/patients/{ana.pk}/intake/"
    assert "Verdict:" in text_of(browser.get(f"{base}measurements/"))
    for page in (browser.get(f"{base}consent/"), browser.post(f"{base}consent/", {})):
        assert "Verdict:" not in text_of(page)


def test_no_risk_of_suicide_is_read_by_the_patient_who_signs(visit, ana, bob):
    """Staff are sent to the page that says it; every other page says it first."""
    answers = {str(n): 1 for n in range(1, 9)} | {"9": 2}
    record_form(
        patient=ana,
        instrument_id="phq9",
        answers=answers,
        taken=NOW.date(),
        answered_by="patient",
        by=bob,
        at=NOW,
    )
    browser = visit(bob)
    page = text_of(browser.get(f"/patients/{ana.pk}/intake/consent/"))
    for never in ("Suicide risk", "item 9", "BLOCK", "REFUSE", "Alerts", "To ask"):
        assert never not in page
    html = browser.get(f"/patients/{ana.pk}/intake/consent/").content.decode()
    # Staff see it red and first, and the patient reads nothing of why.
    assert html.index("safety-open") < html.index("intake-statement")
    assert "Stop. Look at the page of intake before this is signed." in page
    assert "Suicide risk" in text_of(browser.get(f"/patients/{ana.pk}/intake/"))


def test_the_page_asks_for_a_second_factor_once_the_form_is_complete(visit, ana, bob):
    browser, url = visit(bob), f"/patients/{ana.pk}/intake/consent/"
    data = {f"agree-{name}": "on" for name in EVERY}
    data |= {"choose-photo": "no", "patient_typed": "Ana Silva", "text_sha256": TEXT.sha256}
    assert browser.post(url, {**data, "patient_typed": "Anna Silvia"}).status_code == 422
    answer = browser.post(url, data)
    assert answer.status_code == 302
    assert "/second-factor/" in answer["Location"]
    assert not ConsentSigned.objects.exists()


# ---- decision --------------------------------------------------------------------------------------------------------
def test_a_pass_is_accepted_and_pinned(alder, alice):
    row = decision(alder, alice)
    state = current(alder)
    assert state.accepted
    assert state.decision.stands
    assert (row.facts_sha256, row.policy_sha256) == (state.facts_sha256, state.policy.sha256)
    event = AuditEvent.objects.get(action="decided about treatment")
    assert event.detail["facts"] == state.facts_sha256


def test_a_decision_no_longer_stands_when_a_fact_changes(alder, alice, bob):
    decision(alder, alice)
    answer(alder, "medical", bob, history__liver="yes")
    assert not current(alder).decision.stands
    assert Decision.objects.get().facts["answers"]


def test_review_needs_a_reason_of_a_prescriber(alder, alice, bob):
    answer(alder, "medical", bob, history__liver="yes")
    assert current(alder).gate.level is Level.REVIEW
    with pytest.raises(DecisionRefused, match="write the reason"):
        decision(alder, alice)
    assert decision(alder, alice, reason="Gilbert's syndrome, enzymes normal.").outcome == "accepted"


def test_block_opens_only_for_the_directors_reason(alder, alice, bob, dora):
    answer(alder, "medical", bob, history__aneurysm="yes")
    assert current(alder).gate.level is Level.BLOCK
    with pytest.raises(DecisionRefused, match="only a medical director's exception"):
        decision(alder, alice, reason="I would like to.")
    with pytest.raises(DecisionRefused, match="write the reason"):
        decision(alder, dora)
    for empty in ("x", ".", "ok"):
        with pytest.raises(DecisionRefused, match="write the reason, in a sentence"):
            decision(alder, dora, reason=empty)
    assert (
        decision(alder, dora, reason="Clipped in 2011, neurosurgeon agrees.").authority == "medical_director"
    )


def test_refuse_opens_for_nobody(alder, dora, bob):
    weigh(alder, "154", bob)
    assert current(alder).gate.level is Level.REFUSE
    with pytest.raises(DecisionRefused, match="nobody can accept"):
        decision(alder, dora, reason="Even so.")
    assert not Decision.objects.exists()


@pytest.mark.parametrize("outcome", ["not_suitable", "needs_more"])
def test_declining_and_asking_for_more_need_a_reason(ana, alice, outcome):
    with pytest.raises(DecisionRefused, match="Write why"):
        decision(ana, alice, outcome)
    assert decision(ana, alice, outcome, "The liver first.").outcome == outcome
    assert not current(ana).accepted


def test_only_prescribers_decide_for_themselves_and_freshly(alder, alice, bob):
    with pytest.raises(PermissionError, match="may not decide"):
        decision(alder, bob)
    with pytest.raises(PermissionError, match="too long ago"):
        decision(alder, alice, signature=signed(alice, minutes_ago=6))


def test_what_changed_meanwhile_is_looked_at_first(visit, alder, alice, bob, second_factor):
    seen = current(alder).facts_sha256
    answer(alder, "medical", bob, history__liver="yes")
    url = f"/patients/{alder.pk}/intake/decision/"
    page = visit(alice).post(url, {"outcome": "accepted", "reason": "fine", "seen": seen})
    assert page.status_code == 422
    assert "Something was recorded since you opened this page" in text_of(page)
    assert current(alder).facts_sha256 in page.content.decode()
    assert not Decision.objects.exists()


def test_the_imported_facts_are_the_ones_that_were_sent(alice):
    facts = next(f for f in teaching_patients(timezone.localdate()) if f.person.name == "Demo Alder")
    patient = _demo(alice, "Demo Alder")
    merged = current(patient).facts
    for name in ("problems", "medications", "allergies", "measurements", "scores", "answers", "consents"):
        assert sorted(map(str, getattr(merged, name))) == sorted(map(str, getattr(facts, name))), name
    assert replace(merged.person, identifiers=()) == replace(facts.person, identifiers=())


# ---- open tasks of safety --------------------------------------------------------------------------------------------
@pytest.fixture
def waiting(alder, bob):
    """Somebody about whom a suicide triage is open."""
    known = task_kind("suicide.screen")
    open_task(
        patient=alder,
        kind=known.id,
        why=known.why,
        owner_role="prescriber",
        due=NOW + known.within,
        by=bob,
        at=NOW,
    )
    return alder


def test_nobody_is_accepted_past_an_open_task_of_safety(waiting, alice):
    for reason in ("", "Seen in person, all is well."):
        with pytest.raises(
            DecisionRefused, match=r"Open: Suicide triage\. Nobody is accepted before that is done"
        ):
            decision(waiting, alice, reason=reason)
    assert not Decision.objects.exists()
    decision(waiting, alice, outcome="needs_more", reason="The screen comes first.")


def test_a_medical_director_accepts_past_it_with_a_reason_on_record(waiting, dora):
    for empty in ("", "x", ".", "ok"):
        with pytest.raises(DecisionRefused, match="with a reason in a sentence"):
            decision(waiting, dora, reason=empty)
    decision(waiting, dora, reason="Inpatient, watched day and night.")
    detail = AuditEvent.objects.get(action="decided about treatment").detail
    assert detail["past_open_tasks"] == ["suicide.screen"]


def test_the_triage_opens_the_way(waiting, alice):
    record_triage(
        patient=waiting, level=Triage.NONE, rests_on="Talked it over at length today.", by=alice, at=NOW
    )
    decision(waiting, alice, reason="Triaged.")
    assert current(waiting).accepted


def test_other_open_tasks_do_not_stand_in_the_way(alder, alice, bob):
    open_task(
        patient=alder,
        kind="test.order",
        why="Liver enzymes.",
        owner_role="coordinator",
        due=NOW,
        by=bob,
        at=NOW,
    )
    decision(alder, alice)


def test_the_page_says_it_before_a_second_factor_is_asked_for(visit, waiting, alice):
    sent = {"outcome": "accepted", "reason": "Seen.", "seen": current(waiting).facts_sha256}
    answer = visit(alice).post(f"/patients/{waiting.pk}/intake/decision/", sent)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Open: Suicide triage. Nobody is accepted before that is done." in page
    form = answer.context["form"]
    assert form["reason"].value() == "Seen."
    # No reason would change it, so it is not said of the reason.
    assert (list(form.errors), list(form.errors.get("reason", ()))) == (["outcome"], [])


def test_what_a_reason_would_open_is_said_at_the_reason(visit, waiting, dora):
    sent = {"outcome": "accepted", "reason": "ok", "seen": current(waiting).facts_sha256}
    answer = visit(dora).post(f"/patients/{waiting.pk}/intake/decision/", sent)
    assert list(answer.context["form"].errors) == ["reason"]


def test_the_page_shows_what_is_decided_on_with_harm_first(visit, waiting, alice, bob):
    open_task(
        patient=waiting,
        kind="test.order",
        why="Liver enzymes.",
        owner_role="coordinator",
        due=NOW,
        by=bob,
        at=NOW,
    )
    page = text_of(visit(alice).get(f"/patients/{waiting.pk}/intake/decision/"))
    shown = page[page.index("Decided on") :]
    for text in (
        "Suicide risk Triage: negative",
        "Open before anybody is accepted BLOCK Suicide triage, due",
        "Open beside it",
        "Against treatment",
        "(F33.2)",
        "PHQ-9 17, moderately severe",
        "2 of 6 weeks or more can be read; 2 are asked for.",
        "What the person wants",
    ):
        assert text in shown, text
    assert (
        shown.index("Suicide risk")
        < shown.index("Open before anybody is accepted")
        < shown.index("Diagnosis")
    )


def test_what_nobody_asked_is_said_and_never_none(visit, ana, alice):
    page = text_of(visit(alice).get(f"/patients/{ana.pk}/intake/decision/"))
    assert "Triage: not asked yet" in page
    assert "Against treatment Nothing in what is recorded; not recorded: 6" in page
    assert "Nothing is recorded that stands against it" not in page
    assert "Earlier trials REVIEW Not recorded" in page
