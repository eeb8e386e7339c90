"""A status that lets an entry go does so only where nothing beside it says otherwise."""

import pytest

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.statuses import OVER, TAKEN_BACK, status_of

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def sent(*codes: str, system: str = VERIFICATION, text: str = "") -> dict:
    return {
        "coding": [{"system": system, "code": code} for code in codes],
        **({"text": text} if text else {}),
    }


@pytest.mark.parametrize(
    ("concept", "status", "told"),
    [
        (sent("refuted"), "refuted", False),
        (sent("refuted", text="Refuted"), "refuted", False),
        (sent("refuted", "confirmed"), "confirmed", True),
        (sent("confirmed", "refuted"), "confirmed", True),
        (sent("refuted", text="Confirmed"), "", True),
        (sent("refuted", text="Bestätigt"), "", True),
        (sent("entered-in-error", "confirmed"), "confirmed", True),
        (sent("refuted", system="urn:local:workflow"), "", True),
        ({"text": "refuted"}, "refuted", False),
        ("refuted", "refuted", False),
    ],
)
def test_verification(concept, status, told):
    remarks = Remarks()
    condition = Element({"verificationStatus": concept}, "Condition/1")
    assert status_of(condition, "verificationStatus", TAKEN_BACK, remarks) == status
    assert bool(remarks.sentences) is told


def test_resolved_and_active_is_active():
    remarks = Remarks()
    condition = Element({"clinicalStatus": sent("resolved", "active")}, "Condition/1")
    assert status_of(condition, "clinicalStatus", OVER, remarks) == "active"
    assert "“resolved”, “active”" in remarks.sentences[0] or "“resolved” and “active”" in remarks.sentences[0]
