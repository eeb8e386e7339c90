"""The passport as a FHIR R4 bundle: the patient, an administration for each infusion, the baseline and the best score.

Built and checked with the model classes of `fhir.resources`, in its version of R4 that changes none of these resources (R4B).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fhir.resources.R4B.annotation import Annotation
from fhir.resources.R4B.bundle import Bundle, BundleEntry
from fhir.resources.R4B.codeableconcept import CodeableConcept
from fhir.resources.R4B.coding import Coding
from fhir.resources.R4B.humanname import HumanName
from fhir.resources.R4B.medicationadministration import (
    MedicationAdministration,
    MedicationAdministrationDosage,
)
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.patient import Patient as FhirPatient
from fhir.resources.R4B.quantity import Quantity
from fhir.resources.R4B.reference import Reference
from fhir.resources.R4B.resource import Resource

from tenuto.clinic.people.models import Patient
from tenuto.clinic.portal.documents.passport import dose_words, effect_words
from tenuto.clinic.ui.words import count
from tenuto.core.course.passport import BestScore, Passport, PassportInfusion
from tenuto.core.scales.reading import instrument

__all__ = ["FHIR_TYPE", "passport_bundle"]

FHIR_TYPE = "application/fhir+json"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"


def passport_bundle(patient: Patient, passport: Passport) -> bytes:
    """The bundle; the same passport gives the same bytes. Days are days: nobody knows an hour that is not on record."""
    about = Reference(reference=_address(patient, "patient"))
    resources = [
        FhirPatient(name=[HumanName(text=patient.name)], birthDate=patient.birth_date),
        *(_administration(each, about) for each in passport.infusions),
        *_scores(passport.best, about),
    ]
    bundle = Bundle(
        type="collection",
        entry=[
            BundleEntry(fullUrl=_address(patient, f"{n}" if n else "patient"), resource=resource)
            for n, resource in enumerate(resources)
        ],
    )
    return bundle.model_dump_json(indent=1).encode()


def _address(patient: Patient, what: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'tenuto passport {patient.pk} {what}')}"


def _administration(each: PassportInfusion, about: Reference) -> Resource:
    return MedicationAdministration(
        status="completed",
        medicationCodeableConcept=CodeableConcept(text="ketamine"),
        subject=about,
        effectiveDateTime=_day(each.on),
        dosage=_dosage(each),
        note=[Annotation(text=text) for text in _notes(each)],
    )


def _dosage(each: PassportInfusion) -> MedicationAdministrationDosage | None:
    """None where no dose is on record: a dosage has an amount, or there is none."""
    if each.mass is not None:
        dose = _quantity(each.mass.value, "mg")
    elif each.dose is not None:
        dose = _quantity(each.dose.value, "mg/kg")
    else:
        return None
    return MedicationAdministrationDosage(route=CodeableConcept(text="intravenous infusion"), dose=dose)


def _notes(each: PassportInfusion) -> Iterator[str]:
    yield f"What troubled the person: {effect_words(each)}."
    if each.minutes is not None:
        yield f"Over {each.minutes.value} min."
    if each.days_after is not None:
        yield f"{count(each.days_after, 'day')} after the infusion before."
    if each.worst_event_grade is not None:
        yield f"Worst event of grade {each.worst_event_grade}."


def _scores(best: BestScore | None, about: Reference) -> Iterator[Resource]:
    if best is None:
        return
    if best.baseline is not None and best.baseline_on is not None:
        yield _score(best, "before the first infusion", best.baseline, best.baseline_on, about)
    after = f"After infusion {best.after.n} with {dose_words(best.after)}." if best.after is not None else ""
    yield _score(best, "the best since the first infusion", best.best, best.on, about, after)


def _score(
    best: BestScore, which: str, value: Decimal, on: date, about: Reference, note: str = ""
) -> Resource:
    loinc = instrument(best.scale).loinc_total
    return Observation(
        status="final",
        code=CodeableConcept(
            text=f"{best.title}, total, {which}",
            coding=[Coding(system=LOINC, code=loinc)] if loinc else None,
        ),
        subject=about,
        effectiveDateTime=_day(on),
        valueQuantity=_quantity(value, "{score}"),
        note=[Annotation(text=note)] if note else None,
    )


def _day(on: date) -> Any:
    """A day as it may stand for a dateTime of FHIR; the models take one, and their annotations do not say so."""
    return on


def _quantity(value: Decimal, unit: str) -> Quantity:
    return Quantity(value=value, unit=unit, system=UCUM, code=unit)
