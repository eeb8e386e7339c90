"""The sessions of a plan for a calendar: those of the version in force, and those that earlier versions had put there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from tenuto.clinic.plan.documents.calendar import CalendarSession, calendar_file
from tenuto.clinic.plan.models import PlanVersion
from tenuto.core.plan.series import InfusionKind

__all__ = ["calendar_of", "sessions_of"]


def calendar_of(
    version: PlanVersion,
    versions: Sequence[PlanVersion],
    *,
    given: frozenset[date],
    held: bool,
    sequence: int,
    made: datetime,
    had: int = 0,
    booked: Sequence[datetime] = (),
) -> bytes:
    """The calendar file of a signed version among all of the patient; of a withdrawn or `held` one, every date is cancelled
    for which no visit stands booked.

    `given` are the days on which an infusion is on record: they stay as they are; `had` of them are of this series. `booked` is when each visit
    begins that stands, in order: the sessions to come have them one by one. `sequence` is higher than in every file
    made before: a hold comes and goes under one version. ValueError when there is no date to write.
    """
    sessions = tuple(sessions_of(version, versions, given=given, held=held, had=had, booked=booked))
    clinic = version.patient.clinic
    if not sessions:
        raise ValueError("No infusion is planned, so there is no calendar to write.")
    return calendar_file(
        sessions,
        clinic=clinic.name,
        phone=clinic.phone,
        sequence=sequence,
        made=made,
        note="A planned date, not booked.",
    )


def sessions_of(
    version: PlanVersion,
    versions: Sequence[PlanVersion],
    *,
    given: frozenset[date],
    held: bool = False,
    had: int = 0,
    booked: Sequence[datetime] = (),
) -> Iterator[CalendarSession]:
    """What is planned, then what was planned by an earlier signed version and is no more; given days stay as they were.

    A visit that stands is told by the session that it is for, in order, and one that no session is left for by itself.
    """
    found, left = list(_planned(version, versions, given=given, held=held)), iter(booked)
    last = 0
    for session in found:
        last = max(last, session.n)
        over = session.on in given or (session.series == str(version.series) and session.n <= had)
        visit = None if over else next(left, None)
        yield session if visit is None else replace(session, on=visit.date(), booked=visit)
    for n, visit in enumerate(left, last + 1):
        yield CalendarSession(str(version.series), n, len(found), visit.date(), dropped=True, booked=visit)


def _planned(
    version: PlanVersion, versions: Sequence[PlanVersion], *, given: frozenset[date], held: bool
) -> Iterator[CalendarSession]:
    withdrawn, order = hasattr(version, "withdrawal"), version.order
    total = len(order.series) + len(order.request.given)
    planned = {(str(version.series), each.n) for each in order.series}
    for each in order.series:
        optional = each.kind is InfusionKind.OPTIONAL
        dropped = (withdrawn or held) and each.on not in given
        yield CalendarSession(str(version.series), each.n, total, each.on, optional, dropped)
    for (series, n), on in _earlier(version, versions).items():
        if (series, n) not in planned and on not in given:
            yield CalendarSession(series, n, total, on, dropped=True)


def _earlier(version: PlanVersion, versions: Sequence[PlanVersion]) -> dict[tuple[str, int], date]:
    """The last day of each session that a version signed before has put into calendars."""
    before = [each for each in versions if each.number < version.number and hasattr(each, "signature")]
    return {
        (str(each.series), planned.n): planned.on
        for each in sorted(before, key=lambda each: each.number)
        for planned in each.order.series
    }
