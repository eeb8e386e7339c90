"""A signed plan looks again: withdrawn consent and new contraindications hold it, and every page says so first."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from tenuto.clinic.accounts.api import roles_that_may
from tenuto.clinic.intake.api import Value, record_reading
from tenuto.clinic.intake.services import strike_reading, withdraw_consent
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan import services
from tenuto.clinic.plan.models import PlanReview
from tenuto.clinic.ports.api import active_holds, lift_hold, open_by_rule, open_task, open_tasks_of
from tenuto.clinic.scales.services import record_triage
from tenuto.core.literature.tasks import task_kind
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, hired
from tests.clinic.intake.filling import answer, press
from tests.clinic.intake.test_decision import sign as sign_consent_of
from tests.clinic.plan.conftest import OPTIONS, drafted, later, signature_of, signed
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of

TODAY = NOW.date()
SAID_BY_PHONE = "The patient has withdrawn the consent, by phone on Tue 24 Nov 2026 at "
"""A withdrawal is named with its channel, its day and its hour, wherever it is."""
PAGES = (
    "intake/",
    "intake/history/medical/",
    "intake/consent/",
    "plan/",
    "plan/visits/",
    "scales/",
    "person/",
)


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
    assert "Verdict today: PASS Today." in page


def test_a_withdrawn_consent_comes_first_on_every_page(visit, version, alice, bob):
    patient = version.patient
    withdraw_consent(patient=patient, how="phone", why="", by=bob, at=later())
    page = text_of(visit(bob).get(url_of(version)))
    assert "Nothing is booked or given by this plan until" in page
    assert "The coordinator books the series" not in page
    assert page.index("The patient has withdrawn the consent") < page.index("36 mg of ketamine base")
    assert "Verdict today: REFUSE Today." in page
    assert "Give nothing This plan is held. What was signed stands here for the record." in page
    for address in (f"/patients/{patient.pk}/intake/", f"/patients/{patient.pk}/plan/visits/"):
        text = text_of(visit(bob).get(address))
        assert f"Consent withdrawn {SAID_BY_PHONE}" in text, address
        assert "Signed; look again" in text
    paper = PdfReader(io.BytesIO(visit(bob).get(url_of(version, "plan.pdf")).content))
    words = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    assert "LOOK AGAIN" in words
    assert SAID_BY_PHONE in words


@pytest.mark.parametrize("path", PAGES)
def test_a_withdrawn_consent_is_red_and_first_until_a_new_one(visit, version, bob, dora, path):
    patient = version.patient
    withdraw_consent(patient=patient, how="phone", why="She said so on the phone.", by=bob, at=later())
    html = visit(bob).get(f"/patients/{patient.pk}/{path}", follow=True).content.decode()
    assert 'class="safety safety-open"' in html
    assert html.index("Consent withdrawn") < html.index('class="banner"')
    sign_consent_of(patient, dora, signature=signature_of(dora, later(2)), at=later(2))
    html = visit(bob).get(f"/patients/{patient.pk}/{path}", follow=True).content.decode()
    assert 'class="safety safety-open"' not in html


def test_the_verdict_of_the_signature_never_stands_where_todays_is_looked_for(visit, version, alice, bob):
    """Below "give nothing" no PASS is set in the size of a verdict, and the paper's alerts are not none."""
    withdraw_consent(patient=version.patient, how="phone", why="", by=bob, at=later())
    browser = visit(alice)
    page = browser.get(url_of(version)).content.decode()
    assert re.findall(
        r"gate-head gate-(\w+)", page.split('class="plan-lead"')[1].split('class="plan-main"')[0]
    ) == ["refuse"]
    assert "Verdict when the plan was signed, for the record: PASS" in page
    # Said once where it stands first, and once as the reason of today's verdict.
    assert page.split("<dialog")[0].count(SAID_BY_PHONE) == 2
    paper = " ".join(
        p.extract_text()
        for p in PdfReader(io.BytesIO(browser.get(url_of(version, "plan.pdf")).content)).pages
    )
    assert "Alerts Consent withdrawn" in " ".join(paper.split())


