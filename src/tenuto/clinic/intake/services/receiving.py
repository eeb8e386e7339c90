"""Taking in a record of a patient: find or register the person, keep the facts, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.gather import NAMELESS
from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.services import add_identifiers, known_patient, register_patient
from tenuto.clinic.people.similar import alike
from tenuto.core.intake.facts import PatientFacts, Person
from tenuto.core.intake.facts_json import facts_to_json

__all__ = ["NAMELESS", "Received", "RecordSource", "receive"]


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Where a record came from: the file's name, its digest, and how many resources of which kind were left aside."""

    name: str
    sha256: str
    ignored: Mapping[str, int]
    died: bool = False
    """True when the source says that the person has died."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a record."""

    patient: Patient
    new_patient: bool
    already_here: bool
    similar: tuple[Patient, ...]


@transaction.atomic
def receive(*, facts: PatientFacts, source: RecordSource, by: Staff, at: datetime) -> Received:
    """Keep a record in the clinic of `by`, with the person it belongs to.

    A person is recognised by identifier, never by name. The same file twice is kept once.
    Raises `people.services.IdentityConflict` when it can't be told whose record it is.
    """
    person = facts.person
    known = known_patient(by.clinic, identifiers=person.identifiers, birth_date=person.birth_date, by=by)
    if known and known.intake_records.filter(source_sha256=source.sha256).exists():
        return Received(known, new_patient=False, already_here=True, similar=())
    patient = known or _register(person, by=by, at=at)
    if known:
        add_identifiers(known, identifiers=person.identifiers, by=by, at=at)
    kept = IntakeRecord.objects.create(
        patient=patient,
        facts=facts_to_json(facts),
        died=source.died,
        source_name=source.name[:200],
        source_sha256=source.sha256,
        ignored_resources=dict(source.ignored),
        **recorded(by, at),
    )
    detail = {"patient": str(patient.pk), "source": kept.source_name, "sha256": source.sha256}
    record(action="recorded intake", subject=kept, by=by, at=at, detail=detail)
    return Received(
        patient,
        new_patient=known is None,
        already_here=False,
        similar=tuple(alike(patient)) if known is None else (),
    )


def _register(person: Person, *, by: Staff, at: datetime) -> Patient:
    return register_patient(
        name=person.name[:200] or NAMELESS,
        birth_date=person.birth_date,
        identifiers=person.identifiers,
        by=by,
        at=at,
    )
