"""The pages of a session, as a nurse goes through them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils.html import strip_tags

from tenuto.clinic.infusion.models import ChartEntry, ReadinessAnswer, Session
from tenuto.clinic.infusion.services import account_of, chart
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ui.words import long_day
from tenuto.core.infusion.entries import VitalsTaken
from tenuto.core.infusion.readiness import asked_on_the_day
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import LATER
from tests.clinic.plan.conftest import with_second_factor


def url(patient, act=""):
    return f"/patients/{patient.pk}/infusion/{act}"


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def post(browser, patient, kind, **fields):
    return browser.post(url(patient, "chart/"), {"kind": kind, "client_id": str(uuid4()), **fields})


@pytest.fixture
def _during(monkeypatch, running):
    """The server's clock stands 20 minutes after the start."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER + timedelta(minutes=20))


def test_a_session_is_opened_on_its_page(visit, patient, bob):
    browser = visit(bob)
    assert "Open today's session" in text_of(browser.get(url(patient))).replace("&#x27;", "'")
    assert browser.post(url(patient, "open/")).status_code == 302
    page = text_of(browser.get(url(patient)))
    assert "Ready for the infusion?" in page
    assert Session.objects.get().held_on == NOW.date()


def test_without_a_plan_the_page_says_what_comes_first(visit, accepted, bob):
    assert "No plan is in force" in text_of(visit(bob).get(url(accepted())))


def test_a_nurse_learns_why_a_patient_is_blocked(visit, session, bob):
    browser = visit(bob)
    page = text_of(browser.get(url(session.patient)))
    assert re.search(r"To do ?Solid food: Not recorded today", page)
    assert not re.search(r"PASS ?Solid food", page)
    # The second reader finds no order to copy from.
    assert "150 mL/h" not in page
    answer = browser.post(url(session.patient, "start/"), follow=True)
    assert "Not started." in text_of(answer)
    assert not ChartEntry.objects.exists()


def test_identity_answers_and_values_are_kept(visit, session, bob):
    browser, patient = visit(bob), session.patient
    wrong = {"birth_date": "1950-01-01", "record_number": str(patient.record_number)}
    assert "another patient" in text_of(browser.post(url(patient, "identity/"), wrong, follow=True))
    right = {"birth_date": patient.birth_date.isoformat(), "record_number": str(patient.record_number)}
    assert "Both identifiers agree" in text_of(browser.post(url(patient, "identity/"), right, follow=True))
    answers = {each.id: each.choices[0].id for each in asked_on_the_day().values() if not each.after}
    answers["escort_today_name"] = "Ana Silva, 555-0100"
    assert browser.post(url(patient, "answers/"), answers).status_code == 302
    values = {
        "taken_at": f"{NOW:%Y-%m-%dT%H:%M}",
        "systolic_mmhg": "124",
        "diastolic_mmhg": "78",
        "breaths": "14",
    }
    assert browser.post(url(patient, "before/"), values).status_code == 302
    assert ReadinessAnswer.objects.filter(row="pressure", value="124/78").exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"systolic_mmhg": "124"}, "Half of the blood pressure is missing"),
        ({"systolic_mmhg": "78", "diastolic_mmhg": "124"}, "not below the systolic one"),
        ({"temperature": "36,7"}, "has a comma"),
        ({"taken_at": "2026-11-24T23:00", "breaths": "14"}, "in the future"),
        ({}, "Nothing was measured"),
    ],
)
def test_what_can_not_be_is_said_and_what_was_typed_stays(visit, session, bob, values, sentence):
    posted = {"taken_at": f"{NOW:%Y-%m-%dT%H:%M}", **values}
    answer = visit(bob).post(url(session.patient, "before/"), posted)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_a_second_reading_that_differs_shows_both(visit, session, bea):
    read = {"weight": "154", "target": "0.5", "vial": "50", "rate": "150"}
    page = text_of(visit(bea).post(url(session.patient, "reading/"), read, follow=True))
    assert "is ordered, 154 kg was entered" in page


def test_a_release_asks_for_a_second_factor(visit, session, alice, dora):
    browser = visit(dora)
    marks = re.findall(r'name="shown" value="(\w+)"', browser.get(url(session.patient)).content.decode())
    sent = {"reason": "Looked at it.", "shown": marks}
    answer = browser.post(url(session.patient, "release/"), sent)
    assert answer.status_code == 302
    assert "second-factor" in answer["Location"]
    browser = with_second_factor(visit(dora), dora)
    assert browser.post(url(session.patient, "release/"), sent).status_code == 302
    assert session.releases.count() == 1


def test_a_deviation_is_said_in_one_sentence(visit, session, bob):
    browser, patient = visit(bob), session.patient
    post(browser, patient, "PumpStarted", rate="150", why_ungated="It ran already.")
    assert "the pump was started before the gate was open: It ran already. " in text_of(
        browser.get(url(patient))
    )


