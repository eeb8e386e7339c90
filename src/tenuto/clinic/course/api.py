"""What every stage may ask of the course, and the verbs by which a stage hands over its facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.course.models import CourseEvent, InfusionReport, Visit
from tenuto.clinic.course.rows import given_in
from tenuto.clinic.course.services import (
    CourseMoved,
    account,
    accounts,
    course_facts,
    next_steps,
    plan_beside,
    record_ending,
    record_event,
    record_infusion,
    record_missed,
    record_visit,
    strike_infusion,
)
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.people.models import Patient
from tenuto.core.course.facts import CourseEventKind
from tenuto.core.course.infusion import GivenInfusion

__all__ = [
    "CourseMoved",
    "HeldVisit",
    "RecordedAttempt",
    "RecordedInfusion",
    "VisitKind",
    "account",
    "accounts",
    "attempts_among",
    "attempts_of",
    "began_of",
    "course_facts",
    "infusions_among",
    "infusions_of",
    "mark",
    "next_steps",
    "plan_beside",
    "record_ending",
    "record_event",
    "record_infusion",
    "record_missed",
    "record_visit",
    "strike_infusion",
    "treated_patients",
    "visits_among",
    "visits_of",
]

VisitKind = Visit.Kind

STANDING = Q(struck=None)
ATTEMPTED = Q(kind=CourseEventKind.SUICIDE_ATTEMPT)
BY_DAY = ("given_on", *IN_ORDER)


@dataclass(frozen=True, slots=True)
class RecordedInfusion:
    """An infusion as it is on record: what was given, under which signed plan, and who said so when."""

    id: UUID
    infusion: GivenInfusion
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
    """A visit after it took place."""

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


@dataclass(frozen=True, slots=True)
class RecordedAttempt:
    """A suicide attempt that was reported: when it happened, and who recorded it when."""

    id: UUID
    patient_id: UUID
    happened_on: date
    event_number: int
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
    rows = rows_of(InfusionReport, patient, where=STANDING, order=BY_DAY)
    return tuple({row.given_on: _recorded(row) for row in rows}.values())


def infusions_among(patients: Iterable[UUID]) -> Mapping[UUID, tuple[RecordedInfusion, ...]]:
    """The infusions of each of the patients who had any, one a day, oldest first. One query."""
    by_day: dict[UUID, dict[date, RecordedInfusion]] = defaultdict(dict)
    for row in InfusionReport.objects.filter(STANDING, patient__in=patients).order_by(*BY_DAY):
        by_day[row.patient_id][row.given_on] = _recorded(row)
    return {patient: tuple(days.values()) for patient, days in by_day.items()}


def treated_patients(clinic: Clinic) -> list[UUID]:
    """The patients of a clinic who were given an infusion, in the order of their ids. One query."""
    found = InfusionReport.objects.filter(patient__clinic=clinic, struck=None).values_list(
        "patient", flat=True
    )
    return sorted(found.distinct().order_by())


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
        given_in(row),
        row.series,
        row.plan_version,
        row.recorded_by_name,
        row.recorded_at,
    )


def attempts_of(patient: UUID) -> list[RecordedAttempt]:
    """The suicide attempts of a patient in the order in which they came on record. One query."""
    return [_attempted(row) for row in rows_of(CourseEvent, patient, where=ATTEMPTED)]


def attempts_among(patients: Iterable[UUID] | QuerySet[Patient]) -> list[RecordedAttempt]:
    """The suicide attempts of some patients in the order in which they came on record. One query."""
    rows = CourseEvent.objects.filter(ATTEMPTED, patient__in=patients)
    return [_attempted(row) for row in rows.order_by(*IN_ORDER)]


def _attempted(row: CourseEvent) -> RecordedAttempt:
    return RecordedAttempt(
        row.pk, row.patient_id, row.happened_on, row.event_number, row.recorded_by_name, row.recorded_at, row.recorded_on,
    )  # fmt: skip


def _held(row: Visit) -> HeldVisit:
    return HeldVisit(
        row.pk, row.patient_id, VisitKind(row.kind), row.held_on, row.in_person, row.with_name, row.by_prescriber,
        tuple(row.topics), row.note, row.recorded_by_name, row.recorded_at, row.recorded_on,
    )  # fmt: skip
