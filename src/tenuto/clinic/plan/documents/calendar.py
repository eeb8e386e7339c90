"""A series as an iCalendar file: whole-day entries that name the clinic and the session, never the person or what it is for.

An entry keeps its UID as long as it is the same session of the same series, whatever else is known of the person later; a
later file moves it by a higher SEQUENCE, and a session that is dropped is CANCELLED, never merely left out (RFC 5545). A
session whose visit stands booked is never CANCELLED: its entry says that it is booked, and what the plan says of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Person
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.series import InfusionKind

__all__ = ["CalendarSession", "as_calendar", "calendar_file", "key_of", "person_key"]

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""A sequence is a whole number of 32 bits; seconds from here on fit into it until 2088."""


@dataclass(frozen=True, slots=True)
class CalendarSession:
    """One session in a calendar. `series` tells it from the same number of another series of the same person."""

    series: str
    n: int
    of: int
    on: date
    optional: bool = False
    dropped: bool = False
    booked: datetime | None = None
    """When the visit of it begins that stands booked, on the clinic's clock; it stands whatever the plan says."""


def calendar_file(
    sessions: Iterable[CalendarSession],
    *,
    clinic: str,
    phone: str = "",
    sequence: int,
    made: datetime,
    note: str,
    warning: str = "",
) -> bytes:
    """The .ics file. `note` says what a date is worth, `warning` stands before every title; `sequence` is higher than in
    every file made before."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Tenuto//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for session in sessions:
        event = Event()
        event.add("uid", f"{key_of(session.series, session.n)}@tenuto")
        event.add("sequence", sequence)
        event.add("dtstamp", made.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", session.on)
        event.add("dtend", session.on + timedelta(days=1))
        event.add("summary", f"{warning}{_summary(session, clinic)}")
        event.add("description", _description(session, phone, note))
        event.add("status", _status(session))
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def as_calendar(
    proposal: Proposal, *, whose: str, clinic: str = "", phone: str = "", made: datetime, held: bool = False
) -> bytes:
    """The proposed series, one tentative entry an infusion; ValueError when there is nothing planned.

    `whose` stays the same for a person: a patient's id, or what `person_key` makes of a record without one. A closed gate
    is written into every entry. A file made later is newer, so that a calendar moves the entry; of a plan that is `held`
    or refused it takes every entry back.
    """
    if not proposal.series.infusions:
        raise ValueError("no infusion is planned, so there is no calendar to write")
    level, given = proposal.verdict.level, len(proposal.request.given)
    closed = f" The verdict on the plan is {level.name}." if level is not Level.PASS else ""
    sessions = [
        CalendarSession(
            f"{whose}|proposed", each.n, len(proposal.series.infusions) + given, each.on,
            optional=each.kind is InfusionKind.OPTIONAL, dropped=held or level is Level.REFUSE,
        )
        for each in proposal.series.infusions
    ]  # fmt: skip
    return calendar_file(
        sessions,
        clinic=clinic,
        phone=phone,
        sequence=int((made.astimezone(UTC) - _EPOCH).total_seconds()),
        made=made,
        note=f"A proposed date, not booked.{closed}",
        warning=f"{level.name}: " if level >= Level.BLOCK else "",
    )


def person_key(person: Person) -> str:
    """What stays the same of a person in a record without an id of ours: a number that is added later changes nothing."""
    return "|".join((" ".join(person.name.casefold().split()), str(person.birth_date)))


def key_of(series: str, n: int) -> str:
    """The same for a session in every file; tells nobody who."""
    return sha256(f"{series}|{n}".encode()).hexdigest()[:32]


def _status(session: CalendarSession) -> str:
    if session.dropped and session.booked is None:
        return "CANCELLED"
    return "TENTATIVE" if session.dropped or session.booked is None else "CONFIRMED"


def _summary(session: CalendarSession, clinic: str) -> str:
    said = f"session {session.n}" if session.dropped else f"session {session.n} of {session.of}"
    words = f"{clinic}: {said}" if clinic else said.capitalize()
    if not session.dropped:
        return words
    return f"{words}, cancelled" if session.booked is None else f"{words}, booked but not planned now"


def _description(session: CalendarSession, phone: str, note: str) -> str:
    call = f" Call {phone} with any question." if phone else ""
    if session.dropped and session.booked is None:
        return f"This date does not stand any more.{call}"
    if session.booked is not None and session.dropped:
        return f"Booked for {session.booked:%H:%M}, and not planned now. The clinic says whether it takes place.{call}"
    optional = " Only if the review before it says so." if session.optional else ""
    return f"{f'Booked for {session.booked:%H:%M}.' if session.booked else note}{optional}{call}"
