"""What every stage may ask of the course, and the verbs by which a stage hands over its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from tenuto.clinic.course.models import InfusionReport, Visit
from tenuto.clinic.course.services import CourseMoved, record_infusion, record_visit
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.people.models import Patient
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.units import Mg, MgPerKg, Minutes

__all__ = [
    "CourseMoved",
    "HeldVisit",
    "RecordedInfusion",
    "VisitKind",
    "began_of",
    "infusions_among",
    "infusions_of",
    "mark",
    "record_infusion",
    "record_visit",
    "visits_among",
    "visits_of",
]

VisitKind = Visit.Kind


@dataclass(frozen=True, slots=True)
class RecordedInfusion:
    """An infusion as it is on record: what was given, under which signed plan, and who said so when."""

    id: UUID
    infusion: GivenInfusion
    improved_percent: Decimal | None
    """How far the score has fallen from baseline; None without a score."""
    series: UUID
    plan_version: UUID
    recorded_by_name: str
    recorded_at: datetime

    @property
    def on(self) -> date:
        """The day on which it was given."""
        return self.infusion.on


@dataclass(frozen=True, slots=True)
class HeldVisit:
    """A consultation or a preparatory visit, after it took place."""

    id: UUID
    patient_id: UUID
    kind: VisitKind
    held_on: date
    in_person: bool
    with_name: str
    by_prescriber: bool
    topics: tuple[str, ...]
    note: str
    recorded_by_name: str
    recorded_at: datetime
    recorded_on: date


def began_of(infusions: Sequence[RecordedInfusion]) -> date | None:
    """The day on which the newest series began; None before the first infusion. Give all of a patient's, oldest first."""
    if not infusions:
        return None
    return next(each.on for each in infusions if each.series == infusions[-1].series)


def infusions_of(patient: UUID) -> tuple[RecordedInfusion, ...]:
    """The infusions of a patient, one a day, oldest first; of several reports about a day the newest. One query."""
    return infusions_among([patient]).get(patient, ())


def infusions_among(patients: Iterable[UUID]) -> Mapping[UUID, tuple[RecordedInfusion, ...]]:
    """The infusions of each of the patients who had any, one a day, oldest first. One query."""
    by_day: dict[UUID, dict[date, RecordedInfusion]] = defaultdict(dict)
    rows = InfusionReport.objects.filter(patient__in=patients)
    for row in rows.order_by("given_on", *IN_ORDER):
        by_day[row.patient_id][row.given_on] = _recorded(row)
    return {patient: tuple(days.values()) for patient, days in by_day.items()}


def visits_of(patient: UUID) -> list[HeldVisit]:
    """The visits of a patient, in the order in which they were recorded. One query."""
    return [_held(row) for row in rows_of(Visit, patient)]


def visits_among(patients: Iterable[UUID] | QuerySet[Patient]) -> list[HeldVisit]:
    """The visits of some patients, in the order in which they were recorded. One query."""
    return [_held(row) for row in Visit.objects.filter(patient__in=patients).order_by(*IN_ORDER)]


def mark(infusions: Iterable[RecordedInfusion]) -> str:
    """What a page holds to know whether somebody recorded an infusion after it was shown; empty before the first."""
    newest = max(infusions, key=lambda each: (each.recorded_at, each.id), default=None)
    return str(newest.id) if newest else ""


def _recorded(row: InfusionReport) -> RecordedInfusion:
    return RecordedInfusion(
        row.pk,
        _given(row),
        row.improved_percent,
        row.series,
        row.plan_version,
        row.recorded_by_name,
        row.recorded_at,
    )


def _given(row: InfusionReport) -> GivenInfusion:
    return GivenInfusion(
        row.given_on,
        mass=Mg(row.dose_mg.normalize()),
        dose=MgPerKg(row.dose_mg_per_kg),
        minutes=Minutes(row.minutes),
        tolerability=Tolerability(
            worst_event_grade=row.worst_grade,
            open_event_grade=row.open_grade,
            blood_pressure_alert=row.pressure_alert,
            deepest_sedation=row.deepest_sedation,
            effects=tuple(row.effects),
        ),
    )


def _held(row: Visit) -> HeldVisit:
    return HeldVisit(
        row.pk, row.patient_id, VisitKind(row.kind), row.held_on, row.in_person, row.with_name, row.by_prescriber,
        tuple(row.topics), row.note, row.recorded_by_name, row.recorded_at, row.recorded_on,
    )  # fmt: skip
