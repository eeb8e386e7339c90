"""What other rooms may ask of scales, and the verbs that they may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.models import ScaleForm, SuicideTriage
from tenuto.clinic.scales.services import (
    AlreadyAnswered,
    Recorded,
    SentRequest,
    answer_by_link,
    ask_by_link,
    record_form,
    record_triage,
)
from tenuto.core.scales.suicide_triage import RiskLevel

__all__ = [
    "AlreadyAnswered",
    "FormRow",
    "Recorded",
    "SentRequest",
    "TriageRow",
    "answer_by_link",
    "ask_by_link",
    "forms_among",
    "forms_of",
    "record_form",
    "record_triage",
    "triages_among",
    "triages_of",
]

Patients = Iterable[UUID] | QuerySet[Patient]
"""Some patients, by id or as a query."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One answered form. `answers` holds None where a question was left out; `total` is None when there is none."""

    id: UUID
    patient_id: UUID
    instrument: str
    answers: Mapping[str, int | None]
    total: Decimal | None
    taken: date
    answered_by: str
    recorded_by_name: str
    recorded_at: datetime
    recorded_on: date
    event_number: int


@dataclass(frozen=True, slots=True)
class TriageRow:
    """A suicide triage level that a clinician recorded, and what it rests on."""

    id: UUID
    patient_id: UUID
    level: RiskLevel
    rests_on: str
    recorded_by_name: str
    recorded_at: datetime
    recorded_on: date
    event_number: int


def forms_of(patient: UUID) -> list[FormRow]:
    """The answered forms of a patient, in the order in which they were recorded. One query."""
    return [_form(row) for row in rows_of(ScaleForm, patient)]


def forms_among(patients: Patients) -> list[FormRow]:
    """The answered forms of some patients, in the order in which they were recorded. One query."""
    return [_form(row) for row in _among(ScaleForm, patients)]


def triages_of(patient: UUID) -> list[TriageRow]:
    """The triage levels of a patient, in the order in which they were recorded. One query."""
    return [_triage(row) for row in rows_of(SuicideTriage, patient)]


def triages_among(patients: Patients) -> list[TriageRow]:
    """The triage levels of some patients, in the order in which they were recorded. One query."""
    return [_triage(row) for row in _among(SuicideTriage, patients)]


def _among(model: Any, patients: Patients) -> list[Any]:
    return list(model.objects.filter(patient__in=patients).order_by(*IN_ORDER))


def _form(row: ScaleForm) -> FormRow:
    return FormRow(
        row.pk, row.patient_id, row.instrument, row.answers, row.total, row.taken, row.answered_by,
        row.recorded_by_name, row.recorded_at, row.recorded_on, row.event_number,
    )  # fmt: skip


def _triage(row: SuicideTriage) -> TriageRow:
    return TriageRow(
        row.pk, row.patient_id, RiskLevel(row.level), row.rests_on, row.recorded_by_name, row.recorded_at,
        row.recorded_on, row.event_number,
    )  # fmt: skip
