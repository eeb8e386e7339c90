"""What a forecast tells the rooms below: between which days to book, and who has to look by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.forecast.courses import CourseKnown
from tenuto.clinic.forecast.models import StoredForecast
from tenuto.clinic.forecast.standing import ForecastStanding
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ports.api import WindowKind, WindowRow, open_task, set_window, withdraw_window
from tenuto.clinic.ui.words import long_day
from tenuto.core.literature.tasks import COURSE_TO_REVIEW, NEXT_DATE, task_kind

__all__ = ["tell"]


def tell(
    known: CourseKnown,
    stands: ForecastStanding,
    windows: Mapping[WindowKind, WindowRow],
    *,
    by: Machine,
    at: datetime,
) -> None:
    """Set the forecast window, and open what has to be decided or reviewed. The same again writes nothing."""
    forecast = stands.forecast
    if forecast is None:
        return
    _set_window(known, forecast, windows.get(WindowKind.FORECAST), by, at)
    if forecast.review_on is not None:
        _open_review(known, forecast, forecast.review_on, by, at)
    if stands.waits and forecast.window is not None:
        opens, closes = forecast.window
        lead = timedelta(days=known.definitions.review_days)
        if stands.moved_nearer or opens - lead <= known.today:
            _open_decision(known, stands, opens, closes, by, at)


def _set_window(
    known: CourseKnown, forecast: StoredForecast, window: WindowRow | None, by: Machine, at: datetime
) -> None:
    if forecast.window is None:
        if window is not None:
            withdraw_window(patient=known.patient, why=forecast.reason, by=by, at=at)
        return
    if window is None or (window.opens, window.closes) != forecast.window:
        opens, closes = forecast.window
        set_window(
            patient=known.patient,
            opens=opens,
            closes=closes,
            why=forecast.headline,
            by=by,
            at=at,
        )


def _open_review(known: CourseKnown, forecast: StoredForecast, on: date, by: Machine, at: datetime) -> None:
    open_task(
        patient=known.patient,
        kind=COURSE_TO_REVIEW,
        why=forecast.reason or f"{forecast.headline} {forecast.review_what}",
        owner_role=Role(forecast.review_owner),
        target=str(forecast.pk),
        key=f"{COURSE_TO_REVIEW}:{known.patient.pk}:{forecast.known_to}:{forecast.state}",
        due=clock.end_of_day(known.patient.clinic, on),
        by=by,
        at=at,
    )


def _open_decision(
    known: CourseKnown, stands: ForecastStanding, opens: date, closes: date, by: Machine, at: datetime
) -> None:
    why = f"The longest acceptable day is {long_day(closes)}; no date is decided."
    if stands.moved_nearer and stands.decision is not None and stands.decision.on is not None:
        why = f"The window moved nearer: it ends on {long_day(closes)}, and {long_day(stands.decision.on)} was decided."
    open_task(
        patient=known.patient,
        kind=NEXT_DATE,
        why=why,
        owner_role=Role.PRESCRIBER,
        key=f"{NEXT_DATE}:{known.patient.pk}:{closes}",
        due=max(clock.end_of_day(known.patient.clinic, opens), at + task_kind(NEXT_DATE).within),
        by=by,
        at=at,
    )
