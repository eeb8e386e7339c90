"""Small Bundles for the tests, written as plain dicts."""

from __future__ import annotations

import json
from datetime import date

from tenuto.clinic.interop.fhir import BundleReading, parse, read_bundle

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
