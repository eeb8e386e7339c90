"""The proposed series as an iCalendar file: whole-day entries that name neither the person nor the drug."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Person
from tenuto.core.plan.proposal import Proposal

__all__ = ["as_calendar"]

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""A sequence is a whole number of 32 bits; seconds from here on fit into it until 2088."""


def as_calendar(proposal: Proposal, person: Person, *, made: datetime) -> bytes:
    """An .ics file with one tentative entry a planned infusion; ValueError when there is nothing planned.

    A closed gate is written into every entry. `made` is the instant of writing: a file made later is newer, so that a
    calendar moves the entry (RFC 5545, DTSTAMP and SEQUENCE).
    """
    from icalendar import Calendar, Event

    if not proposal.series.infusions:
        raise ValueError("no infusion is planned, so there is no calendar to write")
    calendar = Calendar()
    calendar.add("prodid", "-//Tenuto//plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    stamp = made.astimezone(UTC).replace(microsecond=0)
    total = len(proposal.series.infusions)
    for planned in proposal.series.infusions:
        event = Event()
        event.add("uid", f"{_key(proposal, person, planned.n)}@tenuto")
        event.add("dtstamp", stamp)
        event.add("sequence", int((stamp - _EPOCH).total_seconds()))
        event.add("dtstart", planned.on)
        event.add("dtend", planned.on + timedelta(days=1))
        event.add("summary", f"{_prefix(proposal.gate.level)}Session {planned.n} of {total}, proposed")
        event.add("description", _description(proposal.gate.level, planned.kind.value))
        event.add("status", "TENTATIVE")
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _prefix(level: Level) -> str:
    return f"{level.name}: " if level >= Level.BLOCK else ""


def _description(level: Level, kind: str) -> str:
    optional = " Only if the review before it says so." if kind == "optional" else ""
    closed = f" The gate of the plan is {level.name}." if level is not Level.PASS else ""
    return f"A proposed date, not booked.{optional}{closed} Not for care until your clinic has validated it."


def _key(proposal: Proposal, person: Person, n: int) -> str:
    """The same for the same person, protocol and session, so that a new plan moves the entry; tells nobody who."""
    whose = "|".join((person.name, str(person.birth_date), *person.identifiers))
    plan = proposal.protocol.id if proposal.protocol else ""
    return sha256(f"{whose}|{plan}|{n}".encode()).hexdigest()[:32]
