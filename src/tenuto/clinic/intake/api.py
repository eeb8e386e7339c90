"""What the stages after intake may know of it: the newest facts of a patient and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_json import facts_from_json

__all__ = ["Record", "newest_record", "newest_records"]


@dataclass(frozen=True, slots=True)
class Record:
    """All facts about a patient as they were known when `recorded_at`."""

    id: UUID
    facts: PatientFacts
    source_name: str
    ignored: Mapping[str, int]
    recorded_by: str
    recorded_at: datetime

    def __hash__(self) -> int:
        return hash(self.id)


def newest_record(patient: Patient) -> Record | None:
    """The newest record of a patient; None before the first."""
    row = patient.intake_records.first()
    return _record(row) if row else None


def newest_records(patients: QuerySet[Patient]) -> dict[UUID, Record]:
    """The newest record of each patient, by patient id, in one query."""
    newest = IntakeRecord.objects.filter(patient=OuterRef("patient")).values("pk")[:1]
    rows = IntakeRecord.objects.filter(patient__in=patients, pk=Subquery(newest))
    return {row.patient_id: _record(row) for row in rows}


def _record(row: IntakeRecord) -> Record:
    return Record(
        row.pk,
        facts_from_json(row.facts),
        row.source_name,
        row.ignored_resources,
        row.recorded_by_name,
        row.recorded_at,
    )
