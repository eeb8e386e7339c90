"""Versions, deletions, and what is taken back beside the entries."""

from __future__ import annotations

import pytest

from tenuto.clinic.interop.fhir import UnusableBundle
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    ANEURYSM,
    ME,
    PATIENT,
    WEIGHT,
    concept,
    condition,
    consent,
    entries,
    extension,
    observation,
    of,
    quantity,
    read,
    said,
)


# ---- versions and deletions ----------------------------------------------------------------------------------
def version(number: int, value: int) -> dict:
    meta = {"versionId": str(number)}
    return {"resource": observation("29463-7", valueQuantity=quantity(value, "kg"), meta=meta)}


def test_the_newest_version_counts_whatever_the_order() -> None:
    for made in ((version(1, 60), version(2, 70)), (version(2, 70), version(1, 60))):
        reading = of(entries(*made))
        assert [m.value for m in reading.facts.measurements] == [70]
        assert reading.report.counts[Ending.TAKEN_BACK] == 1


def test_a_history_lists_the_newest_first() -> None:
    newer, older = ({"resource": observation("29463-7", valueQuantity=quantity(v, "kg"))} for v in (70, 60))
    assert [m.value for m in of(entries(newer, older, kind="history")).facts.measurements] == [70]


def test_two_contents_without_a_version_are_both_read_and_said() -> None:
    made = [{"resource": observation("29463-7", valueQuantity=quantity(v, "kg"))} for v in (70, 60)]
    reading = of(entries(*made))
    assert len(reading.facts.measurements) == 2
    assert said(reading, "sent twice with different content")


def test_the_same_twice_is_one() -> None:
    reading = of(entries({"resource": WEIGHT}, {"resource": WEIGHT}))
    assert len(reading.facts.measurements) == 1
    assert reading.report.settled


def deletion(at: str = "") -> dict:
    answer = {"status": "204"} | ({"lastModified": at} if at else {})
    return {"request": {"method": "DELETE", "url": "Observation/o1"}, "response": answer}


@pytest.mark.parametrize("kind", ["history", "transaction", "collection"])
@pytest.mark.parametrize("first", [True, False])
def test_what_was_deleted_is_not_used(kind: str, first: bool) -> None:
    made = [deletion(), {"resource": WEIGHT}] if first else [{"resource": WEIGHT}, deletion()]
    reading = of(entries(*made, kind=kind))
    assert reading.facts.measurements == ()
    assert Ending.TAKEN_BACK in reading.report.counts


def test_what_was_written_again_after_its_deletion_is_used() -> None:
    again = WEIGHT | {"meta": {"lastUpdated": "2026-03-01T12:00:00Z"}}
    assert of(
        entries(deletion("2026-03-01T11:00:00Z"), {"resource": again}, kind="history")
    ).facts.measurements
    assert not of(
        entries(deletion("2026-03-01T13:00:00Z"), {"resource": again}, kind="history")
    ).facts.measurements


def test_the_same_id_on_two_servers_is_two_resources() -> None:
    made = [
        {"fullUrl": f"https://{server}/fhir/Observation/o1", "resource": WEIGHT}
        for server in ("a.example", "b.example")
    ]
    assert len(of(entries(*made)).facts.measurements) == 2


def test_patients_that_the_sender_links_are_one_person() -> None:
    old = PATIENT | {"id": "p0", "link": [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]}
    reading = read(condition({"text": "Depression"}, subject={"reference": "Patient/p0"}), old)
    assert len(reading.facts.problems) == 1


# ---- inside another entry, and two states of one -----------------------------------------------------------------------
def test_a_diagnosis_inside_another_entry_is_named() -> None:
    inner = condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "I67.1", text="Cerebral aneurysm"))
    outer = {"resourceType": "Encounter", "id": "e1", "subject": ME, "contained": [inner]}
    reading = read(outer)
    (sentence,) = reading.report.unsettled
    assert "Condition inside Encounter/e1 (“Cerebral aneurysm”) is no entry of its own" in sentence
    assert reading.facts.problems
    assert reading.facts.unreadable == (sentence,)


