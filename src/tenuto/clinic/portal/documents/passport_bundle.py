"""The passport as a FHIR R4 bundle: the patient, an administration for each infusion, the best score and the baseline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tenuto.clinic.people.models import Patient
from tenuto.clinic.portal.documents.passport import effect_words
from tenuto.core.course.passport import Passport, PassportInfusion
from tenuto.core.scales.reading import instrument

__all__ = ["FHIR_TYPE", "passport_bundle"]

FHIR_TYPE = "application/fhir+json"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
Json = dict[str, Any]


def passport_bundle(patient: Patient, passport: Passport) -> bytes:
    """The bundle; the same passport gives the same bytes. Days are days: nobody knows an hour that is not on record."""
    person = _address(patient, "patient")
    resources = [
        _patient(patient),
        *(_administration(each, person) for each in passport.infusions),
        *_scores(passport, person),
    ]
    entries = [
        {"fullUrl": _address(patient, f"{n}" if n else "patient"), "resource": resource}
        for n, resource in enumerate(resources)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def _address(patient: Patient, what: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'tenuto passport {patient.pk} {what}')}"


def _patient(patient: Patient) -> Json:
    found: Json = {"resourceType": "Patient", "name": [{"text": patient.name}]}
    if patient.birth_date:
        found["birthDate"] = patient.birth_date.isoformat()
    return found


def _administration(each: PassportInfusion, person: str) -> Json:
    dosage: Json = {"route": {"text": "intravenous infusion"}}
    if each.mass is not None:
        dosage["dose"] = _quantity(each.mass.value, "mg")
    elif each.dose is not None:
        dosage["text"] = f"{each.dose.value} mg/kg"
    notes = [f"What troubled the person: {effect_words(each)}."]
    if each.minutes is not None:
        notes.append(f"Over {each.minutes.value} min.")
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"text": "ketamine"},
        "subject": {"reference": person},
        "effectiveDateTime": each.on.isoformat(),
        "dosage": dosage,
        "note": [{"text": note} for note in notes],
    }


def _scores(passport: Passport, person: str) -> Iterator[Json]:
    best = passport.best
    if best is None:
        return
    code: Json = {"text": f"{best.title}, total, the best since the first infusion"}
    if loinc := instrument(best.scale).loinc_total:
        code["coding"] = [{"system": LOINC, "code": loinc}]
    yield _score(code, best.best, best.on, person)


def _score(code: Json, value: Decimal, on: date, person: str) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "subject": {"reference": person},
        "effectiveDateTime": on.isoformat(),
        "valueQuantity": _quantity(value, "{score}"),
    }


def _quantity(value: Decimal, unit: str) -> Json:
    return {"value": float(value), "unit": unit, "system": UCUM, "code": unit}
