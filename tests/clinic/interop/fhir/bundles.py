"""Small Bundles for the tests, written as plain dicts."""

from __future__ import annotations

import json
from datetime import date

from tenuto.clinic.interop.fhir import BundleReading, parse, read_bundle
from tenuto.core.intake.facts import Measurement, PatientFacts

AS_OF = date(2026, 3, 2)
ME = {"reference": "Patient/p1"}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Ensayo", "given": ["Ana"]}],
    "birthDate": "1980-05-17",
    "gender": "female",
}


def bundle(*resources: dict, patient: dict | None = PATIENT, **more: object) -> dict:
    every = ([patient] if patient else []) + list(resources)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in every],
        **more,
    }


def read(
    *resources: dict, patient: dict | None = PATIENT, as_of: date = AS_OF, **more: object
) -> BundleReading:
    text = json.dumps(bundle(*resources, patient=patient, **more))
    return read_bundle(parse(text.encode()), as_of=as_of)


def concept(system: str, code: str, display: str = "", text: str = "") -> dict:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


def condition(code: dict, status: str | None = "active", **more: object) -> dict:
    made = {"resourceType": "Condition", "id": "c1", "subject": ME, "code": code}
    if status:
        made["clinicalStatus"] = concept("http://terminology.hl7.org/CodeSystem/condition-clinical", status)
    return made | more


def observation(loinc: str, **more: object) -> dict:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": ME,
        "code": concept("http://loinc.org", loinc),
        "effectiveDateTime": "2026-03-01T09:30:00-05:00",
    } | more


def quantity(value: float, code: str | None, unit: str | None = None, **more: object) -> dict:
    coded = {"system": "http://unitsofmeasure.org", "code": code} if code else {}
    return {"value": value, **coded, **({"unit": unit} if unit else {}), **more}


def response(*items: dict, status: str = "completed", **more: object) -> dict:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": status,
        "subject": ME,
        "authored": "2026-03-01T10:00:00Z",
        "item": list(items),
    } | more


def item(link: str, **answer: object) -> dict:
    return {"linkId": link, "answer": [answer]}


def consent(**more: object) -> dict:
    return {
        "resourceType": "Consent",
        "id": "k1",
        "status": "active",
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "treatment"),
        "category": [{"text": "Ketamine infusion for depression, off-label"}],
        "patient": ME,
        "dateTime": "2026-02-20T09:00:00Z",
        "policyRule": {"text": "Consent form 3"},
    } | more


def entry(kind: str, **more: object) -> dict:
    return {"resourceType": kind, "id": "x", "subject": ME} | more


def extension(name: str, **value: object) -> list[dict]:
    return [{"url": f"https://ehr.example/StructureDefinition/{name}", **value}]


def of(bundle: dict) -> BundleReading:
    return read_bundle(parse(json.dumps(bundle).encode()), as_of=AS_OF)


def entries(*made: dict, kind: str = "collection", **more: object) -> dict:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": PATIENT}, *made], **more}


def said(reading: BundleReading, part: str) -> bool:
    """Whether a sentence for a person holds this."""
    return any(part in sentence for sentence in reading.facts.unreadable)


def relied_on(facts: PatientFacts) -> tuple[Measurement, ...]:
    """The measured values that nothing makes unclear."""
    return tuple(m for m in facts.measurements if not m.unclear)


SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
MARK = {"modifierExtension": [{"url": "https://ehr.example/negated", "valueBoolean": True}]}
ANEURYSM = condition({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I67.1"}]})
WEIGHT = observation("29463-7", valueQuantity=quantity(70, "kg"))
PRESSURE = observation(
    "85354-9",
    component=[
        {"code": concept(LOINC, code), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ],
)