def test_what_an_entry_refers_to_inside_itself_is_no_remark() -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Sertraline"}}
    order = {
        "resourceType": "MedicationStatement", "id": "s1", "status": "active", "subject": ME,
        "medicationReference": {"reference": "#m"}, "contained": [medicine],
    }  # fmt: skip
    reading = read(order)
    assert [m.text for m in reading.facts.medications] == ["Sertraline"]
    assert reading.report.settled


def test_a_weight_that_is_in_error_in_one_of_two_versions_gives_no_dose() -> None:
    reading = read(WEIGHT, WEIGHT | {"status": "entered-in-error"})
    assert reading.facts.measurements == ()
    assert "once entered in error, once not" in reading.report.unsettled[0]
    assert reading.report.counts[Ending.TAKEN_BACK] == 2


def test_a_diagnosis_that_is_in_error_in_one_of_two_versions_counts_until_that_is_known() -> None:
    aneurysm = condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "I67.1"))
    error = aneurysm | {"verificationStatus": concept("urn:x", "entered-in-error")}
    for both in ((aneurysm, error), (error, aneurysm)):
        reading = read(*both)
        assert len(reading.facts.problems) == 1
        assert "it counts until that is known" in reading.report.unsettled[0]


# ---- what is taken back beside the entries -------------------------------------------------------------------
def test_a_time_and_a_version_that_disagree_tell_nothing() -> None:
    metas = [
        {"versionId": "2", "lastUpdated": "2026-02-27T20:00:00Z"},
        {"versionId": "1", "lastUpdated": "2026-02-28T20:00:00Z"},
    ]
    weights = [
        WEIGHT | {"meta": meta, "valueQuantity": quantity(kg, "kg")}
        for kg, meta in zip((70, 95), metas, strict=True)
    ]
    reading = read(*weights)
    assert sorted(m.value for m in reading.facts.measurements) == [70, 95]
    assert said(reading, "nothing says for certain which is newer; both are read")


@pytest.mark.parametrize(
    "url", ["Patient/p1", "https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/2"]
)
def test_a_person_whom_the_sender_deleted_is_not_read(url: str) -> None:
    gone = {"request": {"method": "DELETE", "url": url}, "response": {"lastModified": "2026-03-01T00:00:00Z"}}
    with pytest.raises(UnusableBundle, match=r"The sender deleted the person of this record \(Patient/p1\)"):
        of(entries({"resource": ANEURYSM}, gone))


@pytest.mark.parametrize("url", ["Consent?patient=Patient/p1", "Observation?code=29463-7", ""])
def test_a_deletion_that_names_no_entry_is_said(url: str) -> None:
    gone = {"request": {"method": "DELETE", "url": url}, "response": {"status": "204"}}
    reading = of(entries({"resource": ANEURYSM}, gone))
    assert said(
        reading, f"the sender deletes {url or 'something'}, and which entries that means is not known here"
    )
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


@pytest.mark.parametrize(
    ("code", "kept"), [("NULLIFY", False), ("DELETE", False), ("CREATE", True), ("UPDATE", True)]
)
def test_a_note_that_an_entry_was_taken_back_is_said(code: str, kept: bool) -> None:
    note = {
        "resourceType": "Provenance",
        "id": "v",
        "target": [{"reference": "Observation/o1"}],
        "activity": concept("http://terminology.hl7.org/CodeSystem/v3-DataOperation", code),
    }
    assert said(read(note, WEIGHT), "Provenance/v says that Observation/o1 was taken back") is not kept


@pytest.mark.parametrize(
    ("code", "whole"), [("fatal-error", False), ("transient-error", False), ("ok", True)]
)
def test_a_message_that_failed_is_said(code: str, whole: bool) -> None:
    header = {"resourceType": "MessageHeader", "id": "m", "response": {"identifier": "1", "code": code}}
    assert said(read(header, WEIGHT), f"the message failed ({code})") is not whole