@pytest.mark.usefixtures("_during")
def test_the_page_counts_on_by_what_runs_in_a_second(visit, running, bob):
    page = visit(bob).get(url(running.patient)).content.decode()
    bag = account_of(running, LATER).order.dose.value
    (given,) = re.findall(r'data-given="([^"]+)"', page)
    (each_second,) = re.findall(r'data-each-second="([^"]+)"', page)
    assert Decimal(given) * 2 == bag
    assert Decimal(each_second) * 2400 == bag
    assert f'data-bag="{bag.normalize():f}"' in page


@pytest.mark.usefixtures("_during")
def test_a_session_is_charted_from_start_to_end(visit, running, bob):
    browser, patient = visit(bob), running.patient
    page = text_of(browser.get(url(patient)))
    assert "Charting aid, not a patient monitor or alarm." in page
    six = {
        "systolic_mmhg": "165", "diastolic_mmhg": "95", "heart_rate_per_min": "80", "spo2_percent": "97",
        "respirations_per_min": "14", "moaas": "5",
    }  # fmt: skip
    assert post(browser, patient, "VitalsTaken", **six).status_code == 302
    page = text_of(browser.get(url(patient)))
    assert "BP 165/95, HR 80, SpO2 97 %, breaths 14, MOAA/S 5" in page
    reminders = re.findall(
        r'class="infusion-reminder">.*?<b>(.*?):', browser.get(url(patient)).content.decode()
    )
    assert reminders.count("Systolic 165") == 1, "one line for each value"
    key = f"watch_systolic_mmhg:{ChartEntry.objects.get(kind='VitalsTaken').client_id}"
    answer = {"reminder": key, "response": "Told Alice", "effect": "148 after 5 min"}
    assert post(browser, patient, "ReminderAnswered", **answer).status_code == 302
    assert "Done: Told Alice. Effect: 148 after 5 min" in text_of(browser.get(url(patient)))
    assert post(browser, patient, "PumpStopped", cause="patient").status_code == 302
    assert browser.post(url(patient, "end/"), {"debrief": "Good."}).status_code == 302
    assert "The infusion is on record in the course" in text_of(browser.get(url(patient)))


def test_an_emergency_is_one_press_and_has_a_page_for_the_crew(visit, running, bob):
    browser, patient = visit(bob), running.patient
    assert post(browser, patient, "EmergencyDeclared").status_code == 302
    assert "Emergency since" in text_of(browser.get(url(patient)))
    crew = text_of(browser.get(url(patient, "crew/")))
    assert "Ketamine IV, given:" in crew
    assert "Allergies" in crew


@pytest.mark.usefixtures("_during")
@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("RateChanged", {"rate": "100"}, "Rate changed to 100 mL/h"),
        ("BolusGiven", {"dose": "3.5"}, "Bolus of 3.5 mg"),
        ("LineFlushed", {"volume": "20"}, "Line flushed with 20 mL"),
        ("AdverseEventCharted", {"event": "nausea", "grade": "1"}, "Nausea, grade 1"),
        ("DistressCharted", {"distress": "3"}, "Distress 3"),
        ("DrugGiven", {"drug": "Ondansetron", "amount": "4 mg", "route": "IV"}, "Ondansetron 4 mg IV"),
        ("LineRecorded", {"site": "left hand", "gauge": "22"}, "Line: left hand, 22 G"),
        ("SiteChecked", {"sound": "yes"}, "Site of the line sound"),
        ("NoteWritten", {"text": "Quiet."}, "Quiet."),
        ("HandedOver", {"to": "Bea"}, "Handed over to Bea"),
    ],
)
def test_everything_that_is_charted_stands_on_the_timeline(visit, running, bob, kind, fields, words):
    browser = visit(bob)
    assert post(browser, running.patient, kind, **fields).status_code == 302
    assert words in text_of(browser.get(url(running.patient)))


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("VitalsTaken", {}, "Nothing was measured"),
        ("VitalsTaken", {"systolic_mmhg": "500"}, "is outside 40 to 300"),
        ("VitalsTaken", {"systolic_mmhg": "78", "diastolic_mmhg": "124"}, "not below the systolic one"),
        ("RateChanged", {"rate": ""}, "Type the rate that the pump shows"),
        ("BolusGiven", {"dose": ""}, "Type how many mg were given"),
        ("LineFlushed", {"volume": ""}, "Type how many mL"),
        ("AdverseEventCharted", {"event": "nausea"}, "This field is required"),
        ("EntryStruck", {"amends": "start"}, "This field is required"),
    ],
)
def test_an_entry_that_can_not_be_is_said(visit, running, bob, kind, fields, sentence):
    answer = post(visit(bob), running.patient, kind, **fields)
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_nothing_is_preset(visit, running, bob):
    """Hazard H15: no value of the last set is copied into the next."""
    browser, patient = visit(bob), running.patient
    post(browser, patient, "VitalsTaken", systolic_mmhg="123", diastolic_mmhg="77")
    page = browser.get(url(patient)).content.decode()
    fields = re.findall(r'<input[^>]*name="(?:systolic_mmhg|diastolic_mmhg|moaas)"[^>]*>', page)
    assert len(fields) == 3
    assert not any("value=" in field for field in fields)


