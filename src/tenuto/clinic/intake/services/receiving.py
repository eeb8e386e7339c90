"""Taking in a record of a patient: find or register the person, keep the facts, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.gather import NAMELESS
from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.intake.services.reconciling import reopen_reconciliation
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.intake.state import current
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.services import (
    IdentityAnswer,
    add_identifiers,
    known_patient,
    not_elsewhere,
    register_patient,
)
from tenuto.clinic.people.sight import hidden_from
from tenuto.core.intake.facts import PatientFacts, Person
from tenuto.core.intake.facts_json import facts_to_json

__all__ = ["NAMELESS", "Received", "RecordSource", "receive", "whose"]


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


@transaction.atomic
def receive(
    *,
    facts: PatientFacts,
    source: RecordSource,
    by: Staff,
    at: datetime,
    compared: IdentityAnswer | None = None,
) -> Received:
    """Keep a record in the clinic of `by`, with the person it belongs to.

    A person is recognised by a number of their own, never by name alone. The same file twice is kept once.
    Raises `people.services.IdentityConflict` when it can't be told whose record it is, and `IdentityDoubt` when
    somebody has to compare: `compared` is what they said.
    """
    check_role(by, "patient.register")
    person = facts.person
    known = whose(person, source=source, by=by, compared=compared)
    if known and known.intake_records.filter(source_sha256=source.sha256).exists():
        return Received(known, new_patient=False, already_here=True)
    patient = known or _register(person, by=by, at=at)
    before = current(known).facts if known else None
    if known:
        add_identifiers(
            known, identifiers=not_elsewhere(by.clinic, person.identifiers, patient=known), by=by, at=at
        )
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
    if compared is not None:
        detail["compared"] = "same person" if known else "another person"
    record(action="recorded intake", subject=kept, by=by, at=at, detail=detail)
    end_what_was_done(row=kept, by=by, at=at)
    if before is not None:
        reopen_reconciliation(patient, before, source_name=kept.source_name, by=by, at=at)
    return Received(
        patient,
        new_patient=known is None,
        already_here=False,
    )


def whose(
    person: Person, *, source: RecordSource, by: Staff, compared: IdentityAnswer | None = None
) -> Patient | None:
    """Whose record it is, None for a new person; raises as `receive` does and writes nothing."""
    return _kept_before(source, by=by) or known_patient(by.clinic, person, by=by, compared=compared)


def _kept_before(source: RecordSource, *, by: Staff) -> Patient | None:
    """Whose record this very file became, if anybody's that `by` may see."""
    same = by.clinic.patients.filter(intake_records__source_sha256=source.sha256)
    return same.exclude(pk__in=hidden_from(by)).first()


def _register(person: Person, *, by: Staff, at: datetime) -> Patient:
    return register_patient(
        name=person.name[:200] or NAMELESS,
        birth_date=person.birth_date,
        identifiers=not_elsewhere(by.clinic, person.identifiers),
        by=by,
        at=at,
    )