# ---- taken back by another entry -----------------------------------------------------------------------------
def provenance(target: str, activity: dict | None = None, **more: object) -> dict:
    act = {"activity": activity} if activity else {}
    return {
        "resourceType": "Provenance",
        "id": "v",
        "target": [{"reference": target}],
        **act,
        **more,
    }


@pytest.mark.parametrize(
    "note",
    [
        provenance("Observation/o1", concept("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "NULLIFY")),
        provenance("https://ehr.example/fhir/Observation/o1", {"text": "Entered in error"}),
        provenance("Observation/o1/_history/2", concept("x", "entered-in-error")),
        provenance("Observation/o1", None, reason=[{"text": "wrong patient"}]),
        provenance("Patient/p1", None, entity=[{"role": "removal", "what": {"reference": "Observation/o1"}}]),
        {"resourceType": "AuditEvent", "id": "v", "action": "D", "entity": [{"what": {"reference": "Observation/o1"}}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_what_another_entry_takes_back_is_not_used(note: dict, first: bool) -> None:
    reading = read(*((note, WEIGHT) if first else (WEIGHT, note)))
    assert reading.facts.measurements == ()
    assert reading.report.counts[Ending.TAKEN_BACK] == 1
    assert said(reading, f"{note['resourceType']}/v says that")


@pytest.mark.parametrize(
    "note",
    [
        provenance("Observation/o1", concept("x", "CREATE")),
        provenance("Observation/other", concept("x", "NULLIFY")),
        provenance("Observation/o1/_history/1", concept("x", "NULLIFY")),
    ],
)
def test_what_another_entry_does_not_take_back_is_used(note: dict) -> None:
    assert len(read(WEIGHT | {"meta": {"versionId": "2"}}, note).facts.measurements) == 1


# ---- a consent that was taken back beside its status ---------------------------------------------------------
@pytest.mark.parametrize(
    "more",
    [
        {"extension": extension("consent-withdrawn", valueBoolean=True)},
        {"extension": extension("revocation-date", valueDateTime="2026-03-01")},
        {"extension": extension("state", valueCode="revoked")},
        {"extension": [{"url": "https://ehr.example/x", "extension": extension("status", valueString="Withdrawn")}]},
        {"provision": {"type": "permit", "extension": extension("isRevoked", valueBoolean=True)}},
        {"_status": {"extension": extension("local-status", valueCode="refused")}},
    ],
)  # fmt: skip
def test_a_consent_that_an_extension_takes_back_is_a_refusal(more: dict) -> None:
    reading = read(consent(**more))
    assert [(c.active, c.refused) for c in reading.facts.consents] == [(False, True)]
    assert said(reading, "which says that it was refused or taken back")


def test_an_extension_that_says_no_or_something_else_leaves_a_consent_as_it_is() -> None:
    for kept in (
        extension("consent-withdrawn", valueBoolean=False),
        extension("language", valueCode="en-US"),
    ):
        reading = read(consent(extension=kept))
        assert [c.active for c in reading.facts.consents] == [True]
        assert reading.facts.unreadable == ()


@pytest.mark.parametrize(
    "more",
    [
        {"extension": extension("withdrawal-instructions", valueString="Call the clinic and say so at any time")},
        {"text": {"status": "additional", "div": "<div>Withdrawn by the patient on 1 March</div>"}},
    ],
)  # fmt: skip
def test_words_about_taking_a_consent_back_are_for_a_person_to_read(more: dict) -> None:
    reading = read(consent(**more))
    assert [c.active for c in reading.facts.consents] == [True]
    assert said(reading, "speaks of a refusal or of taking it back")


def test_a_consent_that_nobody_confirmed_with_the_patient_is_said() -> None:
    assert said(read(consent(verification=[{"verified": False}])), "was not confirmed with the patient")