@pytest.mark.parametrize("change", ["never asked", "triaged", "old"])
def test_the_alerts_of_the_paper_say_the_safety_state(visit, version, alice, change, monkeypatch):
    if change == "old":
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=41))
    if change == "triaged":
        record_triage(
            patient=version.patient,
            level=RiskLevel.LOW,
            rests_on="Talked it over at length today.",
            by=alice,
            at=later(),
        )
    paper = " ".join(
        " ".join(
            p.extract_text()
            for p in PdfReader(io.BytesIO(visit(alice).get(url_of(version, "plan.pdf")).content)).pages
        ).split()
    )
    assert ("Alerts Suicide risk low: known" in paper) is (change == "triaged")
    old = "Suicide risk: none found 43 days ago, Sun 22 Nov 2026; asked again before the next infusion"
    assert paper.count(old) == (2 if change == "old" else 0)


def test_every_row_of_the_lists_says_what_is_red(visit, version, alice, bob):
    patient = version.patient
    answer(patient, "medical", bob, at=later(), history__aneurysm="yes")
    withdraw_consent(patient=patient, how="phone", why="She said so.", by=bob, at=later(2))
    look(patient, 3)
    said = "Consent withdrawn, New contraindication"
    assert said in text_of(visit(alice).get("/"))
    rows = text_of(visit(alice).get("/worklist/?owner=all"))
    assert rows.count(said) == rows.count("Demo Alder, ")


def test_what_stops_is_called_before_a_late_task_about_something_else(visit, version, bob, carol):
    """Before the rule has opened its task, too."""
    patient = version.patient
    due = later(-600)
    open_task(
        patient=patient,
        kind="test.order",
        why="Ask for blood.",
        owner_role="coordinator",
        due=due,
        by=bob,
        at=later(),
    )
    withdraw_consent(patient=patient, how="phone", why="", by=bob, at=later())
    page = text_of(visit(carol).get("/worklist/"))
    assert page.index("REFUSE Demo Alder") < page.index("Ask for blood.")
    assert SAID_BY_PHONE in page[page.index("REFUSE Demo Alder") : page.index("Ask for blood.")]


@pytest.mark.parametrize("role", roles_that_may("patient.search"))
def test_what_stops_a_treatment_is_once_in_everybodys_own_list(visit, version, bob, role):
    withdraw_consent(patient=version.patient, how="phone", why="", by=bob, at=later())
    look(version.patient)
    page = text_of(visit(hired(version.patient.clinic, f"one-{role}", role)).get("/worklist/"))
    assert "Consent withdrawn" in page
    assert "Look at the plan" in page[page.index("Consent withdrawn") :]


def test_a_withdrawn_consent_puts_a_hold_and_a_task_once(version, bob):
    patient = version.patient
    withdraw_consent(patient=patient, how="phone", why="", by=bob, at=later())
    assert [look(patient, 2), look(patient, 3)] == [1, 1]
    assert holds(patient) == [("consent", "plan.look_again")]
    assert tasks(patient) == [("plan.look_again", str(version.pk))]


def test_nobody_lets_a_plan_go_on_without_consent(visit, version, alice, dora, bob):
    withdraw_consent(patient=version.patient, how="phone", why="", by=bob, at=later())
    for by in (alice, dora):
        with pytest.raises(services.SigningRefused, match="until the patient has given a new consent"):
            services.review(version=version, reason="Please.", signature=signature_of(by), at=NOW)
    assert "Let the plan go on" not in text_of(visit(dora).get(url_of(version)))


def test_withdrawing_the_plan_ends_the_task_and_the_hold(version, alice, bob):
    patient = version.patient
    withdraw_consent(patient=patient, how="phone", why="", by=bob, at=later())
    look(patient, 2)
    services.withdraw(version=version, reason="Consent withdrawn.", by=alice, at=later(3))
    assert look(patient, 4) == 0
    assert (holds(patient), tasks(patient)) == ([], [])


