"""Booked visits as an iCalendar file: each with its clock time and zone, the clinic's name, and no word of whom or what for.

An entry keeps its UID while its visit is moved; each move has a higher SEQUENCE, and a visit that was cancelled stays in the
file as CANCELLED, so that a calendar takes it out (RFC 5545).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

__all__ = ["CalendarVisit", "visits_file"]

REFRESH = timedelta(hours=1)
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """One visit as a calendar keeps it. Times carry the clinic's zone; `changed` is when the newest of it was recorded."""

    uid: str
    sequence: int
    start: datetime
    end: datetime
    changed: datetime
    cancelled: bool = False
    tentative: bool = False
    where: str = ""


def visits_file(visits: Iterable[CalendarVisit], *, clinic: str, phone: str) -> bytes:
    """The .ics file of a feed."""
    from icalendar import Calendar, Event, vText

    found = list(visits)
    calendar = Calendar()
    calendar.add("prodid", "-//Tenuto//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # Of a property that the standard does not know, icalendar escapes no line break by itself.
    calendar.add("x-wr-calname", vText(f"Sessions, {clinic}"))
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for visit in found:
        event = Event()
        event.add("uid", f"{visit.uid}@tenuto")
        event.add("sequence", visit.sequence)
        event.add("dtstamp", visit.changed.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", visit.start)
        event.add("dtend", visit.end)
        event.add("summary", f"Session, {clinic}")
        if visit.where:
            event.add("location", visit.where)
        if phone:
            event.add("description", f"{clinic}: {phone}")
        event.add("status", _status(visit))
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    if found:
        calendar.add_missing_timezones(*_years(found))
    return bytes(calendar.to_ical())


def _status(visit: CalendarVisit) -> str:
    if visit.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if visit.tentative else "CONFIRMED"


def _years(visits: Sequence[CalendarVisit]) -> tuple[date, date]:
    """Between which days the zone has to be told: a year around the visits."""
    days = [visit.start.date() for visit in visits]
    return min(days) - YEAR, max(days) + YEAR
