"""A bundle becomes a patient with a record, or a sentence; never half of it."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import open_safety_tasks_of
from tests.clinic.intake.conftest import text_of


def bundle(name="Silva", given="Ana", number="77", born="1981-05-04", **more) -> bytes:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"family": name, "given": [given]}],
        "birthDate": born,
        "gender": "female",
        "identifier": [{"type": {"text": "MRN"}, "system": "urn:test:mrn", "value": number}],
        **more,
    }
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    ).encode()


def shown_file(browser) -> dict[str, str]:
    """What the page that is opened now sends along about its file."""
    page = browser.get("/interop/bundles/read/", follow=True).content.decode()
    shown = re.search(r'name="file" value="([0-9a-f]{64})"', page)
    return {"file": shown[1]} if shown else {}


def keeps(browser, answer=None, **how):
    """Keep what the page shows that is opened now."""
    return browser.post("/interop/bundles/keep/", {**(answer or {}), **shown_file(browser)}, **how)


@pytest.fixture
def send(visit, alice):
    def run(data: bytes, *, name="ana.json", staff=alice, follow=True):
        browser = visit(staff)
        read = browser.post("/interop/bundles/", {"bundle": SimpleUploadedFile(name, data)}, follow=follow)
        return keeps(browser, follow=follow) if read.status_code == 200 else read

    return run


def test_a_file_is_shown_before_anything_is_written(visit, alice, clinic):
    browser = visit(alice)
    data = json.loads(bundle())
    data["entry"].append({"resource": {"resourceType": "Procedure", "id": "x", "code": {"text": "ECT"}}})
    file = SimpleUploadedFile("ana.json", json.dumps(data).encode())
    page = browser.post("/interop/bundles/", {"bundle": file}, follow=True).content.decode()
    assert not Patient.objects.exists()
    for words in ("What was read", "Ana Silva", "Born", "2 entries: 1 not understood, 1 used.", "“ECT”"):
        assert words in page
    assert not IntakeRecord.objects.exists()


def test_every_value_is_shown_with_unit_date_and_origin_before_it_is_written(visit, alice):
    data = json.loads(bundle())
    about = {"subject": {"reference": "Patient/p"}}
    weight = {
        "resourceType": "Observation", "id": "w", "status": "final", **about, "effectiveDateTime": "2026-11-20",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": 154, "unit": "lb", "system": "http://unitsofmeasure.org", "code": "[lb_av]"},
    }  # fmt: skip
    condition = {
        "resourceType": "Condition", "id": "c", **about, "onsetDateTime": "2019-02-03",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.2"}]},
        "clinicalStatus": {"coding": [{"code": "active", "system": "http://terminology.hl7.org/CodeSystem/condition-clinical"}]},
    }  # fmt: skip
    data["entry"] += [{"resource": weight}, {"resource": condition}]
    file = SimpleUploadedFile("ana.json", json.dumps(data).encode())
    page = visit(alice).post("/interop/bundles/", {"bundle": file}, follow=True)
    said = text_of(page).split("Read and used")[1]
    assert "Measured weight 69.85 kg, Fri 20 Nov 2026, sent as 154 [lb_av] Observation/w" in said
    assert "icd10cm F33.2, active, since Sun 3 Feb 2019 Condition/c" in said
    assert not IntakeRecord.objects.exists()


def test_what_speaks_against_treatment_stands_first_before_anything_is_kept(visit, alice):
    data, about = json.loads(bundle()), {"subject": {"reference": "Patient/p"}}
    data["entry"] += [
        {"resource": {
            "resourceType": "Observation", "id": "q9", "status": "final", "effectiveDateTime": "2026-11-23T09:00:00Z",
            "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]}, "valueInteger": 2, **about,
        }},
        {"resource": {"resourceType": "Condition", "id": "c", "code": {"text": "Cerebral aneurysm"}, **about}},
    ]  # fmt: skip
    file = SimpleUploadedFile("ana.json", json.dumps(data).encode())
    page = visit(alice).post("/interop/bundles/", {"bundle": file}, follow=True)
    before = text_of(page).split("Keep this record")[0]
    assert "phq9" not in text_of(page)
    assert before.index("item 9 is 2") < before.index("aneurysm")
    assert "BLOCK" in before
    calm = SimpleUploadedFile("ana.json", bundle())
    assert "BLOCK" not in text_of(visit(alice).post("/interop/bundles/", {"bundle": calm}, follow=True))


def test_a_discarded_file_leaves_nothing_and_can_t_be_kept_after_all(visit, alice):
    browser = visit(alice)
    browser.post("/interop/bundles/", {"bundle": SimpleUploadedFile("ana.json", bundle())})
    file = {"file": hashlib.sha256(bundle()).hexdigest()}
    page = browser.post("/interop/bundles/discard/", file, follow=True).content.decode()
    assert "nothing was kept of it" in page
    assert browser.post("/interop/bundles/keep/").status_code == 422
    assert not Patient.objects.exists()


def test_what_one_person_read_another_can_t_keep(visit, alice, charlie):
    visit(alice).post("/interop/bundles/", {"bundle": SimpleUploadedFile("ana.json", bundle())})
    assert visit(charlie).post("/interop/bundles/keep/").status_code == 422
    assert visit(charlie).get("/interop/bundles/read/").status_code == 302


def test_a_bundle_becomes_a_patient_and_leads_to_the_plan(send, clinic):
    response = send(bundle())
    patient = Patient.objects.get()
    assert patient.clinic == clinic
    assert response.redirect_chain == [(f"/patients/{patient.pk}/plan/", 302)]
    assert "Ana Silva was added." in response.content.decode()
    assert patient.identifiers.count() == 1
    assert patient.intake_records.get().source_name == "ana.json"
    assert list(
        AuditEvent.objects.filter(action__in=["registered patient", "recorded intake"]).values_list(
            "action", flat=True
        )
    ) == [
        "registered patient",
        "recorded intake",
    ]


def test_who_comes_with_a_positive_answer_has_a_task_at_once(send):
    """Nobody waits for the next run of the rule."""
    data = json.loads(bundle())
    data["entry"].append({"resource": {
        "resourceType": "Observation", "id": "q9", "status": "final", "effectiveDateTime": "2026-11-23T09:00:00Z",
        "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]}, "valueInteger": 2,
        "subject": {"reference": "Patient/p"},
    }})  # fmt: skip
    send(json.dumps(data).encode())
    (task,) = open_safety_tasks_of(Patient.objects.get())
    assert task.kind == "suicide.urgent"
    assert task.due > task.recorded_at


def test_the_same_person_again_gets_a_second_record(send):
    send(bundle())
    response = send(bundle(given="Ana Maria"), name="later.json")
    assert Patient.objects.count() == 1
    assert IntakeRecord.objects.count() == 2
    assert "who was already here" in response.content.decode()


def test_the_same_file_again_adds_nothing(send):
    send(bundle())
    response = send(bundle())
    assert IntakeRecord.objects.count() == 1
    assert "already on record" in response.content.decode()


def test_a_similar_name_is_pointed_out(send):
    send(bundle())
    response = send(bundle(given="Anna", number="78", born="1990-01-01"))
    assert Patient.objects.count() == 2
    assert "Another patient has a similar name: Ana Silva" in response.content.decode()


def test_the_same_number_in_another_clinic_is_another_person(send, charlie):
    send(bundle())
    send(bundle(), staff=charlie)
    assert Patient.objects.count() == 2
    assert charlie.clinic.patients.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The submitted file is empty|No file was sent|is empty"),
        (b"{", "stops in the middle"),
        (b"<Bundle/>", "is XML"),
        (b"[" * 100_000, "nested too deeply|stops in the middle"),
        (b'{"resourceType": "Patient"}', "is a FHIR Patient, not a Bundle"),
        (b"\xff\xfe{", "UTF-16"),
        (
            b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "birthDate": NaN}}]}',
            "NaN",
        ),
    ],
)
def test_a_bad_file_is_said_on_the_form_and_saves_nothing(send, data, sentence):
    import re

    response = send(data, name="bad.json")
    assert response.status_code == 422
    page = response.content.decode()
    assert re.search(sentence, page)
    assert 'aria-invalid="true"' in page
    assert not Patient.objects.exists()
    assert not IntakeRecord.objects.exists()
    assert not AuditEvent.objects.filter(kind="write", action__contains="patient").exists()


def test_two_patients_in_one_bundle_are_refused(send):
    one, two = json.loads(bundle()), json.loads(bundle(number="78"))
    two["entry"][0]["resource"]["id"] = "q"
    one["entry"] += two["entry"]
    assert send(json.dumps(one).encode()).status_code == 422
    assert not Patient.objects.exists()


def test_a_conflicting_birthday_saves_nothing(send):
    send(bundle())
    response = send(bundle(born="1982-05-04"), name="other.json")
    assert response.status_code == 422
    assert "Find out which is right; nothing was saved." in response.content.decode()
    assert IntakeRecord.objects.count() == 1


def test_a_file_too_large_is_refused(send, monkeypatch):
    monkeypatch.setattr("tenuto.clinic.interop.views.MAX_BYTES", 100)
    response = send(bundle())
    assert response.status_code == 422
    assert "Export one patient" in response.content.decode()


def test_nothing_is_taken_from_a_stranger_or_by_a_link(visit, alice, db):
    assert visit().post("/interop/bundles/", {}).status_code == 302
    assert visit(alice).get("/interop/bundles/").status_code == 405


def test_no_file_is_said(visit, alice):
    response = visit(alice).post("/interop/bundles/", {})
    assert response.status_code == 422
    assert "No file was sent" in response.content.decode()


def twin(given, number) -> bytes:
    member = {"type": {"coding": [{"code": "MB"}]}, "system": "https://insurer.example", "value": "777"}
    return bundle("Okafor", given, identifier=[{"type": {"text": "MRN"}, "value": number}, member])


def test_a_twin_on_the_familys_number_is_asked_about_and_never_filed_under_the_other(send, visit, alice):
    send(twin("Liam", "1"))
    liam, browser = Patient.objects.get(), visit(alice)
    browser.post("/interop/bundles/", {"bundle": SimpleUploadedFile("n.json", twin("Noah", "2"))})
    page = browser.get("/interop/bundles/read/").content.decode()
    for words in ("Who is it?", "Noah Okafor", "It is Liam Okafor: add to this record", "number MB 777"):
        assert words in page
    assert "Keep this record" not in page
    for answer in ({}, {"another": "1"}, {"another": "1", "apart": "x"}, {"same": "x"}):
        assert keeps(browser, answer).status_code == 422
    assert IntakeRecord.objects.count() == 1
    kept = keeps(browser, {"another": "1", "apart": str(liam.pk)}, follow=True).content.decode()
    noah = Patient.objects.exclude(pk=liam.pk).get()
    assert (noah.name, [str(i) for i in noah.identifiers.all()]) == ("Noah Okafor", ["MRN 2", "MB 777"])
    assert "Noah Okafor was added." in kept
    assert "carries the number MB 777 too: Liam Okafor" in kept
    assert AuditEvent.objects.filter(action="recorded intake").last().detail["compared"] == "another person"


def test_who_says_that_it_is_the_same_person_adds_to_the_record(send, visit, alice):
    send(bundle())
    ana, browser = Patient.objects.get(), visit(alice)
    browser.post("/interop/bundles/", {"bundle": SimpleUploadedFile("n.json", bundle("Costa"))})
    keeps(browser, {"same": str(ana.pk)})
    assert Patient.objects.count() == 1
    assert ana.intake_records.count() == 2