def test_a_new_contraindication_holds_until_somebody_who_may_has_looked(visit, version, alice, dora, bob):
    patient = version.patient
    answer(patient, "medical", bob, at=later(), history__aneurysm="yes")
    look(patient, 2)
    assert holds(patient) == [("plan", "plan.look_again")]
    for path in PAGES:
        html = visit(bob).get(f"/patients/{patient.pk}/{path}", follow=True).content.decode()
        assert html.index("New contraindication") < html.index('class="banner"'), path
    page = text_of(visit(alice).get(url_of(version)))
    assert "Verdict today: BLOCK" in page
    assert "until a medical director has looked at it, or a prescriber has revised or withdrawn it." in page
    with pytest.raises(services.SigningRefused, match="until a medical director has looked at it"):
        services.review(version=version, reason="Coiled.", signature=signature_of(alice), at=NOW)
    with pytest.raises(services.ReasonMissing, match="Write why this plan goes on"):
        services.review(version=version, reason=".", signature=signature_of(dora), at=NOW)
    row = services.review(
        version=version, reason="Coiled in 2015, stable.", signature=signature_of(dora), at=later(3)
    )
    assert row.gate_level == "BLOCK"
    assert (holds(patient), tasks(patient)) == ([], [])
    assert look(patient, 4) == 0
    page = text_of(visit(bob).get(url_of(version)))
    assert "Coiled in 2015, stable." in page
    assert "Signed; look again" not in page
    assert "New contraindication" not in page
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
    found = services.look_of(version.patient, Batch.of(version.patient))
    assert found.gate.level.name == "REVIEW"
    assert "WEIGHT-OLD" in {finding.code for finding in found.gate.findings}
    assert found.reasons == ()
    assert look(version.patient, 40 * 24 * 60) == 0
    assert holds(version.patient) == []


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


def assess(patient, level, by, minutes):
    return record_triage(
        patient=patient, level=level, rests_on="Talked it over at length today.", by=by, at=later(minutes)
    )


def opened(patient, kind, by, minutes):
    return open_by_rule(task_kind(kind), patient=patient, by=by, at=later(minutes))


@pytest.mark.parametrize("kind", ["suicide.urgent", "triage.high", "suicide.attempts", "contact.again"])
def test_no_plan_goes_on_while_a_task_about_suicide_is_open(visit, version, alice, dora, kind):
    patient = version.patient
    opened(patient, kind, alice, 1)
    look(patient, 2)
    assert holds(patient) == [("plan", "plan.look_again")]
    for by in (alice, dora):
        with pytest.raises(services.SigningRefused, match="does not go on while a risk of suicide or a task"):
            services.review(version=version, reason="Goes on.", signature=signature_of(by), at=later(3))
    assert (holds(patient), PlanReview.objects.count()) == ([("plan", "plan.look_again")], 0)


def test_after_a_task_about_suicide_a_fresh_look_is_needed_though_all_is_well(version, alice):
    patient = version.patient
    opened(patient, "suicide.urgent", alice, 1)
    assess(patient, RiskLevel.NONE, alice, 2)
    assert look(patient, 3) == 1
    assert holds(patient) == [("plan", "plan.look_again")]
    said = "Goes on, spoke with her."
    services.review(version=version, reason=said, signature=signature_of(alice, later(4)), at=later(4))
    assert look(patient, 5) == 0
    opened(patient, "suicide.screen", alice, 6)
    assess(patient, RiskLevel.NONE, alice, 7)
    assert look(patient, 8) == 1


def test_a_hold_for_a_high_pressure_does_not_end_because_the_reading_was_struck(version, alice, bob):
    """Hazard H30: who entered it may strike it; that the plan goes on is for a prescriber to say."""
    patient = version.patient
    values = {"systolic_mmhg": Value(Decimal(212)), "diastolic_mmhg": Value(Decimal(118))}
    reading = record_reading(patient=patient, values=values, taken_at=later(), by=bob, at=later())
    assert look(patient, 2) == 1
    strike_reading(patient=patient, reading=reading, why="Of another patient.", by=bob, at=later(3))
    assert look(patient, 4) == 1
    (hold,) = active_holds(patient, on=TODAY)
    assert "212" in hold.why
    assert "Of another patient." in hold.why
