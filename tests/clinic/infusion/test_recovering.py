"""Recovery and discharge: what is charted, who may sign, what follows a departure, and the sheet for the night."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.infusion.models import ChartEntry, DischargeSignature
from tenuto.clinic.infusion.services import SessionRefused, chart, chart_look, discharge, recovery_of
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports.api import open_tasks_of, record_contact
from tenuto.clinic.scales.services.triage import record_triage
from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    DistressCharted,
    EntryStruck,
    EscortSeen,
    InstructionsTaughtBack,
    Leaving,
    PatientLeft,
    PrescriberSaw,
    PumpStopped,
    RecoveryScored,
    StopCause,
    VitalsTaken,
)
from tenuto.core.infusion.recovery_data import recovery_data
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.infusion.conftest import LATER
from tests.clinic.plan.conftest import signature_of, with_second_factor

END = LATER + timedelta(minutes=40)
DATA = recovery_data()


def after(minutes):
    return END + timedelta(minutes=minutes)


def charted(session, by, minutes, what, **more):
    return chart(
        session=session, client_id=str(uuid4()), what=what, happened_at=after(minutes), by=by,
        at=more.pop("at", after(minutes)), **more,
    )  # fmt: skip


@pytest.fixture
def ended(running, bob):
    charted(running, bob, 0, PumpStopped(StopCause.COMPLETED))
    return running


def make_fit(session, by, prescriber):
    """Everything that a discharge by criteria needs, 120 minutes after the end."""
    for family in ("aldrete", "padss"):
        for minutes in (95, 115):
            charted(session, by, minutes, RecoveryScored(DATA.offered(family).id, (2, 2, 2, 2, 2)))
    charted(session, by, 115, VitalsTaken(124, 78, 70, 98, 14, 5))
    charted(session, by, 116, DistressCharted(1, 0))
    values = {row.id: row.choices[0].id for row in DATA.rows.values()}
    chart_look(session=session, client_id="look", values=values, happened_at=after(116), by=by, at=after(116))
    charted(session, by, 117, EscortSeen("Ana Silva", "555-0100"))
    charted(session, by, 118, InstructionsTaughtBack(tuple(DATA.teach), escort=True))
    record_triage(
        patient=session.patient, level=RiskLevel.NONE, rests_on="Asked after the infusion: nothing.",
        by=prescriber, at=after(118),
    )  # fmt: skip


@pytest.fixture
def fit(ended, bob, alice):
    make_fit(ended, bob, alice)
    return ended


def signed_out(session, by, minutes=120):
    at = after(minutes)
    return discharge(session=session, client_id=str(uuid4()), signature=signature_of(by, at), at=at)


def kinds_open(patient):
    return {task.kind for task in open_tasks_of(patient) if task.kind.startswith("recovery.")}


def test_a_discharge_by_criteria_keeps_each_as_it_stood(fit, bob):
    """Hazards H19, H20 and H21."""
    row = signed_out(fit, bob)
    assert {each["id"] for each in row.criteria} == {
        each.id for each in recovery_of(fit, after(120)).criteria
    }
    assert next(each["value"] for each in row.criteria if each["id"] == "escort") == "Ana Silva"
    assert AuditEvent.objects.filter(action="discharged by criteria").count() == 1
    found = recovery_of(fit, after(121))
    assert (found.left.what.how, found.left.id) == (Leaving.BY_CRITERIA, row.entry)
    assert kinds_open(fit.patient) == {"recovery.next_day"}


def test_it_is_refused_before_the_stay_is_over_and_says_what_is_missing(fit, bob):
    with pytest.raises(SessionRefused, match=r"1 min of 120 min are left"):
        signed_out(fit, bob, 119)
    assert not ChartEntry.objects.filter(kind="PatientLeft").exists()
    assert not DischargeSignature.objects.exists()


def test_it_is_refused_without_an_escort_in_person(fit, bob):
    seen = ChartEntry.objects.get(kind="EscortSeen")
    charted(fit, bob, 119, EntryStruck(), amends=seen.client_id, why="It was another patient's.")
    with pytest.raises(SessionRefused, match="Escort here in person"):
        signed_out(fit, bob)


def test_it_can_not_be_charted_past_its_criteria(fit, bob):
    with pytest.raises(SessionRefused, match="is signed"):
        charted(fit, bob, 120, PatientLeft(Leaving.BY_CRITERIA))


def test_a_second_discharge_is_refused(fit, bob):
    signed_out(fit, bob)
    with pytest.raises(SessionRefused, match="charted already"):
        signed_out(fit, bob, 121)


def test_who_does_not_treat_signs_nothing(fit, carol):
    with pytest.raises(PermissionError):
        signed_out(fit, carol)


@pytest.mark.parametrize("how", [each for each in Leaving if each is not Leaving.BY_CRITERIA])
def test_every_other_way_of_leaving_is_recorded_whatever_is_missing(running, bob, how):
    """Also while the pump runs by the chart: that somebody left is a fact."""
    charted(running, bob, 5, PatientLeft(how, "Wants home.", "Dr Alice", "General hospital"))
    assert ChartEntry.objects.filter(kind="PatientLeft").count() == 1
    assert kinds_open(running.patient) == {"recovery.next_day", "recovery.left"}


def test_the_calls_end_by_reaching_the_patient_and_escalate_until_then(ended, bob, alice):
    left = charted(ended, bob, 30, PatientLeft(Leaving.AGAINST_ADVICE, "Wants home.", "Alice"))
    tasks = {task.kind: task for task in open_tasks_of(ended.patient)}
    assert tasks["recovery.left"].due == left.happened_at + timedelta(hours=2)
    assert tasks["recovery.next_day"].due == left.happened_at + timedelta(hours=24)
    assert all(tasks[kind].safety for kind in ("recovery.left", "recovery.next_day"))
    for kind, by in (("recovery.left", alice), ("recovery.next_day", bob)):
        record_contact(
            task=tasks[kind].id, how="phone", reached=True, outcome="safe", words="Slept well, no complaint.",
            by=by, at=after(600),
        )  # fmt: skip
    assert kinds_open(ended.patient) == set()


def test_what_is_sent_twice_opens_one_call(ended, bob):
    what, key = PatientLeft(Leaving.AGAINST_ADVICE, "Wants home."), str(uuid4())
    for minutes in (30, 31):
        chart(session=ended, client_id=key, what=what, happened_at=after(30), by=bob, at=after(minutes))
    assert len([task for task in open_tasks_of(ended.patient) if task.kind == "recovery.left"]) == 1


def test_a_fall_waits_for_a_prescriber(fit, bob, alice):
    charted(fit, bob, 110, AdverseEventCharted("fall", 1))
    assert "seen" in {each.id for each in recovery_of(fit, after(120)).open}
    with pytest.raises(PermissionError):
        charted(fit, bob, 118, PrescriberSaw("Nothing."))
    charted(fit, alice, 118, PrescriberSaw("No injury, no blood thinner."))
    assert "seen" not in {each.id for each in recovery_of(fit, after(120)).open}


def test_a_high_triage_keeps_the_patient(fit, bob, alice):
    record_triage(
        patient=fit.patient, level=RiskLevel.HIGH, rests_on="Says that she will do it tonight.", by=alice,
        at=after(119),
    )  # fmt: skip
    with pytest.raises(SessionRefused, match="High: the patient stays with staff"):
        signed_out(fit, bob)


def test_an_answer_that_is_not_offered_is_refused(ended, bob):
    with pytest.raises(SessionRefused, match="not among the answers"):
        chart_look(
            session=ended, client_id="x", values={"gait": "flies"}, happened_at=after(5), by=bob, at=after(5)
        )


# The pages.


def url(patient, act="recovery/"):
    return f"/patients/{patient.pk}/infusion/{act}"


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def post(browser, patient, kind, **fields):
    posted = {"kind": kind, "client_id": str(uuid4()), "on": "recovery", **fields}
    return browser.post(url(patient, "chart/"), posted)


@pytest.fixture
def _at_the_end(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: after(120))


@pytest.mark.usefixtures("_at_the_end")
def test_the_page_says_what_is_missing(visit, ended, bob):
    page = text_of(visit(bob).get(url(ended.patient)))
    assert "To do before leaving" in page
    assert "Chart who is here to take the patient home, seen by you." in page
    assert "Ask, and record a suicide triage." in page
    assert "Recovery and discharge" in text_of(visit(bob).get(url(ended.patient, "")))


@pytest.mark.usefixtures("_at_the_end")
def test_everything_of_a_recovery_is_charted_from_its_page(visit, ended, bob, alice):
    browser, patient = visit(bob), ended.patient
    variant = DATA.offered("aldrete")
    items = {item.id: "2" for item in variant.items}
    posted = [
        ("RecoveryScored", {"variant": variant.id, **items}, "Modified Aldrete, circulation in percent: 10 of 10"),
        ("EscortSeen", {"name": "Ana Silva", "phone": "555-0100"}, "Escort here in person: Ana Silva, 555-0100"),
        ("InstructionsTaughtBack", {"points": list(DATA.teach), "escort": "on"}, "5 points said back, the escort heard them"),
        ("DistressCharted", {"distress": "1", "dissociation": "0"}, "Distress 1, dissociation 0"),
    ]  # fmt: skip
    for kind, fields, _ in posted:
        answer = post(browser, patient, kind, **fields)
        assert (answer.status_code, answer["Location"]) == (302, url(patient)), kind
    look = {row.id: row.choices[0].id for row in DATA.rows.values()}
    assert (
        browser.post(url(patient, "recovery/look/"), {"client_id": str(uuid4()), **look}).status_code == 302
    )
    assert post(visit(alice), patient, "PrescriberSaw", found="Well.").status_code == 302
    timeline = text_of(visit(bob).get(url(patient, "")))
    for words in (*(each[2] for each in posted), "Gait: Steady", "Seen by a prescriber: Well."):
        assert words in timeline


@pytest.mark.usefixtures("_at_the_end")
@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("RecoveryScored", {"variant": "padss_modified", "vitals": "2"}, "This field is required"),
        ("RecoveryScored", {"variant": "of my own"}, "not known here"),
        ("EscortSeen", {"phone": "555-0100"}, "This field is required"),
        ("PatientLeft", {"how": "against_advice"}, "This field is required"),
        ("PatientLeft", {"how": "by_criteria", "reason": "x"}, "Select a valid choice"),
        ("PatientLeft", {"how": "reasoned", "reason": "Far to drive."}, "Name the prescriber"),
        ("VitalsTaken", {}, "Nothing was measured"),
    ],
)
def test_what_can_not_be_is_said_on_the_page(visit, ended, bob, kind, fields, sentence):
    answer = post(visit(bob), ended.patient, kind, **fields)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "To do before leaving" in text_of(answer)


@pytest.mark.usefixtures("_at_the_end")
def test_a_nurse_signs_with_a_second_factor(visit, fit, bob):
    browser, patient = visit(bob), fit.patient
    answer = browser.post(url(patient, "recovery/discharge/"), {"client_id": str(uuid4())})
    assert "second-factor" in answer["Location"]
    browser = with_second_factor(visit(bob), bob)
    answer = browser.post(url(patient, "recovery/discharge/"), {"client_id": str(uuid4())}, follow=True)
    assert "Discharged by criteria" in text_of(answer)
    assert "Discharge by criteria" not in text_of(answer)


@pytest.mark.usefixtures("_at_the_end")
def test_a_discharge_that_is_refused_says_why(visit, ended, bob):
    browser = with_second_factor(visit(bob), bob)
    answer = browser.post(url(ended.patient, "recovery/discharge/"), {"client_id": str(uuid4())})
    assert answer.status_code == 422
    assert "Not discharged by criteria." in text_of(answer)


@pytest.mark.usefixtures("_at_the_end")
def test_nothing_of_a_recovery_is_preset(visit, ended, bob):
    """Hazard H15."""
    page = visit(bob).get(url(ended.patient)).content.decode()
    assert 'type="radio"' in page
    assert not re.search(r'<input[^>]*type="radio"[^>]*\schecked', page)
    assert not re.search(r'<input[^>]*name="(?:points|escort)"[^>]*\schecked', page)


@pytest.mark.usefixtures("_at_the_end")
def test_the_paper_says_what_was_given_and_what_counts_until_tomorrow(visit, fit, bob, monkeypatch):
    sheets = []
    monkeypatch.setattr(
        "tenuto.clinic.infusion.documents.paper.set_sheet",
        lambda _, sheet, **__: sheets.append(sheet) or b"%PDF",
    )
    signed_out(fit, bob)
    answer = visit(bob).get(url(fit.patient, "recovery/discharge.pdf"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    words = json.dumps(sheets[0])
    for expected in ("Discharged by criteria", "No driving", "Ana Silva", "Ketamine", "BP 124/78"):
        assert expected in words


@pytest.mark.usefixtures("_at_the_end")
def test_the_paper_is_set(visit, fit, bob):
    content = visit(bob).get(url(fit.patient, "recovery/discharge.pdf")).content
    assert content.startswith(b"%PDF")
    assert len(content) > 5000


@pytest.mark.usefixtures("_at_the_end")
def test_the_sheet_for_the_night(visit, fit, bob, charlie):
    page = text_of(visit(bob).get("/infusions/closing/"))
    assert "Still here" in page
    assert "Ana Silva, 555-0100" in page
    signed_out(fit, bob)
    page = text_of(visit(bob).get("/infusions/closing/"))
    assert "Discharged by criteria" in page
    assert "Day after an infusion: call the patient, due" in page
    assert "Nobody was treated today" in text_of(visit(charlie).get("/infusions/closing/"))


def test_without_a_session_the_page_says_what_will_appear(visit, patient, bob):
    assert "No session is charted" in text_of(visit(bob).get(url(patient)))


def test_another_clinic_finds_nothing(visit, ended, charlie):
    browser = visit(charlie)
    for act in ("recovery/", "recovery/discharge.pdf"):
        assert browser.get(url(ended.patient, act)).status_code == 404
    for act in ("recovery/look/", "recovery/discharge/"):
        assert browser.post(url(ended.patient, act), {}).status_code == 404


@pytest.mark.usefixtures("_at_the_end")
def test_a_coordinator_reads_and_charts_nothing(visit, ended, carol):
    browser = visit(carol)
    page = browser.get(url(ended.patient))
    assert page.status_code == 200
    assert "Leaves otherwise" not in text_of(page)
    for act in ("recovery/look/", "recovery/discharge/"):
        assert browser.post(url(ended.patient, act), {}).status_code == 403
