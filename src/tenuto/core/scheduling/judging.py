"""What a schedule costs in points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest

__all__ = ["first_date", "points_of", "quarters_fasting", "visit_points", "waiting_points"]

_UTC = ZoneInfo("UTC")


def points_of(period: Period, visits: Iterable[BookedVisit]) -> int:
    """All points of a schedule: of each visit, and of each that is asked for and missing."""
    by_patient = {request.patient: request for request in period.requests}
    placed = list(visits)
    found = Counter(visit.patient for visit in placed)
    missing = sum(request.count - found[request.patient] for request in period.requests)
    return missing * period.points.missing_visit + sum(
        visit_points(period, by_patient[visit.patient], visit) for visit in placed
    )


def visit_points(period: Period, request: SeriesRequest, visit: BookedVisit) -> int:
    """The points of one visit: waiting, distance from the hour wished for, another chair or nurse than wished for."""
    wishes, points = request.wishes, period.points
    total = waiting_points(period, request, visit.start.astimezone(period.zone).date())
    if wishes.time is not None:
        day = visit.start.astimezone(period.zone).date()
        wished = datetime.combine(day, wishes.time, period.zone)
        off = abs(visit.start.astimezone(_UTC) - wished.astimezone(_UTC))
        total += int(off.total_seconds() // 900) * points.quarter_hour_off
    elif wishes.morning:
        total += quarters_fasting(period, visit) * points.quarter_hour_fasting
    total += points.other_chair if wishes.chair not in ("", visit.chair) else 0
    total += points.other_nurse if wishes.nurse not in ("", visit.nurse) else 0
    return total


def quarters_fasting(period: Period, visit: BookedVisit) -> int:
    """The whole quarters of an hour by which a visit starts later than the fast of a night reaches."""
    local = visit.start.astimezone(period.zone)
    until = datetime.combine(local.date(), period.points.morning_until, period.zone)
    late = visit.start.astimezone(_UTC) - until.astimezone(_UTC)
    return max(int(late.total_seconds() // 900), 0)


def waiting_points(period: Period, request: SeriesRequest, day: date) -> int:
    """The points of a visit on this day for the days since the patient could first come."""
    factor = period.points.urgent_factor if request.urgent else 1
    return max((day - first_date(period, request)).days, 0) * period.points.day_of_waiting * factor


def first_date(period: Period, request: SeriesRequest) -> date:
    """The first date on which the patient could come, whether the clinic has a place then or not."""
    return max(
        request.earliest.astimezone(period.zone).date(),
        min((day.date for day in period.days), default=request.earliest.date()),
    )
