"""The forecasts of all active patients of a clinic, a few at a time, so that a night can be broken off and goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.course.api import treated_patients
from tenuto.clinic.forecast.courses import CourseKnown, courses
from tenuto.clinic.forecast.models import ForecastNight
from tenuto.clinic.forecast.services.keeping import is_due, keep_said
from tenuto.clinic.forecast.services.telling import tell
from tenuto.clinic.forecast.spread import Spread
from tenuto.clinic.forecast.standing import NOTHING, standings_among
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import windows_among

__all__ = ["RULE", "begin_night", "forecast_some"]

RULE = "forecast of the night"
AT_ONCE = 200
"""Patients between two notes of progress; when a worker dies, so many are looked at again at most."""


def begin_night(clinic: Clinic, *, day: date, at: datetime) -> ForecastNight:
    """The night of a day: a new one, or the one that was broken off."""
    night, _ = ForecastNight.objects.get_or_create(
        clinic=clinic, day=day, defaults={"begun_at": at, "patients": len(treated_patients(clinic))}
    )
    return night


def forecast_some(night: ForecastNight, spread: Spread, *, at: datetime, most: int = AT_ONCE) -> bool:
    """Forecast the next few patients; False when none is left. What is done already is found so and done at no cost."""
    patients = [each for each in treated_patients(night.clinic) if each > night.after][:most]
    if not patients:
        ForecastNight.objects.filter(pk=night.pk, ended_at__isnull=True).update(ended_at=at)
        night.refresh_from_db()
        return False
    made, kept, unreadable = _forecast(night, patients, spread, at)
    ForecastNight.objects.filter(pk=night.pk).update(
        after=patients[-1],
        done=F("done") + len(patients),
        made=F("made") + made,
        kept=F("kept") + kept,
        unreadable=F("unreadable") + unreadable,
    )
    night.refresh_from_db()
    return True


def _forecast(
    night: ForecastNight, patients: Sequence[UUID], spread: Spread, at: datetime
) -> tuple[int, int, int]:
    """How many were worked out, how many of those had to be kept, and of how many nothing could be forecast."""
    clinic = night.clinic
    rows = clinic.patients.filter(pk__in=patients).prefetch_related("identifiers").order_by("pk")
    batch = Batch(list(rows), clinic=clinic, today=night.day)
    active = [known for known in courses(batch).values() if known.plan is not None]
    readable = [known for known in active if not known.problem]
    stands = standings_among(patients)
    due = [known for known in readable if is_due(known, stands.get(known.patient.pk, NOTHING).forecast)]
    by, kept, problems = Machine(clinic.pk, RULE, clinic.zone), 0, len(active) - len(readable)
    texts = [known.inputs for known in due]
    for known, text, said in zip(due, texts, spread(texts), strict=True):
        if isinstance(said, str):
            problems += 1
            continue
        kept += keep_said(known=known, said=said, inputs=text, by=by, at=at)[1]
    _tell_all(readable, by, at)
    return len(due), kept, problems


def _tell_all(active: Sequence[CourseKnown], by: Machine, at: datetime) -> None:
    patients = [known.patient.pk for known in active]
    stands, windows = standings_among(patients), windows_among(patients)
    for known in active:
        patient = known.patient.pk
        if patient in stands:
            with transaction.atomic():
                tell(known, stands[patient], windows.get(patient, {}), by=by, at=at)
