"""Keeping a forecast. A later one supersedes it and rewrites nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.forecast.courses import CourseKnown, read_course
from tenuto.clinic.forecast.models import StoredForecast
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import newest
from tenuto.clinic.people.recording import keep
from tenuto.core.forecast.keeping import ForecastSaid, said_of, sha256_of

__all__ = ["is_due", "keep_forecast", "keep_said"]


def keep_forecast(*, known: CourseKnown, by: Actor, at: datetime) -> StoredForecast:
    """Keep today's forecast of a course; the newest one when that says the same of the same facts.

    HistoryError where nothing can be forecast.
    """
    read = read_course(known)
    return keep_said(known=known, said=said_of(read.inputs, read.found), inputs=read.text, by=by, at=at)[0]


@transaction.atomic
def keep_said(
    *, known: CourseKnown, said: ForecastSaid, inputs: str, by: Actor, at: datetime
) -> tuple[StoredForecast, bool]:
    """Keep what was said of the inputs, and whether it had to be: the row that stands when it says the same."""
    # One forecast of a patient at a time; what stands is read behind the lock.
    known.patient.clinic.patients.select_for_update().get(pk=known.patient.pk)
    stands = newest(StoredForecast.objects.filter(patient=known.patient))
    if stands is not None and stands.ground == known.ground and stands.said.like(said):
        return stands, False
    row = _row(known, said, inputs)
    detail = {
        "as_of": known.today.isoformat(),
        "inputs": row.inputs_sha256,
        "result": row.result_sha256,
        "model": said.model_version,
        "parameters": said.parameters_sha256,
        "supersedes": str(stands.pk) if stands else None,
    }
    keep(row, action="kept forecast", by=by, at=at, detail=detail)
    return row, True


def is_due(known: CourseKnown, stands: StoredForecast | None) -> bool:
    """Whether the forecast has to be worked out: something it rests on is new, or its last score has become too old."""
    if stands is None or stands.ground != known.ground:
        return True
    oldest = known.definitions.oldest_days
    return (known.today - stands.known_to).days > oldest >= (stands.as_of - stands.known_to).days


def _row(known: CourseKnown, said: ForecastSaid, inputs: str) -> StoredForecast:
    policy = known.policy
    return StoredForecast(
        patient=known.patient,
        as_of=known.today,
        ground=known.ground,
        inputs=inputs,
        inputs_sha256=sha256_of(inputs),
        result=said.result,
        result_sha256=sha256_of(said.result),
        model_version=said.model_version,
        parameters_sha256=said.parameters_sha256,
        policy_id=policy.id,
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        known_to=said.known_to,
        treated=said.treated,
        state=said.state,
        headline=said.headline,
        reason=said.reason,
        opens=said.opens,
        closes=said.closes,
        review_on=said.review_on,
        review_owner=said.review_owner,
        review_what=said.review_what,
    )