def test_a_coordinator_reads_and_charts_nothing(visit, running, carol):
    browser, patient = visit(carol), running.patient
    page = browser.get(url(patient))
    assert page.status_code == 200
    assert "Keep vital signs" not in text_of(page)
    assert post(browser, patient, "PumpPaused").status_code == 403


def test_another_clinic_finds_nothing(visit, running, charlie):
    browser = visit(charlie)
    assert browser.get(url(running.patient)).status_code == 404
    assert post(browser, running.patient, "PumpPaused").status_code == 404


@pytest.mark.parametrize(
    "kind", ["EmergencyEnded", "PumpPaused", "EscortSeen", "PatientLeft", "RecoveryScored"]
)
def test_what_is_wrong_with_an_entry_that_has_no_form_here_is_said_on_top(visit, running, bob, kind):
    """A page from before an emergency ended, or of another page: its post is answered with why it was not kept."""
    for there in ({}, {"on": "recovery"}):
        answer = post(visit(bob), running.patient, kind, client_id="", **there)
        assert answer.status_code == 422
        assert "The page was cut off. Open it again." in text_of(answer)


def test_what_only_a_prescriber_charts_is_refused_on_a_page(visit, running, bob, alice):
    answer = post(visit(bob), running.patient, "PrescriberSaw", found="Well.")
    assert answer.status_code == 403
    assert "may not record that a prescriber saw a patient" in text_of(answer)
    assert AuditEvent.objects.filter(action="refused", detail_json__contains="infusion.see").count() == 1
    assert not ChartEntry.objects.filter(kind="PrescriberSaw").exists()
    assert post(visit(alice), running.patient, "PrescriberSaw", found="Well.").status_code == 302


@pytest.mark.parametrize(
    ("act", "to"),
    [
        ("chart/", ""), ("draw/", ""), ("waste/", ""), ("start/", ""), ("end/", ""), ("answers/", ""), ("before/", ""),
        ("recovery/look/", "recovery/"), ("recovery/discharge/", "recovery/"),
    ],
)  # fmt: skip
def test_an_address_that_is_only_posted_to_leads_to_its_page(visit, running, bob, act, to):
    """Whoever reloads a page whose entry was refused sees the session as it stands."""
    answer = visit(bob).get(url(running.patient, act), follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, url(running.patient, to))


def test_a_page_with_a_refused_entry_asks_and_keeps_the_page_of_the_session(visit, running, bob):
    refused = visit(bob).post(
        url(running.patient, "chart/"), {"kind": "RateChanged", "client_id": uuid4(), "rate": "x"}
    )
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert f'hx-get="{url(running.patient)}"' in shown
    assert f'data-page="{url(running.patient)}"' in shown


def test_what_waits_on_a_device_is_not_said_on_a_page_that_a_patient_reads(visit, running, bob):
    browser = visit(bob)
    assert "data-still-waiting" in browser.get(url(running.patient)).content.decode()
    consent = browser.get(f"/patients/{running.patient_id}/intake/consent/", follow=True).content.decode()
    assert "data-still-waiting" not in consent


def test_the_banner_names_what_a_running_session_asks_for(visit, running, bob, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER + timedelta(minutes=12))
    what = VitalsTaken(212, 118, 80, 97, 14, 5)
    at = LATER + timedelta(minutes=11)
    chart(session=running, client_id="v", what=what, happened_at=at, by=bob, at=at)
    for path in ("infusion/", "intake/"):
        page = visit(bob).get(f"/patients/{running.patient_id}/{path}").content.decode()
        banner = page[page.index('class="banner-alert"') :][:1500]
        assert "Systolic 212" in banner


def test_a_session_on_another_day_than_booked_says_so(visit, patient, session, bob, monkeypatch):
    browser = visit(bob)
    assert "is booked for" not in text_of(browser.get(url(patient)))
    row = SimpleNamespace(starts_at=NOW + timedelta(days=2))
    monkeypatch.setattr("tenuto.clinic.infusion.services.opening.standing_of", lambda _: (row,))
    for what in ("a session that is open", "none yet"):
        page = text_of(browser.get(url(patient)))
        assert f"The infusion is booked for {long_day((NOW + timedelta(days=2)).date())}" in page, what
        monkeypatch.setattr("tenuto.clinic.infusion.views.page.session_today", lambda *_: None)
